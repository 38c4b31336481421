"""Rows that refer to others, and rows that must differ (contract 3 and 4)."""

from typing import Any

import pytest

from tests.resources.wire import Wire

ABSENT = 10**18 - 1
LINE = {"product_id": 1, "quantity": 1}
INVOICE: dict[str, Any] = {"customer_id": 1, "currency": "EUR", "items": [LINE]}
CUSTOMER = {"first": "A", "last": "B", "email": "a@example.org"}
PRODUCT = {"sku": "S", "name": "N", "price": "1.00", "currency": "EUR"}
UNIQUE = (
    pytest.param("/customers", "customer", CUSTOMER, "email", id="email"),
    pytest.param("/products", "product", PRODUCT, "sku", id="sku"),
)


def draft(wire: Wire, **changes: Any) -> Any:
    return wire.make("/invoices", "invoice", INVOICE | changes)


@pytest.mark.parametrize(("path", "type", "data", "unique"), UNIQUE)
def test_a_duplicate_is_a_conflict(wire, path, type, data, unique):
    first = wire.make(path, type, data)
    second = wire.make(path, type, data | {unique: "other@example.org"})
    duplicate = wire.pointer(type, unique)
    assert wire.pointers(wire.write("POST", path, type, data), 409) == {duplicate}
    answer = wire.write("PUT", second["links"]["self"], type, data)
    assert wire.pointers(answer, 409) == {duplicate}
    assert wire.get(second["links"]["self"]) == second
    assert wire.get(first["links"]["self"]) == first
    assert wire.write("PUT", first["links"]["self"], type, data).status_code == 200


@pytest.mark.parametrize(("path", "type", "data", "unique"), UNIQUE)
@pytest.mark.parametrize("other", ["A@EXAMPLE.ORG", "á@example.org", "a\u0301@example.org"])
def test_case_and_accents_make_a_difference(wire, path, type, data, unique, other):
    wire.make(path, type, data | {unique: "a@example.org"})
    assert wire.make(path, type, data | {unique: other})[unique] == other


@pytest.mark.parametrize(("path", "type", "data", "unique"), UNIQUE)
def test_a_value_is_free_again_after_delete(wire, path, type, data, unique):
    first = wire.make(path, type, data)
    wire.send("DELETE", first["links"]["self"])
    assert wire.make(path, type, data)["id"] != first["id"]


def test_spaces_make_a_difference(wire):
    for sku in ("S", "S ", " S", "S\u00a0"):
        assert wire.make("/products", "product", PRODUCT | {"sku": sku})["sku"] == sku


def test_a_customer_with_invoices_is_not_deleted(wire):
    made = wire.make("/customers", "customer", CUSTOMER)
    invoice = draft(wire, customer_id=int(made["id"]))
    assert wire.pointers(wire.send("DELETE", made["links"]["self"]), 409) == set()
    assert wire.get(made["links"]["self"]) == made
    wire.send("DELETE", invoice["links"]["self"])
    assert wire.send("DELETE", made["links"]["self"]).status_code == 204


def test_a_product_that_was_sold_is_not_deleted(wire):
    made = wire.make("/products", "product", PRODUCT)
    invoice = draft(wire, items=[{"product_id": int(made["id"]), "quantity": 1}])
    assert wire.pointers(wire.send("DELETE", made["links"]["self"]), 409) == set()
    assert wire.send("DELETE", invoice["items"][0]["links"]["self"]).status_code == 204
    assert wire.send("DELETE", made["links"]["self"]).status_code == 204


@pytest.mark.parametrize("other", [2, ABSENT, 0])
def test_another_parent_in_the_content_is_impossible(wire, other):
    answer = wire.write(
        "POST", "/customers/1/invoices", "invoice", INVOICE | {"customer_id": other}
    )
    assert wire.pointer("invoice", "customer_id") in wire.pointers(answer)
    mine, others = draft(wire), draft(wire)
    named = int(others["id"]) if other == 2 else other
    item = mine["items"][0]["links"]["self"]
    for method, path in (("POST", mine["links"]["items"]), ("PUT", item)):
        answer = wire.write(method, path, "item", LINE | {"invoice_id": named})
        assert wire.pointer("item", "invoice_id") in wire.pointers(answer)
    assert wire.get(mine["links"]["self"]) == mine
    assert wire.get(others["links"]["self"]) == others


def test_the_parent_may_stand_in_the_content(wire):
    path = "/customers/2/invoices"
    for member in ({"customer_id": 2}, {"customer_id": None}, {}):
        data = {"currency": "EUR"} | member
        assert wire.make(path, "invoice", data)["customer_id"] == "2"
    mine = draft(wire)
    id = mine["id"]
    for member in ({"invoice_id": int(id)}, {"invoice_id": None}, {}):
        assert wire.make(mine["links"]["items"], "item", LINE | member)["invoice_id"] == id


def test_rows_that_are_absent_are_named_all(wire):
    data = {"customer_id": ABSENT, "items": [LINE, {"product_id": ABSENT, "quantity": 1}]}
    wrong = {("customer_id",), ("items", 1, "product_id")}
    mine = draft(wire)
    for method, path in (("POST", "/invoices"), ("PUT", mine["links"]["self"])):
        answer = wire.write(method, path, "invoice", INVOICE | data)
        assert wire.pointers(answer) == {wire.pointer("invoice", *each) for each in wrong}
    item = LINE | {"product_id": ABSENT}
    for method, path in (
        ("POST", mine["links"]["items"]),
        ("PUT", "/items/" + mine["items"][0]["id"]),
    ):
        answer = wire.write(method, path, "item", item)
        assert wire.pointers(answer) == {wire.pointer("item", "product_id")}


def test_faults_in_items_say_in_which(wire):
    items = [{"quantity": 0}, LINE, LINE | {"nonsense": "1", "unit_price": "x"}]
    answer = wire.write("POST", "/invoices", "invoice", {"customer_id": 1, "items": items})
    wrong = (
        ("currency",),
        ("items", 0, "product_id"),
        ("items", 0, "quantity"),
        ("items", 2, "nonsense"),
        ("items", 2, "unit_price"),
    )
    assert wire.pointers(answer) == {wire.pointer("invoice", *each) for each in wrong}


def test_an_invoice_is_among_those_of_its_customer(wire):
    made = wire.make("/customers", "customer", CUSTOMER)
    first = wire.make(made["links"]["invoices"], "invoice", {"currency": "EUR"})
    second = draft(wire, customer_id=int(made["id"]))
    assert wire.rows(made["links"]["invoices"]) == [first, second]
    assert wire.get(first["links"]["customer"]) == made
    moved = INVOICE | {"customer_id": 1}
    assert wire.write("PUT", first["links"]["self"], "invoice", moved).status_code == 200
    assert [row["id"] for row in wire.rows(made["links"]["invoices"])] == [second["id"]]
