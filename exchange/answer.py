"""The one way out: plain data becomes a response, and so does every error."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request

from exchange.selection import select_problem
from exchange.state import Exchange
from exchange.streams import Stream
from negotiate import link
from negotiate.problem import Problem
from representations import Representation
from representations.base import ListOf, Scalar, Shape

_SHOWING = frozenset({"GET", "HEAD", "POST", "PATCH"})
ALWAYS = {"Vary": "Accept", "Cache-Control": "no-cache"}
_PROBLEM = Shape("problem", {"errors": ListOf(Shape("error")), "status": Scalar.INTEGER})


def answer(exchange: Exchange, data: Any) -> Response:
    """The response that shows the data in the selected representation; 204 for None."""
    if data is None:
        return empty(exchange.fields)
    fields = exchange.fields
    if exchange.links:
        fields["Link"] = link.field(exchange.links)
    if isinstance(data, Stream):
        rows = {"Parley-Rows": str(data.total), "Cache-Control": "no-store"}
        return _response(exchange.status, data, exchange.selected, fields | rows)
    content = exchange.selected.encode(data, exchange.shape)
    if request.method in ("PUT", "POST", "PATCH"):
        fields["Content-Location"] = data["links"]["self"]
    if request.method in _SHOWING:  # after PUT a validator would claim that it was kept as sent
        fields["ETag"] = entity_tag(content, exchange.version, exchange.selected)
    return _response(exchange.status, content, exchange.selected, fields)


def answer_problem(problem: Problem) -> Response:
    """The response that tells of the problem, in the family of formats that the client reads."""
    selected = select_problem()
    base = f"{current_app.settings.public_url}/problems/"
    content = selected.encode(problem.to_dict(base, _path()), _PROBLEM)
    fields = {"Cache-Control": "no-store", **problem.fields}
    return _response(problem.kind.status, content, selected, fields)


def _path() -> str:
    """The path as it was sent: Werkzeug's has one slash where there were two."""
    sent: str = request.environ["PATH_INFO"]
    return quote(sent.encode("latin-1"))


def entity_tag(content: bytes, version: int | None, selected: Representation) -> str:
    """A strong validator: of this state, in this representation, to the byte (8.8.3).

    It begins with the version of the row, for preconditions that protect any representation of it.
    """
    digest = urlsafe_b64encode(sha256(content).digest()[:12]).decode()
    state = digest if version is None else f"{version}.{digest}"
    return f'"{state}-{selected.name}"'


def allow(methods: Iterable[str]) -> dict[str, str]:
    """The Allow field, the same in a 405 as from OPTIONS (10.2.1)."""
    return {"Allow": ", ".join(sorted(methods))}


def empty(fields: Mapping[str, str]) -> Response:
    """A 204: nothing to show."""
    response = Response(status=204, headers={**ALWAYS, **fields})
    del response.headers["Content-Type"]
    return response


def _response(
    status: int, content: bytes | Stream, selected: Representation, fields: Mapping[str, str]
) -> Response:
    headers = {**ALWAYS, **fields, "Content-Type": selected.content_type}
    return Response(content, status, headers)
