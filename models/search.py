"""A search: the rows that hold to filters, in order, page by page."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func

from models.filters import Filter, condition, text_of
from models.order import after, terms
from models.reading import Data, columns_of, fetch
from models.session import session

if TYPE_CHECKING:
    from models.base import Model

Wanted = tuple[str, str, str]  # the name of a member, an operator, a text
Position = Sequence[str | None]  # where a row stands: the text of each value of the order


class Search:
    """A select of a model, filtered and ordered. Raises Unsearchable for what cannot be asked."""

    def __init__(
        self, model: "type[Model]", statement: Select[Any], filters: Iterable[Wanted], sort: str
    ) -> None:
        conditions = [condition(model, Filter(*each)) for each in filters]
        self._model, self._order = model, terms(model, sort)
        self._statement = statement.where(*conditions)

    def count(self) -> int:
        """How many rows there are in all."""
        counted = self._statement.with_only_columns(func.count(), maintain_column_froms=True)
        return session().scalar(counted) or 0

    def page(self, number: int, size: int) -> list[Data]:
        """The rows of a page; pages count from 1."""
        return self._rows(self._ordered().limit(size).offset((number - 1) * size))

    def following(
        self, position: Position | None, size: int
    ) -> tuple[list[Data], list[str | None] | None]:
        """The rows after a position, None for the first; and the position of the last of them,
        None if none come after it."""
        statement = self._ordered().limit(size + 1)
        if position is not None:
            statement = statement.where(after(self._order, position))
        rows = self._rows(statement)
        return rows[:size], self._position(rows[size - 1]) if len(rows) > size else None

    def _position(self, row: Data) -> list[str | None]:
        values = (row[term.member.name] for term in self._order)
        return [None if value is None else text_of(value) for value in values]

    def _ordered(self) -> Select[Any]:
        return self._statement.order_by(*(by for term in self._order for by in term.order_by()))

    def _rows(self, statement: Select[Any]) -> list[Data]:
        names, columns = columns_of(self._model)
        chosen = statement.with_only_columns(*columns, maintain_column_froms=True)
        return fetch(self._model, names, chosen)
