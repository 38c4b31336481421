"""Filters: from the name of a member, an operator and a text to a condition of SQL."""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import BigInteger, ColumnElement, select, type_coerce

from models.errors import Unsearchable
from models.members import Member
from models.types import FORBIDDEN

if TYPE_CHECKING:
    from models.base import Model

_PIECE = re.compile(r"\\(.)|(,)|([^\\,]+|\\)", re.DOTALL)  # escaped, a comma, or plain
_LIKE = {"*": "%", "?": "_", "%": r"\%", "_": r"\_", "\\": r"\\"}

Column = ColumnElement[Any]
Condition = ColumnElement[bool]


class Bounds(Protocol):
    """How much a search may ask for: values of `in`; characters of `like`, and `*` in it, with the
    number of which its cost grows; members of `sort`."""

    max_values: int
    max_pattern: int
    max_wildcards: int
    max_terms: int


class Filter(NamedTuple):
    """`name[operator]=text`; the name may go one step along a relation: `customer.country`."""

    name: str
    operator: str
    text: str


def condition(model: "type[Model]", filter: Filter, bounds: Bounds) -> Condition:
    """What the filter demands of a row. Raises Unsearchable, saying what is allowed."""
    relation, _, inner = filter.name.rpartition(".")
    if relation:
        reference, target = _relation(model, relation)
        wanted = condition(target, filter._replace(name=inner), bounds)
        return reference.in_(select(target.__table__.c.id).where(wanted))
    member = _member(model, filter.name)
    if filter.operator not in _OPERATORS:
        raise Unsearchable(f"no operator {filter.operator!r}; there are: {', '.join(_OPERATORS)}")
    column = _column(model, member)
    return _OPERATORS[filter.operator](column, member, filter.text, bounds)


Operator = Callable[[Column, Member, str, Bounds], Condition]


@cache
def searchable(model: "type[Model]") -> Mapping[str, Member]:
    """The members that can be filtered and sorted by: all plain columns."""
    members = model.members().items()
    return {name: each for name, each in members if not each.items and each.kind is not dict}


@cache
def relations(model: "type[Model]") -> Mapping[str, Member]:
    """The members that refer to other models, by the name of the relation: `customer`."""
    return {
        name.removesuffix("_id"): member
        for name, member in model.members().items()
        if member.refers_to
    }


def value_of(member: Member, text: str) -> Any:
    """The value of the member that the text stands for. Raises Unsearchable."""
    try:
        return _READERS[member.kind](text)
    except (ValueError, ArithmeticError) as error:
        wanted = _EXAMPLES[member.kind]
        raise Unsearchable(f"{member.name}: {text!r} is no {wanted}") from error


def text_of(value: Any) -> str:
    """The text that `value_of` makes the value of again."""
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)


def _member(model: "type[Model]", name: str) -> Member:
    known = searchable(model)
    if name not in known:
        raise Unsearchable(f"no member {name!r} of {model.plural()}; there are: {', '.join(known)}")
    return known[name]


def _column(model: "type[Model]", member: Member) -> Column:
    """The column, as one of large numbers if it is one of small: PostgreSQL takes no value that
    the column could not hold, but it may be asked for."""
    column: Column = model.__table__.c[member.name]
    return type_coerce(column, BigInteger) if member.kind is int else column


def _relation(model: "type[Model]", name: str) -> tuple[Column, Any]:
    known = relations(model)
    if name not in known:
        there = ", ".join(known) or "none"
        raise Unsearchable(f"no relation {name!r} of {model.plural()}; there are: {there}")
    return model.__table__.c[known[name].name], known[name].refers_to


def _compare(compare: Callable[[Any, Any], Any]) -> Operator:
    return lambda column, member, text, bounds: compare(column, value_of(member, text))


def _differs(column: Column, member: Member, text: str, bounds: Bounds) -> Condition:
    """Null differs from every value."""
    return column.is_distinct_from(value_of(member, text))


def _in(column: Column, member: Member, text: str, bounds: Bounds) -> Condition:
    values = [""]
    for escaped, comma, plain in _PIECE.findall(text):
        if comma:
            values.append("")
        else:
            values[-1] += escaped or plain
    if len(values) > bounds.max_values:
        raise Unsearchable(f"{member.name}[in]: at most {bounds.max_values} values")
    return column.in_([value_of(member, value) for value in values])


def _like(column: Column, member: Member, text: str, bounds: Bounds) -> Condition:
    if member.kind is not str:
        raise Unsearchable(f"{member.name}[like]: {member.name} is no text")
    if len(text) > bounds.max_pattern or text.count("*") > bounds.max_wildcards:
        limits = f"{bounds.max_pattern} characters and {bounds.max_wildcards} *"
        raise Unsearchable(f"{member.name}[like]: at most {limits}")
    pattern = "".join(_LIKE.get(character, character) for character in value_of(member, text))
    return column.like(pattern, escape="\\")


def _null(column: Column, member: Member, text: str, bounds: Bounds) -> Condition:
    if text not in ("true", "false"):
        raise Unsearchable(f"{member.name}[null]: {text!r} is neither true nor false")
    return column.is_(None) if text == "true" else column.is_not(None)


def _text(text: str) -> str:
    if FORBIDDEN.search(text):
        raise ValueError
    return text


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise ValueError
    return int(text)


def _money(text: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", text):
        raise ValueError
    return Decimal(text)


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError
    return date.fromisoformat(text)


def _moment(text: str) -> datetime:
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z", text):
        raise ValueError
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


_READERS: dict[Any, Callable[[str], Any]] = {
    str: _text,
    int: _integer,
    Decimal: _money,
    date: _day,
    datetime: _moment,
}
_EXAMPLES = {
    str: "text that XML can carry",
    int: "whole number",
    Decimal: 'amount such as "19.90"',
    date: "date such as 2026-11-22",
    datetime: "time such as 2026-11-22T07:16:00Z",
}
_OPERATORS: dict[str, Operator] = {
    "eq": _compare(operator.eq),
    "ne": _differs,
    "lt": _compare(operator.lt),
    "le": _compare(operator.le),
    "gt": _compare(operator.gt),
    "ge": _compare(operator.ge),
    "in": _in,
    "like": _like,
    "null": _null,
}
