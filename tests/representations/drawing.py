"""What the properties draw: shapes, data that conforms to them, and text of every nasty kind."""

import json
from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from representations.base import Data, ListOf, Member, Scalar, Shape

bounded = settings(max_examples=60, deadline=None, derandomize=True)

# XML 1.0, 2.2: Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]
CONTROLS = "".join(map(chr, {*range(32)} - {9, 10, 13}))
NO_XML = CONTROLS + "\ufffe\uffff"

NASTY = [
    *(
        "",
        " ",
        "  a  ",
        "\r",
        "\n",
        "\r\n",
        "\t",
        "a\r\nb\rc\nd",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
    ),
    *(
        "&",
        "&amp;",
        "&#13;",
        "<a>",
        "</a>",
        "'",
        '"',
        "\"'",
        "%",
        "%s",
        "{",
        "}",
        "{v0}",
        "{0}",
        "\\",
    ),
    *("null", "true", "0", "00701", "1e3", "NaN", "é", "e\u0301", "\u2028", "\x7f", "\x85", "\xa0"),
    *("\U0001f600", "\U0010ffff", "\U0001fffe", "\ud7ff", "\ue000", "\ufffd", "\ufeff"),
]
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8", exclude_characters=NO_XML))
NAMES = st.sampled_from(
    [
        *("a", "b", "first", "key", "item", "name", "type", "id", "é", "xml", "xmlns", "a-b", "_"),
        *("a b", " a", "a ", "1st", "1", "n1", "-1", "1e3", "@id", "", "a:b", "xml:a", ":a", "a/b"),
        *("a.b", "-a", "~", "/", "'", '"', "\"'", 'a" b="c', "<a>", "&", "&amp;", "]]>", "%", "%s"),
        *("{", "}", "{}", "{v0}", "%(a)s", "a\tb", "a\nb", "a\rb", "\\", "\U0001f600", "\ufffd"),
    ]
) | st.text(st.characters(codec="utf-8", exclude_characters=NO_XML), max_size=4)

_TYPE_NAMES = st.sampled_from(["customer", "item", "type", "a"])
_TOKENS = (
    st.decimals(-(10**10), 10**10, places=2)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.sampled_from(["2026-11-22T07:16:00Z", "19.90", "", "x"])
)
_SCALARS: dict[Scalar, st.SearchStrategy[Data]] = {
    Scalar.TEXT: TEXTS,
    Scalar.INTEGER: st.integers(1 - 10**18, 10**18 - 1),
    Scalar.BOOLEAN: st.booleans(),
    Scalar.TOKEN: _TOKENS,
}


def values(member: Member) -> st.SearchStrategy[Data]:
    """Data that the member can hold."""
    if isinstance(member, Scalar):
        return st.none() | _SCALARS[member]
    if isinstance(member, ListOf):
        return st.none() | st.lists(values(member.item), max_size=3)
    return st.none() | objects(member)


def objects(shape: Shape) -> st.SearchStrategy[Data]:
    return st.fixed_dictionaries({}, optional={n: values(m) for n, m in shape.members.items()})


def _members(depth: int) -> st.SearchStrategy[Member]:
    if not depth:
        return st.sampled_from(Scalar)
    deeper = _members(depth - 1)
    return st.sampled_from(Scalar) | st.builds(ListOf, deeper) | shapes(depth - 1)


def shapes(depth: int = 2) -> st.SearchStrategy[Shape]:
    members = st.dictionaries(NAMES, _members(depth), max_size=5)
    return st.builds(Shape, _TYPE_NAMES, members)


@st.composite
def shaped(draw: Callable[..., Any]) -> tuple[Shape, Data]:
    """A shape, and an object that conforms to it."""
    shape = draw(shapes())
    return shape, draw(objects(shape))


def anything(
    names: st.SearchStrategy[str], texts: st.SearchStrategy[str]
) -> st.SearchStrategy[Data]:
    """An object of plain data that nothing is known of."""
    numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    leaves = st.none() | st.booleans() | numbers | texts
    data = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=8,
    )
    return st.dictionaries(names, data, max_size=4)


def content_of(schema: Any) -> st.SearchStrategy[Data]:
    """What is valid by a JSON Schema in the words that ours have, or nearly: the lengths of texts
    that have a pattern are left to a validator."""
    return _conforming({"$ref": schema["$ref"]}, schema["$defs"])


def _conforming(schema: Any, types: Any) -> st.SearchStrategy[Data]:
    if "$ref" in schema:
        return _conforming(types[schema["$ref"].rpartition("/")[2]], types)
    if "anyOf" in schema:
        return st.one_of([_conforming(each, types) for each in schema["anyOf"]])
    kinds = schema.get("type", "null")  # what is ignored may be anything
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return st.one_of([_CONFORMING[kind](schema, types) for kind in kinds])


def _object(schema: Any, types: Any) -> st.SearchStrategy[Data]:
    members = {name: _conforming(each, types) for name, each in schema["properties"].items()}
    required = {name: members.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=members)


def _text(schema: Any, types: Any) -> st.SearchStrategy[Data]:
    if "enum" in schema:
        return st.sampled_from([each for each in schema["enum"] if each is not None])
    if "format" in schema:
        return st.dates().map(str)
    if "u0000" in schema["pattern"]:
        return TEXTS
    return st.from_regex(schema["pattern"].replace("$", r"\Z"))


_CONFORMING: dict[str, Callable[[Any, Any], st.SearchStrategy[Data]]] = {
    "object": _object,
    "string": _text,
    "null": lambda schema, types: st.none(),
    "integer": lambda schema, types: st.integers(schema["minimum"], schema["exclusiveMaximum"] - 1),
    "number": lambda schema, types: st.decimals(
        str(schema["minimum"]), str(schema["maximum"]), places=2
    ).map(float),
    "array": lambda schema, types: st.lists(_conforming(schema["items"], types), max_size=3),
}


def written(data: Data) -> str:
    """A text that tells data apart by names, order, types and values."""
    return json.dumps(data, default=_decimal)


def _decimal(value: Any) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"Decimal": str(value)}
    raise TypeError(f"no plain data: {value!r}")
