"""Vocabularies of old systems: what a folder with a media type and two stylesheets makes of ours.

`media-type`: one line. `out.xsl`: from the plain dialect of XML to the vocabulary (XSLT 1.0); what
its templates match from the root, as in `match="/customer"`, are the types that it is for.
`in.xsl`: the other way. A `.xsd`: what is read must be valid by it.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree
from lxml.etree import _Element, _ElementTree

from representations.base import DEPTH, Data, Inexpressible, Malformed, Representation, Shape
from representations.examples import example
from representations.reader import document
from representations.schema import Types, shape_of
from representations.stylesheet import (
    LONGEST,
    Broken,
    Compiled,
    Refused,
    applied,
    broken,
    schema,
    stylesheet,
)
from representations.xml import XML, value

FOLDER = Path(__file__).parent.parent / "vocabularies"
_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.-]*\+xml")
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
_ROOT = re.compile(r"\s*/([A-Za-z_][\w.-]*)\s*")


class _Vocabulary:
    """A folder, compiled. Raises Broken."""

    def __init__(self, folder: Path) -> None:
        self._out, self._in = stylesheet(folder / "out.xsl"), stylesheet(folder / "in.xsl")
        self._schemas = [schema(path) for path in sorted(folder.glob("*.xsd"))]
        self.types = frozenset(_types(self._out.tree))
        if not self.types:
            reason = 'no template is for a type, as match="/customer"'
            raise broken(folder / "out.xsl", None, reason)

    def encode(self, data: Data, shape: Shape) -> bytes:
        try:
            made = applied(self._out, etree.fromstring(XML.encode(data, shape)))
        except (Refused, Broken) as error:
            raise Inexpressible(str(error)) from error
        return etree.tostring(made, encoding="utf-8", xml_declaration=True)

    def decode(self, content: bytes, shape: Shape, charset: str | None, depth: int) -> Data:
        root = document(content, None, charset, depth)
        for each in self._schemas:
            _validate(each, root)
        try:
            made = applied(self._in, root)
        except (Refused, Broken) as error:
            raise Malformed(str(error)) from error
        etree.strip_elements(made, etree.Comment, etree.PI, with_tail=False)  # they say nothing
        if made.tag != shape.name:
            raise Malformed(f"the root element {root.tag!r} stands for no {shape.name}")
        return value(made, shape)


def vocabularies(
    folder: Path = FOLDER, taken: Collection[str] = frozenset()
) -> tuple[Representation, ...]:
    """A representation for each vocabulary in the folder, by name. taken: names and media types
    that others have. Raises Broken."""
    known, found = {*taken}, []
    for path in sorted(folder.glob("*")):
        if path.is_dir():
            made = _representation(path)
            _refuse_taken(made, path, known)
            known |= {made.name, made.media_type}
            found.append(made)
    return tuple(found)


def _refuse_taken(made: Representation, folder: Path, taken: Collection[str]) -> None:
    """One of two that have the same name would be taken for the other: in a query, in the cache."""
    for said, path in ((made.name, folder), (made.media_type, folder / "media-type")):
        if said in taken:
            raise broken(path, None, f"another representation is {said} already")


def check(vocabulary: Representation, types: Types) -> None:
    """Raises Broken for a type that there is not, and for a stylesheet that fails on an example of
    one: names in it are looked up when they are met."""
    for name in sorted(vocabulary.types):
        if name not in types:
            raise Broken(f"{vocabulary.name}/out.xsl: there is no type {name!r}")
        try:
            _there_and_back(vocabulary, example(types[name], types), shape_of(types[name]))
        except (Inexpressible, Malformed) as error:
            if isinstance(error.__cause__, Broken):
                raise error.__cause__ from None


def _there_and_back(vocabulary: Representation, data: Data, shape: Shape) -> None:
    assert vocabulary.decode
    vocabulary.decode(vocabulary.encode(data, shape), shape, None, DEPTH)


def _representation(folder: Path) -> Representation:
    if not _NAME.fullmatch(folder.name):
        raise broken(folder, None, "a name has small letters, and - between them")
    media_type, compiled = _media_type(folder / "media-type"), _Vocabulary(folder)
    return replace(
        XML,
        name=folder.name,
        media_type=media_type,
        encode=compiled.encode,
        decode=compiled.decode,
        stream=None,
        schema="",
        types=compiled.types,
    )


def _media_type(path: Path) -> str:
    try:
        said = path.read_text().strip()
    except (OSError, UnicodeError) as error:
        raise broken(path, None, error) from error
    if not _MEDIA_TYPE.fullmatch(said):
        raise broken(path, 1, f"{said[:100]!r} is no media type such as application/vnd.x+xml")
    return said


def _types(stylesheet: _ElementTree) -> Iterator[str]:
    """The types that the stylesheet has a template for, at the root."""
    for template in stylesheet.iterfind(f"{_XSL}template[@match]"):
        for pattern in str(template.get("match")).split("|"):
            if found := _ROOT.fullmatch(pattern):
                yield found[1]


def _validate(schema: Compiled, root: _Element) -> None:
    validator = schema.here()
    if not validator.validate(root):
        fault = next(iter(validator.error_log))
        raise Malformed(f"line {fault.line}: {fault.message[:LONGEST]}")
