"""The selectors of XML Patch: the subset of XPath that RFC 5261, 4.1 allows, but for what there is
not in our documents: comments, processing instructions, namespace nodes and ids.

A client's selector is read here and followed step by step: it never reaches an XPath engine.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml.etree import _Element

from representations.base import Malformed
from representations.patch import Inapplicable, Work, short

_XML = "http://www.w3.org/XML/1998/namespace"  # the prefix that nobody declares
_NAME = r"[^\W\d][\w.-]*"
_QNAME = rf"(?:{_NAME}:)?{_NAME}"
_QUOTED = "\"[^\"]*\"|'[^']*'"
_PREDICATE = rf"\[(?:[1-9][0-9]{{0,8}}|(?:@?{_QNAME}|\.)=(?:{_QUOTED}))\]"
_ELEMENT = re.compile(rf"({_QNAME}|\*)((?:{_PREDICATE})*)")
_TEXT = re.compile(r"text\(\)(?:\[([1-9][0-9]{0,8})\])?")
ATTRIBUTE = re.compile(rf"@({_QNAME})")
_TEST = re.compile(rf"\[(?:([0-9]+)|(@?{_QNAME}|\.)=({_QUOTED}))\]")
_STEP = re.compile(
    rf"/?((?:{_ELEMENT.pattern})|(?:{_TEXT.pattern})|(?:{ATTRIBUTE.pattern}))(?=/|\Z)"
)

Names = Mapping[str | None, str]  # namespaces by prefix, as they are in scope in the patch


class Located(NamedTuple):
    """The one node that a selector names: an element, an attribute of it, or a text inside it."""

    element: _Element
    attribute: str | None = None
    text: int | None = None  # which of its texts, from 1


def locate(root: _Element, selector: str, names: Names, work: Work) -> Located:
    """The node. Raises Malformed for what is no selector, Inapplicable unless it names one node,
    Unprocessable if that takes too much work."""
    *steps, last = _steps(selector)
    found = [root]
    for place, step in enumerate(steps):
        found = _follow(found, step, names, work, is_first=place == 0)
    text, attribute = _TEXT.fullmatch(last), ATTRIBUTE.fullmatch(last)
    if not text and not attribute:
        return Located(_one(_follow(found, last, names, work, is_first=not steps), selector))
    element = _one(found, selector)
    if text:
        return Located(element, text=int(text[1] or 1))
    return Located(element, attribute=qualified(attribute[1] if attribute else "", names))


def qualified(name: str, names: Names, default: str | None = None) -> str:
    """The name as lxml has it. default: the namespace of a name without a prefix."""
    prefix, _, local = name.rpartition(":")
    if prefix and prefix != "xml" and prefix not in names:
        raise Malformed(f"the prefix {prefix!r} is not declared")
    namespace = names.get(prefix, _XML) if prefix else default
    return f"{{{namespace}}}{local}" if namespace else local


def _steps(selector: str) -> list[str]:
    steps, end = [], 0
    while end < len(selector):
        match = _STEP.match(selector, end)
        if not match or (end and selector[end] != "/"):
            raise Malformed(f"sel: {short(selector)!r} selects nothing here (RFC 5261, 4.1)")
        steps.append(match[1])
        end = match.end()
    if not steps:
        raise Malformed("sel: empty")
    return steps


def _follow(
    found: list[_Element], step: str, names: Names, work: Work, *, is_first: bool
) -> list[_Element]:
    """The elements that the step leads to; the first leads from the document to its root."""
    match = _ELEMENT.fullmatch(step)
    if not match:
        raise Malformed(f"sel: {short(step)!r} may only stand at the end")
    wanted = None if match[1] == "*" else qualified(match[1], names, names.get(None))
    reached: list[_Element] = []
    for element in found:
        inside = [element] if is_first else [*element]
        work.spend(len(inside))
        named = [each for each in inside if wanted in (None, each.tag)]
        reached += _filtered(named, match[2], names, work)
    return reached


def _filtered(
    elements: list[_Element], predicates: str, names: Names, work: Work
) -> list[_Element]:
    for position, what, quoted in _TEST.findall(predicates):
        if position:
            elements = elements[int(position) - 1 : int(position)]
        else:
            value = quoted[1:-1]
            elements = [each for each in elements if value in _values(each, what, names, work)]
    return elements


def _values(element: _Element, what: str, names: Names, work: Work) -> Iterator[str | None]:
    work.spend(1 + len(element))
    if what == ".":
        yield _text(element, work)
    elif what.startswith("@"):
        yield element.get(qualified(what[1:], names))
    else:
        tag = qualified(what, names, names.get(None))
        yield from (_text(child, work) for child in element if child.tag == tag)


def _text(element: _Element, work: Work) -> str:
    work.spend(sum(1 for _ in element.iter()))
    return "".join(map(str, element.itertext()))


def _one(found: list[_Element], selector: str) -> _Element:
    if len(found) != 1:
        raise Inapplicable(f"sel: {short(selector)!r} names {len(found)} nodes, not one")
    return found[0]
