"""The inside of an element as a list of texts and elements, taken apart and put together again."""

from typing import Any

from lxml import etree
from lxml.etree import _Element

from representations.reader import SPACE, XSI

Node = _Element | str

_NIL = f"{{{XSI}}}nil"
_below: Any = etree.XPath("count(.//*) + count(.//@*)")


def is_space(node: Node) -> bool:
    """Whether it is a text of nothing but white space."""
    return isinstance(node, str) and not node.strip(SPACE)


def load(element: _Element) -> int:
    """The work of placing anew all that is inside; lxml goes through what is moved, to the end."""
    inside = nodes_of(element)
    text = sum(len(each) for each in inside if isinstance(each, str))
    return len(inside) + text // 64 + int(_below(element)) // 16


def nodes_of(element: _Element) -> list[Node]:
    """The texts and elements inside, in their order."""
    nodes: list[Node] = [element.text] if element.text else []
    for child in element:
        nodes += [child, child.tail] if child.tail else [child]
    return nodes


def take(operation: _Element) -> list[Node]:
    """What the operation holds, taken out of it: nobody needs the patch any more."""
    nodes = nodes_of(operation)
    for child in [*operation]:
        operation.remove(child)
    return nodes


def fill(element: _Element, nodes: list[Node]) -> None:
    """Puts the nodes in the place of all that is inside; what holds something is not nil."""
    for child in [*element]:
        element.remove(child)
    element.text = None
    last: _Element | None = None
    for node in nodes:
        if not isinstance(node, str):
            node.tail = None
            element.append(node)
            last = node
        elif last is None:
            element.text = (element.text or "") + node
        else:
            last.tail = (last.tail or "") + node
    if nodes and _NIL in element.attrib:
        del element.attrib[_NIL]
