"""The life of an invoice: what follows what, what is frozen, what it adds up to (contract 3)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.resources.wire import Wire

STATUSES = ("draft", "issued", "paid", "void")
FOLLOWS = {
    "draft": {"draft", "issued", "void"},
    "issued": {"issued", "paid", "void"},
    "paid": {"paid"},
    "void": {"void"},
}
NUMBERED = STATUSES[1:]
LINE = {"product_id": 1, "description": "ab", "quantity": 2, "unit_price": "1.50"}
DATA: dict[str, Any] = {
    "customer_id": 1,
    "status": "draft",
    "issued_on": None,
    "due_on": "2026-12-24",
    "currency": "EUR",
    "note": "as agreed",
    "items": [LINE, LINE | {"product_id": 2, "quantity": 1}],
}


def make(wire: Wire, **changes: Any) -> Any:
    return wire.make("/invoices", "invoice", DATA | changes)


def put(wire: Wire, invoice: Any, **changes: Any) -> Any:
    return wire.write("PUT", invoice["links"]["self"], "invoice", DATA | changes)


def again(wire: Wire, invoice: Any) -> Any:
    return wire.get(invoice["links"]["self"])


def highest_number(wire: Wire) -> int:
    return max(int(row["number"] or 0) for row in wire.rows("/invoices"))


@pytest.mark.parametrize("status", STATUSES)
def test_a_new_invoice_may_have_any_status(wire, status):
    last = highest_number(wire)
    before = datetime.now(UTC).date()
    invoice = make(wire, status=status)
    assert invoice["status"] == status
    if status == "draft":
        assert (invoice["number"], invoice["issued_on"]) == (None, None)
    else:
        assert invoice["number"] == str(last + 1)
        assert str(before) <= invoice["issued_on"] <= str(datetime.now(UTC).date())


@pytest.mark.parametrize("status", [{}, {"status": None}])
def test_a_new_invoice_is_a_draft_unless_it_says(wire, status):
    data = {"customer_id": 1, "currency": "EUR"} | status
    assert wire.make("/invoices", "invoice", data)["status"] == "draft"


@pytest.mark.parametrize("to", STATUSES)
@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_followed_by_few(wire, status, to):
    last = highest_number(wire)
    invoice = make(wire, status=status)
    answer = put(wire, invoice, status=to)
    after = again(wire, invoice)
    if to not in FOLLOWS[status]:
        assert wire.pointers(answer, 409) == {wire.pointer("invoice", "status")}
        assert after == invoice
        return
    assert answer.status_code == 200, answer.data
    assert after["status"] == to
    assert after["number"] == (None if to == "draft" else str(last + 1))
    assert (after["issued_on"] is None) == (to == "draft")


@pytest.mark.parametrize("status", NUMBERED)
def test_a_day_that_was_given_stays(wire, status):
    assert make(wire, status=status, issued_on="2021-02-03")["issued_on"] == "2021-02-03"
    invoice = make(wire, issued_on="2021-02-04")
    if status in FOLLOWS["draft"]:
        answer = put(wire, invoice, issued_on="2021-02-04", status=status)
        assert wire.format.read(answer.data)["issued_on"] == "2021-02-04"


def test_numbers_have_no_gap_where_writes_fail(wire):
    first = int(make(wire, status="issued")["number"])
    drafts = [make(wire) for _ in range(2)]
    wrong = [{"product_id": 1, "quantity": 2**31 - 1, "unit_price": "9999999999.99"}]
    for changes in ({"items": wrong}, {"customer_id": 10**17}, {"due_on": "x"}):
        data = DATA | {"status": "issued"} | changes
        assert wire.write("POST", "/invoices", "invoice", data).status_code == 422
        assert put(wire, drafts[0], status="issued", **changes).status_code == 422
    assert put(wire, drafts[0], status="paid").status_code == 409
    numbers = [wire.format.read(put(wire, each, status="issued").data)["number"] for each in drafts]
    numbers.append(make(wire, status="void")["number"])
    assert numbers == [str(first + 1), str(first + 2), str(first + 3)]


FROZEN = {
    "customer_id": {"customer_id": 2},
    "currency": {"currency": "USD"},
    "a quantity": {"items": [LINE | {"quantity": 3}, DATA["items"][1]]},
    "a price": {"items": [LINE | {"unit_price": "1.51"}, DATA["items"][1]]},
    "a product": {"items": [LINE | {"product_id": 3}, DATA["items"][1]]},
    "a description": {"items": [LINE | {"description": None}, DATA["items"][1]]},
    "one more": {"items": [*DATA["items"], LINE]},
    "one less": {"items": [LINE]},
    "none": {"items": []},
    "the order": {"items": DATA["items"][::-1]},
}


@pytest.mark.parametrize("status", NUMBERED)
@pytest.mark.parametrize("changes", FROZEN.values(), ids=FROZEN)
def test_what_was_agreed_is_frozen(wire, status, changes):
    invoice = make(wire, status=status)
    answer = put(wire, invoice, status=status, note="changed", **changes)
    (name,) = changes
    assert wire.pointers(answer, 409) == {wire.pointer("invoice", name)}
    assert again(wire, invoice) == invoice


@pytest.mark.parametrize("status", NUMBERED)
def test_what_is_repeated_or_not_frozen_passes(wire, status):
    invoice = make(wire, status=status)
    answer = put(wire, invoice, status=status, note="paid late", due_on=None)
    after = again(wire, invoice)
    assert answer.status_code == 200, answer.data
    assert (after["note"], after["due_on"]) == ("paid late", None)
    unchanged = ("id", "number", "issued_on", "customer_id", "currency", "items", "total")
    assert [after[name] for name in unchanged] == [invoice[name] for name in unchanged]


@pytest.mark.parametrize("status", STATUSES)
def test_the_items_of_a_frozen_invoice_are_frozen(wire, status):
    invoice = make(wire, status=status)
    item = invoice["items"][0]["links"]["self"]
    answers = (
        (wire.write("POST", invoice["links"]["items"], "item", LINE), 201),
        (wire.write("PUT", item, "item", LINE | {"quantity": 3}), 200),
        (wire.send("DELETE", item), 204),
    )
    for answer, success in answers:
        assert answer.status_code == (success if status == "draft" else 409), answer.data
    assert (again(wire, invoice)["items"] == invoice["items"]) == (status != "draft")


@pytest.mark.parametrize("status", STATUSES)
def test_an_item_that_is_repeated_passes(wire, status):
    """A write that repeats what is frozen passes: what was read can be sent back."""
    item = make(wire, status=status)["items"][0]["links"]["self"]
    assert wire.send("PUT", item, wire.send("GET", item).data).status_code == 200


@pytest.mark.parametrize("status", STATUSES)
def test_only_drafts_are_deleted(wire, status):
    invoice = make(wire, status=status)
    answer = wire.send("DELETE", invoice["links"]["self"])
    if status == "draft":
        assert answer.status_code == 204
        for gone in (invoice, *invoice["items"]):
            assert wire.send("GET", gone["links"]["self"]).status_code == 404
    else:
        assert wire.pointers(answer, 409) == set()
        assert again(wire, invoice) == invoice


@pytest.mark.parametrize(
    ("lines", "amounts", "total"),
    [
        ([], [], "0.00"),
        ([("0.10", 1), ("0.20", 1)], ["0.10", "0.20"], "0.30"),
        ([("0.01", 3), ("19.99", 100)], ["0.03", "1999.00"], "1999.03"),
        ([("0.07", 100), ("0.00", 9)], ["7.00", "0.00"], "7.00"),
        ([("9999999999.98", 1), ("0.01", 1)], ["9999999999.98", "0.01"], "9999999999.99"),
        ([("90071992.54", 111)], ["9997991171.94"], "9997991171.94"),
    ],
)
def test_it_adds_up_to_the_cent(wire, lines, amounts, total):
    items = [LINE | {"unit_price": price, "quantity": count} for price, count in lines]
    invoice = make(wire, items=items)
    assert [item["amount"] for item in invoice["items"]] == amounts
    assert invoice["total"] == total
    assert again(wire, invoice) == invoice


@pytest.mark.parametrize(
    "lines",
    [[("5000000000.00", 2)], [("9999999999.99", 1), ("0.01", 1)], [("4.66", 2**31 - 1)]],
)
def test_more_than_12_digits_is_too_much(wire, lines):
    items = [LINE | {"unit_price": price, "quantity": count} for price, count in lines]
    assert wire.pointers(wire.write("POST", "/invoices", "invoice", DATA | {"items": items}))
    invoice = make(wire, items=items[1:])
    assert wire.pointers(put(wire, invoice, items=items))
    assert wire.pointers(wire.write("POST", invoice["links"]["items"], "item", items[0]))
    assert again(wire, invoice) == invoice


def test_a_write_of_an_item_is_a_new_version_of_its_invoice(wire):
    invoice = make(wire, items=[LINE])
    path = invoice["links"]["self"]
    tags = [wire.send("GET", path).headers["ETag"]]
    made = wire.make(invoice["links"]["items"], "item", LINE | {"unit_price": "0.05"})
    assert made["invoice_id"] == invoice["id"]
    totals = [again(wire, invoice)["total"]]
    tags.append(wire.send("GET", path).headers["ETag"])
    for change in (
        {"unit_price": "0.20", "quantity": 3},
        {"unit_price": "0.30"},
        {"unit_price": "0.30"},
    ):
        wire.write("PUT", made["links"]["self"], "item", LINE | change)
        totals.append(again(wire, invoice)["total"])
        tags.append(wire.send("GET", path).headers["ETag"])
    wire.send("DELETE", made["links"]["self"])
    totals.append(again(wire, invoice)["total"])
    tags.append(wire.send("GET", path).headers["ETag"])
    assert totals == ["3.10", "3.60", "3.60", "3.60", "3.00"]
    assert len(set(tags)) == len(tags)
    assert again(wire, invoice)["items"] == invoice["items"]


def test_items_keep_their_order_and_their_ids(wire):
    invoice = make(wire, items=[LINE | {"quantity": count} for count in (3, 1, 2)])
    path = invoice["links"]["self"]
    wire.send("PUT", path, wire.send("GET", path).data)
    assert again(wire, invoice)["items"] == invoice["items"]
    assert [item["quantity"] for item in invoice["items"]] == ["3", "1", "2"]
    wire.send("DELETE", invoice["items"][1]["links"]["self"])
    wire.make(invoice["links"]["items"], "item", LINE | {"quantity": 4})
    left = again(wire, invoice)["items"]
    assert [item["quantity"] for item in left] == ["3", "2", "4"]
    assert wire.rows(invoice["links"]["items"]) == left


def test_an_item_is_not_taken_from_another_invoice(wire):
    mine, other = make(wire, items=[LINE]), make(wire, items=[LINE])
    stolen = int(other["items"][0]["id"])
    answer = put(wire, mine, items=[LINE | {"id": stolen}, LINE | {"id": stolen}])
    assert answer.status_code == 200, answer.data
    assert again(wire, other) == other
    ids = [item["id"] for item in again(wire, mine)["items"]]
    assert str(stolen) not in ids
    assert len(set(ids)) == 2


def test_the_same_item_twice_is_two_items(wire):
    invoice = make(wire, items=[LINE])
    twice = [LINE | {"id": int(invoice["items"][0]["id"])}] * 2
    answer = put(wire, invoice, items=twice)
    assert answer.status_code == 200, answer.data
    assert len({item["id"] for item in again(wire, invoice)["items"]}) == 2


def test_the_price_is_the_products_unless_given(wire):
    product = {"sku": "own", "name": "x", "price": "12.34", "currency": "EUR"}
    made = wire.make("/products", "product", product)
    line = {"product_id": int(made["id"]), "quantity": 3}
    invoice = make(wire, items=[line, line | {"unit_price": None}, line | {"unit_price": "0.01"}])
    assert [item["unit_price"] for item in invoice["items"]] == ["12.34", "12.34", "0.01"]
    assert invoice["total"] == "74.07"
    answer = wire.write("PUT", made["links"]["self"], "product", product | {"price": "99.00"})
    assert answer.status_code == 200
    assert again(wire, invoice) == invoice
    assert wire.make(invoice["links"]["items"], "item", line)["amount"] == "297.00"
