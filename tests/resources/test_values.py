"""The limits of values, at the limit and one beyond, and text as it was sent (contract 2 and 3)."""

import json
from typing import Any

import pytest

from tests.resources.wire import JSON, Wire

CUSTOMER = {"first": "A", "last": "B", "email": "a@example.org"}
PRODUCT = {"sku": "S", "name": "N", "price": "1.00", "currency": "EUR"}
INVOICE: dict[str, Any] = {"customer_id": 1, "currency": "EUR"}
LINE = {"product_id": 1, "quantity": 1}

TEXTS = [
    *(
        ("/customers", "customer", CUSTOMER, name, 200)
        for name in (
            "first",
            "last",
            "phone",
            "company",
            "street",
            "city",
            "postal_code",
            "country",
        )
    ),
    ("/products", "product", PRODUCT, "sku", 200),
    ("/products", "product", PRODUCT, "name", 200),
    ("/products", "product", PRODUCT, "description", 4000),
    ("/invoices", "invoice", INVOICE, "note", 4000),
]


@pytest.mark.parametrize(("path", "type", "data", "name", "most"), TEXTS)
@pytest.mark.parametrize("character", ["x", "e\u0301", "𝒳"], ids=ascii)
def test_text_is_as_long_as_its_code_points(wire, path, type, data, name, most, character):
    longest = (character * most)[:most]
    row = wire.make(path, type, data | {name: longest})
    assert row[name] == longest
    for method, url in (("POST", path), ("PUT", row["links"]["self"])):
        answer = wire.write(method, url, type, data | {name: longest + character[0]})
        assert wire.pointers(answer) == {wire.pointer(type, name)}


def test_an_address_and_the_text_of_an_item_have_limits_too(wire):
    email = "a" * 188 + "@example.org"
    assert wire.make("/customers", "customer", CUSTOMER | {"email": email})["email"] == email
    answer = wire.write("POST", "/customers", "customer", CUSTOMER | {"email": f"b{email}"})
    assert wire.pointers(answer) == {wire.pointer("customer", "email")}
    items = [LINE | {"description": "𝒳" * 4000}]
    assert wire.make("/invoices", "invoice", INVOICE | {"items": items})
    items.append(LINE | {"description": "𝒳" * 4001})
    answer = wire.write("POST", "/invoices", "invoice", INVOICE | {"items": items})
    assert wire.pointers(answer) == {wire.pointer("invoice", "items", 1, "description")}


@pytest.mark.parametrize(
    "text",
    ["", " ", "  a  ", "a\n\tb\n", "\r\n", "\r", "A\u0301 Å Å", "<&>\"']]>", "00701", "true",
     "null", "مرحبا", "\u200b\u2028\ufeff", "\x85\x7f", "𝒳🏳️‍🌈", "&amp;&#13;", "1e3", "\ufffd"],
    ids=ascii,
)  # fmt: skip
def test_text_is_stored_as_sent(wire, client, text):
    made = wire.make("/customers", "customer", CUSTOMER | {"phone": text})
    assert made["phone"] == text
    assert Wire(client, JSON).get(made["links"]["self"])["phone"] == text
    assert wire.get(made["links"]["self"])["phone"] == text


def test_what_xml_cannot_carry_is_refused_in_json(client):
    wire = Wire(client, JSON)
    for code in (*range(9), 0xB, 0xC, *range(0xE, 0x20), 0xFFFE, 0xFFFF):
        answer = wire.write("POST", "/customers", "customer", CUSTOMER | {"phone": f"a{chr(code)}"})
        assert wire.pointers(answer) == {"/phone"}, code


MONEY = [
    ("19.90", "19.90"),
    ("0.1", "0.10"),
    ("7", "7.00"),
    ("0", "0.00"),
    ("0.00", "0.00"),
    ("0.01", "0.01"),
    ("9999999999.99", "9999999999.99"),
    ("90071992547409.93", None),
    ("10000000000", None),
    ("10000000000.00", None),
    ("99999999999.9", None),
    ("0.001", None),
    ("1.005", None),
    ("0.30000000000000004", None),
    ("9999999999.999", None),
]
NUMBERS = [
    ("1e2", "100.00"),
    ("1.5E1", "15.00"),
    ("199e-1", "19.90"),
    ("1E+9", "1000000000.00"),
    ("-0.0", "0.00"),
    ("1.1e-1", "0.11"),
    ("1e10", None),
    ("1e-3", None),
    ("1e400", None),
    ("1e999999999", None),
    ("1e-999999999", None),
    ("1" * 400, None),
]
NO_MONEY = [
    "",
    "x",
    "1,50",
    "1_000",
    "١",
    "１",
    "NaN",
    "Infinity",
    "-",
    ".",
    "1.2.3",
    "0x1",
    "1 0",
    "€1",
]


def check_price(wire: Wire, content: bytes, expected: str | None) -> None:
    answer = wire.send("POST", "/products", content)
    if expected is None:
        assert wire.pointers(answer) == {wire.pointer("product", "price")}
    else:
        assert answer.status_code == 201, answer.data
        assert wire.format.read(answer.data)["price"] == expected


@pytest.mark.parametrize(("price", "expected"), MONEY)
def test_money_as_text(wire, price, expected):
    check_price(wire, wire.format.write("product", PRODUCT | {"price": price}), expected)


@pytest.mark.parametrize(
    ("price", "expected"), [*MONEY, *NUMBERS], ids=lambda each: f"{each!s:.20}"
)
def test_money_as_a_json_number_is_taken_by_its_digits(client, price, expected):
    content = json.dumps(PRODUCT | {"price": 0}).replace('"price": 0', f'"price": {price}')
    check_price(Wire(client, JSON), content.encode(), expected)


@pytest.mark.parametrize("price", NO_MONEY, ids=ascii)
def test_what_is_no_amount(wire, price):
    check_price(wire, wire.format.write("product", PRODUCT | {"price": price}), None)


@pytest.mark.parametrize("price", [True, [], {}, [1], {"amount": "1.00"}])
def test_what_is_no_amount_in_json(client, price):
    check_price(Wire(client, JSON), json.dumps(PRODUCT | {"price": price}).encode(), None)


@pytest.mark.parametrize("quantity", [0, -1, "1.5", "x", "", True, 10**20, "1e1", None])
def test_a_quantity_is_a_positive_integer(wire, quantity):
    items = [LINE | {"quantity": quantity}]
    answer = wire.write("POST", "/invoices", "invoice", INVOICE | {"items": items})
    assert wire.pointers(answer) == {wire.pointer("invoice", "items", 0, "quantity")}


@pytest.mark.parametrize("id", [0, -1, 10**18, 10**40, "x", "", "1.5", True, None])
def test_a_reference_is_an_id(wire, id):
    answer = wire.write("POST", "/invoices", "invoice", INVOICE | {"customer_id": id})
    assert wire.pointers(answer) == {wire.pointer("invoice", "customer_id")}


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        ("2024-02-29", True),
        ("0001-01-01", True),
        ("9999-12-31", True),
        ("2026-02-29", False),
        ("2026-13-01", False),
        ("2026-1-1", False),
        ("20261122", False),
        ("2026-W01-1", False),
        ("2026-11-22T00:00:00Z", False),
        ("0000-01-01", False),
        ("10000-01-01", False),
        ("２０２６-11-22", False),
        ("", False),
        ("today", False),
    ],
)
@pytest.mark.parametrize("member", ["due_on", "issued_on"])
def test_a_day_is_one_of_the_calendar(wire, member, day, valid):
    answer = wire.write("POST", "/invoices", "invoice", INVOICE | {member: day})
    if valid:
        assert answer.status_code == 201
        assert wire.format.read(answer.data)[member] == day
    else:
        assert wire.pointers(answer) == {wire.pointer("invoice", member)}


@pytest.mark.parametrize("status", ["sent", "", "Draft", " draft ", "DRAFT"])
def test_there_are_four_statuses(wire, status):
    answer = wire.write("POST", "/invoices", "invoice", INVOICE | {"status": status})
    assert wire.pointers(answer) == {wire.pointer("invoice", "status")}
