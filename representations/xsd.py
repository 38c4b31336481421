"""XML Schema (1.0) of a type, from its description: of the plain dialect, which it directs.

Each type is a complexType of its name, so that one class is generated for it wherever it stands.
What the server sends of any of them may be a document: classes generated from the schema of a page
write a row, too. What clients send has the one root that it must have.
"""

from collections.abc import Mapping
from dataclasses import replace

from lxml.builder import ElementMaker
from lxml.etree import _Element, tostring

from representations.base import Data, Shape
from representations.json_schema import DAY, MOMENT, amount
from representations.schema import (
    Kind,
    Listed,
    Named,
    Object,
    Property,
    Type,
    Value,
    reached,
)
from representations.xml import XML

XS = "http://www.w3.org/2001/XMLSchema"
_MAKER = ElementMaker(namespace=XS, nsmap={"xs": XS})
_BASES = {
    Kind.TEXT: "xs:string",
    Kind.INTEGER: "xs:long",
    Kind.BOOLEAN: "xs:boolean",
    Kind.MONEY: "xs:decimal",
    Kind.DAY: "xs:date",
    Kind.MOMENT: "xs:dateTime",
}

Facets = Mapping[str, object]


def encode(data: Data, shape: Shape) -> bytes:
    """The schema of the type that has the name, whole: what it refers to stands in it."""
    root, *others = reached(data["name"], data["types"])
    roots = [root] if root.is_input else [root, *others]
    spaces: dict[str | None, str] = {"xs": XS}
    attributes = {"elementFormDefault": "qualified"}
    if root.namespace:
        spaces[None], attributes["targetNamespace"] = root.namespace, root.namespace
    schema: _Element = ElementMaker(namespace=XS, nsmap=spaces).schema(
        *(_made("element", name=each.tag, type=each.name) for each in roots),
        *(_complex(each, name=each.name) for each in (root, *others)),
        **attributes,
    )
    return tostring(schema, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _made(tag: str, *inside: _Element | str, **attributes: str) -> _Element:
    element: _Element = _MAKER(tag, *inside, **attributes)
    return element


def _complex(type: Object, **name: str) -> _Element:
    """Members stand in any order, each once at most: that is all that the reader asks for."""
    about = [_made("annotation", _made("documentation", type.about))] if type.about else []
    members = [_element(each, property, type) for each, property in type.properties.items()]
    return _made("complexType", *about, _made("all", *members), **name)


def _element(name: str, property: Property, within: Object) -> _Element:
    element = _of_type(name, property.type, within, is_ignored=property.ignored)
    if not property.required:
        element.set("minOccurs", "0")
    if property.nullable or property.ignored:
        element.set("nillable", "true")
    return element


def _of_type(name: str, type: Type, within: Object, *, is_ignored: bool = False) -> _Element:
    if isinstance(type, Named):
        return _made("element", name=name, type="xs:anyType" if is_ignored else type.name)
    if isinstance(type, Object):
        return _made("element", _complex(type), name=name)
    if isinstance(type, Listed):
        return _made(
            "element", _made("complexType", _made("sequence", _item(type, within))), name=name
        )
    return _of_value(name, type, within.is_input)


def _item(type: Listed, within: Object) -> _Element:
    element = _of_type(within.item or type.item_name, type.items, within)
    element.set("minOccurs", "0")
    element.set("maxOccurs", "unbounded" if type.most is None else str(type.most))
    return element


def _of_value(name: str, value: Value, is_input: bool) -> _Element:
    facets = {name: each for name, each in _facets(value, is_input).items() if each is not None}
    base = _BASES[value.kind]
    if not facets and not value.choices:
        return _made("element", name=name, type=base)
    choices = [_made("enumeration", value=each) for each in value.choices]
    bounds = [_made(facet, value=str(bound)) for facet, bound in facets.items()]
    restricted = _made("restriction", *bounds, *choices, base=base)
    return _made("element", _made("simpleType", restricted), name=name)


def _facets(value: Value, is_input: bool) -> Facets:
    """The bounds. Of what is no text, a pattern keeps clients to the one way to write it that is
    read; the server keeps to it anyway, and generators make text of whatever has a pattern."""
    if value.kind is Kind.MONEY:
        digits = {"totalDigits": value.max_digits, "fractionDigits": value.decimal_places}
        return {"pattern": amount(value, is_input) if is_input else None, **digits}
    if value.kind in _PATTERNS:
        return {"pattern": _PATTERNS[value.kind] if is_input else None}
    pattern = value.pattern and value.pattern.removeprefix("^").removesuffix("$")
    below = None if value.lt is None else value.lt - 1
    return {
        "maxLength": value.max_length,
        "pattern": pattern,
        "minInclusive": value.ge,
        "maxInclusive": below,
    }


_PATTERNS = {Kind.DAY: DAY, Kind.MOMENT: MOMENT}

# RFC 7303 has no media type for schemas, nor has anybody registered one.
XSD = replace(XML, encode=encode, decode=None, stream=None, schema="")
TEXT_XSD = replace(XSD, name="text-xml", media_type="text/xml")
