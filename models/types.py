"""The types of members: each says its column, and what is accepted for it.

A type is `Annotated`: SQLAlchemy reads the column from it, pydantic the rules. Values are strict:
no format may send a number as text, except money and dates, which are text in every format.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import MaxLen
from pydantic import AfterValidator, BeforeValidator, Field
from sqlalchemy import BigInteger, DateTime, Integer, String, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeEngine

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, 2.2
_AMOUNT = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(rf"{_DATE.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}Z")
_CENT = Decimal("0.01")
# Column info: what a write may carry, and it is ignored; what it may leave out although the column
# is never null.
SERVER_WRITTEN = {"server_written": True}
OPTIONAL = {"optional": True}


class CodePoints(TypeDecorator[str]):
    """Text that compares by code point on every database: case, accents and spaces count."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        length = self.impl_instance.length  # type: ignore[attr-defined]
        if dialect.name in ("mysql", "mariadb"):
            return mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin")
        return String(length, collation="C" if dialect.name == "postgresql" else None)


class Cents(TypeDecorator[Decimal]):
    """Money as a whole number of cents: exact, and compared as a number, on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.scaleb(2))

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class Moments(TypeDecorator[datetime]):
    """Times in UTC: naive in the database, aware in Python."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    """The time in UTC, to the second, as every format writes it."""
    return datetime.now(UTC).replace(microsecond=0)


def _carried(text: str) -> str:
    found = FORBIDDEN.search(text)
    if found:
        raise ValueError(f"holds U+{ord(found[0]):04X}, which XML cannot carry")
    return text


def _amount(value: Any) -> Any:
    """A number as it came, or its digits as text; never a float. 1.100 is the number 1.1."""
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return Decimal(value)
    if type(value) is int and abs(value) < 10**15:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and value.copy_abs() < 10**15:
        cents = value.quantize(_CENT)
        if cents == value:
            return cents
    raise ValueError('should be an amount of two places and at most 12 digits, such as "19.90"')


def _cents(value: Decimal) -> Decimal:
    return abs(value.quantize(_CENT)) if not value else value.quantize(_CENT)


def _time(value: Any) -> Any:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.fromisoformat(value)
    raise ValueError("should be a time in UTC such as 2026-11-22T07:16:00Z")


def _whole(value: Any) -> Any:
    """A number without a fraction is a whole one, however JSON wrote it (JSON Schema, 6.1.1)."""
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 20:
        return int(value) if value == value.to_integral_value() else value
    return value


def _date(value: Any) -> Any:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("should be a date such as 2026-11-22")


KEY = BigInteger().with_variant(Integer, "sqlite")

_KEYS = Field(ge=1, lt=10**18)
WHOLE = BeforeValidator(_whole)
Id = Annotated[int, mapped_column(KEY, primary_key=True, info=SERVER_WRITTEN), _KEYS]
Reference = Annotated[int, mapped_column(KEY, index=True), WHOLE, _KEYS]
Text = Annotated[str, mapped_column(CodePoints(200)), MaxLen(200), AfterValidator(_carried)]
Note = Annotated[str, mapped_column(CodePoints(4000)), MaxLen(4000), AfterValidator(_carried)]
Email = Annotated[Text, Field(pattern=r"^[^@ \t\r\n]+@[^@ \t\r\n]+$", examples=["zoe@example.org"])]
Currency = Annotated[
    str, mapped_column(CodePoints(3)), Field(pattern="^[A-Z]{3}$", examples=["EUR"])
]
Count = Annotated[int, mapped_column(Integer), WHOLE, Field(ge=1, lt=2**31)]
Money = Annotated[
    Decimal,
    mapped_column(Cents),
    BeforeValidator(_amount),
    Field(max_digits=12, decimal_places=2),
    AfterValidator(_cents),
]
Day = Annotated[date, BeforeValidator(_date)]
Time = Annotated[datetime, mapped_column(Moments), BeforeValidator(_time)]
Moment = Annotated[datetime, mapped_column(Moments, info=SERVER_WRITTEN)]
