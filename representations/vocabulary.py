"""Vocabularies of old systems: what a folder with a media type and two stylesheets makes of ours.

`media-type`: one line. `out.xsl`: from the plain dialect of XML to the vocabulary (XSLT 1.0); what
its templates match from the root, as in `match="/customer"`, are the types that it is for.
`in.xsl`: the other way. A `.xsd`: what is read must be valid by it. Stylesheets read and write
nothing but the document.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import local
from typing import Any

from lxml import etree
from lxml.etree import _Element, _ElementTree

from representations.base import Data, Inexpressible, Malformed, Representation, Shape
from representations.reader import document
from representations.xml import XML, value

FOLDER = Path(__file__).parent.parent / "vocabularies"
_NOTHING: Any = etree.XSLTAccessControl.DENY_ALL  # type: ignore[attr-defined]  # the stubs lack it
_LONGEST = 500  # characters of a message
_XSL = "{http://www.w3.org/1999/XSL/Transform}"
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.-]*\+xml")
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
_ROOT = re.compile(r"\s*/([A-Za-z_][\w.-]*)\s*")


class Broken(ValueError):
    """A vocabulary that cannot be: which file of it, on which line, and why."""


class _Compiled:
    """What a file compiles to, once in each thread: libxml2 would compile it again whenever another
    thread uses it, and threads would share its list of errors. Raises Broken."""

    def __init__(self, path: Path, compile: Callable[[_ElementTree], Any]) -> None:
        self.tree = _parsed(path)
        self._path, self._compile, self._made = path, compile, local()
        self.here()

    def here(self) -> Any:
        """That of this thread."""
        if not hasattr(self._made, "it"):
            self._made.it = self._make()
        return self._made.it

    def _make(self) -> Any:
        etree.clear_error_log()
        try:
            return self._compile(_parsed(self._path))
        except (etree.XSLTParseError, etree.XMLSchemaParseError) as error:
            lines = [entry.line for entry in error.error_log if entry.line]
            raise _broken(self._path, lines[-1] if lines else None, error) from error


class _Vocabulary:
    """A folder, compiled. Raises Broken."""

    def __init__(self, folder: Path) -> None:
        self._out = _Compiled(folder / "out.xsl", _stylesheet)
        self._in = _Compiled(folder / "in.xsl", _stylesheet)
        found = sorted(folder.glob("*.xsd"))
        self._schemas = [_Compiled(path, etree.XMLSchema) for path in found]
        self.types = frozenset(_types(self._out.tree))
        if not self.types:
            reason = 'no template is for a type, as match="/customer"'
            raise _broken(folder / "out.xsl", None, reason)

    def encode(self, data: Data, shape: Shape) -> bytes:
        try:
            made = _applied(self._out, etree.fromstring(XML.encode(data, shape)))
        except etree.XSLTApplyError as error:
            raise Inexpressible(str(error)[:_LONGEST]) from error
        return etree.tostring(made, encoding="utf-8", xml_declaration=True)

    def decode(self, content: bytes, shape: Shape, charset: str | None, depth: int) -> Data:
        root = document(content, None, charset, depth)
        for schema in self._schemas:
            _validate(schema.here(), root)
        try:
            made = _applied(self._in, root)
        except etree.XSLTApplyError as error:
            raise Malformed(str(error)[:_LONGEST]) from error
        if made.tag != shape.name:
            raise Malformed(f"the root element {root.tag!r} stands for no {shape.name}")
        return value(made, shape)


def vocabularies(folder: Path = FOLDER) -> tuple[Representation, ...]:
    """A representation for each vocabulary in the folder, by name. Raises Broken."""
    return tuple(_representation(path) for path in sorted(folder.glob("*")) if path.is_dir())


def _representation(folder: Path) -> Representation:
    if not _NAME.fullmatch(folder.name):
        raise _broken(folder, None, "a name has small letters, and - between them")
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
        raise _broken(path, None, error) from error
    if not _MEDIA_TYPE.fullmatch(said):
        raise _broken(path, 1, f"{said[:100]!r} is no media type such as application/vnd.x+xml")
    return said


def _types(stylesheet: _ElementTree) -> Iterator[str]:
    """The types that the stylesheet has a template for, at the root."""
    for template in stylesheet.iterfind(f"{_XSL}template[@match]"):
        for pattern in str(template.get("match")).split("|"):
            if found := _ROOT.fullmatch(pattern):
                yield found[1]


def _parsed(path: Path) -> _ElementTree:
    try:
        return etree.parse(str(path), etree.XMLParser(no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise _broken(path, error.lineno, error.msg) from error
    except OSError as error:
        raise _broken(path, None, error) from error


def _stylesheet(tree: _ElementTree) -> etree.XSLT:
    return etree.XSLT(tree, access_control=_NOTHING, regexp=False)


def _applied(stylesheet: _Compiled, root: _Element) -> _Element:
    """What the stylesheet makes of the document. Raises lxml's XSLTApplyError."""
    made: _Element | None = stylesheet.here()(root).getroot()
    if made is None:
        raise etree.XSLTApplyError(f"nothing is said of {root.tag!r}")
    return made


def _validate(schema: Any, root: _Element) -> None:
    if not schema.validate(root):
        fault = next(iter(schema.error_log))
        raise Malformed(f"line {fault.line}: {fault.message[:_LONGEST]}")


def _broken(path: Path, line: int | None, reason: object) -> Broken:
    place = f", line {line}" if line else ""
    return Broken(f"{path.parent.name}/{path.name}{place}: {reason}")
