"""The XML writer: one algorithm, whose dialects differ in their tags alone.

Everything about an object that does not depend on its values (its tags, which members are text,
which nest) follows from the names and types of its members. So a plan is made once per such
layout and remembered; writing an object is then a few calls that run in C.
"""

import ast
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from types import NoneType
from typing import Any

import dicttoxml
import msgspec

from representations.base import Data, ListOf, Member, Shape

DECLARATION = '<?xml version="1.0" encoding="UTF-8" ?>'
# dicttoxml's escapes, and one for a carriage return, which a parser would make a line feed
# (XML 1.0, 2.11). What XML cannot carry at all (2.2) becomes U+FFFD.
_ESCAPES = {"&": "&amp;", '"': "&quot;", "'": "&apos;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_SPECIAL = re.compile("[&\"'<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
# What a parser would not give back as it was: a prefix, or white space after the name.
_NO_LOCAL_NAME = re.compile(r"[:\s]")
_FEW = 4096  # layouts and names that are remembered

logging.getLogger("dicttoxml").setLevel(logging.WARNING)  # at INFO it logs every name


@dataclass(frozen=True, eq=False)  # hashed by identity: it is part of every key
class Dialect:
    """What tells one XML from another.

    attributes: those of an element that holds a value of the type, with a leading space.
    root: attributes of the root element. item: the name of a list's items, None for the name of
    their type.
    """

    attributes: Callable[[type], str]
    root: str = ""
    item: str | None = None


@dataclass(frozen=True)
class _Plan:
    """How to write an object: what takes out its scalars that are not null, the strings among
    them, the names of the members that nest, and what fills in the text of each.

    convert: what makes scalars other than strings and integers text; None if there are none.
    """

    scalars: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    strings: Callable[[Mapping[str, Any]], tuple[str, ...]]
    convert: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None
    nested: tuple[str, ...]
    fill: Callable[..., str]


def write(data: Data, shape: Shape, dialect: Dialect) -> bytes:
    """The document: UTF-8 with a declaration, its root named after the type."""
    held = _content(data, shape, dialect)
    return f"{DECLARATION}<{shape.name}{dialect.root}>{held}</{shape.name}>".encode()


def _content(data: Data, member: Member | None, dialect: Dialect) -> str:
    """What stands between the tags of an element that holds the data."""
    if isinstance(data, dict):
        return _object(data, member if isinstance(member, Shape) else _UNKNOWN, dialect)
    if isinstance(data, list):
        return _list(data, member if isinstance(member, ListOf) else _LIST, dialect)
    return "" if data is None else _text(data)


def _object(data: Mapping[str, Any], shape: Shape, dialect: Dialect) -> str:
    plan = _plan(tuple(data), tuple(map(type, data.values())), dialect)
    scalars = plan.scalars(data)
    if plan.convert:
        scalars = plan.convert(scalars)
    if not _is_plain("".join(plan.strings(data))):
        scalars = tuple(map(_text, scalars))
    if not plan.nested:
        return plan.fill(*scalars)
    members = shape.members
    return plan.fill(
        *scalars, *[_content(data[name], members.get(name), dialect) for name in plan.nested]
    )


def _list(data: list[Any], member: ListOf, dialect: Dialect) -> str:
    name = dialect.item or member.item_name
    items = []
    for item in data:
        start, end = _tags(name, item.__class__, dialect)
        items.append(f"{start}{_content(item, member.item, dialect)}{end}")
    return "".join(items)


@lru_cache(_FEW)
def _plan(names: tuple[str, ...], types: tuple[type, ...], dialect: Dialect) -> _Plan:
    kinds = dict(zip(names, types, strict=True))
    nested = tuple(name for name, kind in kinds.items() if issubclass(kind, dict | list))
    scalars = [name for name, kind in kinds.items() if kind is not NoneType and name not in nested]
    places = {name: f"v{place}" for place, name in enumerate([*scalars, *nested])}
    pieces: list[ast.expr] = []
    for name, kind in kinds.items():
        start, end = _tags(name, kind, dialect)
        hole = (
            [ast.FormattedValue(ast.Name(places[name], ast.Load()), -1)] if name in places else []
        )
        pieces += [ast.Constant(start), *hole, ast.Constant(end)]
    return _Plan(
        _picker(scalars),
        _picker([name for name in scalars if issubclass(kinds[name], str)]),
        _converter({kinds[name] for name in scalars}),
        nested,
        _template([*places.values()], pieces),
    )


def _converter(kinds: set[type]) -> Callable[[tuple[Any, ...]], tuple[Any, ...]] | None:
    if kinds <= {str, int}:
        return None
    if bool in kinds:
        return lambda scalars: tuple(map(_text, scalars))
    return msgspec.to_builtins


def _template(places: list[str], pieces: list[ast.expr]) -> Callable[..., str]:
    """What puts its arguments in their places: an f-string, more than twice as fast as `%`.

    It is built as a tree, so nothing in a name can be taken for code.
    """
    arguments = ast.arguments([], [ast.arg(place) for place in places], None, [], [], None, [])
    tree = ast.Expression(ast.Lambda(arguments, ast.JoinedStr(pieces)))
    compiled: Callable[..., str] = eval(compile(ast.fix_missing_locations(tree), "plan", "eval"))
    return compiled


def _picker(names: list[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What takes the members of the names out of an object, as a tuple also of one or none."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda data: tuple(data[name] for name in names)


@lru_cache(_FEW)
def _tags(name: str, kind: type, dialect: Dialect) -> tuple[str, str]:
    """The start and end tag of a member. A name that is no XML name stands in an attribute."""
    element = element_name(name)
    attribute = "" if element == name else f' name="{_attribute(name)}"'
    return f"<{element}{attribute}{dialect.attributes(kind)}>", f"</{element}>"


@lru_cache(_FEW)
def element_name(name: str) -> str:
    """The name if it is an XML name by dicttoxml's rules, else `key`."""
    valid, _ = dicttoxml.make_valid_xml_name(name, {})
    return name if valid == name and not _NO_LOCAL_NAME.search(name) else "key"


def _text(scalar: Data) -> str:
    """The escaped text of a scalar, the same that every format has for it."""
    if isinstance(scalar, bool):
        return "true" if scalar else "false"
    text = str(msgspec.to_builtins(scalar))
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), text)


def _is_plain(text: str) -> bool:
    """Whether the text can be written as it is; what is printable, XML can carry."""
    return text.isprintable() and not (
        "&" in text or "<" in text or ">" in text or '"' in text or "'" in text
    )


def _attribute(text: str) -> str:
    return _text(text).replace("\t", "&#9;").replace("\n", "&#10;")


_UNKNOWN = Shape("")
_LIST = ListOf(_UNKNOWN)
