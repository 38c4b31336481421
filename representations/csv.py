"""CSV (RFC 4180): the items of a collection as a table, for spreadsheets.

The columns are the members of the shape: those of an object inside an object behind a dot, a list
as JSON in one cell, links not at all. Null is an empty cell.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

import msgspec

from representations.base import Data, ListOf, Member, Representation, Shape, json_pointer

# What a spreadsheet would run, and what it takes for such (OWASP, CSV injection): an apostrophe
# before it makes it text. Numbers are no text, so they keep their sign.
_FORMULA = re.compile("[ \t\r\n\xa0\u3000\ufeff]*[=+@＝＋－＠-]|[\t\r\n]")

Path = tuple[str, ...]


def encode(data: Data, shape: Shape) -> bytes:
    return b"".join(stream([data["items"]], {}, shape))


def stream(batches: Iterable[list[Data]], rest: Data, shape: Shape) -> Iterator[bytes]:
    """A line of names, then the lines of each batch; what stands beside the items is left out."""
    items = shape.members["items"]
    paths = [*_paths(items.item if isinstance(items, ListOf) else items)]
    yield _lines([[".".join(path) for path in paths]])
    for batch in batches:
        yield _lines([_cell(row, path) for path in paths] for row in batch)


def _paths(member: Member) -> Iterator[Path]:
    """The way to each column of an object."""
    if isinstance(member, Shape):
        for name, inner in member.members.items():
            yield from ((name, *path) for path in _paths(inner))
    else:
        yield ()


def _cell(row: Mapping[str, Any], path: Path) -> Any:
    value: Any = row
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    if isinstance(value, list | bool):
        return msgspec.json.encode(value).decode()
    return msgspec.to_builtins(value)


def _lines(rows: Iterable[Iterable[Any]]) -> bytes:
    table = StringIO()
    csv.writer(table).writerows(rows)
    return table.getvalue().encode(errors="replace")


CSV = Representation(
    "csv", "text/csv", encode, None, json_pointer, charset="utf-8", stream=stream, tabular=True
)
