"""The one way out: plain data becomes a response, and so does every error."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import msgspec
from flask import Response, current_app, request
from werkzeug.datastructures import Headers

from exchange import query
from exchange.access import policy_of
from exchange.catalogue import PROBLEM
from exchange.coding import compress
from exchange.content import readable_fields
from exchange.preconditions import is_modified
from exchange.selection import alternates, offers, select_problem
from exchange.state import Exchange
from exchange.streams import Stream
from exchange.times import SEEN, timed
from negotiate import link
from negotiate.conditional import Validators, last_modified_field
from negotiate.prefer import preferences
from negotiate.problem import Problem
from representations.schema import shape_of

READS = ("GET", "HEAD")
ALWAYS = {"Vary": "Accept", "Cache-Control": "no-cache"}
_VALIDATED = ("POST", "PATCH")  # after PUT a validator would claim that it was kept as sent (9.3.4)
_IN_304 = (
    *("ETag", "Vary", "Cache-Control", "Content-Location", "Last-Modified"),
    "Cache-Status",
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
        content = exchange.selected.encode(data, exchange.written_as)
    fields = fields_of(exchange)
    tag = entity_tag(content, exchange.version, exchange.selected.name)
    if exchange.coding and len(content) >= SMALLEST:
        content, tag = compress(exchange.coding, content), f'{tag[:-1]}-{exchange.coding}"'
        fields["Content-Encoding"] = exchange.coding
    return Shown(content, fields | {"ETag": tag}, exchange.version, exchange.modified)


def deliver(shown: Shown, cache_status: str | None = None) -> Response:
    """The response to a read: 200, or 304 if the client has it already. Raises Problem (412)."""
    fields = fields_now(shown, cache_status)
    if is_modified(shown.validators):
        return Exact(shown.content, 200, fields)
    return Exact(status=304, headers=in_304(fields))


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


def _written(exchange: Exchange, data: Any) -> Response:
    """The response to a write: what was made of it, unless the client prefers not to see that
    (RFC 7240, 4.2)."""
    shown, preferred = show(exchange, data), preferences(request.headers.get("Prefer"))
    fields = shown.fields
    if request.method not in _VALIDATED or exchange.status == 202:
        del fields["ETag"]
    if preferred.returned:
        applied = (preferred.applied("return"), fields.get("Preference-Applied"))
        fields["Preference-Applied"] = ", ".join(filter(None, applied))
    if preferred.returned == "minimal":
        del fields["Content-Type"]
        fields.pop("Link", None)
        return empty(fields, exchange.status if exchange.status != 200 else 204)
    fields["Content-Location"] = data["links"]["self"]
    return Response(shown.content, exchange.status, fields)


def _unvalidated(exchange: Exchange, data: Any) -> Response:
    """The response that tells of this moment: nothing that could be validated later."""
    if not is_modified(Validators()):
        return _not_modified()
    content = exchange.selected.encode(data, exchange.written_as)
    return Response(content, 200, fields_of(exchange))


def _told(exchange: Exchange, data: Any) -> Response:
    """The response to a POST that makes nothing that could be read again; and See Other, of which
    no precondition holds (13.2.1)."""
    content = exchange.selected.encode(data, exchange.written_as)
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


def fields_of(exchange: Exchange) -> dict[str, str]:
    """The fields of the answer that do not depend on its content."""
    told = {"Vary": ", ".join(exchange.vary), "Content-Type": exchange.selected.content_type}
    described = current_app.described.get((exchange.shape.name, exchange.selected.schema), "")
    if request.method not in READS:
        return ALWAYS | exchange.fields | told | ({"Link": described} if described else {})
    others = alternates(offers(exchange.traits), exchange.selected)
    told["Link"] = ", ".join(filter(None, (link.field(exchange.links), described, others)))
    if exchange.traits.is_probe or (exchange.traits.is_collection and query.is_stream()):
        told["Cache-Control"] = "no-store"
    elif exchange.traits.policy:
        told["Cache-Control"] = policy_of(exchange).field
    return ALWAYS | readable_fields(exchange.methods) | exchange.fields | told


def answer_problem(problem: Problem) -> Response:
    """The response that tells of the problem, in the family of formats that the client reads."""
    selected = select_problem()
    base = f"{current_app.settings.public_url}/problems/"
    told = problem.to_dict(base, _path()) | {"request_id": SEEN.get().id}
    content = selected.encode(told, _PROBLEM)
    fields = {**ALWAYS, "Cache-Control": "no-store", "Content-Type": selected.content_type}
    described = current_app.described["problem", selected.schema]
    links = ", ".join(filter(None, (problem.fields.get("Link"), described)))
    return Response(content, problem.kind.status, fields | dict(problem.fields) | {"Link": links})


def _path() -> str:
    """The path as it was sent: Werkzeug's has one slash where there were two."""
    sent: str = request.environ["PATH_INFO"]
    return quote(sent.encode("latin-1"))


def entity_tag(content: bytes, version: int | None, name: str) -> str:
    """A strong validator: of this state, in this representation, to the byte (8.8.3).

    It begins with the version of the row, for preconditions that protect any representation of it.
    """
    digest = urlsafe_b64encode(sha256(content).digest()[:12]).decode()
    state = digest if version is None else f"{version}.{digest}"
    return f'"{state}-{name}"'


def allow(methods: Iterable[str]) -> dict[str, str]:
    """The Allow field, the same in a 405 as from OPTIONS (10.2.1)."""
    return {"Allow": ", ".join(sorted(methods))}


def empty(fields: Mapping[str, str], status: int = 204) -> Response:
    """Nothing to show."""
    response = Response(status=status, headers={**ALWAYS, **fields})
    del response.headers["Content-Type"]
    return response
