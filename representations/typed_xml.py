"""The typed dialect of XML: what dicttoxml writes, byte for byte where that reads back the same.

Each element says its type (`str`, `int`, `float`, `bool`, `null`, `list`, `dict`), so any plain
data is read without a schema. dicttoxml itself is the oracle of the tests and is asked for
names; it is no writer for a server: it loses carriage returns, breaks on control characters, and
takes a hundred times as long.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial

from lxml.etree import _Element

from representations.base import DEPTH, Data, Malformed, Representation, Scalar, Shape
from representations.markup import Dialect
from representations.reader import SPACE, content, document, members, scalar, xpath

_TYPES: dict[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    type(None): "null",
    list: "list",
    dict: "dict",
}


def encode(data: Data, shape: Shape) -> bytes:
    return _DIALECT.write(data, shape)


def decode(source: bytes, shape: Shape, charset: str | None = None, depth: int = DEPTH) -> Data:
    """The data by the types in the document; the root is an object. Fractions come as Decimal."""
    return _object(document(source, shape.name, charset, depth))


def _type_name(kind: type) -> str:
    return next((_TYPES[base] for base in kind.__mro__ if base in _TYPES), "str")


def _value(element: _Element) -> Data:
    kind = element.get("type", "dict" if len(element) else "str")
    if kind not in _READERS:
        raise Malformed(f"line {element.sourceline}: the type {kind!r} is not one of {[*_READERS]}")
    return _READERS[kind](element)


def _object(element: _Element) -> Data:
    return {name: _value(child) for name, child in members(_inner(element))}


def _list(element: _Element) -> Data:
    return [_value(child) for child in _inner(element)]


def _null(element: _Element) -> None:
    if _inner(element):
        raise Malformed(f"line {element.sourceline}: a null that holds elements")


def _inner(element: _Element) -> list[_Element]:
    held = content(element, _ATTRIBUTES)
    if isinstance(held, list):
        return held
    if held.strip(SPACE):
        raise Malformed(f"line {element.sourceline}: text where there are none but elements")
    return []


def _text(element: _Element) -> str:
    held = content(element, _ATTRIBUTES)
    if isinstance(held, list):
        raise Malformed(f"line {element.sourceline}: elements in a text")
    return held


def _as(kind: Scalar) -> Callable[[_Element], Data]:
    return lambda element: scalar(_text(element), kind)


def _fraction(element: _Element) -> Data:
    text = _text(element).strip(SPACE)
    if not _NUMBER.fullmatch(text):
        raise Malformed(f"line {element.sourceline}: {text!r} is no number")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Malformed(f"line {element.sourceline}: a number without bounds") from error


_ATTRIBUTES = ("type",)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # JSON's (RFC 8259, 6)
_READERS: dict[str, Callable[[_Element], Data]] = {
    "str": _text,
    "int": _as(Scalar.INTEGER),
    "float": _fraction,
    "number": _fraction,
    "bool": _as(Scalar.BOOLEAN),
    "null": _null,
    "list": _list,
    "dict": _object,
}
_DIALECT = Dialect(attributes=lambda kind: f' type="{_type_name(kind)}"', item="item")

TYPED_XML = Representation(
    "typed-xml",
    "application/vnd.parley.typed+xml",
    encode,
    decode,
    partial(xpath, item="item"),
    charset="utf-8",
    stream=_DIALECT.stream,
)
