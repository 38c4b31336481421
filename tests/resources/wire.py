"""JSON and XML of the tests' own, by contract 2: no test trusts the codecs that it tests."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NIL = f"{{{_XSI}}}nil"
_PROBLEM = "{urn:ietf:rfc:7807}"
_LISTS = frozenset({"items", "errors", "resources", "methods", "reads", "writes"})


@dataclass(frozen=True)
class Format:
    """A format that is written and read. pointer: the path from the root, in its terms."""

    name: str
    media_type: str
    write: Callable[[str, Any], bytes]
    read: Callable[[bytes], Any]
    pointer: Callable[[str, Sequence[str | int]], str]

    @property
    def problem_type(self) -> str:
        return f"application/problem+{self.name}"


def texts(data: Any) -> Any:
    """The data with every value as the text that it has in XML."""
    if isinstance(data, dict):
        return {name: texts(value) for name, value in data.items()}
    if isinstance(data, list):
        return [texts(value) for value in data]
    if isinstance(data, bool):
        return str(data).lower()
    return None if data is None else str(data)


def xml(name: str, data: Any, encoding: str = "utf-8") -> bytes:
    return etree.tostring(_element(name, data), encoding=encoding, xml_declaration=True)


def read_xml(content: bytes) -> Any:
    """The members of the root, every value as text."""
    return _members(etree.fromstring(content))


def _element(name: str, data: Any) -> etree._Element:
    element = etree.Element(name, nsmap={"xsi": _XSI})
    if data is None:
        element.set(_NIL, "true")
    elif isinstance(data, dict):
        element.extend([_element(member, value) for member, value in data.items()])
    elif isinstance(data, list):
        element.extend([_element("item", value) for value in data])
    else:
        element.text = texts(data)
    return element


def _value(element: etree._Element) -> Any:
    if element.get(_NIL) == "true":
        return None
    if etree.QName(element).localname in _LISTS and not (element.text or "").strip():
        return [_value(child) for child in element]
    return _members(element) if len(element) else element.text or ""


def _members(element: etree._Element) -> dict[str, Any]:
    return {child.tag.removeprefix(_PROBLEM): _value(child) for child in element}


def _json_pointer(root: str, path: Sequence[str | int]) -> str:
    return "".join(f"/{step}" for step in path)


def _xpath(root: str, path: Sequence[str | int]) -> str:
    steps = [f"item[{step + 1}]" if isinstance(step, int) else step for step in path]
    return "/" + "/".join([root, *steps])


JSON = Format(
    "json",
    "application/json",
    lambda name, data: json.dumps(data).encode(),
    lambda content: texts(json.loads(content)),
    _json_pointer,
)
XML = Format("xml", "application/xml", xml, read_xml, _xpath)
FORMATS = (JSON, XML)


class Wire:
    """A client that speaks one format. Data that it reads has every value as text."""

    def __init__(self, client: Any, format: Format) -> None:
        self.client = client
        self.format = format

    def send(self, method: str, path: str, content: bytes | None = None, **fields: str) -> Any:
        headers = {"Accept": self.format.media_type}
        if content is not None:
            headers["Content-Type"] = self.format.media_type
        headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        return self.client.open(path, method=method, data=content, headers=headers)

    def get(self, path: str) -> Any:
        """The data at the path, which must be there."""
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.data
        return self.format.read(answer.data)

    def write(self, method: str, path: str, name: str, data: Any) -> Any:
        return self.send(method, path, self.format.write(name, data))

    def make(self, path: str, name: str, data: Any) -> Any:
        """The data of the new row."""
        answer = self.write("POST", path, name, data)
        assert answer.status_code == 201, answer.data
        return self.format.read(answer.data)

    def rows(self, path: str, per_page: int = 100) -> list[Any]:
        """The rows of the collection, from all its pages."""
        found: list[Any] = []
        url: str | None = f"{path}?per_page={per_page}"
        while url:
            page = self.get(url)
            found += page["items"]
            url = page["links"]["next"]
        return found

    def pointers(self, answer: Any, status: int = 422) -> set[str]:
        """The places that a problem names."""
        assert answer.status_code == status, answer.data
        assert answer.content_type.partition(";")[0] == self.format.problem_type
        problem = self.format.read(answer.data)
        assert problem["status"] == str(status)
        assert problem["type"].startswith("/problems/")
        return {error["pointer"] for error in problem.get("errors", ())}

    def pointer(self, root: str, *path: str | int) -> str:
        return self.format.pointer(root, path)
