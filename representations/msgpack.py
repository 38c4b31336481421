"""MessagePack: JSON's data in fewer bytes; money, dates and times are the text that JSON has."""

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
    return msgspec.msgpack.encode(msgspec.to_builtins(data))


def decode(content: bytes, shape: Shape, charset: str | None = None, depth: int = DEPTH) -> Data:
    """The data. Binary and extension types are left as they come: no member takes them."""
    try:
        return bounded(msgspec.msgpack.decode(content), depth)
    except (msgspec.DecodeError, RecursionError, ValueError, TypeError) as error:
        raise Malformed(str(error)) from error


MSGPACK = Representation("msgpack", "application/vnd.msgpack", encode, decode, json_pointer)
