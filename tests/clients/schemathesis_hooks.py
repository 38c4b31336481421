"""How schemathesis writes what is neither JSON nor XML, and what it leaves out."""

from typing import Any

import msgspec
import schemathesis
from schemathesis.generation import GenerationMode

_MSGPACK = "application/vnd.msgpack"
# Patches are instructions; of the dialect with types no schema says the attributes, of a vocabulary
# none says anything; and integers of MessagePack have 64 bits.
_UNKNOWN = ("application/xml-patch+xml", "application/vnd.")
_XML = ("application/xml", "text/xml")
_IGNORED = {"id", "number", "total", "amount", "created_at", "updated_at", "links"} | {
    *("customer", "invoice", "product", "camera", "sensor"),
}


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """XML that is wrong on purpose may be right once it is written: what it cannot carry is left
    out, and a number is a text. So may a key, of which every token is one."""
    wrong = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
    is_text = case.media_type in _XML or "Idempotency-Key" in (case.headers or ())
    return not (case.media_type or "").startswith(_UNKNOWN) and not (wrong and is_text)


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """In XML a list that stands where anything may be would be an element that occurs twice, and
    null the text of it."""
    if case.media_type in _XML:
        case.body = _without(case.body)
    return case


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
