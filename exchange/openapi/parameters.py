"""The parameters that OpenAPI lists: of the path, of the query, and in fields."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exchange.selection import offers_of
from exchange.settings import Settings
from exchange.state import Traits
from negotiate import idempotency
from representations.json_schema import DAY, MOMENT

Parameter = dict[str, Any]
Schema = dict[str, Any]

_PLACE = re.compile("<(?:([a-z]+):)?([a-z]+)>")
_PLACES: Mapping[str | None, Schema] = {
    "id": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
    "token": {"type": "string", "pattern": "^[0-9a-z]{20,64}$"},
    None: {"type": "string", "minLength": 1},
}
_TEXT: Schema = {"type": "string"}
_FILTERS: Mapping[Any, Schema] = {
    str: _TEXT,
    int: {"type": "string", "pattern": "^-?[0-9]{1,18}$"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"},
    date: {"type": "string", "format": "date", "pattern": f"^{DAY}$"},
    datetime: {"type": "string", "format": "date-time", "pattern": f"^{MOMENT}$"},
}
_COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")
_TRUTH: Schema = {"type": "boolean"}
_FIELDS = {
    "If-Match": "Only if this is a tag of what is there, in any format.",
    "If-None-Match": "Only if none of these is the tag of what is there.",
    "If-Modified-Since": "Only if it was changed since, where no If-None-Match says more.",
    "If-Unmodified-Since": "Only if it was not changed since, where no If-Match says more.",
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
    """Those that the resource understands, but `filters`."""
    formats = [each.name for each in offers_of(told)]
    yield _query("format", _TEXT | {"enum": formats}, "The representation, in the place of Accept.")
    for name in sorted(told.parameters):
        yield _query(name, *_known(told, settings)[name])


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
        "after": (_TEXT, "The place to go on from, of links.next; empty for the first page."),
        "stream": (_TRUTH, "The whole collection, in the place of a page."),
    }


def _names(names: list[str], most: int) -> Schema:
    one = _TEXT | ({"enum": names} if names else {})
    return {"type": "array", "items": one, "maxItems": most if names else 0}


def filters(model: Any) -> Iterator[Parameter]:
    """Each filter of the model by its name: of its own members, and one step along a relation."""
    yield from _filters("", model)
    for relation, reference in model.relations().items():
        yield from _filters(f"{relation}.", reference.refers_to)


def _filters(before: str, model: Any) -> Iterator[Parameter]:
    for name, member in model.searchable().items():
        named, schema = before + name, _FILTERS[member.kind]
        yield _query(named, schema, f"{named} is this")
        for operator in _COMPARED:
            yield _query(f"{named}[{operator}]", schema, f"{named} {operator} this")
        yield _query(f"{named}[in]", _listed(schema), f"{named} is one of these")
        if member.kind is str:
            yield _query(f"{named}[like]", _TEXT, f"{named} matches this, with * and ?")
        yield _query(f"{named}[null]", _TRUTH, f"{named} is null")


def component_name(model: Any, parameter: Parameter) -> str:
    """The name of a filter among the components, which has neither brackets nor commas."""
    name = parameter["name"].replace("[", ".").replace("]", "")
    return f"{model.plural()}.{name}"


def of_fields(told: Traits, method: str) -> list[Parameter]:
    """The fields of a request that mean something to the resource."""
    names = ["X-Request-Id", "Prefer"]
    if method == "GET" or told.model:
        names += ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"]
    if method == "POST":
        names.append("Idempotency-Key")
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def field_components() -> dict[str, Parameter]:
    key = _TEXT | {"pattern": idempotency.FIELD, "minLength": 3, "maxLength": idempotency.LONGEST}
    schemas = {"Idempotency-Key": key}
    return {
        name: {
            "name": name,
            "in": "header",
            "description": about,
            "schema": schemas.get(name, _TEXT),
        }
        for name, about in _FIELDS.items()
    }


def filter_components(models: list[Any]) -> dict[str, Parameter]:
    return {
        component_name(model, parameter): parameter
        for model in models
        for parameter in filters(model)
    }


def _listed(schema: Schema) -> Schema:
    """Of texts any, as a comma in one has a backslash before it."""
    return schema if schema is _TEXT else {"type": "array", "items": schema, "minItems": 1}


def _query(name: str, schema: Schema, about: str) -> Parameter:
    """Lists stand between commas."""
    style = {"style": "form", "explode": False} if schema.get("type") == "array" else {}
    return {"name": name, "in": "query", "description": about, **style, "schema": schema}
