"""What a client sees of rows: the members it selects, other rows it asks for, and links."""

from typing import Any

from flask import current_app

from exchange import query
from exchange.links import add_links

Data = dict[str, Any]


def show(model: Any, rows: list[Data]) -> list[Data]:
    """The rows with what `expand` embeds, their links, and what `fields` selects; `id` and `links`
    always come along. Raises Problem (400)."""
    expanded = query.names("expand", [*model.relations()])
    selected = query.names("fields", [*model.members(), "links"])
    for relation in expanded:
        rows = _expand(model, relation, rows)
    shown = [add_links(model, row, current_app.routes) for row in rows]
    if not selected:
        return shown
    kept = {"id", "links", *selected, *expanded}
    return [{name: value for name, value in row.items() if name in kept} for row in shown]


def _expand(model: Any, relation: str, rows: list[Data]) -> list[Data]:
    """The rows, each with the row that it refers to beside the reference."""
    reference = model.relations()[relation]
    found = model.related(reference, rows)
    for other in found.values():
        add_links(reference.refers_to, other, current_app.routes)
    return [_beside(row, reference.name, relation, found) for row in rows]


def _beside(row: Data, reference: str, relation: str, found: dict[int, Data]) -> Data:
    placed: Data = {}
    for name, value in row.items():
        placed[name] = value
        if name == reference:
            placed[relation] = found.get(value)
    return placed
