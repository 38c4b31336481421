"""The typed dialect: dicttoxml is the oracle, wherever its bytes read back as the same data."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from dicttoxml import dicttoxml
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from lxml.etree import _Element

from representations import TYPED_XML
from representations.base import DEPTH, Data, ListOf, Malformed, Scalar, Shape
from tests.representations.drawing import NAMES, NASTY, NO_XML, TEXTS, anything, bounded, written

ANY = Shape("r")
DECLARATION = '<?xml version="1.0" encoding="UTF-8" ?>'


def oracle(data: Data, name: str = "r") -> bytes:
    content = dicttoxml(data, custom_root=name)
    assert isinstance(content, bytes)
    return content


def read(content: bytes) -> Data:
    assert TYPED_XML.decode
    return TYPED_XML.decode(content, ANY, None, DEPTH)


def inside(content: bytes) -> str:
    return content.decode().removeprefix(f"{DECLARATION}<r>").removesuffix("</r>")


# A reader of the dialect that shares nothing with ours.


def held(element: _Element, kind: str) -> Data:
    text = element.text or ""
    match kind:
        case "dict":
            return {named(child): held(child, child.attrib["type"]) for child in element}
        case "list":
            return [held(child, child.attrib["type"]) for child in element]
        case "bool":
            return {"true": True, "false": False}[text]
        case "null":
            return None
    return {"str": str, "int": int, "float": float}[kind](text)


def named(element: _Element) -> str:
    return element.get("name", "key") if element.tag == "key" else element.tag


def reads_back(data: Data) -> bool:
    """Whether dicttoxml's bytes are well-formed and say the data again."""
    try:
        found = held(etree.fromstring(oracle(data)), "dict")
    except (etree.XMLSyntaxError, UnicodeEncodeError, KeyError, ValueError):
        return False
    return written(found) == written(data)


# Names that dicttoxml writes as they are or into an attribute, and text that it does not lose.
KEPT_NAMES = st.sampled_from(
    [
        *(
            "a",
            "b",
            "first",
            "key",
            "item",
            "name",
            "type",
            "é",
            "a-b",
            "a.b",
            "_a",
            "@id",
            "",
            "a:b",
        ),
        *(
            "1st",
            "a/b",
            "<a>",
            "&",
            "]]>",
            "%s",
            "{}",
            "{v0}",
            "'",
            'a"b',
            "-a",
            "\\",
            "~",
            "Infinity",
        ),
    ]
) | st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=5)
KEPT_TEXTS = TEXTS.filter(lambda text: "\r" not in text)
_NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
_IN_LISTS = st.none() | _NUMBERS | KEPT_TEXTS
KEPT = st.dictionaries(
    KEPT_NAMES,
    st.recursive(
        _IN_LISTS | st.booleans(),
        lambda inner: (
            st.dictionaries(KEPT_NAMES, inner, max_size=3)
            | st.lists(inner.filter(lambda item: not isinstance(item, bool)), max_size=3)
        ),
        max_leaves=8,
    ),
    max_size=4,
)


@bounded
@given(KEPT, st.sampled_from(["r", "customer", "customers", "items"]))
@example(
    {"a": True, "b": [[], {}, [{"a": False}]], "c": {"d": {"e": None}}, "@id": {"": [1.5]}}, "r"
)
def test_the_bytes_are_those_of_dicttoxml(data: Data, name: str) -> None:
    assert TYPED_XML.encode(data, Shape(name)) == oracle(data, name)


@bounded
@given(anything(NAMES, TEXTS | st.sampled_from([*NASTY, *NO_XML, "a\x00b"])))
def test_the_bytes_are_those_of_dicttoxml_if_they_read_back(data: Data) -> None:
    ours = TYPED_XML.encode(data, ANY)
    if reads_back(data):
        assert ours == oracle(data)
    found = held(etree.fromstring(ours), "dict")
    assert written(found) == written(carried(data))


def carried(data: Data) -> Data:
    """The data as XML can carry it (contract 2.7)."""
    if isinstance(data, dict):
        return {name: carried(value) for name, value in data.items()}
    if isinstance(data, list):
        return [carried(item) for item in data]
    if isinstance(data, str):
        return data.translate(dict.fromkeys(map(ord, NO_XML), "\ufffd"))
    return data


@bounded
@given(anything(NAMES, TEXTS))
def test_any_plain_data_is_read_without_a_shape(data: Data) -> None:
    assert written(read(TYPED_XML.encode(data, ANY))) == written(exact(data))


def exact(data: Data) -> Data:
    """The data with its fractions by their digits."""
    if isinstance(data, dict):
        return {name: exact(value) for name, value in data.items()}
    if isinstance(data, list):
        return [exact(item) for item in data]
    return Decimal(repr(data)) if isinstance(data, float) else data


@pytest.mark.parametrize(
    ("data", "theirs", "ours"),
    [
        pytest.param(
            {"l": [True, False]},
            '<l type="list"><item type="bool">True</item><item type="bool">False</item></l>',
            '<l type="list"><item type="bool">true</item><item type="bool">false</item></l>',
            id="booleans in lists (rule 5)",
        ),
        pytest.param(
            {"d": Decimal("19.90")},
            '<d type="number">19.90</d>',
            '<d type="str">19.90</d>',
            id="money is text (rule 5)",
        ),
        pytest.param(
            {"t": datetime(2026, 11, 22, 7, 16, tzinfo=UTC)},
            '<t type="str">2026-11-22T07:16:00+00:00</t>',
            '<t type="str">2026-11-22T07:16:00Z</t>',
            id="times end in Z (rule 5)",
        ),
        pytest.param(
            {"a b": 1},
            '<a_b type="int">1</a_b>',
            '<key name="a b" type="int">1</key>',
            id="a space in a name (rule 6)",
        ),
        pytest.param(
            {"1": "a"},
            '<n1 type="str">a</n1>',
            '<key name="1" type="str">a</key>',
            id="a number for a name (rule 6)",
        ),
        pytest.param(
            {"1e3": None},
            '<n1000.0 type="null"></n1000.0>',
            '<key name="1e3" type="null"></key>',
            id="a fraction for a name (rule 6)",
        ),
        pytest.param(
            {"xml:a": {}},
            '<xml:a type="dict"></xml:a>',
            '<key name="xml:a" type="dict"></key>',
            id="a prefix in a name (rule 6)",
        ),
        pytest.param(
            {"a ": []},
            '<a  type="list"></a >',
            '<key name="a " type="list"></key>',
            id="a space behind a name (rule 6)",
        ),
        pytest.param(
            {"a\nb": 1},
            '<key name="a\nb" type="int">1</key>',
            '<key name="a&#10;b" type="int">1</key>',
            id="a line feed in a name (rule 6)",
        ),
        pytest.param(
            {"t": "a\r\nb"},
            '<t type="str">a\r\nb</t>',
            '<t type="str">a&#13;\nb</t>',
            id="a carriage return (rule 7)",
        ),
        pytest.param(
            {"t": "a\x00\x1b"},
            '<t type="str">a\x00\x1b</t>',
            '<t type="str">a\ufffd\ufffd</t>',
            id="control characters (rule 7)",
        ),
    ],
)
def test_where_the_bytes_must_differ(data: dict[str, Any], theirs: str, ours: str) -> None:
    assert inside(oracle(data)) == theirs
    assert inside(TYPED_XML.encode(data, ANY)) == ours


@pytest.mark.parametrize("text", [*NASTY, "it's", 'a"b', "a&b", "a<b", "a>b"])
def test_each_escape_is_that_of_dicttoxml(text: str) -> None:
    data = {"a": text, "b": [text], "c": {"d": text}}
    kept = "\r" not in text
    assert (TYPED_XML.encode(data, ANY) == oracle(data)) is kept


def test_items_are_called_item_whatever_their_type() -> None:
    data = {"lines": [{"n": 1}], "tags": ["a"]}
    shape = Shape("r", {"lines": ListOf(Shape("line")), "tags": ListOf(Scalar.TEXT)})
    assert TYPED_XML.encode(data, shape) == oracle(data)


def test_a_date_is_the_text_that_dicttoxml_has() -> None:
    data = {"d": date(2026, 11, 22)}
    assert TYPED_XML.encode(data, ANY) == oracle(data)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<a type="str"> 1 </a>', {"a": " 1 "}),
        ('<a type="str"/>', {"a": ""}),
        ("<a>1</a>", {"a": "1"}),  # without a type: text, or an object if it holds elements
        ("<a><b>1</b></a>", {"a": {"b": "1"}}),
        ('<a type="int"> -5 </a>', {"a": -5}),
        ('<a type="float"> 1.50 </a>', {"a": Decimal("1.50")}),
        ('<a type="float">-1E+3</a>', {"a": Decimal("-1E+3")}),
        ('<a type="number">19.90</a>', {"a": Decimal("19.90")}),
        ('<a type="bool">true</a>', {"a": True}),
        ('<a type="bool">0</a>', {"a": False}),
        ('<a type="null"/>', {"a": None}),
        ('<a type="null"> \n</a>', {"a": None}),
        ('<a type="list"/>', {"a": []}),
        ('<a type="dict"/>', {"a": {}}),
        ('<a type="list"><x type="int">1</x><y>2</y></a>', {"a": [1, "2"]}),
        ('<key name="a b" type="int">1</key>', {"a b": 1}),
        ('<key type="int">1</key>', {"key": 1}),
        ('<a type="str">x<!-- y --><![CDATA[<]]><?z?></a>', {"a": "x<"}),
        ('<a type="int">abc</a>', {"a": "abc"}),  # for the model to refuse in its own words
    ],
)
def test_what_is_read(inner: str, expected: Data) -> None:
    assert written(read(f"<r>{inner}</r>".encode())) == written(expected)


@pytest.mark.parametrize(
    "inner",
    [
        *(
            '<a type="bogus">1</a>',
            '<a type="">1</a>',
            '<a type="STR">1</a>',
            '<a types="int">1</a>',
        ),
        *('<a type="str">1<b/></a>', '<a type="int"><b/></a>', '<a type="str"><b/></a>'),
        *(
            '<a type="dict">1</a>',
            '<a type="list">1</a>',
            '<a type="null">1</a>',
            '<a type="null"><b/></a>',
        ),
        *('<a type="dict"><b/><b/></a>', '<a/><a type="int">1</a>', '<a/><key name="a"/>'),
        *('<a type="list">x<item/></a>', "text", "<a/>text"),
        # no decimal number: not what JSON would take either (RFC 8259, 6; http-cases 40)
        *('<a type="float"></a>', '<a type="float">x</a>', '<a type="float">1,5</a>'),
        *(
            '<a type="float">1 5</a>',
            '<a type="float">0x1</a>',
            '<a type="float">1e99999999999999999999</a>',
        ),
        *('<a type="float">NaN</a>', '<a type="float">sNaN</a>', '<a type="float">Infinity</a>'),
        *('<a type="number">-inf</a>', '<a type="float">1_000</a>', '<a type="float">١</a>'),
    ],
)
def test_what_is_malformed(inner: str) -> None:
    with pytest.raises(Malformed):
        read(f"<r>{inner}</r>".encode())


def test_the_shape_is_no_matter_but_for_the_name() -> None:
    assert TYPED_XML.decode
    content = TYPED_XML.encode({"a": [{"b": 1}]}, Shape("customer"))
    assert TYPED_XML.decode(content, Shape("customer"), None, DEPTH) == {"a": [{"b": 1}]}
    with pytest.raises(Malformed):
        TYPED_XML.decode(content, Shape("product"), None, DEPTH)


def test_a_float_that_is_no_number_is_well_formed() -> None:
    root = etree.fromstring(TYPED_XML.encode({"a": math.nan, "b": math.inf}, ANY))
    assert [child.get("type") for child in root] == ["float", "float"]
