"""The plain dialect: the eight rules of contract 2, both ways."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from lxml import etree

from representations import TEXT_XML, XML
from representations.base import DEPTH, Data, ListOf, Malformed, Scalar, Shape
from tests.representations.drawing import NO_XML, written

XSI = "http://www.w3.org/2001/XMLSchema-instance"
LINE = Shape("line", {"n": Scalar.INTEGER})
SHAPE = Shape(
    "customer",
    {
        "text": Scalar.TEXT,
        "zip": Scalar.TEXT,
        "n": Scalar.INTEGER,
        "ok": Scalar.BOOLEAN,
        "at": Scalar.TOKEN,
        "key": Scalar.TEXT,
        "a b": Scalar.TEXT,
        'say "%s"': Scalar.TEXT,
        "": Scalar.TEXT,
        "lines": ListOf(LINE),
        "tags": ListOf(Scalar.TEXT),
        "grid": ListOf(ListOf(Scalar.INTEGER)),
        "line": LINE,
    },
)


def document(inner: str) -> bytes:
    return f'<customer xmlns:xsi="{XSI}">{inner}</customer>'.encode()


def canonical(content: bytes) -> str:
    """The same for documents that say the same (Canonical XML 1.0)."""
    return etree.tostring(etree.fromstring(content), method="c14n").decode()


def read(inner: str) -> Data:
    assert XML.decode
    return XML.decode(document(inner), SHAPE, None, DEPTH)


class Row(NamedTuple):
    """A rule of contract 2, data, and what stands in the root element."""

    rule: str
    data: dict[str, Any]
    inner: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.data}"


BOTH_WAYS = [
    Row("1", {}, ""),
    Row("2", {"text": "a", "n": 1}, "<text>a</text><n>1</n>"),
    Row("2 order", {"n": 1, "text": "a"}, "<n>1</n><text>a</text>"),
    Row("2 nested", {"line": {"n": 1}}, "<line><n>1</n></line>"),
    Row("2 empty object", {"line": {}}, "<line></line>"),
    Row(
        "3 named after the type",
        {"lines": [{"n": 1}, {"n": 2}]},
        "<lines><line><n>1</n></line><line><n>2</n></line></lines>",
    ),
    Row("3 one item", {"lines": [{"n": 1}]}, "<lines><line><n>1</n></line></lines>"),
    Row("3 none", {"lines": []}, "<lines></lines>"),
    Row("3 an empty item", {"lines": [{}]}, "<lines><line></line></lines>"),
    Row("3 item", {"tags": ["a", ""]}, "<tags><item>a</item><item></item></tags>"),
    Row("3 lists", {"grid": [[1], []]}, "<grid><item><item>1</item></item><item></item></grid>"),
    Row("4 null", {"text": None}, '<text xsi:nil="true"></text>'),
    Row("4 empty string", {"text": ""}, "<text></text>"),
    Row("4 null object", {"line": None}, '<line xsi:nil="true"></line>'),
    Row("4 null list", {"lines": None}, '<lines xsi:nil="true"></lines>'),
    Row("4 null item", {"tags": [None]}, '<tags><item xsi:nil="true"></item></tags>'),
    Row("5 true", {"ok": True}, "<ok>true</ok>"),
    Row("5 false", {"ok": False}, "<ok>false</ok>"),
    Row("5 integers", {"n": -(10**18) + 1}, "<n>-999999999999999999</n>"),
    Row("6 space", {"a b": "1"}, '<key name="a b">1</key>'),
    Row("6 a member named key", {"key": "1", "a b": "2"}, '<key>1</key><key name="a b">2</key>'),
    Row("6 quotes", {'say "%s"': "1"}, '<key name="say &quot;%s&quot;">1</key>'),
    Row("6 no name at all", {"": None}, '<key name="" xsi:nil="true"></key>'),
    Row("7", {"text": "a\rb\r\nc\n"}, "<text>a&#13;b&#13;\nc\n</text>"),
    Row(
        "8", {"text": "&<>\"' ]]> é\U0001f600"}, "<text>&amp;&lt;&gt;\"' ]]&gt; é\U0001f600</text>"
    ),
    Row("as sent", {"text": " \t a \n "}, "<text> \t a \n </text>"),
    Row("as sent", {"text": " "}, "<text> </text>"),
    Row("text stays text", {"zip": "00701"}, "<zip>00701</zip>"),
    Row("text stays text", {"zip": "true"}, "<zip>true</zip>"),
]


@pytest.mark.parametrize("row", BOTH_WAYS, ids=str)
def test_what_is_written(row: Row) -> None:
    assert canonical(XML.encode(row.data, SHAPE)) == canonical(document(row.inner))


@pytest.mark.parametrize("row", BOTH_WAYS, ids=str)
def test_what_is_read(row: Row) -> None:
    assert written(read(row.inner)) == written(row.data)


@pytest.mark.parametrize(
    ("data", "inner"),
    [
        # rule 5
        ({"at": datetime(2026, 11, 22, 7, 16, tzinfo=UTC)}, "<at>2026-11-22T07:16:00Z</at>"),
        ({"at": date(2026, 11, 22)}, "<at>2026-11-22</at>"),
        ({"at": Decimal("19.90")}, "<at>19.90</at>"),
        ({"at": Decimal("0.00")}, "<at>0.00</at>"),
        ({"at": Decimal("1000000000.00")}, "<at>1000000000.00</at>"),
        ({"tags": [True, False]}, "<tags><item>true</item><item>false</item></tags>"),
        # rule 7: what a database holds already
        ({"text": "a\x00b\x1b\ufffe\uffff"}, "<text>a\ufffdb\ufffd\ufffd\ufffd</text>"),
        ({"tags": ["\x08"]}, "<tags><item>\ufffd</item></tags>"),
        # rules 3 and 6 where no shape says what there is
        ({"x": [1]}, "<x><item>1</item></x>"),
        ({"x": [{"y": None}]}, '<x><item><y xsi:nil="true"></y></item></x>'),
        ({"line": {"x": []}}, "<line><x></x></line>"),
        ({"a\tb\nc\rd": 1}, '<key name="a&#9;b&#10;c&#13;d">1</key>'),
    ],
)
def test_what_is_written_alone(data: dict[str, Any], inner: str) -> None:
    assert canonical(XML.encode(data, SHAPE)) == canonical(document(inner))


def test_a_declaration_and_utf_8() -> None:  # rule 8
    content = XML.encode({"text": "é"}, SHAPE)
    assert re.match(rb"""<\?xml version=["']1.0["'] encoding=["']UTF-8["'] ?\?>""", content)
    assert "é".encode() in content


def test_a_carriage_return_is_a_reference() -> None:  # rule 7
    content = XML.encode({"text": "\r", "a\rb": "c"}, SHAPE)
    assert content.count(b"&#13;") == 2
    assert b"\r" not in content


def test_no_namespace_and_no_type() -> None:  # rule 8
    root = etree.fromstring(XML.encode({"lines": [{"n": 1}], "ok": True, "zip": None}, SHAPE))
    for element in root.iter():
        assert "{" not in element.tag
        assert set(element.attrib) <= {f"{{{XSI}}}nil"}


def test_the_root_is_named_after_the_type() -> None:  # rule 1
    shape = Shape("customers", {"items": ListOf(Shape("customer", {}))})
    root = etree.fromstring(XML.encode({"items": [{}]}, shape))
    assert [element.tag for element in root.iter()] == ["customers", "items", "customer"]


def test_text_xml_is_the_same_bytes() -> None:  # contract 1
    data = {"lines": [{"n": 1}], "text": "a\r", "ok": None}
    assert TEXT_XML.encode(data, SHAPE) == XML.encode(data, SHAPE)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        # declared types win
        ("<n> 5\n</n>", {"n": 5}),
        ("<n>+5</n>", {"n": 5}),
        ("<n>007</n>", {"n": 7}),
        ("<ok>1</ok>", {"ok": True}),  # XML Schema 2, 3.2.2.1
        ("<ok> 0 </ok>", {"ok": False}),
        ("<at> 19.90 </at>", {"at": "19.90"}),
        # what is none stays text, for the model to refuse
        ("<n>1_000</n>", {"n": "1_000"}),
        ("<n>1.0</n>", {"n": "1.0"}),
        ("<n>١</n>", {"n": "١"}),
        ("<n></n>", {"n": ""}),
        ("<ok>TRUE</ok>", {"ok": "TRUE"}),
        # transparent
        ("<text>a<!-- b -->c<?d e?>f</text>", {"text": "acf"}),
        ("<text><![CDATA[<&]]> &amp; <![CDATA[]]]]><![CDATA[>]]></text>", {"text": "<& & ]]>"}),
        ("<!-- a --><n>1</n><?b?>\n\t <ok>true</ok>", {"n": 1, "ok": True}),
        ("<lines><!-- a -->\n<line><n>1</n></line>\n</lines>", {"lines": [{"n": 1}]}),
        ("<text>&#65;&#x42;&lt;</text>", {"text": "AB<"}),
        ("<text>a\r\nb\rc</text>", {"text": "a\nb\nc"}),  # XML 1.0, 2.11
        # nil
        ('<text xsi:nil="1"/>', {"text": None}),
        ('<text xsi:nil=" true "/>', {"text": None}),
        ('<text xsi:nil="false"/>', {"text": ""}),
        ('<text xsi:nil="0">a</text>', {"text": "a"}),
        # an unknown member has no type and so no value; the model names it
        ("<bogus>1</bogus>", {"bogus": None}),
        ("<bogus><a/></bogus>", {"bogus": {"a": None}}),
        ('<key name="bogus">1</key>', {"bogus": None}),
        ('<key name="text">a</key>', {"text": "a"}),
        # a text that holds elements is no text, and the model says so
        ("<text><a/></text>", {"text": {}}),
        ('<text xml:lang="en" xsi:type="x" xml:space="preserve"> </text>', {"text": " "}),
    ],
)
def test_what_is_read_in_other_words(inner: str, expected: Data) -> None:
    if "bogus" in inner:
        assert list(read(inner)) == list(expected)
    else:
        assert written(read(inner)) == written(expected)


@pytest.mark.parametrize(
    "inner",
    [
        pytest.param("a<n>1</n>", id="text beside elements"),
        pytest.param("<n>1</n>a", id="text behind elements"),
        pytest.param("<lines>a<line/></lines>", id="text in a list"),
        pytest.param("<lines>a</lines>", id="text for a list"),
        pytest.param("<line>a</line>", id="text for an object"),
        pytest.param("<text>a<b/></text>", id="mixed content"),
        pytest.param("\xa0<n>1</n>", id="a no-break space is text"),
        pytest.param("<n>1</n><n>2</n>", id="twice"),
        pytest.param("<n>1</n><text/><n>1</n>", id="twice, apart"),
        pytest.param('<n>1</n><key name="n">1</key>', id="twice, once by key"),
        pytest.param('<key name="a b"/><key name="a b"/>', id="a key twice"),
        pytest.param("<line><n>1</n><n>2</n></line>", id="twice in an object"),
        pytest.param("<lines><line><n>1</n><n>1</n></line></lines>", id="twice in an item"),
        pytest.param("<lines/><lines/>", id="a list twice"),
        pytest.param("<lines><item/></lines>", id="an item of another name"),
        pytest.param("<lines><line/><Line/></lines>", id="an item of another case"),
        pytest.param("<tags><tag/></tags>", id="a text of another name"),
        pytest.param('<n type="int">1</n>', id="an attribute"),
        pytest.param('<n name="a">1</n>', id="a name where there is no key"),
        pytest.param('<n xmlns:a="urn:a" a:b="c">1</n>', id="a foreign attribute"),
        pytest.param('<n nil="true"/>', id="nil without its namespace"),
        pytest.param("<a:n>1</a:n>", id="an undeclared prefix"),
        pytest.param("<text>&nbsp;</text>", id="an entity"),
        pytest.param("<text>a & b</text>", id="a bare ampersand"),
        pytest.param("<text>]]></text>", id="the end of a CDATA section"),
        pytest.param("<text>&#0;</text>", id="a reference to no character"),
        pytest.param("<text>&#xFFFE;</text>", id="a reference to a noncharacter"),
        pytest.param("<text>&#xD800;</text>", id="a reference to a surrogate"),
        *[pytest.param(f"<text>{c}</text>", id=f"U+{ord(c):04X}") for c in NO_XML],
    ],
)
def test_what_is_malformed(inner: str) -> None:
    with pytest.raises(Malformed):
        read(inner)


@pytest.mark.parametrize(
    "content",
    [
        *(b"<customers/>", b"<Customer/>", b"<item><customer/></item>", b"<customer>a</customer>"),
        *(b'<customer xmlns="urn:a"/>', b'<a:customer xmlns:a="urn:a"/>', b'<customer id="1"/>'),
    ],
)
def test_another_root_is_malformed(content: bytes) -> None:  # rule 1
    assert XML.decode
    with pytest.raises(Malformed):
        XML.decode(content, SHAPE, None, DEPTH)


@pytest.mark.parametrize("held", ["text", "<b/>", "<![CDATA[x]]>"])
def test_what_is_nil_holds_nothing(held: str) -> None:
    """XML Schema 1, 2.6.2; what it holds would be lost without a word."""
    inner = f'<a xmlns:xsi="{XSI}" xsi:nil="true">{held}</a>'
    with pytest.raises(Malformed):
        XML.decode(f"<r>{inner}</r>".encode(), Shape("r", {"a": Scalar.TEXT}), None, 64)
