"""The parameters that OpenAPI lists: of the path, of the query, and in fields."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.routing import Rule

from exchange.selection import has_parts, offers_of
from exchange.settings import Settings
from exchange.state import Traits
from negotiate import idempotency

Parameter = dict[str, Any]
Schema = dict[str, Any]

_PLACE = re.compile("<(?:([a-z]+):)?([a-z]+)>")
_PLACES: Mapping[str | None, Schema] = {
    "id": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    "token": {"type": "string", "pattern": "^[0-9a-z]{20,64}$"},
    None: {"type": "string", "minLength": 1},
}
TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
_FIELDS = {
    "If-Match": "Only if this is a tag of what is there, in any format.",
    "If-None-Match": "Only if none of these is the tag of what is there.",
    "If-Modified-Since": "Only if it was changed since, where no If-None-Match says more.",
    "If-Unmodified-Since": "Only if it was not changed since, where no If-Match says more.",
    "Range": "Only these bytes of a movie or picture.",
    "If-Range": "Only if this is its tag or date; else the whole.",
    "Prefer": "return=minimal, handling=lenient, respond-async, wait=n (RFC 7240).",
    "Idempotency-Key": "A request with a key that was answered gets that answer again.",
    "X-Request-Id": "The id of the request, in the answer and in the log.",
}


def path_of(rule: str) -> str:
    """The path template of a route."""
    return _PLACE.sub(r"{\2}", rule)


def of_path(rule: str) -> list[Parameter]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _PLACES[kind or None]}
        for kind, name in _PLACE.findall(rule)
    ]


def of_query(told: Traits, settings: Settings) -> Iterator[Parameter]:
    """Those that the resource understands, but filters."""
    formats = [name for each in offers_of(told) for name in (each.name, each.media_type)]
    about = "The representation, by its name or media type, in the place of Accept."
    yield in_query("format", TEXT | {"enum": formats}, about)
    for name in sorted(told.parameters):
        yield in_query(name, *_known(told, settings)[name])


def _known(told: Traits, settings: Settings) -> dict[str, tuple[Schema, str]]:
    searchable = told.model.searchable()
    sorting = _names([*searchable, *(f"-{name}" for name in searchable)], settings.max_terms)
    size = {"type": "integer", "minimum": 1, "maximum": settings.max_per_page}
    number = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
    return {
        "fields": (
            _names([*told.model.members(), "links"], settings.max_names),
            "The members to see; id and links always come along.",
        ),
        "expand": (
            _names([*told.model.relations()], settings.max_names),
            "What it refers to, embedded.",
        ),
        "sort": (sorting | {"uniqueItems": True}, "The order; descending with a minus."),
        "page": (number, "The page, from 1."),
        "per_page": (size | {"default": settings.per_page}, "Items on a page."),
        "after": (TEXT, "The place to go on from, of links.next; empty for the first page."),
        "stream": (TRUTH, "The whole collection, in the place of a page."),
    }


def _names(names: list[str], most: int) -> Schema:
    one = TEXT | ({"enum": names} if names else {})
    return {"type": "array", "items": one, "maxItems": most if names else 0}


def of_fields(rule: Rule, told: Traits, method: str) -> list[Parameter]:
    """The fields of a request that mean something to the resource."""
    names = ["X-Request-Id", "Prefer"]
    if method == "GET" or told.model or "id" in rule.arguments:
        names += ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"]
    if method == "GET" and has_parts(told):
        names += ["Range", "If-Range"]
    if method == "POST":
        names.append("Idempotency-Key")
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def field_components() -> dict[str, Parameter]:
    key = TEXT | {"pattern": idempotency.FIELD, "minLength": 3, "maxLength": idempotency.LONGEST}
    schemas = {"Idempotency-Key": key}
    return {
        name: {
            "name": name,
            "in": "header",
            "description": about,
            "schema": schemas.get(name, TEXT),
        }
        for name, about in _FIELDS.items()
    }


def in_query(name: str, schema: Schema, about: str) -> Parameter:
    """Lists stand between commas."""
    style = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    return {"name": name, "in": "query", "description": about, **style, "schema": schema}
