"""Stylesheets and schemas of XML, from files: compiled once a thread, and what is wrong with them
told by file and line.

Stylesheets read and write nothing but the document.
"""

from collections.abc import Callable
from pathlib import Path
from threading import local
from typing import Any

from lxml import etree
from lxml.etree import _Element, _ElementTree

LONGEST = 500  # characters of a message
_NOTHING: Any = etree.XSLTAccessControl.DENY_ALL  # type: ignore[attr-defined]  # the stubs lack it
_XPATH: Any = etree.ErrorDomains.XPATH
_PLACED = ("compilation error", "runtime error")  # how an entry begins that says where alone


class Broken(ValueError):
    """A file that is wrong: which, on which line, and why."""


class Refused(Exception):
    """What a stylesheet says of a document that it makes nothing of."""


class Compiled:
    """What a file compiles to, once in each thread: libxml2 would compile it again whenever another
    thread uses it, and threads would share its list of errors. Raises Broken."""

    def __init__(self, path: Path, compile: Callable[[_ElementTree], Any]) -> None:
        self.path, self.tree = path, _parsed(path)
        self._compile, self._made = compile, local()
        self.here()

    def here(self) -> Any:
        """That of this thread."""
        if not hasattr(self._made, "it"):
            self._made.it = self._make()
        return self._made.it

    def _make(self) -> Any:
        etree.clear_error_log()
        try:
            made = self._compile(_parsed(self.path))
        except (etree.XSLTParseError, etree.XMLSchemaParseError) as error:
            raise _fault(self.path, error.error_log, error) from error
        if wrong := made.error_log.filter_from_errors():  # as an instruction that there is not
            raise _fault(self.path, wrong, "")
        return made


def stylesheet(path: Path) -> Compiled:
    return Compiled(path, lambda tree: etree.XSLT(tree, access_control=_NOTHING, regexp=False))


def schema(path: Path) -> Compiled:
    return Compiled(path, etree.XMLSchema)


def applied(stylesheet: Compiled, root: _Element) -> _Element:
    """What the stylesheet makes of the document. Raises Refused in its own words, and Broken."""
    try:
        made: _Element | None = stylesheet.here()(root).getroot()
    except etree.XSLTApplyError as error:
        raise _failed(stylesheet.path, error) from error
    if made is None:
        raise Refused(f"nothing is said of {root.tag!r}")
    return made


def broken(path: Path, line: int | None, reason: object) -> Broken:
    place = f", line {line}" if line else ""
    why = str(reason).partition("\n")[0][:LONGEST]
    return Broken(f"{path.parent.name}/{path.name}{place}: {why}")


def _failed(path: Path, error: etree.XSLTApplyError) -> Broken | Refused:
    """Nothing is wrong where all that was logged are messages: xsl:message terminate="yes"."""
    if any(each.domain == _XPATH or _is_place(each) for each in error.error_log):
        return _fault(path, error.error_log, error)
    return Refused(str(error)[:LONGEST])


def _fault(path: Path, log: Any, error: object) -> Broken:
    """The first fault in the log, in the file that has it: that may be one that is imported."""
    placed = next((each for each in log if each.line), None)
    said = next((each.message for each in log if not _is_place(each)), error)
    return broken(Path(placed.filename) if placed else path, placed and placed.line, said)


def _is_place(entry: Any) -> bool:
    return bool(entry.message.startswith(_PLACED))


def _parsed(path: Path) -> _ElementTree:
    try:
        return etree.parse(str(path), etree.XMLParser(no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise broken(path, error.lineno, error.msg) from error
    except OSError as error:
        raise broken(path, None, error) from error
