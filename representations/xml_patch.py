"""XML Patch (RFC 5261, in the document of RFC 7351): add, replace and remove, by selectors.

What is patched is the document that the plain dialect writes, and what comes of it is read as that.
"""

import msgspec
from lxml import etree
from lxml.etree import _Element

from representations import xml
from representations.base import Data, Malformed, Shape
from representations.patch import Bounds, Inapplicable, Patch, Unprocessable, Work, short
from representations.reader import SPACE, XSI, document, xpath
from representations.xml_nodes import fill, is_space, load, nodes_of, take
from representations.xml_selector import ATTRIBUTE, Located, locate, qualified

NAMESPACE = "urn:ietf:rfc:7351"
_LOST = "\ufffd".encode()  # stands for what XML cannot carry


def apply(content: bytes, data: Data, shape: Shape, charset: str | None, bounds: Bounds) -> Data:
    patch = document(content, f"{{{NAMESPACE}}}patch", charset, bounds.depth)
    operations = [*patch]
    _check_alone(patch, operations)
    if len(operations) > bounds.operations:
        raise Unprocessable(f"a patch has at most {bounds.operations} operations")
    written = xml.encode(data, shape)
    if written.count(_LOST) != msgspec.json.encode(data).count(_LOST):
        raise Unprocessable("the row has characters that XML cannot carry; they would be lost")
    if len(written) + len(etree.tostring(patch, encoding="UTF-8")) > bounds.size:  # none copies
        raise Unprocessable(f"row and patch together have more than {bounds.size} bytes")
    root, work = etree.fromstring(written), Work()
    for operation in operations:
        _check(operation, bounds)
        root = _applied(operation, root, work)
    return _read(root, shape, bounds)


def _check_alone(patch: _Element, operations: list[_Element]) -> None:
    """Raises Malformed for what stands beside the operations, and would be passed over."""
    for text in (patch.text, *(operation.tail for operation in operations)):
        if text and not is_space(text):
            raise Malformed(f"text beside operations: {short(text.strip(SPACE))!r}")
    for name in map(str, patch.attrib):
        if not name.startswith(f"{{{XSI}}}"):
            raise Malformed(f"the root has no attribute {short(name)!r}")


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
        work.spend(0 if changed is None else load(changed))
    return _ACTS[etree.QName(operation).localname](operation, found, root)


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
    nodes = nodes_of(parent)
    at = {None: len(nodes), "prepend": 0}.get(place)
    if at is None:
        at = nodes.index(found.element) + (place == "after")
    fill(parent, [*nodes[:at], *take(operation), *nodes[at:]])
    return root


def _add_attribute(operation: _Element, element: _Element, kind: str) -> None:
    if not ATTRIBUTE.fullmatch(kind) or len(operation):
        raise Malformed("type: an attribute is added by @ and its name, and has text for a value")
    try:
        element.set(qualified(kind[1:], operation.nsmap), operation.text or "")
    except ValueError as error:  # XML's names are fewer than those of the pattern
        raise Malformed(f"type: {short(kind)!r} names no attribute") from error


def _replace(operation: _Element, found: Located, root: _Element) -> _Element:
    """An element by one element, an attribute or a text by text (4.4)."""
    if found.attribute or found.text:
        if len(operation):
            raise Malformed("elements in the place of text")
        return _replace_text(operation.text or "", found, root)
    new = [each for each in take(operation) if not is_space(each)]
    if len(new) != 1 or isinstance(new[0], str):
        raise Malformed("an element is replaced by one element")
    parent = found.element.getparent()
    if parent is None:
        return new[0]
    fill(parent, [new[0] if each is found.element else each for each in nodes_of(parent)])
    return root


def _replace_text(text: str, found: Located, root: _Element) -> _Element:
    element = found.element
    if found.attribute:
        if found.attribute not in element.attrib:
            raise Inapplicable("sel: there is no such attribute")
        element.set(found.attribute, text)
        return root
    nodes = nodes_of(element)
    places = [place for place, each in enumerate(nodes) if isinstance(each, str)]
    if len(places) < (found.text or 0):
        raise Inapplicable("sel: there is no such text")
    nodes[places[(found.text or 0) - 1]] = text
    fill(element, nodes)
    return root


def _remove(operation: _Element, found: Located, root: _Element) -> _Element:
    """An element, with white space beside it if `ws` says so; an attribute or text (4.5)."""
    if len(operation) or (operation.text or "").strip(SPACE):
        raise Malformed("a removal has no content")
    beside = _BESIDE.get(operation.get("ws"))
    if beside is None or (beside and (found.attribute or found.text)):
        raise Malformed("ws: of an element, one of before, after, both")
    if found.attribute and found.attribute in found.element.attrib:
        del found.element.attrib[found.attribute]
        return root
    if found.attribute or found.text:
        return _replace_text("", found, root)
    _remove_element(found.element, beside)
    return root


def _remove_element(element: _Element, beside: tuple[int, ...]) -> None:
    parent = element.getparent()
    if parent is None:
        raise Inapplicable("sel: the root cannot be removed")
    nodes = nodes_of(parent)
    at = nodes.index(element)
    gone = {at, *(at + step for step in beside)}
    if any(not (0 <= place < len(nodes) and is_space(nodes[place])) for place in gone - {at}):
        raise Inapplicable("ws: there is no white space to remove")
    fill(parent, [each for place, each in enumerate(nodes) if place not in gone])


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
_BESIDE: dict[str | None, tuple[int, ...]] = {
    None: (),
    "before": (-1,),
    "after": (1,),
    "both": (-1, 1),
}
_ACTS = {"add": _add, "replace": _replace, "remove": _remove}

XML_PATCH = Patch("application/xml-patch+xml", apply, xpath)
