"""From errors to problems: the one place where an exception gets its status."""

from collections.abc import Mapping

from flask import current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from exchange.fields import allow
from exchange.selection import not_acceptable, offers
from negotiate.problem import Problem, of_status
from representations.base import Inexpressible, Malformed
from representations.patch import Inapplicable, Unprocessable
from representations.stylesheet import Broken

RETRY_AFTER = "1"  # seconds
_OF_PATCHES: Mapping[type[Exception], str] = {Inapplicable: "conflict", Unprocessable: "invalid"}
_NO_ROUTE = "nothing is at this address; / links to all that there is"


def problem(error: Exception, names: Mapping[type[Exception], str]) -> Problem:
    """The problem that the error is to a client.

    names: of the problems for the errors that views raise. An error that nobody expected is logged
    with its traceback, and told without.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, Malformed | Inexpressible):
        return _of_format(error)
    if name := _OF_PATCHES.get(type(error)):
        return Problem(name, str(error))
    if isinstance(error, HTTPException):
        return _of_http(error)
    for kind in type(error).__mro__:
        if kind in names:
            return _of_view(error, names[kind])
    current_app.logger.exception("%s %s failed", request.method, request.path)
    return Problem("internal-error", "the fault is the server's; it has been logged")


def _of_format(error: Malformed | Inexpressible) -> Problem:
    if isinstance(error.__cause__, Broken):  # what a stylesheet does wrong, no client can mend
        current_app.logger.warning("%s: %s", request.path, error.__cause__)
    if isinstance(error, Malformed):
        return Problem("malformed", f"{_content_type()}: {error}")
    selected, there = g.exchange.selected, offers(g.exchange.traits)
    return not_acceptable(f"{selected.media_type}: {error}", there)


def _of_view(error: Exception, name: str) -> Problem:
    exchange = g.exchange
    errors = [
        {"pointer": exchange.pointer(fault.path), "detail": fault.detail}
        for fault in getattr(error, "faults", ())
    ]
    fields = {}
    if name == "unavailable":
        current_app.logger.warning("%s: %r", request.path, error.__cause__ or error)
        fields = {"Retry-After": RETRY_AFTER}
    return Problem(name, str(error), errors, fields)


def _of_http(error: HTTPException) -> Problem:
    kind = of_status(error.code or 500)
    if isinstance(error, MethodNotAllowed):
        fields = allow(error.valid_methods or ())
        detail = f"{request.environ['REQUEST_METHOD']} is not one of {fields['Allow']}"
        return Problem(kind.name, detail, fields=fields)
    return Problem(kind.name, _NO_ROUTE if kind.status == 404 else str(error.description))


def _content_type() -> str:
    return g.exchange.reader.media_type if g.exchange.reader else "the request"
