"""Every type that the server sends or takes, from what models and views say of themselves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask

from exchange.links import Routes
from exchange.state import Traits, traits
from representations.schema import (
    INTEGER,
    TEXT,
    Kind,
    Listed,
    Named,
    Object,
    Property,
    Type,
    Types,
    Value,
    links,
    optional,
)

_KINDS = {
    str: Kind.TEXT,
    int: Kind.INTEGER,
    bool: Kind.BOOLEAN,
    Decimal: Kind.MONEY,
    date: Kind.DAY,
    datetime: Kind.MOMENT,
}
_COUNTS = dict.fromkeys(("total", "page", "per_page", "pages"), optional(INTEGER))
_SEARCH = Object("templates", {"search": Property(TEXT)})
_FAULT = Object("error", {"pointer": Property(TEXT), "detail": Property(TEXT)})
_TOLD = ("type", "title", "status", "detail", "instance")  # in the order of RFC 9457, 3.1
PROBLEM = Object(
    "problem",
    {name: Property(INTEGER if name == "status" else TEXT) for name in _TOLD}
    | {"errors": optional(Listed(_FAULT)), "request_id": optional(TEXT)},
    "Why a request, or the work that it asked for, was not done (RFC 9457).",
    namespace="urn:ietf:rfc:7807",
    item="i",
)
# What stands in a task is a member of ours, which the rules of RFC 9457 for documents do not reach.
_OF_TASK = replace(PROBLEM, name="task-problem", namespace=None, item=None)


def types_of(app: Flask, routes: Routes, tasks: Any) -> Types:
    """The types by name, in the order of the routes that show them. tasks: the model of tasks."""
    found, seen = {each.name: each for each in (PROBLEM, _OF_TASK)}, set()
    for rule in app.url_map.iter_rules():
        told = traits(app.view_functions[rule.endpoint])
        key = told.shape.name, told.model, told.is_collection, told.accepts
        if key not in seen:
            seen.add(key)
            for each in _types(told, routes, tasks):
                found.setdefault(each.name, each)
    return found


def _types(told: Traits, routes: Routes, tasks: Any) -> Iterator[Object]:
    if told.type:
        yield _entrance(told.type, routes) if told.type.name == "home" else told.type
    if told.model:
        yield row(told.model, routes, ("result",) if told.model is tasks else ())
    if told.is_collection:
        yield page(told.model)
    if told.accepts:
        yield written(told.accepts, routes)
        yield written(told.accepts, routes, told.given)


def _entrance(home: Object, routes: Routes) -> Object:
    return replace(home, properties={**home.properties, "links": links(*routes.entrance)})


def row(model: Any, routes: Routes, perhaps: tuple[str, ...] = ()) -> Object:
    """A row as it is shown: what `fields` may leave out, and what `expand` adds, is optional.
    perhaps: links that not every row has."""
    properties: dict[str, Property] = {}
    for name, member in model.members().items():
        type = _type_of(member, is_input=False)
        properties[name] = Property(type, required=name == "id", nullable=member.nullable)
        if member.refers_to:
            target = Named(member.refers_to.type_name())
            properties[_relation(name)] = optional(target, nullable=member.nullable)
    properties["links"] = links(*routes.relations[model], perhaps=perhaps)
    return Object(model.type_name(), properties, _about(model))


def page(model: Any) -> Object:
    """A page of rows, by number or by cursor; or a stream of all."""
    properties = {"items": Property(Listed(Named(model.type_name()))), **_COUNTS}
    properties["links"] = links("self", perhaps=("first", "prev", "next", "last"), nullable=True)
    properties["templates"] = optional(_SEARCH)
    return Object(model.plural(), properties, f"A page of {model.plural()}, or all of them.")


def written(model: Any, routes: Routes, given: frozenset[str] = frozenset()) -> Object:
    """A row as a client sends it: the whole of it, without what is the server's, or with it.
    given: members that the path has, so that the content need not."""
    properties: dict[str, Property] = {}
    for name, member in model.members().items():
        type = _type_of(member, is_input=True)
        if member.server_written:
            properties[name] = _ignored(type)
        else:
            required = member.required and name not in given
            properties[name] = Property(type, required, nullable=not required)
        if member.refers_to:
            properties[_relation(name)] = _ignored(Named(member.refers_to.type_name()))
    properties["links"] = _ignored(links(*routes.relations[model]).type)
    name, element = input_name(model, given), model.type_name()
    return Object(name, properties, _about(model), element, is_input=True)


def input_name(model: Any, given: frozenset[str] = frozenset()) -> str:
    """The name of the type of what is sent of the model."""
    members = model.members()
    left_out = sorted(name for name in given if members[name].required)
    return "-without-".join([f"{model.type_name()}-input", *left_out])


def _type_of(member: Any, *, is_input: bool) -> Type:
    if member.items:
        name = member.items.type_name()
        held = Named(input_name(member.items), name) if is_input else Named(name)
        return Listed(held, **member.facets)
    if member.kind is dict:
        return Named(_OF_TASK.name)  # the only object that a row has
    return Value(_KINDS[member.kind], **member.facets)


def _ignored(type: Type) -> Property:
    return Property(type, required=False, ignored=True)


def _relation(name: str) -> str:
    return name.removesuffix("_id")


def _about(model: Any) -> str:
    return str(model.__doc__).partition("\n")[0]
