"""What a representation is: data to bytes, bytes to data, and the shape that directs both."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from representations.frame import Frame

Data = Any  # dict, list, str, int, bool, None, Decimal, date, datetime
Path = Sequence[str | int]  # the way to a value: names of members, and places in lists from 0

DEPTH = 64  # levels of nesting that are read, unless a caller says otherwise


class Malformed(Exception):
    """The bytes do not follow the syntax of the format; the message says what and where."""


class Inexpressible(Exception):
    """The format has no words for the data; the message says for what of it."""


class Scalar(Enum):
    """What a text without structure of its own stands for."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TOKEN = "token"  # money, dates and times: text whose surrounding white space means nothing


@dataclass(frozen=True)
class Shape:
    """An object: the name of its type, and what its members are. Members may be absent. schema: the
    URL of its XSD, if documents are to name it."""

    name: str
    members: Mapping[str, "Member"] = field(default_factory=dict)
    schema: str = ""


@dataclass(frozen=True)
class ListOf:
    """A list, and what each of its items is."""

    item: "Member"

    @property
    def item_name(self) -> str:
        return self.item.name if isinstance(self.item, Shape) else "item"


Member = Scalar | Shape | ListOf


@dataclass(frozen=True, eq=False)
class Representation:
    """A format: its short name (`format=`), media type and functions; without decode, not read.

    encode: equal data, equal bytes; may raise Inexpressible. decode: takes the bytes, their shape,
    the charset parameter of their media type and the levels of nesting allowed; raises Malformed.
    pointer: a path in the terms of the format. stream: a collection whose items come batch by
    batch, and its other members, as pieces of the document that encode would make; what breaks off
    stays unclosed, where the format can tell. tabular: it holds the items of a collection and
    nothing else. part: the member of the data that it is, bytes that no other format shows; None
    for all that show members. framed: encode, with what stands around the data. schema: what
    describes it, "json" or "xsd", empty for nothing. types: the names of those that it is for, none
    meaning every.
    """

    name: str
    media_type: str
    encode: Callable[[Data, Shape], bytes]
    decode: Callable[[bytes, Shape, str | None, int], Data] | None
    pointer: Callable[[Path, Shape], str]
    charset: str | None = None
    stream: Callable[[Iterable[list[Data]], Data, Shape], Iterator[bytes]] | None = None
    tabular: bool = False
    part: str | None = None
    framed: Callable[[Data, Shape, Frame], bytes] | None = None
    schema: str = ""
    types: frozenset[str] = frozenset()

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


def json_pointer(path: Path, shape: Shape) -> str:
    """The path as a JSON Pointer (RFC 6901, 3)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def bounded(data: Data, depth: int) -> Data:
    """The data, if it nests at most so many levels, names are text, and text can be encoded.

    Raises Malformed.
    """
    if isinstance(data, dict):
        children = [*data, *data.values()]
        if not all(isinstance(name, str) for name in data):
            raise Malformed("a name that is no text")
    elif isinstance(data, list):
        children = data
    else:
        if isinstance(data, str) and not data.isascii():
            _refuse_surrogates(data)
        return data
    if depth < 1:
        raise Malformed("too many levels of nesting")
    for child in children:
        bounded(child, depth - 1)
    return data


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Malformed(f"a lone surrogate, U+{ord(text[error.start]):04X}") from error
