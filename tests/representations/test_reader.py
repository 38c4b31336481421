"""The reading of XML: encodings, hostile documents, pointers (RFC 7303; XML 1.0)."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from representations import REPRESENTATIONS, XML
from representations.base import DEPTH, Data, ListOf, Malformed, Representation, Scalar, Shape
from representations.reader import xpath
from tests.representations.drawing import NAMES, bounded

SHAPE = Shape("r", {"a": Scalar.TEXT})
READERS = [each for each in REPRESENTATIONS if each.media_type.endswith("xml") and each.decode]
readers = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.media_type)

E_ACUTE = "<r><a>é</a></r>"
EURO = "<r><a>€</a></r>"
UTF_8 = '<?xml version="1.0" encoding="UTF-8"?>' + E_ACUTE
LATIN = '<?xml version="1.0" encoding="ISO-8859-1"?>' + E_ACUTE
UTF_16 = '<?xml version="1.0" encoding="UTF-16"?>' + E_ACUTE


def read(reader: Representation, content: bytes, charset: str | None = None) -> Data:
    assert reader.decode
    return reader.decode(content, SHAPE, charset, DEPTH)


@readers
@pytest.mark.parametrize(
    ("content", "charset"),
    [
        pytest.param(E_ACUTE.encode(), None, id="UTF-8 without a word (XML 1.0, 4.3.3)"),
        pytest.param(UTF_8.encode(), None, id="UTF-8 declared"),
        # RFC 7303, 3: a byte order mark is the first authority
        pytest.param(codecs.BOM_UTF8 + E_ACUTE.encode(), None, id="UTF-8 BOM"),
        pytest.param(codecs.BOM_UTF8 + LATIN.encode(), None, id="UTF-8 BOM before declaration"),
        pytest.param(codecs.BOM_UTF8 + E_ACUTE.encode(), "iso-8859-1", id="UTF-8 BOM, charset"),
        pytest.param(codecs.BOM_UTF16_LE + UTF_16.encode("utf-16-le"), None, id="UTF-16LE BOM"),
        pytest.param(codecs.BOM_UTF16_BE + UTF_16.encode("utf-16-be"), None, id="UTF-16BE BOM"),
        pytest.param(E_ACUTE.encode("utf-16"), "utf-8", id="UTF-16 BOM, charset (http-cases 33)"),
        pytest.param(UTF_8.encode("utf-16"), None, id="UTF-16 BOM before declaration"),
        # then the charset parameter
        pytest.param(E_ACUTE.encode("latin-1"), "iso-8859-1", id="charset"),
        pytest.param(E_ACUTE.encode("latin-1"), "ISO-8859-1", id="charset in capitals"),
        pytest.param(UTF_8.encode("latin-1"), "iso-8859-1", id="charset before declaration"),
        pytest.param(LATIN.encode(), "utf-8", id="charset before declaration, UTF-8"),
        pytest.param(UTF_16.encode("utf-16-be"), "utf-16", id="charset=utf-16 (RFC 2781, 4.3)"),
        pytest.param(E_ACUTE.encode("utf-16-be"), "utf-16be", id="charset=utf-16be"),
        pytest.param(E_ACUTE.encode("utf-16-le"), "UTF-16LE", id="charset=utf-16le"),
        pytest.param(E_ACUTE.encode("cp1252"), "windows-1252", id="charset=windows-1252"),
        # then the declaration
        pytest.param(LATIN.encode("latin-1"), None, id="declaration (http-cases 32)"),
        pytest.param(
            LATIN.replace('"', "'").replace("=", " =\n").encode("latin-1"),
            None,
            id="in apostrophes",
        ),
        pytest.param(
            LATIN.replace("?>", ' standalone="yes" ?>').encode("latin-1"), None, id="standalone"
        ),
        # a processing instruction is no declaration (XML 1.0, 2.8)
        pytest.param(
            b'<?xml-stylesheet encoding="iso-8859-1"?>' + E_ACUTE.encode(), None, id="stylesheet"
        ),
        pytest.param(
            b'<?xml version="1.0"?><?a encoding="iso-8859-1"?>' + E_ACUTE.encode(), None, id="other"
        ),
    ],
)
def test_an_acute_e_in_every_encoding(
    reader: Representation, content: bytes, charset: str | None
) -> None:
    assert read(reader, content, charset) == {"a": "é"}


def test_windows_1252_is_not_latin_1() -> None:
    declared = '<?xml version="1.0" encoding="windows-1252"?>' + EURO
    assert read(XML, declared.encode("cp1252")) == {"a": "€"}


def test_us_ascii() -> None:
    declared = b'<?xml version="1.0" encoding="US-ASCII"?><r><a>e</a></r>'
    assert read(XML, declared) == {"a": "e"}
    assert read(XML, b"<r><a>e</a></r>", "us-ascii") == {"a": "e"}


@readers
@pytest.mark.parametrize(
    ("content", "charset"),
    [
        pytest.param(LATIN.encode("latin-1"), "utf-8", id="the charset is wrong"),
        pytest.param(E_ACUTE.encode("latin-1"), None, id="no UTF-8"),
        pytest.param(UTF_8.encode("latin-1"), None, id="the declaration is wrong"),
        pytest.param(E_ACUTE.encode(), "us-ascii", id="no ASCII"),
        pytest.param(b"<r><a>\x81</a></r>", "windows-1252", id="no windows-1252"),
        pytest.param(b"\xff\xfe<\x00r\x00/", None, id="half a UTF-16 unit"),
        pytest.param("<r/>".encode("utf-16-be") + b"\xd8\x00", "utf-16be", id="half a pair"),
        pytest.param(b"<r><a>\xed\xa0\x80</a></r>", None, id="a surrogate in UTF-8"),
        pytest.param("<r/>".encode("utf-32"), None, id="UTF-32"),
        pytest.param(b"<r/>", "utf-7", id="charset=utf-7"),
        pytest.param(b"<r/>", "utf-32", id="charset=utf-32"),
        pytest.param(b"<r/>", "bogus", id="charset=bogus"),
        pytest.param(b"<r/>", "rot13", id="a codec of Python alone"),
        pytest.param(b"<r/>", "idna", id="another one"),
        pytest.param(b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><r/>', None, id="EBCDIC"),
        pytest.param(b'<?xml version="1.0" encoding="utf-7"?><r/>', None, id="utf-7 declared"),
        pytest.param(b' <?xml version="1.0"?><r/>', None, id="a space before the declaration"),
        pytest.param(codecs.BOM_UTF8 * 2 + b"<r/>", None, id="two BOMs"),
    ],
)
def test_what_cannot_be_decoded_is_malformed(
    reader: Representation, content: bytes, charset: str | None
) -> None:
    with pytest.raises(Malformed):
        read(reader, content, charset)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@readers
@pytest.mark.parametrize(
    "doctype",
    [
        pytest.param("<!DOCTYPE r>", id="bare"),
        pytest.param("<!DOCTYPE r []>", id="an empty subset"),
        pytest.param("<!DOCTYPE other>", id="of another name"),
        pytest.param('<!DOCTYPE r SYSTEM "r.dtd">', id="SYSTEM"),
        pytest.param('<!DOCTYPE r SYSTEM "http://127.0.0.1:1/r.dtd">', id="at an address"),
        pytest.param('<!DOCTYPE r PUBLIC "-//A//B" "file:///etc/passwd">', id="PUBLIC"),
        pytest.param('<!DOCTYPE r [<!ENTITY a "b">]>', id="an entity"),
        pytest.param('<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>', id="a file"),
        pytest.param('<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>', id="parameter"),
        pytest.param('<!DOCTYPE r [<!ATTLIST a x CDATA "y">]>', id="a default attribute"),
        pytest.param("<!DOCTYPE r [<!ELEMENT r ANY>]>", id="an element"),
        pytest.param('<!-- --><?p?> <!DOCTYPE\nr\tSYSTEM "r">', id="behind a comment"),
        pytest.param(f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>', id="a billion laughs"),
        pytest.param("<!doctype r>", id="in small letters"),
        pytest.param("<!DOCTYPE", id="unfinished"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_doctype_is_refused(reader: Representation, doctype: str, encoding: str) -> None:
    """Contract 1; RFC 7303, 10; http-cases 37."""
    with pytest.raises(Malformed):
        read(reader, f"{doctype}<r><a>b</a></r>".encode(encoding))


@readers
def test_no_entity_of_a_doctype_is_expanded(reader: Representation, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    doctype = f'<!DOCTYPE r [<!ENTITY a SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(Malformed) as caught:
        read(reader, f"{doctype}<r><a>&a;</a></r>".encode())
    assert "hidden" not in str(caught.value)


@readers
def test_a_doctype_in_text_is_text(reader: Representation) -> None:
    content = b"<r><!-- <!DOCTYPE r> --><a><![CDATA[<!DOCTYPE r>]]></a></r>"
    assert read(reader, content) == {"a": "<!DOCTYPE r>"}


@readers
def test_no_xinclude(reader: Representation, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    include = f'<i:include href="{secret.as_uri()}" parse="text"/>'
    content = f'<r xmlns:i="http://www.w3.org/2001/XInclude"><a>{include}</a></r>'
    try:
        found = repr(read(reader, content.encode()))
    except Malformed as error:
        found = str(error)
    assert "hidden" not in found


@readers
@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b" ",
            b"r",
            b"<r>",
            b"</r>",
            b"<r/><r/>",
            b"<r/>r",
            b"r<r/>",
            b"<r></a>",
            b"<r/",
            b"<1/>",
        ),
        *(b"<r a='1' a='1'/>", b"<r a=1/>", b"<r a/>", b"<r><a></r></a>", b"<r>\x00</r>", b"{}"),
        *(b"<!-- a -- b --><r/>", b"<?xml?><r/>", b"<r>&#1;</r>", b"<p:r/>", b"<r>" * 3000),
        *(
            b"<r>" * 100_000,
            b"<r>" * 3000 + b"</r>" * 3000,
            b"<?xml version='1.0'",
            b"<r xml:a=b/>",
        ),
    ],
    ids=lambda content: f"{content[:20]}, {len(content)} bytes",
)
def test_what_is_not_well_formed_is_malformed(reader: Representation, content: bytes) -> None:
    with pytest.raises(Malformed):
        read(reader, content)


@readers
def test_text_of_a_megabyte_is_read(reader: Representation) -> None:  # the limit of contract 1
    assert read(reader, b"<r><a>" + b"x" * 2**20 + b"</a></r>") == {"a": "x" * 2**20}


@readers
def test_an_element_that_occurs_twice_is_named(reader: Representation) -> None:
    with pytest.raises(Malformed, match="'a'"):
        read(reader, b"<r>\n<a>1</a>\n<a>2</a></r>")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([], "/r"),
        (["a"], "/r/a"),
        (["lines", 0], "/r/lines/line[1]"),
        (["lines", 9, "n"], "/r/lines/line[10]/n"),
        (["tags", 1], "/r/tags/item[2]"),
        (["bogus", 0, "x"], "/r/bogus/item[1]/x"),
        (["a b"], '/r/key[@name="a b"]'),
        (["it's"], '/r/key[@name="it\'s"]'),
        (['say "a"'], '/r/key[@name=concat("say ", \'"\', "a", \'"\', "")]'),
    ],
)
def test_a_path_is_an_xpath_from_the_root(path: list[str | int], expected: str) -> None:
    line = Shape("line", {"n": Scalar.INTEGER})
    shape = Shape("r", {"lines": ListOf(line), "tags": ListOf(Scalar.TEXT)})
    assert xpath(path, shape) == expected  # places count from 1 (XPath 1.0, 2.4)


@bounded
@given(st.dictionaries(NAMES.filter(lambda name: name != "key"), st.just(""), max_size=5), NAMES)
def test_an_xpath_finds_the_member_of_any_name(others: dict[str, str], name: str) -> None:
    if name == "key":
        others = {}  # its row is in the contract
    content = XML.encode(others | {name: "here"}, SHAPE)
    found = etree.fromstring(content).xpath(xpath([name], SHAPE))
    assert [element.text for element in found] == ["here"]
