"""JSON Schema (2020-12) of a type, from its description."""

from dataclasses import replace
from typing import Any

from representations.base import Data
from representations.json import JSON
from representations.schema import (
    Kind,
    Listed,
    Named,
    Object,
    Property,
    Type,
    Types,
    Value,
    reached,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Patterns in the syntax that ECMA-262, XML Schema and Python share, so each means the same in all,
# but for the $ of the first: Python's is also what comes before a last line feed.
DAY = (
    "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
)
MOMENT = f"{DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
# What XML cannot carry (XML 1.0, 2.2) is refused in every format.
CARRIED = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]*$"
_IGNORED = "The server's: what a client sends is ignored."
_KNOWN = f"{_IGNORED[:-1]}, except that an item of a list stays the row that has its id."

Schema = dict[str, Any]


JSON_SCHEMA = replace(
    JSON,
    name="json-schema",
    media_type="application/schema+json",
    decode=None,
    stream=None,
    schema="",
)


def document(name: str, types: Types) -> Data:
    """The schema of the type, whole: what it refers to stands in it."""
    defined = {each.name: definition(each, "#/$defs/") for each in reached(name, types)}
    return {"$schema": DIALECT, "title": name, "$ref": f"#/$defs/{name}", "$defs": defined}


def definition(type: Object, base: str) -> Schema:
    """The schema of the type by itself. base: what a reference to another begins with."""
    properties = type.properties.items()
    schema: Schema = {
        "type": "object",
        "description": type.about,
        "properties": {name: _property(name, each, type, base) for name, each in properties},
        "required": [name for name, each in properties if each.required],
        "additionalProperties": False,
    }
    return {key: value for key, value in schema.items() if value not in ("", [])}


def _property(name: str, property: Property, within: Object, base: str) -> Schema:
    if property.ignored:
        return {"description": _KNOWN if name == "id" else _IGNORED}
    schema = of_type(property.type, within, base)
    return _or_null(schema) if property.nullable else schema


def of_type(type: Type, within: Object, base: str) -> Schema:
    """The schema of what a member of an object is."""
    if isinstance(type, Named):
        return {"$ref": base + type.name}
    if isinstance(type, Object):
        return definition(type, base)
    if isinstance(type, Listed):
        most = {} if type.most is None else {"maxItems": type.most}
        return {"type": "array", "items": of_type(type.items, within, base), **most}
    return _value(type, within.is_input)


def _or_null(schema: Schema) -> Schema:
    if "type" not in schema:
        return {"anyOf": [*schema.get("anyOf", [schema]), {"type": "null"}]}
    more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [schema["type"], "null"]} | more


def _value(value: Value, is_input: bool) -> Schema:
    if value.kind is Kind.MONEY:
        return _money(value, is_input)
    if value.kind is Kind.DAY:
        return {"type": "string", "format": "date", "pattern": f"^{DAY}$"}
    if value.kind is Kind.MOMENT:
        return {"type": "string", "format": "date-time", "pattern": f"^{MOMENT}$"}
    if value.kind is Kind.TEXT:
        return _text(value, is_input)
    bounds = {"minimum": value.ge, "exclusiveMaximum": value.lt}
    return {"type": value.kind.scalar.value, **_given(bounds)}


def _text(value: Value, is_input: bool) -> Schema:
    if value.choices:
        return {"type": "string", "enum": [*value.choices]}
    schema = {"type": "string", **_given({"maxLength": value.max_length, "pattern": value.pattern})}
    if not is_input:
        return schema
    if value.pattern:
        return schema | {"allOf": [{"pattern": CARRIED}]}
    return schema | {"pattern": CARRIED}


def _money(value: Value, is_input: bool) -> Schema:
    """Text; from a client a number too, which is taken by its digits. No multipleOf says how many:
    in the floats of most validators 19.99 is no multiple of 0.01."""
    text = {"type": "string", "pattern": f"^{amount(value, is_input)}$"}
    if not is_input:
        return text
    bounds = {"minimum": float(-value.most), "maximum": float(value.most)}
    about = f"With more than {value.decimal_places} digits after the point it is a 422."
    return {"anyOf": [text, {"type": "number", "description": about, **bounds}]}


def amount(value: Value, is_input: bool) -> str:
    """The pattern of an amount of money: of two places always, or from a client at most."""
    whole, places = value.max_digits - value.decimal_places, value.decimal_places
    fraction = rf"(\.[0-9]{{1,{places}}})?" if is_input else rf"\.[0-9]{{{places}}}"
    return rf"-?[0-9]{{1,{whole}}}{fraction}"


def _given(values: Schema) -> Schema:
    return {name: value for name, value in values.items() if value is not None}
