"""What a client sees of rows: the members it selects, other rows it asks for, and links."""

from dataclasses import dataclass
from typing import Any, Self

from flask import current_app, request

from exchange import query
from exchange.links import add_links
from exchange.shapes import item_shape
from representations.base import Shape

Data = dict[str, Any]


@dataclass(frozen=True)
class Selection:
    """What the query asks to see of each row of a model: `id` and `links` always come along.

    fields: the members, none meaning all. expanded: the relations whose rows are embedded.
    """

    model: Any
    fields: tuple[str, ...]
    expanded: tuple[str, ...]

    @classmethod
    def asked(cls, model: Any) -> Self:
        """The selection of the request in hand. Raises Problem (400)."""
        if not request.args:
            return cls(model, (), ())
        fields = query.names("fields", [*model.members(), "links"])
        return cls(model, fields, query.names("expand", [*model.relations()]))

    def shape(self) -> Shape:
        """The shape of a row, as far as it is seen."""
        whole = item_shape(self.model)
        if not self.fields and not self.expanded:
            return whole
        members = {name: item_shape(each) for name, each in self._embedded().items()}
        return Shape(whole.name, self._kept({**whole.members} | members))

    def show(self, rows: list[Data]) -> list[Data]:
        """The rows, with what is embedded in them, and their links."""
        for relation in self.expanded:
            rows = self._expand(relation, rows)
        shown = add_links(self.model, rows, current_app.routes)
        return [self._kept(row) for row in shown] if self.fields else shown

    def _kept(self, row: Data) -> Data:
        kept = {"id", "links", *self.fields, *self.expanded}
        return {name: value for name, value in row.items() if not self.fields or name in kept}

    def _embedded(self) -> dict[str, Any]:
        references = self.model.relations()
        return {name: references[name].refers_to for name in self.expanded}

    def _expand(self, relation: str, rows: list[Data]) -> list[Data]:
        """The rows, each with the row that it refers to beside the reference."""
        reference = self.model.relations()[relation]
        found = self.model.related(reference, rows)
        add_links(reference.refers_to, [*found.values()], current_app.routes)
        return [_beside(row, reference.name, relation, found) for row in rows]


def _beside(row: Data, reference: str, relation: str, found: dict[int, Data]) -> Data:
    placed: Data = {}
    for name, value in row.items():
        placed[name] = value
        if name == reference:
            placed[relation] = found.get(value)
    return placed
