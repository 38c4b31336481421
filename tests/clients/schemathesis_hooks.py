"""How schemathesis writes and reads what is neither JSON nor XML, and what it leaves out."""

from typing import Any

import msgspec
import schemathesis
from schemathesis.generation import GenerationMode

from representations import VOCABULARIES

_MSGPACK = "application/vnd.msgpack"
# Patches are instructions; of the dialect with types no schema says the attributes, of a vocabulary
# none says anything.
_UNKNOWN = ("application/xml-patch+xml", "application/vnd.parley.typed+xml")
_XML = ("application/xml", "text/xml")
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
