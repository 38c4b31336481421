"""The one way out: plain data becomes a response, and so does every error."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request

from exchange import query
from exchange.catalogue import PROBLEM
from exchange.fields import ALWAYS, READS, described, fields_for, fields_of
from exchange.frame import encoded, encoded_problem
from exchange.preconditions import is_modified
from exchange.selection import select_problem
from exchange.shown import Exact, deliver, show
from exchange.state import Exchange
from exchange.streams import Stream
from exchange.times import SEEN
from negotiate.conditional import Validators
from negotiate.prefer import preferences
from negotiate.problem import Problem
from representations.schema import shape_of

_VALIDATED = ("POST", "PATCH")  # after PUT a validator would claim that it was kept as sent (9.3.4)
_PROBLEM = shape_of(PROBLEM)


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
