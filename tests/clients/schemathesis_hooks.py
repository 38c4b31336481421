"""How schemathesis writes and reads what is neither JSON nor XML, and what it leaves out."""

import re
from functools import cache
from typing import Any
from urllib.parse import urljoin

import msgspec
import schemathesis
import xmlschema
from lxml import etree
from schemathesis.generation import GenerationMode

from representations import VOCABULARIES

_MSGPACK = "application/vnd.msgpack"
# Patches are instructions; of the dialect with types no schema says the attributes, of a vocabulary
# none says anything.
_UNKNOWN = ("application/xml-patch+xml", "application/vnd.parley.typed+xml")
_XML = ("application/xml", "text/xml")
_SCALARS = {"int": int, "str": str, "bool": "true".__eq__, "null": lambda text: None}
_LINK = re.compile(r"<([^>]*/schemas/[^>]+\.xsd)>")
_IGNORED = {"id", "number", "total", "amount", "created_at", "updated_at", "links"} | {
    *("customer", "invoice", "product", "camera", "sensor"),
}


@schemathesis.hook
def before_load_schema(context: Any, document: Any) -> None:
    """Content is written in what it can write."""
    for path in document["paths"].values():
        for operation in path.values():
            content = operation.get("requestBody", {}).get("content", {})
            for media_type in [*_UNKNOWN, *(each.media_type for each in VOCABULARIES)]:
                content.pop(media_type, None)


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """In XML a list that stands where anything may be would be an element that occurs twice, and
    null the text of it; what is wrong on purpose may be right once it is written, so it is sent as
    JSON, as are integers that MessagePack has no bits for. So may a key, of which every token is
    one. The ids that it has seen are numbers, also
    where it takes one for a field."""
    case.headers = {name: str(value) for name, value in (case.headers or {}).items()}
    is_wrong = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
    if is_wrong:
        case.headers.pop("Idempotency-Key", None)
    if (case.media_type in _XML and is_wrong) or not _is_carried(case):
        case.media_type = "application/json"
    elif case.media_type in _XML:
        case.body = _without(case.body)
    return case


def _is_carried(case: Any) -> bool:
    try:
        return case.media_type != _MSGPACK or bool(msgspec.msgpack.encode(case.body))
    except OverflowError:
        return False


def _without(data: Any) -> Any:
    if isinstance(data, list):
        return [_without(each) for each in data]
    if not isinstance(data, dict):
        return data
    return {
        name: _without(each)
        for name, each in data.items()
        if each is not None and name not in _IGNORED
    }


@schemathesis.serializer(_MSGPACK)
def msgpack(context: Any, value: Any) -> bytes:
    return msgspec.msgpack.encode(value)


@schemathesis.deserializer(_MSGPACK)
def read_msgpack(context: Any, response: Any) -> Any:
    return msgspec.msgpack.decode(response.content)


@schemathesis.deserializer("application/xml", "text/xml", "application/problem+xml")
def read_xml(context: Any, response: Any) -> Any:
    """As the data that JSON would be of: by the schema that the answer links to, else by the types
    that it says; a vocabulary as its text."""
    if place := _LINK.search(str(response.headers.get("link"))):
        return _plain(_schema(urljoin(response.request.url, place[1])).to_objects(response.content))
    is_typed = "typed+xml" in str(response.headers["content-type"])
    return _typed(etree.fromstring(response.content)) if is_typed else response.text


def _typed(element: Any) -> Any:
    kind = element.get("type", "dict")
    if kind == "dict":
        return {each.tag: _typed(each) for each in element}
    if kind == "list":
        return [_typed(each) for each in element]
    return _SCALARS[kind](element.text or "")


@cache
def _schema(url: str) -> Any:
    return xmlschema.XMLSchema(url)


def _plain(found: Any) -> Any:
    if found.attrib:  # xsi:nil
        return None
    if found.xsd_type.has_simple_content() or found.xsd_type.is_simple():
        value = "" if found.value is None else found.value
        return value if isinstance(value, int) else str(value)
    if any(part.max_occurs != 1 for part in found.xsd_type.content):
        return [_plain(each) for each in found]
    return {each.local_name: _plain(each) for each in found}
