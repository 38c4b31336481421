"""Whatever the data, what is written is well-formed XML (XML 1.0, 2.1)."""

from xml.parsers import expat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from representations import PROBLEMS, REPRESENTATIONS, XML
from representations.base import Data, Representation, Shape
from representations.markup import element_name
from tests.representations.drawing import NAMES, NASTY, NO_XML, anything, bounded, shaped

WRITERS = [each for each in (*REPRESENTATIONS, *PROBLEMS) if each.media_type.endswith("xml")]
# any code point at all, lone surrogates and control characters too
WILD = st.text(st.characters() | st.characters(categories=["Cs", "Cc"]) | st.sampled_from(NO_XML))
HOSTILE_TEXTS = WILD | st.sampled_from([*NASTY, *NO_XML, "\ud800", "a\udfff"])
HOSTILE_NAMES = NAMES | WILD
writers = pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.media_type)


def nodes(data: Data) -> int:
    """How many elements the data is: one for each value in it."""
    children = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(nodes, children))


def elements(document: bytes) -> int:
    """How many elements both parsers find, which both take the document for well-formed."""
    found = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal found
        found += 1

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.Parse(document, True)
    assert sum(1 for _ in etree.fromstring(document).iter()) == found
    return found


@writers
@bounded
@given(data=anything(HOSTILE_NAMES, HOSTILE_TEXTS))
@example(data={})
@example(data={"a\x00": "\x00", "xmlns:a": 1, "xmlns": "b", "a><b": {"": []}, "\ud800": "\udfff"})
@example(data={'a="': 1, "a='b' c": [{"<": ["<"]}], "&lt;": "&lt;", "{a}": "{a}", "%": "%"})
def test_any_data_is_well_formed_and_each_value_one_element(
    writer: Representation, data: Data
) -> None:
    assert elements(writer.encode(data, Shape("r"))) == nodes(data)


@bounded
@given(drawn=shaped())
def test_data_with_a_shape_is_well_formed(drawn: tuple[Shape, Data]) -> None:
    shape, data = drawn
    assert elements(XML.encode(data, shape)) == nodes(data)


@writers
def test_every_character_of_the_basic_plane_can_be_said(writer: Representation) -> None:
    """XML 1.0, 2.2: what it cannot carry is U+FFFD, all else is itself (contract 2.7)."""
    text = "".join(map(chr, range(0x10000)))
    carried = "".join("\ufffd" if c in NO_XML or "\ud800" <= c <= "\udfff" else c for c in text)
    (child,) = etree.fromstring(writer.encode({"a": text}, Shape("r")))
    assert child.text == carried


@pytest.mark.parametrize("name", ["a", "first", "_", "a-b", "a.b", "é", "key", "item", "a1", "n1"])
def test_an_xml_name_is_an_element(name: str) -> None:  # XML 1.0, 2.3
    assert element_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "a b",
            "1",
            "1st",
            "-a",
            ".a",
            "@id",
            "a:b",
            "xml:a",
            ":a",
            "a:",
            "a/b",
            "²",
            "1e3",
        ),
        *(
            "a>",
            "<a>",
            "a&b",
            'a"',
            "a='b'",
            "a ",
            " a",
            "a\t",
            "a\n",
            "a\r",
            "a\x00",
            "\ud800",
            "a\xa0b",
        ),
    ],
)
def test_what_is_no_xml_name_is_a_key(name: str) -> None:  # XML 1.0, 2.3; contract 2.6
    assert element_name(name) == "key"
