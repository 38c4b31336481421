"""The reading of XML, common to its dialects: bytes to elements, hostile ones refused."""

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from lxml import etree
from lxml.etree import _Element

from representations.base import Data, ListOf, Malformed, Member, Path, Scalar, Shape
from representations.markup import element_name

SPACE = " \t\r\n"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_FOREIGN = (f"{{{XSI}}}", "{http://www.w3.org/XML/1998/namespace}")

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CODECS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16-be",  # without a byte order mark (RFC 2781, 4.3)
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "latin-1",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "windows-1252": "cp1252",
}
_DECLARED = re.compile(rb"""<\?xml(?=\s)[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_INTEGER = re.compile(r"[+-]?[0-9]{1,1000}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}  # XML Schema 2, 3.2.2.1


def document(content: bytes, name: str | None, charset: str | None, depth: int) -> _Element:
    """The root element, which must have the name; None: any. Raises Malformed.

    A document with a DOCTYPE is refused; no entity but the predefined is expanded and nothing is
    opened. `collect_ids` and `attribute_defaults` must stay as they are: each makes libxml2
    load an external DTD.
    """
    try:
        text = _decoded(content, charset)
        if text.startswith("\ufeff"):
            raise Malformed("a second byte order mark")
        root = etree.fromstring(text.encode(), _parser())
    except (etree.XMLSyntaxError, UnicodeError) as error:
        raise Malformed(getattr(error, "msg", None) or str(error)) from error
    if _docinfo(root).doctype:
        raise Malformed("a DOCTYPE is not read")
    if _deeper_than(depth)(root):
        raise Malformed(f"more than {depth} levels of nesting")
    if root.tag != (name or root.tag):
        raise Malformed(f"the root element is {root.tag!r}, not {name!r}")
    return root


def content(element: _Element, known: Collection[str] = ()) -> str | list[_Element]:
    """What the element holds: its text, or its child elements if it has any.

    known: the attributes that the dialect reads. Raises Malformed for others, and for text beside
    elements.
    """
    if element.keys():
        _refuse_attributes(element, known)
    inner = list(element)
    if not inner:
        return element.text or ""
    for text in (element.text, *(child.tail for child in inner)):
        if text and text.strip(SPACE):
            raise Malformed(f"line {element.sourceline}: text beside elements in {element.tag!r}")
    return inner


def members(elements: Iterable[_Element]) -> Iterator[tuple[str, _Element]]:
    """The members that the elements stand for, by name.

    Raises Malformed for one that occurs twice, and for an element in a namespace: ours has none.
    """
    seen = set()
    for element in elements:
        tag = str(element.tag)
        if tag.startswith("{"):
            raise Malformed(f"line {element.sourceline}: {tag!r} is in a namespace")
        name = element.get("name", "key") if tag == "key" else tag
        if name in seen:
            raise Malformed(f"line {element.sourceline}: the element {name!r} occurs twice")
        seen.add(name)
        yield name, element


def scalar(text: str, kind: Scalar | None) -> Data:
    """The value that the text stands for; what is no integer or boolean stays text, for the model
    to refuse in its own words."""
    if kind in (None, Scalar.TEXT):
        return text
    text = text.strip(SPACE)
    if kind is Scalar.INTEGER and _INTEGER.fullmatch(text):
        return int(text)
    return _BOOLEANS.get(text, text) if kind is Scalar.BOOLEAN else text


def xpath(path: Path, shape: Shape, item: str | None = None) -> str:
    """The path as an XPath from the root element; places in lists count from 1.

    item: the name of every list's items, None for that of their type.
    """
    member: Member | None = shape
    steps = [shape.name]
    for step in path:
        if isinstance(step, int):
            held = member if isinstance(member, ListOf) else None
            steps.append(f"{item or (held.item_name if held else 'item')}[{step + 1}]")
            member = held.item if held else None
        else:
            steps.append(_step(step))
            member = member.members.get(step) if isinstance(member, Shape) else None
    return "/" + "/".join(steps)


def _step(name: str) -> str:
    if name == "key":  # not one that stands for another name
        return "key[not(@name)]"
    return name if element_name(name) == name else f"key[@name={_literal(name)}]"


def _literal(text: str) -> str:
    """The text as an XPath expression: XPath 1.0 has no escapes inside its quotes."""
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ", '\"', ".join(f'"{part}"' for part in text.split('"')) + ")"


def _decoded(content: bytes, charset: str | None) -> str:
    """The text: byte order mark, then charset, then declaration, then UTF-8 (RFC 7303, 3)."""
    for mark, codec in _BOMS.items():
        if content.startswith(mark):
            return content[len(mark) :].decode(codec)
    declared = _DECLARED.match(content)
    encoding = charset or (declared[1].decode() if declared else "utf-8")
    if encoding.lower() not in _CODECS:
        raise Malformed(f"the encoding {encoding!r} is not read; {', '.join(_CODECS)} are")
    return content.decode(_CODECS[encoding.lower()])


def _docinfo(root: _Element) -> Any:  # the stubs do not know `doctype`
    return root.getroottree().docinfo


@cache
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath("boolean(" + "/*" * (depth + 1) + ")")


def _parser() -> etree.XMLParser:
    """A parser of its own for each document, so that no two share a state."""
    return etree.XMLParser(
        encoding="utf-8",  # the text was decoded already: whatever it declares no longer holds
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _refuse_attributes(element: _Element, known: Collection[str]) -> None:
    """An attribute that nobody reads would be lost without a word."""
    for name in map(str, element.keys()):
        if name in known or name.startswith(_FOREIGN) or (name == "name" and element.tag == "key"):
            continue
        raise Malformed(f"line {element.sourceline}: the attribute {name!r} is not read")
