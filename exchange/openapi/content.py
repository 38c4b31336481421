"""What OpenAPI says of content: schemas with their XML, media types, and examples of each."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import starmap
from typing import Any

from flask import Flask

from exchange.content import PATCHERS, readers_of
from representations import EVENTS, PROBLEMS, Representation
from representations.examples import example
from representations.json_schema import Schema, definition
from representations.schema import Listed, Object, Type, Value, shape_of

BASE = "#/components/schemas/"
_SHOWN = ("json", "xsd")  # by the language of their schema: formats whose examples are text
_POINTER = {"type": "string", "format": "json-pointer", "pattern": "^(/([^/~]|~[01])*)*$"}
_OPERATIONS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}
_XML_PATCH = (
    '<p:patch xmlns:p="urn:ietf:rfc:7351"><p:replace sel="/{0}/{1}"><{1}>{1}</{1}></p:replace>'
    "</p:patch>"
)

Media = dict[str, Any]


def _operation(op: str, more: str | None = None) -> Schema:
    """An operation of RFC 6902 (4), which needs one more member, or none."""
    properties: Schema = {"op": {"const": op}, "path": _POINTER}
    if more:
        properties[more] = _POINTER if more == "from" else {}
    return {"type": "object", "required": [*properties], "properties": properties}


_CHANGES = {
    "type": "array",
    "items": {"oneOf": [_operation("remove"), *starmap(_operation, _OPERATIONS.items())]},
}


def schema_of(type: Object) -> Schema:
    """The schema of the type as a component, with the names that its XML has."""
    space = {"namespace": type.namespace} if type.namespace else {}
    return _named(definition(type, BASE), type) | {"xml": {"name": type.tag, **space}}


def _named(schema: Schema, type: Type, item: str | None = None) -> Schema:
    if isinstance(type, Object):
        for name, each in type.properties.items():
            if not each.ignored:
                _named(schema["properties"][name], each.type, type.item)
    elif isinstance(type, Listed):
        tag = "item" if isinstance(type.items, Value | Listed) else type.items.tag
        schema["xml"] = {"wrapped": True}
        schema["items"]["xml"] = {"name": item or tag}
        _named(schema["items"], type.items, item)
    return schema


def shown(app: Flask, type: Object, offers: Iterable[Representation]) -> Media:
    """What an answer of the type has in each of its representations."""
    return {each.media_type: _media(app, type, each) for each in offers}


def problems(app: Flask, told: Any) -> Media:
    """A problem in both of its media types. told: an example of it."""
    type = app.types["problem"]
    return {each.media_type: _media(app, type, each, told) for each in PROBLEMS}


def taken(app: Flask, type: Object) -> Media:
    """What a POST or PUT may send of the type."""
    return {name: _media(app, type, each) for name, each in readers_of(type.tag).items()}


def _media(app: Flask, type: Object, format: Representation, told: Any = None) -> Media:
    if format.types or not (format.schema or format.decode):  # a vocabulary, table, page, picture
        return {} if format is EVENTS else {"schema": {"type": "string"}}  # of each, or of all
    schema = {"$ref": BASE + type.name}
    if format.schema not in _SHOWN:
        return {"schema": schema}
    data = example(type, app.types) if told is None else told
    written = format.encode(data, shape_of(type)).decode()
    return {"schema": schema, "example": data if format.schema == "json" else written}


def _changes(type: Object) -> Schema:
    """Any of the members; null takes one away that need not be there (RFC 7396)."""
    changed = {
        name: replace(each, required=False, nullable=each.nullable or not each.required)
        for name, each in type.properties.items()
    }
    return definition(replace(type, properties=changed), BASE)


def patched(type: Object) -> Media:
    """What a PATCH may send: the members to change, or a list of operations."""
    member = next(name for name, each in type.properties.items() if not each.ignored)
    changes = {"op": "replace", "path": f"/{member}", "value": member}
    merge, operations, xml = PATCHERS
    return {
        merge: {"schema": _changes(type), "example": {member: member}},
        operations: {"schema": _CHANGES, "example": [changes]},
        xml: {"schema": {"type": "string"}, "example": _XML_PATCH.format(type.tag, member)},
    }
