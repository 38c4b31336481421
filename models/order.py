"""Order: a total one always, the same on every database; and what comes after a row in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, literal, or_, tuple_

from models.errors import Unsearchable
from models.filters import searchable, value_of
from models.members import Member

if TYPE_CHECKING:
    from models.base import Model

MOST_TERMS = 8

Condition = ColumnElement[bool]


class Term(NamedTuple):
    """One member of an order. Null comes after every value, and before when descending."""

    member: Member
    column: Any
    descending: bool

    def order_by(self) -> list[Any]:
        if not self.column.nullable:
            return [self.column.desc() if self.descending else self.column]
        if self.descending:
            return [self.column.is_(None).desc(), self.column.desc()]
        return [self.column.is_(None), self.column]

    def after(self, value: Any) -> Condition:
        """Whether a row comes after one with the value, by this term alone."""
        if value is None:
            return self.column.is_not(None) if self.descending else false()
        if self.descending:
            return self.column < value  # type: ignore[no-any-return]
        beyond: Condition = self.column > value
        return or_(beyond, self.column.is_(None)) if self.column.nullable else beyond

    def same(self, value: Any) -> Condition:
        return self.column.is_(None) if value is None else self.column == value  # type: ignore[no-any-return]


def terms(model: "type[Model]", sort: str) -> list[Term]:
    """The order that `-issued_on,last` asks for, completed by the id. Raises Unsearchable."""
    known, found = searchable(model), {}
    for part in filter(None, sort.split(",")):
        name = part.removeprefix("-")
        if name not in known or name in found:
            allowed = ", ".join(known)
            raise Unsearchable(f"sort: {part!r}; there are, each once, with - or not: {allowed}")
        found[name] = Term(known[name], model.__table__.c[name], part.startswith("-"))
    if len(found) > MOST_TERMS:
        raise Unsearchable(f"sort: at most {MOST_TERMS} members")
    found.setdefault("id", Term(known["id"], model.__table__.c.id, False))
    return [*found.values()]


def after(order: Sequence[Term], position: Sequence[str | None]) -> Condition:
    """Whether a row comes after the position: the texts of the values of each term.

    Raises Unsearchable for texts that are no such values. In the usual case, all ascending or all
    descending and none null, it is one comparison of rows, which an index answers as a range.
    """
    values = [
        None if text is None else value_of(term.member, text)
        for term, text in zip(order, position, strict=True)
    ]
    if len({term.descending for term in order}) == 1 and not any(t.column.nullable for t in order):
        ours = tuple_(*(term.column for term in order))
        typed = zip(order, values, strict=True)
        theirs = tuple_(*(literal(value, term.column.type) for term, value in typed))
        return ours < theirs if order[0].descending else ours > theirs
    either = [
        and_(*(t.same(v) for t, v in zip(order[:i], values[:i], strict=True)), term.after(value))
        for i, (term, value) in enumerate(zip(order, values, strict=True))
    ]
    first, value = order[0], values[0]
    bound = or_(first.same(value), first.after(value))
    return and_(bound, or_(*either))
