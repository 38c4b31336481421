"""HTML: data as a page that a person reads in a browser, and writes by its forms.

Everything shown is escaped. Nothing in it is a script or a style, nothing loads from elsewhere, and
no text of a client becomes an address.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from representations.base import Data, ListOf, Representation, Shape
from representations.frame import Field, Frame
from representations.html.assets import (
    ASSETS,
    DOCS,
    ICON,
    SCRIPT,
    STYLE,
    SWAGGER,
    SWAGGER_STYLE,
    Asset,
)
from representations.json import JSON

# What a parser of HTML would lose or refuse (HTML, 13.2.3.5); a carriage return is a line feed.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ADDRESS = re.compile(r"/(?![/\\])|https?://")  # a backslash is one more / to browsers
_OPERATORS = {  # that a filter form offers for a kind of member: what it is called, and a hint
    "text": (("[like]", "like", "S*"),),
    "integer": (("", "is", ""),),
    "boolean": (("", "is", ""),),
    **dict.fromkeys(("amount", "date"), (("[ge]", "from", ""), ("[le]", "to", ""))),
    "moment": (("[ge]", "from", "2026-11-22T07:16:00Z"), ("[le]", "to", "2026-11-22T07:16:00Z")),
}


def encode(data: Data, shape: Shape) -> bytes:
    return page(data, shape, Frame())


def page(data: Data, shape: Shape, frame: Frame) -> bytes:
    """The page of the data, with all that stands around it."""
    told = msgspec.to_builtins(data)  # the same text for a value as in JSON
    rows = _rows(told, shape)
    text = _PAGE.render(data=told, rows=rows, shape=shape, frame=frame, title=_title(told, shape))
    return _REFUSED.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n")).encode()


def _rows(data: Data, shape: Shape) -> list[Data] | None:
    """The rows of a collection; None for what is none."""
    is_one = isinstance(shape.members.get("items"), ListOf) and "id" not in data
    return data["items"] if is_one else None


def _title(data: Any, shape: Shape) -> str:
    """What a page is of."""
    if shape.name == "problem":
        return str(data["title"])
    if "id" in data:
        return f"{_label(shape.name)} {data['id']}"
    return str(data.get("name", _label(shape.name)))


def _label(name: str) -> str:
    """The name of a member, in words."""
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _columns(rows: list[Data], member: Any) -> list[str]:
    """The names of the columns of a table: those of its shape, then what rows have beside; their
    links where none is of the row itself, which would be a link on its first value."""
    item = member.item if isinstance(member, ListOf) else member
    names = [*(item.members if isinstance(item, Shape) else ())]
    found = dict.fromkeys([*names, *(name for row in rows for name in row)])
    if not any(_leads_away(row.get("links")) for row in rows):
        found.pop("links", None)
    return [*found]


def _leads_away(links: Any) -> bool:
    return isinstance(links, dict) and bool(links) and "self" not in links


def _address(name: str, data: Mapping[str, Any], is_first: bool = False) -> str | None:
    """Where the value of a member leads: only to what the server links to."""
    links = data.get("links")
    if not isinstance(links, dict):
        return None
    if name == "id" or is_first:
        return links.get("self")
    return links.get(name.removesuffix("_id")) if name != "self" else None


def _safe(url: Any) -> str | None:
    """The URL if it is one that may be followed."""
    return url if isinstance(url, str) and _ADDRESS.match(url) else None


def _operators(field: Field) -> tuple[tuple[str, str, str], ...]:
    return (("", "is", ""),) if field.options else _OPERATORS[field.kind]


def _is_complete(data: Mapping[str, Any], fields: Iterable[Field]) -> bool:
    """Whether the data has all that a form writes: what is shown in part cannot be replaced."""
    return all(field.name in data for field in fields)


_ENVIRONMENT = Environment(
    loader=PackageLoader("representations.html"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters |= {"label": _label, "safe_address": _safe}
_ENVIRONMENT.globals |= {
    "address": _address,
    "columns": _columns,
    "docs": DOCS,
    "icon": ICON,
    "is_complete": _is_complete,
    "operators": _operators,
    "script": SCRIPT,
    "style": STYLE,
    "swagger": SWAGGER,
    "swagger_style": SWAGGER_STYLE,
}
_PAGE = _ENVIRONMENT.get_template("page.html")
_DOCS = _ENVIRONMENT.get_template("docs.html")

HTML = replace(
    JSON,
    name="html",
    media_type="text/html",
    charset="utf-8",
    encode=encode,
    decode=None,
    stream=None,
    framed=page,
)
# Swagger UI, which reads /openapi.json by itself.
DOCUMENTATION = replace(
    HTML, name="docs", framed=lambda data, shape, frame: _DOCS.render(frame=frame).encode()
)


def _file(asset: Asset) -> Representation:
    return replace(
        JSON,
        name=asset.suffix,
        media_type=asset.media_type,
        charset="utf-8",
        encode=lambda data, shape: data,
        decode=None,
        stream=None,
    )


FILES = {each.suffix: _file(each) for each in ASSETS}  # what a page is made of, as it is
