"""The XML writer: one algorithm, whose dialects differ in their tags alone.

Everything about an object that does not depend on its values (its tags, which members are text,
which nest) follows from the names and types of its members. So for each such layout a function is
made once, with the tags as constants of one f-string, and remembered.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import NoneType
from typing import Any

import dicttoxml
import msgspec

from representations.base import Data, ListOf, Member, Shape

DECLARATION = '<?xml version="1.0" encoding="UTF-8" ?>'
# dicttoxml's escapes, and one for a carriage return, which a parser would make a line feed
# (XML 1.0, 2.11). What XML cannot carry at all (2.2) becomes U+FFFD.
_ESCAPES = {"&": "&amp;", '"': "&quot;", "'": "&apos;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_SPECIAL = re.compile("[&\"'<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
# What a parser would not give back as it was: a prefix, or white space after the name.
_NO_LOCAL_NAME = re.compile(r"[:\s]")
_MOST = 4096  # names and layouts that are remembered
_LONGEST = 200  # characters of a name

# None for an object of another layout: the writer that an object in one place had the last time
# mostly fits the next one there, and sees it in half the time of finding the writer.
Write = Callable[[Mapping[str, Any], Mapping[str, Member]], str | None]
Layout = tuple[Any, ...]  # the names of the members, then their types


def _no_writer(data: Mapping[str, Any], members: Mapping[str, Member]) -> None:
    return None


logging.getLogger("dicttoxml").setLevel(logging.WARNING)  # at INFO it logs every name


# The bytes of text that needs no escapes. ED and EF begin surrogates and U+FFFE, but other scripts
# too, so text with them is searched.
_PLAIN = bytes({*range(32, 256), *b"\t\n"} - {*b"&\"'<>\xed\xef"})
# Whether a row has anything but plain text is asked once, for all of it: a long text by bytes, in
# a third of the time that a search takes, and few are searched.
_SOURCE = """
def write(data, members):
    if [*data] != names:
        return None
    [{values}] = data.values()
    if {other}:
        return None
    joined = f"{joined}"
    if (
        len(joined) < 64 or joined.encode("utf-8", "surrogatepass").translate(None, plain_text)
    ) and special(joined):
        {escapes}
    {made}
    return {pieces}
"""

_NESTED = """inside, nested = members_of(members.get({name})), {value}
    {value} = last.get({name}, no_writer)(nested, inside)
    if {value} is None:
        write = last[{name}] = writer_of(nested)
        {value} = write(nested, inside)"""


class Dialect:
    """What tells one XML from another.

    attributes: those of an element that holds a value of the type, with a leading space.
    root: attributes of the root element of a shape. item: the name of a list's items, None for the
    name of their type.
    """

    def __init__(
        self,
        attributes: Callable[[type], str],
        root: Callable[[Shape], str] = lambda shape: "",
        item: str | None = None,
    ) -> None:
        self._attributes, self._root, self._item = attributes, root, item
        self._writers: dict[Layout, Write] = {}
        self._last: dict[str, Write] = {}  # by the name of items; threads share it
        self._tags = lru_cache(_MOST)(self._make_tags)

    def write(self, data: Data, shape: Shape) -> bytes:
        """The document: UTF-8 with a declaration, its root named after the type."""
        start, end = f"{DECLARATION}<{shape.name}{self._root(shape)}>", f"</{shape.name}>"
        if isinstance(data, list):  # each by itself: a large text costs more with every copy
            items = [item.encode() for item in self._items(data, shape)]
            return b"".join([start.encode(), *items, end.encode()])
        return f"{start}{self._content(data, shape)}{end}".encode()

    def stream(self, batches: Iterable[list[Data]], rest: Data, shape: Shape) -> Iterator[bytes]:
        """The document of a collection, piece by piece: its start, each batch of items, its end."""
        frame = self.write({"items": [], **rest}, shape)
        place = frame.index(b"</items>")
        yield frame[:place]
        for batch in batches:
            yield "".join(self._items(batch, shape.members["items"])).encode()
        yield frame[place:]

    def _content(self, data: Data, member: Member | None) -> str:
        if isinstance(data, dict):
            return self._object(data, member)
        if isinstance(data, list):
            return "".join(self._items(data, member))
        return "" if data is None else text(data)

    def _object(self, data: Mapping[str, Any], member: Member | None) -> str:
        written = self._writer_of(data)(data, _members(member))
        assert written is not None  # the writer is that of its layout
        return written

    def _items(self, data: list[Any], member: Member | None) -> list[str]:
        held = member if isinstance(member, ListOf) else _ANY
        name, inside = self._item or held.item_name, _members(held.item)
        write, kind = self._last.get(name, _no_writer), None
        written = []
        for item in data:
            if item.__class__ is not kind:
                kind = item.__class__
                start, end = self._tags(name, kind)
            if kind is dict:
                content = write(item, inside)
                if content is None:
                    write = self._writer_of(item)
                    content = write(item, inside)
                written.append(f"{start}{content}{end}")
            else:
                written.append(f"{start}{self._content(item, held.item)}{end}")
        self._last[name] = write
        return written

    def _make_tags(self, name: str, kind: type) -> tuple[str, str]:
        """The start and end tag of a member. A name that is no XML name stands in an attribute."""
        element = element_name(name)
        attribute = "" if element == name else f' name="{_attribute(name)}"'
        return f"<{element}{attribute}{self._attributes(kind)}>", f"</{element}>"

    def _writer_of(self, data: Mapping[str, Any]) -> Write:
        layout = (*data, *map(type, data.values()))
        return self._writers.get(layout) or self._compile(layout)

    def _compile(self, layout: Layout) -> Write:
        if len(self._writers) >= _MOST:
            self._writers.clear()
        names, kinds = layout[: len(layout) // 2], layout[len(layout) // 2 :]
        scope: dict[str, Any] = _SCOPE | {
            "writer_of": self._writer_of,
            "names": [*names],
            **{f"kind_of_v{place}": kind for place, kind in enumerate(kinds)},
            "nested_object": self._object,
            "nested_list": self._content,
            "last": {},
        }
        exec(self._source(names, kinds), scope)
        return self._writers.setdefault(layout, scope["write"])

    def _source(self, names: Layout, kinds: Layout) -> str:
        """The function for a layout. Names stand in it as literals alone: none can become code."""
        places = [f"v{place}" for place in range(len(names))]
        members = list(zip(places, names, kinds, strict=True))
        strings = [value for value, _, kind in members if kind is str]
        made = [_made(value, name, kind) for value, name, kind in members]
        pieces = []
        for value, name, kind in members:
            start, end = self._tags(name, kind)
            pieces.append(f"{start!r} f'{{{value}!s}}' {end!r}")
        kinds_differ = [f"{value}.__class__ is not kind_of_{value}" for value in places]
        return _SOURCE.format(
            other=" or ".join(kinds_differ) or "False",
            values=", ".join(places),
            joined="".join(f"{{{value}}}" for value in strings),
            escapes="; ".join(f"{value} = escaped({value})" for value in strings) or "pass",
            made="\n    ".join(filter(None, made)) or "pass",
            pieces=" ".join(pieces) or "''",
        )


def _members(member: Member | None) -> Mapping[str, Member]:
    return member.members if isinstance(member, Shape) else _NO_MEMBERS


def _made(value: str, name: str, kind: type) -> str | None:
    """What makes the text of a member; None where it is one, or strings, escaped together."""
    if kind in (str, int, Decimal, date):
        return None
    if kind is NoneType:
        return f"{value} = ''"
    if kind is datetime:
        return f"{value} = plain({value})"
    if kind is dict:
        return _NESTED.format(value=value, name=repr(name))
    for nested, function in ((dict, "nested_object"), (list, "nested_list")):
        if issubclass(kind, nested):
            return f"{value} = {function}({value}, members.get({name!r}))"
    return f"{value} = text({value})"


def element_name(name: str) -> str:
    """The name if it is an XML name by dicttoxml's rules, else `key`; longer ones are no names of
    ours, and remembering what a client made up would fill the memory."""
    return _element_name(name) if len(name) <= _LONGEST else "key"


@lru_cache(_MOST)
def _element_name(name: str) -> str:
    valid, _ = dicttoxml.make_valid_xml_name(name, {})
    return name if valid == name and not _NO_LOCAL_NAME.search(name) else "key"


def text(scalar: Data) -> str:
    """The escaped text of a scalar, the same that every format has for it."""
    if isinstance(scalar, bool):
        return "true" if scalar else "false"
    return escaped(str(msgspec.to_builtins(scalar)))


def escaped(string: str) -> str:
    """The string as it stands between tags or quotes."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), string)


def _attribute(value: str) -> str:
    return escaped(value).replace("\t", "&#9;").replace("\n", "&#10;")


_SCOPE = {  # what the function for a layout calls, whatever the dialect
    "text": text,
    "escaped": escaped,
    "special": _SPECIAL.search,
    "plain_text": _PLAIN,
    "plain": msgspec.to_builtins,
    "members_of": _members,
    "no_writer": _no_writer,
}
_NO_MEMBERS: Mapping[str, Member] = {}
_ANY = ListOf(Shape("item"))
