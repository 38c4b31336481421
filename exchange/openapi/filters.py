"""The filters of collections, which OpenAPI lists by their names."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from exchange.openapi.parameters import TEXT, TRUTH, Parameter, in_query
from exchange.settings import Settings
from exchange.state import traits
from representations.json_schema import CARRIED, DAY, MOMENT, Schema

_FILTERS: Mapping[Any, Schema] = {
    str: TEXT | {"pattern": CARRIED},
    int: {"type": "string", "pattern": "^-?[0-9]{1,18}$"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"},
    date: {"type": "string", "format": "date", "pattern": f"^{DAY}$"},
    datetime: {"type": "string", "format": "date-time", "pattern": f"^{MOMENT}$"},
}
_COMPARED = ("eq", "ne", "lt", "le", "gt", "ge")


def filters(model: Any, settings: Settings) -> Iterator[Parameter]:
    """Each filter of the model by its name: of its own members, and one step along a relation."""
    yield from _filters("", model, settings)
    for relation, reference in model.relations().items():
        yield from _filters(f"{relation}.", reference.refers_to, settings)


def _filters(before: str, model: Any, settings: Settings) -> Iterator[Parameter]:
    for name, member in model.searchable().items():
        named, schema = before + name, _FILTERS[member.kind]
        yield in_query(named, schema, f"{named} is this")
        for operator in _COMPARED:
            yield in_query(f"{named}[{operator}]", schema, f"{named} {operator} this")
        listed = _listed(schema, settings.max_values)
        yield in_query(f"{named}[in]", listed, f"{named} is one of these")
        if member.kind is str:
            pattern = schema | {"maxLength": settings.max_pattern}
            yield in_query(f"{named}[like]", pattern, f"{named} matches this, with * and ?")
        yield in_query(f"{named}[null]", TRUTH, f"{named} is null")


def component_name(model: Any, parameter: Parameter) -> str:
    """The name of a filter among the components, which has neither brackets nor commas."""
    name = parameter["name"].replace("[", ".").replace("]", "")
    return f"{model.plural()}.{name}"


def filter_components(app: Flask) -> dict[str, Parameter]:
    told = [traits(view) for view in app.view_functions.values()]
    return {
        component_name(model, parameter): parameter
        for model in dict.fromkeys(each.model for each in told if each.is_collection)
        for parameter in filters(model, app.settings)
    }


def _listed(schema: Schema, most: int) -> Schema:
    """Of texts any, as a comma in one has a backslash before it."""
    if schema is _FILTERS[str]:
        return schema
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": most}
