"""A search: the rows that hold to filters, in order, page by page."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func

from models.filters import Bounds, Filter, condition, text_of
from models.order import Position, Section, Term, after, sections, terms
from models.reading import Data, columns_of, fetch, plain
from models.session import connection

if TYPE_CHECKING:
    from models.base import Model

Wanted = tuple[str, str, str]  # the name of a member, an operator, a text


class Search:
    """A select of a model, filtered and ordered. Raises Unsearchable for what cannot be asked."""

    def __init__(
        self,
        model: "type[Model]",
        statement: Select[Any],
        filters: Iterable[Wanted],
        sort: str,
        bounds: Bounds,
    ) -> None:
        conditions = [condition(model, Filter(*each), bounds) for each in filters]
        self._model, self._order = model, terms(model, sort, bounds.max_terms)
        self._statement = statement.where(*conditions)

    def count(self) -> int:
        """How many rows there are in all."""
        counted = self._statement.with_only_columns(func.count(), maintain_column_froms=True)
        return connection().scalar(counted) or 0

    def page(self, number: int, size: int) -> list[Data]:
        """The rows of a page; pages count from 1."""
        return self._rows(self._ordered(self._order).limit(size).offset((number - 1) * size))

    def following(
        self, position: Position | None, size: int
    ) -> tuple[list[Data], list[str | None] | None]:
        """The rows after a position, None for the first; and the position of the last of them,
        None if none come after it."""
        rows: list[Data] = []
        for section in sections(self._order, position):
            rows += self._rows(self._within(section).limit(size + 1 - len(rows)))
            if len(rows) > size:
                break
        return rows[:size], self._position(rows[size - 1]) if len(rows) > size else None

    def batches(self, size: int) -> Iterator[list[Data]]:
        """All rows, so many at a time; the database holds what is not taken yet.

        MariaDB answers nothing else before it has given every row: it is asked batch by batch.
        """
        if connection().dialect.name in ("mysql", "mariadb"):
            yield from self._walk(size)
            return
        names, statement = self._chosen(self._ordered(self._order))
        with connection().execute(statement.execution_options(yield_per=size)) as found:
            for part in found.partitions():
                yield plain(self._model, names, part)

    def _walk(self, size: int) -> Iterator[list[Data]]:
        rows, reached = self.following(None, size)
        yield rows
        while reached:
            rows, reached = self.following(reached, size)
            yield rows

    def _position(self, row: Data) -> list[str | None]:
        values = (row[term.member.name] for term in self._order)
        return [None if value is None else text_of(value) for value in values]

    def _within(self, section: Section) -> Select[Any]:
        statement = self._ordered(section.order).where(section.condition)
        if section.position is None:
            return statement
        return statement.where(after(section.order, section.position))

    def _ordered(self, order: Sequence[Term]) -> Select[Any]:
        return self._statement.order_by(*(by for term in order for by in term.order_by()))

    def _rows(self, statement: Select[Any]) -> list[Data]:
        return fetch(self._model, *self._chosen(statement))

    def _chosen(self, statement: Select[Any]) -> tuple[list[str], Select[Any]]:
        names, columns = columns_of(self._model)
        return names, statement.with_only_columns(*columns, maintain_column_froms=True)
