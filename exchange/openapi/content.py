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
from representations.schema import Listed, Object, Type, shape_of

BASE = "#/components/schemas/"
_SHOWN = ("json", "xsd")  # by the language of their schema: formats whose examples are text
_POINTER = {"type": "string", "format": "json-pointer", "pattern": "^(/([^/~]|~[01])*)*$"}
_OPERATIONS = {"add": "value", "replace": "value", "test": "value", "move": "from", "copy": "from"}
_XML_PATCH = (
    '<p:patch xmlns:p="urn:ietf:rfc:7351"><p:replace sel="/{0}/{1}"><{1}>{2}</{1}></p:replace>'
    "</p:patch>"
)

Media = dict[str, Any]


def _operation(op: str, more: str | None = None) -> Schema:
    """An operation of RFC 6902 (4), which needs one more member, or none."""
    properties: Schema = {"op": {"const": op}, "path": _POINTER}
    if more:
        properties[more] = _POINTER if more == "from" else {}
    return {"type": "object", "required": [*properties], "properties": properties}


def _changes(app: Flask) -> Schema:
    operations = [_operation("remove"), *starmap(_operation, _OPERATIONS.items())]
    most = app.settings.max_operations
    return {"type": "array", "maxItems": most, "items": {"oneOf": operations}}


def schema_of(type: Object) -> Schema:
    """The schema of the type as a component, with the names that its XML has."""
    return _named(definition(type, BASE), type, type, name=type.tag)


def _named(schema: Schema, type: Type, within: Object, **said: Any) -> Schema:
    """OpenAPI hands no namespace down: each element of the object says it."""
    said |= {"wrapped": True} if isinstance(type, Listed) else {}
    if xml := said | ({"namespace": within.namespace} if within.namespace else {}):
        schema["xml"] = xml
    if isinstance(type, Object):
        for name, each in type.properties.items():
            if not each.ignored:
                _named(schema["properties"][name], each.type, within)
    elif isinstance(type, Listed):
        _named(schema["items"], type.items, within, name=within.item or type.item_name)
    return schema


def shown(app: Flask, type: Object, offers: Iterable[Representation]) -> Media:
    """What an answer of the type has in each of its representations."""
    return {each.media_type: _media(app, type, each) for each in offers}


def problems(app: Flask, told: Any) -> Media:
    """A problem in each of its media types. told: an example of it."""
    type = app.types["problem"]
    return {each.media_type: _media(app, type, each, told) for each in PROBLEMS}


def taken(app: Flask, type: Object) -> Media:
    """What a POST or PUT may send of the type."""
    return {name: _media(app, type, each) for name, each in readers_of(type.tag).items()}


def _media(app: Flask, type: Object, format: Representation, told: Any = None) -> Media:
    if format.part or format is EVENTS:  # bytes; of all that is said, not of one
        return {}
    if format.types or format.framed or not (format.schema or format.decode):
        return {"schema": {"type": "string"}}  # a vocabulary, page, table
    schema = {"$ref": BASE + type.name}
    if format.schema not in _SHOWN:
        return {"schema": schema}
    data = example(type, app.types) if told is None else told
    written = format.encode(data, shape_of(type)).decode()
    return {"schema": schema, "example": data if format.schema == "json" else written}


def _merged(type: Object) -> Schema:
    """Any of the members; null takes one away that need not be there (RFC 7396)."""
    changed = {
        name: replace(each, required=False, nullable=each.nullable or not each.required)
        for name, each in type.properties.items()
    }
    return definition(replace(type, properties=changed), BASE)


def patched(app: Flask, type: Object) -> Media:
    """What a PATCH may send: the members to change, or a list of operations."""
    member = next(name for name, each in type.properties.items() if each.required)
    value = example(type, app.types)[member]
    changes = {"op": "replace", "path": f"/{member}", "value": value}
    merge, operations, xml = PATCHERS
    return {
        merge: {"schema": _merged(type), "example": {member: value}},
        operations: {"schema": _changes(app), "example": [changes]},
        xml: {"schema": {"type": "string"}, "example": _XML_PATCH.format(type.tag, member, value)},
    }
