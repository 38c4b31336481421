"""What is seen of each request: its id, its line in the log, its place in the metrics."""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from time import perf_counter
from typing import Any
from urllib.parse import quote

from flask import Flask, Request, Response, g, request

from exchange.metrics import Labels, Metrics
from exchange.times import SEEN, Seen, new_id, timing
from exchange.watched import Watched
from negotiate.cache_control import cache_outcome
from negotiate.fields import TOKEN
from representations import EVERY

FIELD = "X-Request-Id"
Line = dict[str, Any]
_ID = re.compile(TOKEN)
_LONGEST_ID = 128  # characters
_LONGEST_PATH = 256  # bytes of it in the log
_LONGEST_NAME = 40  # characters of a parameter's
_MOST_NAMES = 20
_NAMES = {each.content_type: each.name for each in EVERY}
_UNREAD = Labels("none", "none", 400, "json", "none")


class Observer:
    """Sees the requests of an application come and go."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.metrics = Metrics()

    def arrive(self, environ: dict[str, Any]) -> None:
        """A request is there. Its id is the one that it brings, if that is a token."""
        given = environ.get("HTTP_X_REQUEST_ID")
        request_id = given if given and is_id(given) else new_id()
        asked = environ.get("HTTP_SERVER_TIMING") == "?1"
        SEEN.set(Seen(request_id, perf_counter(), {} if asked else None))

    def leave(self, response: Response) -> Response:
        """Its answer is made. The line of a stream follows when that has ended."""
        seen, asked = SEEN.get(), _asked()
        environ, names = asked.environ, names_of(asked)
        response.headers.add(FIELD, seen.id)
        if seen.times is not None:
            response.headers.add("Server-Timing", timing(seen))
        fields = dict(iter(response.headers))
        labels = _labels(asked, response.status_code, fields)
        line = _line(environ, labels, seen, names, g.get("principal"))
        if response.is_streamed and labels.method != "HEAD":
            response.response = Watched(response.response, self._end_of(seen, labels, line))
        else:
            line["bytes"] = _size(labels, fields)
            self._tell(seen, labels, line)
        return response

    def leave_shortly(
        self, environ: Mapping[str, Any], labels: Labels, names: list[str] | None, size: int
    ) -> str:
        """The same of an answer that is no Response; the id of the request."""
        seen = SEEN.get()
        self._tell(seen, labels, _line(environ, labels, seen, names, None) | {"bytes": size})
        return seen.id

    def _end_of(self, seen: Seen, labels: Labels, line: Line) -> Callable[[int, bool], None]:
        def end(size: int, is_whole: bool) -> None:
            broken = {} if is_whole else {"broken": True}
            self._tell(seen, labels, line | {"bytes": size, "rows": seen.rows} | broken)

        return end

    def _tell(self, seen: Seen, labels: Labels, line: Line) -> None:
        seconds = perf_counter() - seen.began
        self.metrics.count(labels, seconds)
        line["ms"] = round(seconds * 1000, 3)
        logger = self._app.logger
        has_failed = labels.status >= 500 and labels.status != 504  # only-if-cached: no fault
        (logger.error if has_failed else logger.info)("request", line=line)

    def refuse(self, request_id: str, status: int, size: int, address: str | None) -> None:
        """The server has answered with a problem what it could not read as a request."""
        seen, labels = Seen(request_id, perf_counter()), _UNREAD._replace(status=status)
        line = labels._asdict() | {"request_id": request_id, "path": None, "principal": None}
        self._tell(seen, labels, line | {"address": address, "bytes": size})


def is_id(text: str) -> bool:
    """Whether the text may be the id of a request: a token, and not too long."""
    return len(text) <= _LONGEST_ID and bool(_ID.fullmatch(text))


def _labels(asked: Request, status: int, fields: Mapping[str, str]) -> Labels:
    rule = asked.url_rule
    if status == 304:
        representation = g.exchange.selected.name
    else:
        representation = _NAMES.get(fields.get("Content-Type", ""), "none")
    cache = cache_outcome(fields.get("Cache-Status"))
    route = rule.rule if rule else "none"
    return Labels(route, asked.method, status, representation, cache)


def _asked() -> Request:
    proxy: Any = request  # each look through it costs half a microsecond
    asked: Request = proxy._get_current_object()
    return asked


def names_of(asked: Request) -> list[str] | None:
    """The names of the query's parameters; None without a query."""
    if not asked.environ.get("QUERY_STRING"):
        return None
    return [quote(name[:_LONGEST_NAME]) for name in islice(asked.args, _MOST_NAMES)]


def _line(
    environ: Mapping[str, Any], labels: Labels, seen: Seen, names: list[str] | None, principal: Any
) -> Line:
    """What the log says of the request: of its query the names alone."""
    line = {
        "route": labels.route,
        "method": labels.method,
        "status": labels.status,
        "representation": labels.representation,
        "cache": labels.cache,
        "ms": 0.0,
        "bytes": 0,
        "request_id": seen.id,
        "path": quote(environ["PATH_INFO"].encode("latin-1")[:_LONGEST_PATH]),
        "principal": getattr(principal, "name", None),
        "address": environ.get("REMOTE_ADDR"),
    }
    if names is not None:
        line["query"] = names
    return line


def _size(labels: Labels, fields: Mapping[str, str]) -> int:
    """Bytes of content that are sent."""
    if labels.method == "HEAD" or labels.status in (204, 304):
        return 0
    return int(fields.get("Content-Length", 0))
