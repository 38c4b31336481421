"""The plain dialect of XML: no types and no namespace; the schema directs how it is read."""

from dataclasses import replace

from lxml.etree import _Element

from representations.base import (
    DEPTH,
    Data,
    ListOf,
    Malformed,
    Member,
    Representation,
    Scalar,
    Shape,
)
from representations.markup import Dialect, escaped
from representations.reader import SPACE, XSI, content, document, members, scalar, xpath

_NIL = f"{{{XSI}}}nil"
_DIALECT = Dialect(
    attributes=lambda kind: ' xsi:nil="true"' if kind is type(None) else "",
    root=lambda shape: f' xmlns:xsi="{XSI}"{_location(shape)}',
)


def _location(shape: Shape) -> str:
    place = escaped(shape.schema)
    return f' xsi:noNamespaceSchemaLocation="{place}"' if place else ""


def encode(data: Data, shape: Shape) -> bytes:
    return _DIALECT.write(data, shape)


def decode(source: bytes, shape: Shape, charset: str | None = None, depth: int = DEPTH) -> Data:
    """The data by the declared types; a member that the shape does not know is read as None."""
    return value(document(source, shape.name, charset, depth), shape)


def value(element: _Element, member: Member | None) -> Data:
    """What the element stands for, by the declared types. Raises Malformed."""
    held = content(element)
    if element.get(_NIL, "").strip(SPACE) in ("true", "1"):
        if held if isinstance(held, list) else held.strip(SPACE):
            raise Malformed(
                f"line {element.sourceline}: {element.tag!r} is nil, but holds something"
            )
        return None
    if isinstance(member, Scalar):
        return scalar(held, member) if isinstance(held, str) else {}
    if isinstance(held, str):
        if held.strip(SPACE):
            raise Malformed(f"line {element.sourceline}: text instead of elements")
        held = []
    if isinstance(member, ListOf):
        return [value(_item(child, member), member.item) for child in held]
    known = member.members if isinstance(member, Shape) else {}
    return {
        name: value(child, known[name]) if name in known else None for name, child in members(held)
    }


def _item(element: _Element, member: ListOf) -> _Element:
    if element.tag != member.item_name:
        raise Malformed(
            f"line {element.sourceline}: {element.tag!r} in a list of {member.item_name!r}"
        )
    return element


XML = Representation(
    "xml",
    "application/xml",
    encode,
    decode,
    xpath,
    charset="utf-8",
    stream=_DIALECT.stream,
    schema="xsd",
)
TEXT_XML = replace(XML, name="text-xml", media_type="text/xml")
