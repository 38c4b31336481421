"""The responses that OpenAPI lists of an operation: statuses, fields, content and links."""

from collections.abc import Iterator
from typing import Any

from flask import Flask

from exchange.access import ANYONE
from exchange.openapi.content import problems, shown
from exchange.selection import has_parts, offers_of
from exchange.state import Traits
from negotiate.problem import KINDS, Problem
from negotiate.security import security_fields

Response = dict[str, Any]

_ALWAYS = (
    *("Vary", "Cache-Control", "Link", "X-Request-Id", "Server-Timing"),
    *("RateLimit", "RateLimit-Policy"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    *("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"),
    *security_fields("https://"),
)
_READ = (
    *("ETag", "Last-Modified", "Cache-Status", "Content-Encoding", "Preference-Applied"),
    *("Accept", "Accept-Post", "Accept-Patch", "Accept-Ranges", "Parley-Rows"),
)
_WRITTEN = ("ETag", "Content-Location", "Preference-Applied")
_MORE = {  # the fields of a problem, beside those of every answer
    401: ("WWW-Authenticate",),
    416: ("Accept-Ranges", "Content-Range"),
    415: ("Accept", "Accept-Post", "Accept-Patch", "Accept-Encoding"),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
_EVERYWHERE = (
    *("malformed", "unauthorized", "not-found", "not-acceptable", "uri-too-long"),
    *("too-many-requests", "fields-too-large", "internal-error", "unavailable"),
    "precondition-failed",
)
_OF_CONTENT = ("content-too-large", "unsupported-media-type", "invalid")


def responses(app: Flask, told: Traits, method: str, need: str) -> dict[str, Response]:
    """Every response of the operation, by its status."""
    listed = dict(_successes(app, told, method))
    for name in _problems(told, method, need):
        listed[str(KINDS[name].status)] = {"$ref": f"#/components/responses/{name}"}
    return listed


def _problems(told: Traits, method: str, need: str) -> Iterator[str]:
    yield from _EVERYWHERE
    if need != ANYONE:
        yield "forbidden"
    if told.policy:
        yield "not-kept"
    if method == "GET" and has_parts(told):
        yield "range-not-satisfiable"
    if method != "GET":
        yield "conflict"
    if method in ("PUT", "PATCH", "DELETE"):
        yield "precondition-required"
    if method == "POST" or told.reads:
        yield from _OF_CONTENT


def _successes(app: Flask, told: Traits, method: str) -> Iterator[tuple[str, Response]]:
    if method == "DELETE":
        yield "204", _response("Done.", ())
        return
    content = _content(app, told)
    if method == "GET":
        is_task = told.model is app.tasks and not told.is_collection
        again = ("Retry-After",) if is_task else ()
        yield "200", _response("What was asked for.", (*_READ, *again), content)
        yield "304", _response("The client has it already.", (*_READ, *again))
        if has_parts(told):
            parts = {each.media_type: {} for each in offers_of(told) if each.part}
            yield "206", _response("A range of it.", (*_READ, "Content-Range"), parts)
        if is_task:
            fields = (*_READ, "Location")
            yield "303", _response("Done; Location leads to what was made.", fields, content)
    elif method == "POST" and told.accepts:
        if told.starts:
            task = shown(app, app.types[app.tasks.type_name()], offers_of(told))
            fields = ("Location", "Retry-After", *_WRITTEN)
            yield "202", _response("Accepted; Location leads to the task.", fields, task)
            yield "200", _response("Done, and nothing was made.", _WRITTEN, task)
        yield "201", _response("Made.", ("Location", *_WRITTEN), content)
    else:
        yield "200", _response("What was made of it.", _WRITTEN, content)
        if told.accepts:
            yield "204", _response("Done, and return=minimal was preferred.", _WRITTEN)


def _content(app: Flask, told: Traits) -> Any:
    name = told.shape.name
    if name in app.types:
        return shown(app, app.types[name], offers_of(told))
    return {each.media_type: {} for each in offers_of(told)}


def _response(about: str, fields: tuple[str, ...], content: Any = None) -> Response:
    told = {"description": about, "headers": _headers(fields)}
    return told if content is None else told | {"content": content}


def _headers(more: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_ALWAYS, *more)}


def problem_components(app: Flask) -> dict[str, Response]:
    """The response of each kind of problem, by its name."""
    origin = app.settings.public_url
    told = {
        name: Problem(name, kind.explanation).to_dict(f"{origin}/problems/", "/")
        for name, kind in KINDS.items()
    }
    return {
        name: _response(kind.title, _MORE.get(kind.status, ()), problems(app, told[name]))
        for name, kind in KINDS.items()
    }


def header_components() -> dict[str, Any]:
    names = {*_ALWAYS, *_READ, *_WRITTEN, "Location", "Retry-After"}
    names |= {name for more in _MORE.values() for name in more}
    return {name: {"schema": {"type": "string"}} for name in sorted(names)}
