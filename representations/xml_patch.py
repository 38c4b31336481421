"""XML Patch (RFC 5261, in the document of RFC 7351): add, replace and remove, by selectors.

What is patched is the document that the plain dialect writes, and what comes of it is read as that.
"""

from typing import Any

from lxml import etree
from lxml.etree import _Element

from representations import xml
from representations.base import Data, Malformed, Shape
from representations.patch import Bounds, Inapplicable, Patch, Unprocessable, Work, short
from representations.reader import SPACE, XSI, document, xpath
from representations.xml_selector import Located, locate, qualified

NAMESPACE = "urn:ietf:rfc:7351"
_NIL = f"{{{XSI}}}nil"
_below: Any = etree.XPath("count(.//*) + count(.//@*)")

Node = _Element | str


def apply(content: bytes, data: Data, shape: Shape, charset: str | None, bounds: Bounds) -> Data:
    patch = document(content, f"{{{NAMESPACE}}}patch", charset, bounds.depth)
    operations = [*patch]
    if len(operations) > bounds.operations:
        raise Unprocessable(f"a patch has at most {bounds.operations} operations")
    written = xml.encode(data, shape)
    if len(written) + len(etree.tostring(patch, encoding="UTF-8")) > bounds.size:  # none copies
        raise Unprocessable(f"row and patch together have more than {bounds.size} bytes")
    root, work = etree.fromstring(written), Work()
    for operation in operations:
        _check(operation, bounds)
        root = _applied(operation, root, work)
    return _read(root, shape, bounds)


def _check(operation: _Element, bounds: Bounds) -> None:
    """Raises Malformed for what is no operation (RFC 5261, 4)."""
    name = etree.QName(operation)
    if name.namespace != NAMESPACE or name.localname not in _ATTRIBUTES:
        raise Malformed(f"{_place(operation)}: {short(operation.tag)!r} is no operation")
    given = {str(attribute) for attribute in operation.attrib}
    if "sel" not in given or given - _ATTRIBUTES[name.localname]:
        allowed = ", ".join(sorted(_ATTRIBUTES[name.localname]))
        raise Malformed(f"{_place(operation)}: it has sel, and of attributes only {allowed}")
    if len(operation.get("sel", "")) > bounds.selector:
        raise Malformed(f"{_place(operation)}: sel: more than {bounds.selector} characters")


def _applied(operation: _Element, root: _Element, work: Work) -> _Element:
    """The root after the operation."""
    try:
        found, names = operation.get("sel", "").strip(SPACE), operation.nsmap
        work.spend(len(names))
        return _act(operation, locate(root, found, names, work), root, work)
    except (Malformed, Inapplicable, Unprocessable) as error:
        raise type(error)(f"{_place(operation)}: {error}") from error


def _act(operation: _Element, found: Located, root: _Element, work: Work) -> _Element:
    for changed in (found.element, found.element.getparent()):
        work.spend(0 if changed is None else _load(changed))
    return _ACTS[etree.QName(operation).localname](operation, found, root)


def _load(element: _Element) -> int:
    """The work of placing anew all that is inside; lxml goes through what is moved, to the end."""
    inside = _nodes(element)
    text = sum(len(each) for each in inside if isinstance(each, str))
    return len(inside) + text // 64 + int(_below(element)) // 16


def _add(operation: _Element, found: Located, root: _Element) -> _Element:
    """Content as the last child, or where pos says; an attribute with type="@name" (4.3)."""
    kind, place = operation.get("type"), operation.get("pos")
    if found.attribute or found.text:
        raise Inapplicable("sel: an addition goes to an element")
    if kind:
        _add_attribute(operation, found.element, kind)
        return root
    if place not in (None, "prepend", "before", "after"):
        raise Malformed(f"pos: {short(place)!r} is none of prepend, before, after")
    parent = found.element.getparent() if place in ("before", "after") else found.element
    if parent is None:
        raise Inapplicable("sel: nothing goes beside the root")
    nodes = _nodes(parent)
    at = {None: len(nodes), "prepend": 0}.get(place)
    if at is None:
        at = nodes.index(found.element) + (place == "after")
    _fill(parent, [*nodes[:at], *_content(operation), *nodes[at:]])
    return root


def _add_attribute(operation: _Element, element: _Element, kind: str) -> None:
    if not kind.startswith("@") or len(operation):
        raise Malformed("type: an attribute is added by @ and its name, and has text for a value")
    element.set(qualified(kind[1:], operation.nsmap), operation.text or "")


def _replace(operation: _Element, found: Located, root: _Element) -> _Element:
    """An element by one element, an attribute or a text by text (4.4)."""
    if found.attribute or found.text:
        if len(operation):
            raise Malformed("elements in the place of text")
        return _replace_text(operation.text or "", found, root)
    new = [each for each in _content(operation) if not isinstance(each, str) or each.strip(SPACE)]
    if len(new) != 1 or isinstance(new[0], str):
        raise Malformed("an element is replaced by one element")
    parent = found.element.getparent()
    if parent is None:
        return new[0]
    _fill(parent, [new[0] if each is found.element else each for each in _nodes(parent)])
    return root


def _replace_text(text: str, found: Located, root: _Element) -> _Element:
    element = found.element
    if found.attribute:
        if found.attribute not in element.attrib:
            raise Inapplicable("sel: there is no such attribute")
        element.set(found.attribute, text)
        return root
    nodes = _nodes(element)
    places = [place for place, each in enumerate(nodes) if isinstance(each, str)]
    if len(places) < (found.text or 0):
        raise Inapplicable("sel: there is no such text")
    nodes[places[(found.text or 0) - 1]] = text
    _fill(element, nodes)
    return root


def _remove(operation: _Element, found: Located, root: _Element) -> _Element:
    """An element, attribute or text (4.5). There is no white space that `ws` could mean."""
    if operation.get("ws"):
        raise Inapplicable("ws: there is no white space to remove")
    if len(operation) or (operation.text or "").strip(SPACE):
        raise Malformed("a removal has no content")
    if found.attribute and found.attribute in found.element.attrib:
        del found.element.attrib[found.attribute]
        return root
    if found.attribute or found.text:
        return _replace_text("", found, root)
    parent = found.element.getparent()
    if parent is None:
        raise Inapplicable("sel: the root cannot be removed")
    _fill(parent, [each for each in _nodes(parent) if each is not found.element])
    return root


def _nodes(element: _Element) -> list[Node]:
    """The texts and elements inside, in their order."""
    nodes: list[Node] = [element.text] if element.text else []
    for child in element:
        nodes += [child, child.tail] if child.tail else [child]
    return nodes


def _content(operation: _Element) -> list[Node]:
    """What the operation holds, taken out of it: nobody needs the patch any more."""
    nodes = _nodes(operation)
    for child in [*operation]:
        operation.remove(child)
    return nodes


def _fill(element: _Element, nodes: list[Node]) -> None:
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


def _read(root: _Element, shape: Shape, bounds: Bounds) -> Data:
    etree.cleanup_namespaces(root)
    try:
        return xml.decode(etree.tostring(root, encoding="UTF-8"), shape, None, bounds.depth)
    except Malformed as error:
        raise Unprocessable(f"the patched document: {error}") from error


def _place(operation: _Element) -> str:
    return f"line {operation.sourceline}"


_ATTRIBUTES = {
    "add": {"sel", "type", "pos"},
    "replace": {"sel"},
    "remove": {"sel", "ws"},
}
_ACTS = {"add": _add, "replace": _replace, "remove": _remove}

XML_PATCH = Patch("application/xml-patch+xml", apply, xpath)
