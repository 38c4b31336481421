"""CSV (RFC 4180) and NDJSON: the items of a collection as lines."""

import csv
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from representations import CSV, NDJSON
from representations.base import ListOf, Scalar, Shape
from tests.representations.drawing import bounded

CUSTOMER = Shape("customer", {"first": Scalar.TEXT, "links": Shape("links")})
MEMBERS = {
    "id": Scalar.INTEGER,
    "note": Scalar.TEXT,
    "paid": Scalar.BOOLEAN,
    "total": Scalar.TOKEN,
    "issued_on": Scalar.TOKEN,
    "items": ListOf(Shape("item")),
    "customer": CUSTOMER,
    "links": Shape("links"),
}
INVOICES = Shape("invoices", {"items": ListOf(Shape("invoice", MEMBERS))})
NAMES = "id,note,paid,total,issued_on,items,customer.first"
ROW: dict[str, Any] = {
    "id": 1,
    "note": "a",
    "paid": True,
    "total": Decimal("-19.90"),
    "issued_on": date(2026, 11, 22),
    "items": [{"amount": Decimal("1.00"), "at": datetime(2026, 11, 22, 7, 16, tzinfo=UTC)}],
    "customer": {"first": "Zoë", "links": {"self": "/customers/1"}},
    "links": {"self": "/invoices/1"},
}


def table(rows: list[dict[str, Any]]) -> list[list[str]]:
    """The table, as the standard library reads it."""
    text = CSV.encode({"items": rows, "total": len(rows)}, INVOICES).decode()
    return [*csv.reader(StringIO(text, newline=""), strict=True)]


def note(text: str) -> str:
    """The text as it stands in its cell."""
    return table([{"note": text}])[1][1]


def test_a_row_is_a_line_that_ends_in_crlf() -> None:  # RFC 4180, 2.1, 2.3
    line = (
        '1,a,true,-19.90,2026-11-22,"[{""amount"":""1.00"",""at"":""2026-11-22T07:16:00Z""}]",Zoë'
    )
    assert CSV.encode({"items": [ROW]}, INVOICES).decode() == f"{NAMES}\r\n{line}\r\n"


def test_no_rows_are_a_line_of_names() -> None:
    assert CSV.encode({"items": []}, INVOICES).decode() == f"{NAMES}\r\n"


def test_null_and_what_is_absent_are_empty_cells() -> None:
    assert table([dict.fromkeys(ROW), {}])[1:] == [[""] * 7] * 2


@pytest.mark.parametrize(
    "text", ["a,b", 'a"b', "a\nb", "a\r\nb", "", " a ", "00701", "Ω\U0001f600"]
)
def test_text_stands_in_its_cell_as_it_is(text: str) -> None:  # RFC 4180, 2.5-2.7
    assert note(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")'),
        *("\t=1", "\r=1", "\n=1", " =1", "\xa0=1", "\ufeff=1", "\ttext", "\rtext", "\ntext"),
        *("＝1", "＋1", "－1", "＠A"),
    ],
)
def test_a_formula_is_text(text: str) -> None:
    assert note(text) == f"'{text}"


@pytest.mark.parametrize("text", ["1=1", "a@b.example", "a-b", "'=1", "", "é=1"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert note(text) == text


def test_numbers_and_names_are_no_formulas() -> None:
    assert table([{"id": -1, "total": Decimal("-0.50")}])[1][:4] == ["-1", "", "", "-0.50"]


@bounded
@given(st.lists(st.text(), max_size=4))
def test_any_text_stays_in_its_cell(texts: list[str]) -> None:
    """A lone surrogate, which no encoding carries, becomes a question mark."""
    found = [row[1] for row in table([{"note": text} for text in texts])[1:]]
    carried = [text.encode(errors="replace").decode() for text in texts]
    assert [cell.removeprefix("'") for cell in found] == [
        text.removeprefix("'") for text in carried
    ]


def test_ndjson_is_an_item_on_a_line() -> None:
    lines = NDJSON.encode({"items": [ROW, {"note": "a\r\nb\u2028"}], "total": 2}, INVOICES)
    assert lines.count(b"\n") == 2
    assert lines.endswith(b"\n")
    first, second = map(json.loads, lines.splitlines())
    assert (first["total"], first["issued_on"], first["links"]) == (
        "-19.90",
        "2026-11-22",
        {"self": "/invoices/1"},
    )
    assert second == {"note": "a\r\nb\u2028"}


def test_no_items_are_no_lines() -> None:
    assert NDJSON.encode({"items": []}, INVOICES) == b""
