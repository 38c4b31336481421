"""Vocabularies: out and back is the same data, what is broken is told by file and line, and neither
a stylesheet nor a client reaches beyond the document."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from representations import TAKEN, VOCABULARIES
from representations.base import DEPTH, Inexpressible, ListOf, Malformed, Scalar, Shape
from representations.schema import TEXT, Object, Property
from representations.stylesheet import Broken
from representations.vocabulary import FOLDER, check, vocabularies
from tests.conftest import DATA
from tests.representations.drawing import bounded

ACME, UBL = VOCABULARIES
NAMESPACE = "http://acme.example/billing/1"
TEXTS = ("first", "last", "email", "phone", "company", "street", "city", "postal_code", "country")
CUSTOMER = Shape("customer", {"id": Scalar.INTEGER, **dict.fromkeys(TEXTS, Scalar.TEXT)})
ITEM = Shape(
    "item",
    {
        "id": Scalar.INTEGER,
        "product_id": Scalar.INTEGER,
        "description": Scalar.TEXT,
        "quantity": Scalar.INTEGER,
        "unit_price": Scalar.TOKEN,
    },
)
INVOICE = Shape(
    "invoice",
    {
        "customer_id": Scalar.INTEGER,
        **dict.fromkeys(("status", "currency", "note"), Scalar.TEXT),
        **dict.fromkeys(("issued_on", "due_on"), Scalar.TOKEN),
        "items": ListOf(ITEM),
    },
)
ROW = dict.fromkeys(TEXTS) | {"id": 7, "first": "Zoë", "last": "Å", "email": "z@example.org"}
LINE = {"id": 3, "product_id": 1, "description": None, "quantity": 2, "unit_price": Decimal("9.50")}
BILL = {
    "id": 12,
    "number": None,
    "customer_id": 5,
    "status": "draft",
    "issued_on": None,
    "due_on": None,
    "currency": "EUR",
    "note": None,
    "items": [LINE | {"amount": Decimal("19.00")}],
    "total": Decimal("19.00"),
    "created_at": datetime(2026, 11, 22, 7, 16, tzinfo=UTC),
}


def back(vocabulary: Any, content: bytes, shape: Shape) -> Any:
    return vocabulary.decode(content, shape, None, DEPTH)


def known(data: Any) -> Any:
    return {name: value for name, value in data.items() if value is not None}


def test_they_are_those_of_the_folders() -> None:
    assert [each.name for each in VOCABULARIES] == ["acme-customer", "ubl-invoice"]
    assert [each.types for each in VOCABULARIES] == [{"customer"}, {"invoice"}]


# ACME: every text, back as it was

characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
texts = st.none() | st.text(characters | st.sampled_from("\t\n\r"))


@bounded
@given(st.fixed_dictionaries(dict.fromkeys(TEXTS, texts)))
def test_a_customer_in_acmes_words_is_read_as_the_same(data: Any) -> None:
    content = ACME.encode(data, CUSTOMER)
    assert back(ACME, content, CUSTOMER) == known(data)


def test_what_acme_is_told() -> None:
    content = ACME.encode(ROW | {"phone": "", "updated_at": BILL["created_at"]}, CUSTOMER)
    root = etree.fromstring(content)
    assert root.tag == f"{{{NAMESPACE}}}CUSTREC"
    assert dict(root.attrib) == {
        "VERSION": "1",
        "CUSTNO": "7",
        "FNAME": "Zoë",
        "LNAME": "Å",
        "MAIL": "z@example.org",
        "TEL": "",
        "CHANGED": "2026-11-22T07:16:00Z",
    }
    etree.XMLSchema(etree.parse(FOLDER / "acme-customer" / "acme.xsd")).assertValid(root)


# UBL

BILLS = [
    ("a draft without dates", {}),
    ("a draft with dates", {"issued_on": date(2026, 1, 2), "due_on": date(2026, 2, 1)}),
    ("issued", {"status": "issued", "number": 4, "issued_on": date(2026, 1, 2)}),
    ("void, with a note", {"status": "void", "number": 4, "note": 'a <b> & "c"\n\u20ac'}),
    ("many lines", {"items": [BILL["items"][0] | {"id": id} for id in range(1, 201)]}),
    ("a line that is described", {"items": [BILL["items"][0] | {"description": " <x> "}]}),
    ("with its customer", {"customer": {"first": "Zoë", "last": "Å"}}),
]
bills = pytest.mark.parametrize("changes", [row[1] for row in BILLS], ids=[row[0] for row in BILLS])


@pytest.fixture(scope="module")
def invoice_2() -> etree.XMLSchema:
    path = DATA / "ubl-2.1" / "maindoc" / "UBL-Invoice-2.1.xsd"
    if not path.exists():
        pytest.skip(f"no {path}")
    return etree.XMLSchema(etree.parse(path))


@bills
def test_an_invoice_is_valid_ubl(invoice_2: etree.XMLSchema, changes: Any) -> None:
    invoice_2.assertValid(etree.fromstring(UBL.encode(BILL | changes, INVOICE)))


@bills
def test_an_invoice_in_ubl_is_read_as_the_same(changes: Any) -> None:
    bill = BILL | changes
    found = back(UBL, UBL.encode(bill, INVOICE), INVOICE)
    written = {name: bill[name] for name in INVOICE.members if name != "items"}
    lines = [known({name: item[name] for name in ITEM.members}) for item in bill["items"]]
    assert found == known(texts_of(written)) | {"items": [texts_of(line) for line in lines]}


def texts_of(data: Any) -> Any:
    return {
        name: str(value) if isinstance(value, date | Decimal) else value
        for name, value in data.items()
    }


UBL_2 = "urn:oasis:names:specification:ubl:schema:xsd:"


def of_another(quantity: str) -> bytes:
    """An invoice as another system would write it, with much that we do not have."""
    return f"""<?xml version="1.0"?>
<i:Invoice xmlns:i="{UBL_2}Invoice-2" xmlns:b="{UBL_2}CommonBasicComponents-2"
    xmlns:a="{UBL_2}CommonAggregateComponents-2">
  <b:UBLVersionID>2.1</b:UBLVersionID><b:ID>X-77/a</b:ID><b:IssueDate>2026-03-04</b:IssueDate>
  <b:InvoiceTypeCode>380</b:InvoiceTypeCode><b:Note>one</b:Note><b:Note>two</b:Note>
  <b:DocumentCurrencyCode>SEK</b:DocumentCurrencyCode>
  <a:AccountingSupplierParty>
    <a:Party><a:PartyName><b:Name>Us</b:Name></a:PartyName></a:Party>
  </a:AccountingSupplierParty>
  <a:AccountingCustomerParty><a:Party>
    <a:PartyIdentification><b:ID>5</b:ID></a:PartyIdentification>
    <a:PartyIdentification><b:ID>of theirs</b:ID></a:PartyIdentification>
  </a:Party></a:AccountingCustomerParty>
  <a:LegalMonetaryTotal>
    <b:PayableAmount currencyID="SEK">20</b:PayableAmount>
  </a:LegalMonetaryTotal>
  <a:InvoiceLine><b:ID>L1</b:ID><b:InvoicedQuantity unitCode="C62">{quantity}</b:InvoicedQuantity>
    <b:LineExtensionAmount currencyID="SEK">20.00</b:LineExtensionAmount>
    <a:Item><b:Name>Zither</b:Name>
      <a:SellersItemIdentification><b:ID>1</b:ID></a:SellersItemIdentification></a:Item>
    <a:Price><b:PriceAmount currencyID="SEK">10.00</b:PriceAmount></a:Price>
  </a:InvoiceLine>
</i:Invoice>""".encode()


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("2", 2), ("2.00", 2), ("2.5", "2.5"), ("x", "x"), ("1e3", "1e3"), ("9" * 20, int("9" * 20))],
)
def test_an_invoice_of_another_system(quantity: str, expected: Any) -> None:
    line = {"product_id": 1, "quantity": expected, "unit_price": "10.00"}
    head = {"customer_id": 5, "issued_on": "2026-03-04", "currency": "SEK", "note": "one"}
    assert back(UBL, of_another(quantity), INVOICE) == head | {"items": [line]}


def test_what_ubl_has_no_words_for() -> None:
    with pytest.raises(Inexpressible, match="without items"):
        UBL.encode(BILL | {"items": []}, INVOICE)


# What a client sends

RECORD = f"<CUSTREC xmlns='{NAMESPACE}'"
SECRET = "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
PLACED = (
    "xmlns:x='http://www.w3.org/2001/XMLSchema-instance' x:schemaLocation='a file:///etc/passwd'"
)
HOSTILE = [
    ("nothing", "", "Document is empty"),
    ("garbage", "\xff\x00<", "Document is empty|Start tag"),
    ("a DOCTYPE", f"<!DOCTYPE a>{RECORD}/>", "a DOCTYPE is not read"),
    ("an entity", f"{SECRET}{RECORD} FNAME='&e;'/>", "entity|DOCTYPE"),
    ("another root", f"<OTHER xmlns='{NAMESPACE}'/>", "No matching global declaration"),
    ("another namespace", "<CUSTREC/>", "No matching global declaration"),
    ("our own words", "<customer><first>a</first></customer>", "No matching global declaration"),
    ("an attribute too many", f"{RECORD} AGE='7'/>", "line 1: .*'AGE' is not allowed"),
    ("a number that is none", f"{RECORD} CUSTNO='x'/>", "CUSTNO"),
    ("elements", f"{RECORD}><FNAME>a</FNAME></CUSTREC>", "not allowed"),
    ("two documents", f"{RECORD}/>{RECORD}/>", "Extra content"),
    ("levels", "<a>" * 65 + "</a>" * 65, "levels of nesting"),
    ("a location", f"{RECORD} {PLACED} AGE='1'/>", "AGE"),
    ("a stylesheet of theirs", "<?xml-stylesheet href='/etc/passwd' type='text/xsl'?><x/>", "No m"),
]


@pytest.mark.parametrize(
    ("content", "message"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE]
)
def test_what_is_no_record_is_malformed(content: str, message: str) -> None:
    with pytest.raises(Malformed, match=message):
        back(ACME, content.encode(), CUSTOMER)


@pytest.mark.parametrize("content", [b"<Invoice/>", b"<a>text</a>", b"<invoice/>"])
def test_without_a_schema_what_stands_for_nothing_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed, match=r"nothing is said|stands for no"):
        back(UBL, content, INVOICE)


@bounded
@given(st.data())
def test_any_bytes_are_data_or_malformed(data: Any) -> None:
    valid = of_another("2")
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(valid))] * 2)))
    content = valid[:start] + data.draw(st.binary(max_size=9)) + valid[end:]
    try:
        found = back(UBL, content, INVOICE)
    except Malformed as error:
        found = {"message": str(error)}
    assert isinstance(found, dict)


def test_many_threads_use_the_same_stylesheets() -> None:
    expected = [UBL.encode(BILL | {"id": id}, INVOICE) for id in range(50)]
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(lambda id: UBL.encode(BILL | {"id": id}, INVOICE), [*range(50)] * 4)
        assert [*made] == expected * 4


# What is in the folder

STYLESHEET = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:x="http://exslt.org/common" extension-element-prefixes="x">
<xsl:template match="/customer">
<R>{}</R>
</xsl:template>
</xsl:stylesheet>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / "acme-customer", tmp_path / "acme-customer")
    return tmp_path


SCHEMA = """<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema">
<s:element name="a" type="nothing"/></s:schema>"""
OUT = "acme-customer/out.xsl"
BROKEN = [
    ("no media type", "media-type", None, "acme-customer/media-type: .*No such file"),
    ("an empty one", "media-type", "", "acme-customer/media-type, line 1: '' is no media type"),
    ("no xml", "media-type", "text/html", "acme-customer/media-type, line 1: 'text/html' is no"),
    ("two media types", "media-type", "a/b+xml\nc/d+xml", "acme-customer/media-type, line 1"),
    ("no out.xsl", "out.xsl", None, f"{OUT}: "),
    ("no in.xsl", "in.xsl", None, "acme-customer/in.xsl: "),
    ("ill-formed", "out.xsl", STYLESHEET.format("<b>"), f"{OUT}, line 4: .*mismatch"),
    ("unfinished", "in.xsl", STYLESHEET.format("<xsl:value-of/>"),
     "acme-customer/in.xsl, line 4: .*select"),
    ("no expression", "out.xsl", STYLESHEET.format("<xsl:value-of select='(('/>"),
     f"{OUT}, line 4: Invalid expression"),
    ("an instruction that there is not", "out.xsl", STYLESHEET.format("<xsl:foo/>"),
     f"{OUT}, line 4: .*unknown xsl:foo"),
    ("no stylesheet", "out.xsl", "<a/>", f"{OUT}, line 1: .*not a stylesheet"),
    ("for no type", "out.xsl", STYLESHEET.replace("/customer", "customer"),
     f"{OUT}: no template is for a type"),
    ("no schema", "acme.xsd", "<a/>", "acme-customer/acme.xsd: .*not a schema"),
    ("a type that is none", "acme.xsd", SCHEMA, "acme-customer/acme.xsd, line 2: .*'nothing'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "text", "message"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_what_is_broken_is_told_by_file_and_line(
    folder: Path, file: str, text: str | None, message: str
) -> None:
    path = folder / "acme-customer" / file
    path.unlink()
    if text is not None:
        path.write_text(text)
    with pytest.raises(Broken, match=message):
        vocabularies(folder)


def test_a_fault_in_an_imported_stylesheet_is_told_of_that_file(folder: Path) -> None:
    importing = STYLESHEET.replace("<xsl:template", "<xsl:import href='more.xsl'/>\n<xsl:template")
    (folder / OUT).write_text(importing)
    (folder / "acme-customer" / "more.xsl").write_text(STYLESHEET.format("<xsl:value-of/>"))
    with pytest.raises(Broken, match=r"acme-customer/more.xsl, line 4: .*select"):
        vocabularies(folder)


TYPES = {"customer": Object("customer", dict.fromkeys(TEXTS, Property(TEXT)))}
FAILING = [
    ("an expression that ends early", "<xsl:value-of select='foo('/>", "line 4: Unregistered func"),
    ("no such variable", "<xsl:value-of select='$nope'/>", "line 4: Variable 'nope' has not been"),
    ("no such function", "<xsl:value-of select='foo(1)'/>", "line 4: Unregistered function"),
    ("no such prefix", "<b a='{y:z}'/>", "line 4: Undefined namespace prefix"),
    ("no such template", "<xsl:call-template name='nope'/>", "line 4: The called template 'nope'"),
    ("without end", "<xsl:call-template name='self'/>", "line 4: .*infinite template recursion"),
]


@pytest.mark.parametrize("file", ["out.xsl", "in.xsl"])
@pytest.mark.parametrize(
    ("act", "message"), [row[1:] for row in FAILING], ids=[row[0] for row in FAILING]
)
def test_what_fails_on_an_example_is_told_by_file_and_line(
    folder: Path, file: str, act: str, message: str
) -> None:
    text = STYLESHEET.format(act).replace("match", 'name="self" match')
    (folder / "acme-customer" / "in.xsl").write_text(text.replace("/customer", "/R"))
    (folder / "acme-customer" / "acme.xsd").unlink()
    (folder / OUT).write_text(text if file == "out.xsl" else STYLESHEET.format(""))
    (vocabulary,) = vocabularies(folder)
    with pytest.raises(Broken, match=f"acme-customer/{file}, {message}"):
        check(vocabulary, TYPES)


@pytest.mark.parametrize("act", ["", "<xsl:message terminate='yes'>not this one</xsl:message>"])
def test_an_example_may_be_refused(folder: Path, act: str) -> None:
    (folder / OUT).write_text(STYLESHEET.format(act))
    (vocabulary,) = vocabularies(folder)
    check(vocabulary, TYPES)


def test_a_type_that_there_is_not_is_told(folder: Path) -> None:
    (folder / OUT).write_text(STYLESHEET.replace("/customer", "/customer | /costumer"))
    (vocabulary,) = vocabularies(folder)
    with pytest.raises(Broken, match=f"{OUT}: there is no type 'costumer'"):
        check(vocabulary, TYPES)


@pytest.mark.parametrize("name", ["json", "text-xml", "html", "docs", "events", "png", "css"])
def test_no_name_is_given_twice(folder: Path, name: str) -> None:
    (folder / "acme-customer").rename(folder / name)
    with pytest.raises(Broken, match=f"{name}: another representation is {name} already"):
        vocabularies(folder, TAKEN)


@pytest.mark.parametrize("name", ["vnd.parley.typed", "problem", "xml-patch", "x"])
def test_no_media_type_is_given_twice(folder: Path, name: str) -> None:
    shutil.copytree(folder / "acme-customer", folder / "another")
    (folder / "acme-customer" / "media-type").write_text("application/x+xml")
    (folder / "another" / "media-type").write_text(f"application/{name}+xml")
    with pytest.raises(Broken, match=r"another/media-type: another representation is application"):
        vocabularies(folder, TAKEN)


def test_comments_and_instructions_of_a_stylesheet_say_nothing(folder: Path) -> None:
    said = "<xsl:comment>x</xsl:comment>", "<xsl:processing-instruction name='y'/>"
    act = "{1}<first>a{0}b{1}c</first>{0}<last>d{0}</last>{1}".format(*said)
    text = STYLESHEET.replace("/customer", "/*").replace("R>", "customer>").format(act)
    (folder / "acme-customer" / "in.xsl").write_text(text)
    (vocabulary,) = vocabularies(folder)
    assert back(vocabulary, RECORD.encode() + b"/>", CUSTOMER) == {"first": "abc", "last": "d"}


def test_a_name_that_could_not_stand_in_a_query_is_refused(folder: Path) -> None:
    (folder / "acme-customer").rename(folder / "Acme_1")
    with pytest.raises(Broken, match="small letters"):
        vocabularies(folder)


REACHING = [
    ("reads a file", "<xsl:value-of select=\"document('file:///etc/passwd')\"/>"),
    ("reads a file beside it", "<xsl:value-of select=\"document('in.xsl')\"/>"),
    ("asks the network", "<xsl:value-of select=\"document('http://127.0.0.1:1/x')\"/>"),
    ("writes a file", "<x:document href='{}'><b/></x:document>"),
    ("never ends", "<xsl:apply-templates select='/'/>"),
]


@pytest.mark.parametrize("act", [row[1] for row in REACHING], ids=[row[0] for row in REACHING])
def test_a_stylesheet_reaches_nothing(folder: Path, act: str) -> None:
    written = folder / "written"
    act = act.replace("{}", str(written))
    (folder / "acme-customer" / "out.xsl").write_text(STYLESHEET.replace("{}", act))
    (vocabulary,) = vocabularies(folder)
    with pytest.raises(Inexpressible):
        vocabulary.encode(ROW, CUSTOMER)
    assert not written.exists()
