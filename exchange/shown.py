"""A read answered: a representation with its validators, whole, in part, or not modified."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from flask import Response, request
from werkzeug.datastructures import Headers

from exchange.coding import compress
from exchange.fields import entity_tag, fields_of
from exchange.frame import encoded
from exchange.preconditions import is_modified
from exchange.state import Exchange
from exchange.times import timed
from negotiate import ranges
from negotiate.conditional import Validators, last_modified_field
from negotiate.problem import Problem

_IN_304 = (
    *("ETag", "Vary", "Cache-Control", "Content-Location", "Last-Modified"),
    *("Cache-Status", "Content-Security-Policy"),  # of a 304 a browser may take it over, too
)
SMALLEST = 1024  # bytes of content for which a content coding is worth its time


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
