"""JSON (RFC 8259), read as strictly as I-JSON (RFC 7493): one meaning for every reader."""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from representations.base import (
    DEPTH,
    Data,
    Malformed,
    Representation,
    Shape,
    bounded,
    json_pointer,
)


def encode(data: Data, shape: Shape) -> bytes:
    return msgspec.json.encode(data)


def stream(batches: Iterable[list[Data]], rest: Data, shape: Shape) -> Iterator[bytes]:
    """The document of a collection, piece by piece: its start, each batch of items, its end."""
    frame = encode({"items": [], **rest}, shape)
    place = frame.index(b"]")
    yield frame[:place]
    separator = b""
    for batch in filter(None, batches):
        yield separator + encode(batch, shape)[1:-1]
        separator = b","
    yield frame[place:]


def decode(content: bytes, shape: Shape, charset: str | None = None, depth: int = DEPTH) -> Data:
    """The data; fractions come as Decimal. JSON is UTF-8 whatever the charset says (8259, 8.1)."""
    try:
        return bounded(_DECODER.decode(content.decode("utf-8-sig")), depth)
    except RecursionError as error:
        raise Malformed("too many levels of nesting") from error
    except (ValueError, ArithmeticError) as error:  # of Unicode and of numbers without bounds, too
        raise Malformed(str(error)) from error


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise ValueError(f"the name {name[:100]!r} occurs twice in an object")
        members[name] = value
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_refuse, strict=True
)

JSON = Representation(
    "json", "application/json", encode, decode, json_pointer, stream=stream, schema="json"
)
