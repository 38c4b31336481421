"""The one way out: plain data becomes a response, and so does every error."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec
from flask import Response, current_app, request
from werkzeug.datastructures import Headers

from exchange import query
from exchange.catalogue import PROBLEM
from exchange.coding import compress
from exchange.fields import ALWAYS, READS, described, entity_tag, fields_for, fields_of
from exchange.frame import encoded, encoded_problem
from exchange.preconditions import is_modified
from exchange.selection import select_problem
from exchange.state import Exchange
from exchange.streams import Stream
from exchange.times import SEEN, timed
from negotiate import ranges
from negotiate.conditional import Validators, last_modified_field
from negotiate.prefer import preferences
from negotiate.problem import Problem
from representations.schema import shape_of

_VALIDATED = ("POST", "PATCH")  # after PUT a validator would claim that it was kept as sent (9.3.4)
_IN_304 = (
    *("ETag", "Vary", "Cache-Control", "Content-Location", "Last-Modified"),
    *("Cache-Status", "Content-Security-Policy"),  # of a 304 a browser may take it over, too
)
SMALLEST = 1024  # bytes of content for which a content coding is worth its time
_PROBLEM = shape_of(PROBLEM)


class Shown(msgspec.Struct):
    """A representation as it is sent: its content, its fields, and what is known of the row."""

    content: bytes
    fields: dict[str, str]
    version: int | None
    modified: datetime | None

    @property
    def validators(self) -> Validators:
        return Validators(self.fields["ETag"], self.version, self.modified)


class Exact(Response):
    """A response with the fields that it was given: Werkzeug would copy them, and take
    Last-Modified away from a 304."""

    default_mimetype = None

    def get_wsgi_headers(self, environ: Any) -> Headers:
        return self.headers


def answer(exchange: Exchange, data: Any) -> Response:
    """The response to the data that a view returned; 204 for None. Raises Problem (412)."""
    if data is None:
        return empty(exchange.fields)
    if isinstance(data, Stream):
        return _streamed(exchange, data)
    if exchange.traits.is_probe:
        return _unvalidated(exchange, data)
    if exchange.status == 303:
        return _told(exchange, data)
    if request.method in READS:
        return deliver(show(exchange, data))
    return _written(exchange, data) if "links" in data else _told(exchange, data)


def show(exchange: Exchange, data: Any) -> Shown:
    """The data in the selected representation, with its validators."""
    with timed("encode"):
        content = encoded(exchange, data)
    fields = fields_of(exchange)
    name = exchange.selected.name
    if exchange.coding and len(content) >= SMALLEST:
        content, name = compress(exchange.coding, content), f"{name}-{exchange.coding}"
        fields["Content-Encoding"] = exchange.coding
    fields["ETag"] = entity_tag(content, exchange.version, name)
    return Shown(content, fields, exchange.version, exchange.modified)


def deliver(shown: Shown, cache_status: str | None = None) -> Response:
    """The response to a read: 200 or 206, or 304 if the client has it already. Raises Problem (412,
    416)."""
    fields = fields_now(shown, cache_status)
    if not is_modified(shown.validators):
        return Exact(status=304, headers=in_304(fields))
    if "Accept-Ranges" in fields and request.method == "GET":  # of no other method: 14.2
        return _ranged(shown, fields)
    return Exact(shown.content, 200, fields)


def fields_now(shown: Shown, cache_status: str | None) -> dict[str, str]:
    """The fields of a 200 that is sent at this moment."""
    fields = shown.fields | {"Content-Length": str(len(shown.content))}
    if changed := last_modified_field(shown.modified, datetime.now(UTC)):
        fields["Last-Modified"] = changed
    if cache_status:
        fields["Cache-Status"] = cache_status
    return fields


def in_304(fields: Mapping[str, str]) -> dict[str, str]:
    """Those of a 200's fields that the 304 has too (15.4.5)."""
    return {name: fields[name] for name in _IN_304 if name in fields}


def _ranged(shown: Shown, fields: dict[str, str]) -> Response:
    """The range that is asked for, if it is one of this representation. Raises Problem (416)."""
    asked, size = request.headers.get, len(shown.content)
    chosen = ranges.select(asked("Range"), size)
    is_current = ranges.is_current(asked("If-Range"), shown.validators, datetime.now(UTC))
    if chosen is ranges.Outcome.WHOLE or not is_current:
        return Exact(shown.content, 200, fields)
    if not isinstance(chosen, ranges.Range):
        told = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
        raise Problem("range-not-satisfiable", f"there are {size} bytes", fields=told)
    part = shown.content[chosen.first : chosen.last + 1]
    told = {"Content-Range": chosen.content_range(size), "Content-Length": str(len(part))}
    return Exact(part, 206, fields | told)


def _written(exchange: Exchange, data: Any) -> Response:
    """The response to a write: what was made of it, unless the client prefers not to see that
    (RFC 7240, 4.2)."""
    shown, preferred = show(exchange, data), preferences(request.headers.get("Prefer"))
    fields = shown.fields
    if not _is_validated(exchange):
        del fields["ETag"]
    if preferred.returned:
        applied = (preferred.applied("return"), fields.get("Preference-Applied"))
        fields["Preference-Applied"] = ", ".join(filter(None, applied))
    if preferred.returned == "minimal":
        del fields["Content-Type"]
        fields.pop("Link", None)
        return empty(fields, exchange.status if exchange.status != 200 else 204)
    fields["Content-Location"] = data["links"]["self"] + query.selection()
    return Response(shown.content, exchange.status, fields)


def _is_validated(exchange: Exchange) -> bool:
    """Whether the answer to a write has the tag that a GET of the same has: not where a task goes
    on, nor where a page has forms around the row."""
    shows_row = exchange.status != 202 and not exchange.selected.framed
    return shows_row and request.method in _VALIDATED


def _unvalidated(exchange: Exchange, data: Any) -> Response:
    """The response that tells of this moment: nothing that could be validated later."""
    if not is_modified(Validators()):
        return _not_modified()
    content = encoded(exchange, data)
    return Response(content, 200, fields_of(exchange))


def _told(exchange: Exchange, data: Any) -> Response:
    """The response to a POST that makes nothing that could be read again; and See Other, of which
    no precondition holds (13.2.1)."""
    content = encoded(exchange, data)
    return Response(content, exchange.status, fields_of(exchange))


def _streamed(exchange: Exchange, stream: Stream) -> Response:
    """A stream has no validators: of the preconditions only those that it exists can hold."""
    if not is_modified(Validators()):
        stream.close()
        return _not_modified()
    rows = {} if stream.total is None else {"Parley-Rows": str(stream.total)}
    return Response(stream, 200, fields_of(exchange) | rows)


def _not_modified() -> Response:
    return Exact(status=304, headers=ALWAYS | {"Cache-Control": "no-store"})


def answer_problem(problem: Problem) -> Response:
    """The response that tells of the problem, in the family of formats that the client reads."""
    selected = select_problem()
    base = f"{current_app.settings.public_url}/problems/"
    told = problem.to_dict(base, _path()) | {"request_id": SEEN.get().id}
    content = encoded_problem(selected, told, _PROBLEM)
    fields = {**ALWAYS, "Cache-Control": "no-store", **fields_for(selected)}
    links = ", ".join(filter(None, (problem.fields.get("Link"), described("problem", selected))))
    given = dict(problem.fields) | ({"Link": links} if links else {})
    return Response(content, problem.kind.status, fields | given)


def _path() -> str:
    """The path as it was sent: Werkzeug's has one slash where there were two."""
    sent: str = request.environ["PATH_INFO"]
    return quote(sent.encode("latin-1"))


def empty(fields: Mapping[str, str], status: int = 204) -> Response:
    """Nothing to show."""
    response = Response(status=status, headers={**ALWAYS, **fields})
    del response.headers["Content-Type"]
    return response
