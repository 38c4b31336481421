"""What is seen of each request: its id, its line in the log, its place in the metrics."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from secrets import token_hex
from time import perf_counter
from typing import Any
from urllib.parse import quote

from flask import Flask, Request, Response, g, request

from exchange.log import REQUEST_ID
from exchange.metrics import Labels, Metrics
from exchange.times import SEEN, Seen, timing
from negotiate.cache_control import cache_outcome
from negotiate.fields import TOKEN
from representations import EVERY

FIELD = "X-Request-Id"
_ID = re.compile(TOKEN)
_LONGEST_ID = 128  # characters
_LONGEST_PATH = 256  # bytes of it in the log
_LONGEST_NAME = 40  # characters of a parameter's
_MOST_NAMES = 20
_NAMES = {each.content_type: each.name for each in EVERY}
_UNREAD = Labels("none", "none", 400, "json", "none")


class _Watched:
    """The pieces of a stream; `end` is told how many bytes were taken, and whether all were."""

    def __init__(self, pieces: Any, end: Callable[[int, bool], None]) -> None:
        self._pieces, self._end = pieces, end
        self._size, self._is_whole, self._is_ended = 0, False, False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece: bytes = next(self._pieces)
        except StopIteration:
            self._is_whole = True
            raise
        self._size += len(piece)
        return piece

    def close(self) -> None:
        self._pieces.close()
        if not self._is_ended:
            self._is_ended = True
            self._end(self._size, self._is_whole)

    __del__ = close  # a server may forget to


class Observer:
    """Sees the requests of an application come and go."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.metrics = Metrics()

    def arrive(self, environ: dict[str, Any]) -> None:
        """A request is there. Its id is the one that it brings, if that is a token."""
        given = environ.get("HTTP_X_REQUEST_ID", "")
        environ[REQUEST_ID] = given if is_id(given) else token_hex(16)
        asked = environ.get("HTTP_SERVER_TIMING") == "?1"
        environ[SEEN] = Seen(perf_counter(), {} if asked else None)

    def leave(self, response: Response) -> Response:
        """Its answer is made. The line of a stream follows when that has ended."""
        asked: Any = request
        asked = asked._get_current_object()  # each look through the proxy costs half a microsecond
        seen: Seen = asked.environ[SEEN]
        response.headers.add(FIELD, asked.environ[REQUEST_ID])
        if seen.times is not None:
            response.headers.add("Server-Timing", timing(seen))
        labels, facts = _labels(asked, response), _facts(asked)
        if response.is_streamed and labels.method != "HEAD":
            response.response = _Watched(response.response, self._end_of(seen, labels, facts))
        else:
            self._tell(seen, labels, facts, bytes=_size(labels, response))
        return response

    def _end_of(self, seen: Seen, labels: Labels, facts: Any) -> Callable[[int, bool], None]:
        def end(size: int, is_whole: bool) -> None:
            broken = {} if is_whole else {"broken": True}
            self._tell(seen, labels, facts, bytes=size, rows=seen.rows or 0, **broken)

        return end

    def _tell(self, seen: Seen, labels: Labels, facts: Any, **sizes: Any) -> None:
        seconds = perf_counter() - seen.began
        self.metrics.count(labels, seconds)
        tell = self._app.logger.error if labels.status >= 500 else self._app.logger.info
        ms = round(seconds * 1000, 3)
        tell("request", **labels._asdict(), ms=ms, **sizes, **facts)

    def refuse(self, request_id: str, status: int, size: int, address: str | None) -> None:
        """The server has answered with a problem what it could not read as a request."""
        facts = {"request_id": request_id, "path": None, "principal": None, "address": address}
        self._tell(Seen(perf_counter()), _UNREAD._replace(status=status), facts, bytes=size)


def is_id(text: str) -> bool:
    """Whether the text may be the id of a request: a token, and not too long."""
    return len(text) <= _LONGEST_ID and bool(_ID.fullmatch(text))


def _labels(asked: Request, response: Response) -> Labels:
    rule, fields = asked.url_rule, response.headers
    if response.status_code == 304:
        representation = g.exchange.selected.name
    else:
        representation = _NAMES.get(fields.get("Content-Type"), "none")
    cache = cache_outcome(fields.get("Cache-Status"))
    route = rule.rule if rule else "none"
    return Labels(route, asked.method, response.status_code, representation, cache)


def _facts(asked: Request) -> dict[str, Any]:
    """What the log says of the request beside its labels: of the query the names alone."""
    environ = asked.environ
    facts = {
        "request_id": environ[REQUEST_ID],
        "path": quote(environ["PATH_INFO"].encode("latin-1")[:_LONGEST_PATH]),
        "principal": getattr(g.get("principal"), "name", None),
        "address": environ.get("REMOTE_ADDR"),
    }
    if environ.get("QUERY_STRING"):
        names = islice(asked.args, _MOST_NAMES)
        facts["query"] = [quote(name[:_LONGEST_NAME]) for name in names]
    return facts


def _size(labels: Labels, response: Response) -> int:
    """Bytes of content that are sent."""
    if labels.method == "HEAD" or labels.status in (204, 304):
        return 0
    return int(response.headers.get("Content-Length", 0))
