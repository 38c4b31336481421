"""What each type of member accepts, and what comes back from the database."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select

from models.types import (
    Cents,
    Count,
    Currency,
    Day,
    Email,
    Moments,
    Money,
    Note,
    Reference,
    Text,
    now,
)

ACCEPTED = [
    (Money, "19.90", Decimal("19.90")),
    (Money, 7, Decimal("7.00")),
    (Money, Decimal("1E+2"), Decimal("100.00")),
    (Money, Decimal("0.1"), Decimal("0.10")),
    (Money, Decimal("1.100"), Decimal("1.10")),
    (Money, Decimal("0E+999999"), Decimal("0.00")),
    (Money, "-0.00", Decimal("0.00")),
    (Money, "9999999999.99", Decimal("9999999999.99")),
    (Day, "2024-02-29", date(2024, 2, 29)),
    (Text, "", ""),
    (Text, " a\u0301 \n", " a\u0301 \n"),
    (Text, "𝒳" * 200, "𝒳" * 200),
    (Note, "x" * 4000, "x" * 4000),
    (Email, "a@b", "a@b"),
    (Currency, "EUR", "EUR"),
    (Count, 1, 1),
    (Reference, 10**18 - 1, 10**18 - 1),
]
REFUSED = [
    (Money, 0.1),
    (Money, True),
    (Money, "0.001"),
    (Money, Decimal("0.001")),
    (Money, Decimal("1.1001")),
    (Money, Decimal("1E+999999")),
    (Money, Decimal("1E-999999")),
    (Money, "10000000000.00"),
    (Money, Decimal("NaN")),
    (Money, Decimal("Infinity")),
    (Money, "٣"),
    (Money, None),
    (Money, "1" * 10_000),
    (Money, 10**4000),
    (Day, "2026-02-29"),
    (Day, "２０２６-01-01"),
    (Day, 20260101),
    (Text, "x" * 201),
    (Text, "\x00"),
    (Text, "\ud800"),
    (Text, "\ufffe"),
    (Text, 1),
    (Text, b"x"),
    (Note, "x" * 4001),
    (Email, "a"),
    (Email, "a@b@c"),
    (Email, "a@b\n"),
    (Currency, "EUR\n"),
    (Currency, "EURO"),
    (Count, 0),
    (Count, 1.0),
    (Count, True),
    (Count, 10**30),
    (Reference, 0),
    (Reference, 10**18),
]


@pytest.mark.parametrize(("kind", "value", "expected"), ACCEPTED)
def test_accepted(kind, value, expected):
    found = TypeAdapter(kind).validate_python(value, strict=True)
    assert (type(found), found, str(found)) == (type(expected), expected, str(expected))


@pytest.mark.parametrize(("kind", "value"), REFUSED, ids=lambda each: ascii(each)[:30])
def test_refused(kind, value):
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value, strict=True)


CENTS = [Decimal(text) for text in ("0.00", "0.01", "-0.01", "0.30", "19.90", "9999999999.99")]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Cents, [*CENTS, None]),
        (Moments, [datetime(2026, 11, 22, 7, 16, tzinfo=UTC), None]),
    ],
)
def test_the_database_gives_back_what_it_got(kind, values):
    table = Table("t", MetaData(), Column("value", kind))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"value": value} for value in values])
        found = connection.scalars(select(table.c.value)).all()
    engine.dispose()
    assert [str(value) for value in found] == [str(value) for value in values]
    assert found == values


def test_a_time_of_another_zone_comes_back_in_utc():
    east = datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert Moments().process_bind_param(east, None) == datetime(2025, 12, 31, 23)


def test_now_is_utc_to_the_second():
    assert now().tzinfo is UTC
    assert now().microsecond == 0
