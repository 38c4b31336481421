"""What is seen of each request: its id, its line in the log, its place in the metrics."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from secrets import token_hex
from time import perf_counter
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, request

from exchange.log import REQUEST_ID
from exchange.metrics import Labels, Metrics
from negotiate.cache_control import cache_outcome
from negotiate.fields import TOKEN
from representations import EVERY

FIELD = "X-Request-Id"
_SEEN = "parley.seen"  # in the environ
_ID = re.compile(TOKEN)
_LONGEST_ID = 128  # characters
_LONGEST_PATH = 256  # bytes of it in the log
_LONGEST_NAME = 40  # characters of a parameter's
_MOST_NAMES = 20
_NAMES = {each.content_type: each.name for each in EVERY}
_UNTIMED = nullcontext()
_UNREAD = Labels("none", "none", 400, "json", "none")


@dataclass(slots=True)
class Seen:
    """A request on its way. times: seconds by what took them, if the client asks for them; rows:
    of a stream, as far as it is made."""

    began: float
    times: dict[str, float] | None = None
    rows: int | None = None


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
        environ[_SEEN] = Seen(perf_counter(), {} if asked else None)

    def leave(self, response: Response) -> Response:
        """Its answer is made. The line of a stream follows when that has ended."""
        seen: Seen = request.environ[_SEEN]
        response.headers.add(FIELD, request.environ[REQUEST_ID])
        if seen.times is not None:
            response.headers.add("Server-Timing", _timing(seen))
        labels, facts = _labels(response), _facts()
        if response.is_streamed and request.method != "HEAD":
            response.response = _Watched(response.response, self._end_of(seen, labels, facts))
        else:
            self._tell(seen, labels, facts, bytes=_size(response))
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


def timed(name: str) -> AbstractContextManager[None]:
    """The time of what happens within is told as the name's, if the client asks."""
    seen = request.environ.get(_SEEN)
    return _UNTIMED if seen is None or seen.times is None else _measured(seen.times, name)


def count_rows(batches: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The batches of a stream, counted as they are made."""
    seen = request.environ[_SEEN]
    seen.rows = 0
    for batch in batches:
        seen.rows += len(batch)
        yield batch


@contextmanager
def _measured(times: dict[str, float], name: str) -> Iterator[None]:
    began = perf_counter()
    try:
        yield
    finally:
        times[name] = times.get(name, 0) + perf_counter() - began


def _timing(seen: Seen) -> str:
    """The field (W3C Server Timing), in milliseconds."""
    times = {"total": perf_counter() - seen.began, **(seen.times or {})}
    return ", ".join(f"{name};dur={1000 * seconds:.3f}" for name, seconds in times.items())


def _labels(response: Response) -> Labels:
    rule, fields = request.url_rule, response.headers
    if response.status_code == 304:
        representation = g.exchange.selected.name
    else:
        representation = _NAMES.get(fields.get("Content-Type"), "none")
    cache = cache_outcome(fields.get("Cache-Status"))
    route = rule.rule if rule else "none"
    return Labels(route, request.method, response.status_code, representation, cache)


def _facts() -> dict[str, Any]:
    """What the log says of the request beside its labels: of the query the names alone."""
    environ = request.environ
    facts = {
        "request_id": environ[REQUEST_ID],
        "path": quote(environ["PATH_INFO"].encode("latin-1")[:_LONGEST_PATH]),
        "principal": getattr(g.get("principal"), "name", None),
        "address": environ.get("REMOTE_ADDR"),
    }
    if environ.get("QUERY_STRING"):
        names = islice(request.args, _MOST_NAMES)
        facts["query"] = [quote(name[:_LONGEST_NAME]) for name in names]
    return facts


def _size(response: Response) -> int:
    """Bytes of content that are sent."""
    if request.method == "HEAD" or response.status_code in (204, 304):
        return 0
    return response.content_length or 0
