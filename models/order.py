"""Order: a total one always, the same on every database; and what comes after a row in it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, literal, or_, true, tuple_

from models.errors import Unsearchable
from models.filters import searchable, value_of
from models.members import Member

if TYPE_CHECKING:
    from models.base import Model

Condition = ColumnElement[bool]
Position = Sequence[str | None]  # where a row stands: the text of the value of each term


class Term(NamedTuple):
    """One member of an order. Null comes after every value, and before when descending."""

    member: Member
    column: Any
    descending: bool
    nullable: bool

    def order_by(self) -> list[Any]:
        keys = [self.column.is_(None), self.column] if self.nullable else [self.column]
        return [key.desc() for key in keys] if self.descending else keys

    def after(self, value: Any) -> Condition:
        """Whether a row comes after one with the value, by this term alone."""
        if value is None:
            return self.column.is_not(None) if self.descending else false()
        if self.descending:
            return self.column < value  # type: ignore[no-any-return]
        beyond: Condition = self.column > value
        return or_(beyond, self.column.is_(None)) if self.nullable else beyond

    def since(self, value: Any) -> Condition:
        """Whether a row comes after one with the value or has it too: without nulls one comparison,
        since an `or` of two is no range of an index."""
        if self.nullable or value is None:
            return or_(self.same(value), self.after(value))
        return self.column <= value if self.descending else self.column >= value  # type: ignore[no-any-return]

    def same(self, value: Any) -> Condition:
        return self.column.is_(None) if value is None else self.column == value  # type: ignore[no-any-return]


class Section(NamedTuple):
    """Some of the rows, in the order of the terms; after a position in it, None from its start."""

    condition: Condition
    order: Sequence[Term]
    position: Position | None


def terms(model: "type[Model]", sort: str, most: int) -> list[Term]:
    """The order that `-issued_on,last` asks for, completed by the id in the direction of the last,
    so that an index can answer the usual ones. Raises Unsearchable, also for more than `most`."""
    known, found = searchable(model), {}
    for part in filter(None, sort.split(",")):
        name = part.removeprefix("-")
        if name not in known or name in found:
            allowed = ", ".join(known)
            raise Unsearchable(f"sort: {part!r}; there are, each once, with - or not: {allowed}")
        found[name] = _term(model, known[name], part.startswith("-"))
    if len(found) > most:
        raise Unsearchable(f"sort: at most {most} members")
    descending = bool(found) and [*found.values()][-1].descending
    found.setdefault("id", _term(model, known["id"], descending))
    return [*found.values()]


def _term(model: "type[Model]", member: Member, descending: bool) -> Term:
    column = model.__table__.c[member.name]
    return Term(member, column, descending, bool(column.nullable))


def sections(order: Sequence[Term], position: Position | None) -> list[Section]:
    """What comes after the position, None for all: one section, or one after the other.

    Where the first member may be null, the rows that have a value and those that have none are
    sections of their own: an index answers either as a range, but not both at once.
    """
    first, rest = order[0], order[1:]
    if not first.nullable:
        return [Section(true(), order, position)]
    values = Section(first.column.is_not(None), [first._replace(nullable=False), *rest], None)
    nulls = Section(first.column.is_(None), rest, None)
    both = [nulls, values] if first.descending else [values, nulls]
    if position is None:
        return both
    if position[0] is None:
        here, inside = nulls, position[1:]
    else:
        here, inside = values, position
    return [here._replace(position=inside), *(both[1:] if here is both[0] else ())]


def after(order: Sequence[Term], position: Position) -> Condition:
    """Whether a row comes after the position.

    Raises Unsearchable for texts that are no such values. In the usual case, all ascending or all
    descending and none null, it is one comparison of rows, which an index answers as a range.
    """
    values = [
        None if text is None else value_of(term.member, text)
        for term, text in zip(order, position, strict=True)
    ]
    if len(order) == 1:
        return order[0].after(values[0])
    if len({term.descending for term in order}) == 1 and not any(term.nullable for term in order):
        ours = tuple_(*(term.column for term in order))
        typed = zip(order, values, strict=True)
        theirs = tuple_(*(literal(value, term.column.type) for term, value in typed))
        beyond = ours < theirs if order[0].descending else ours > theirs
        # MariaDB needs the bound for a range; SQLite takes the first of the two, the closer one
        return and_(beyond, order[0].since(values[0]))
    either = [
        and_(*(t.same(v) for t, v in zip(order[:i], values[:i], strict=True)), term.after(value))
        for i, (term, value) in enumerate(zip(order, values, strict=True))
    ]
    return and_(order[0].since(values[0]), or_(*either))
