"""The forms of a model, from the description that it gives of itself."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from exchange.state import Traits
from representations.frame import Field, Form

_KINDS = {
    str: "text",
    int: "integer",
    bool: "boolean",
    Decimal: "amount",
    date: "date",
    datetime: "moment",
}
_ID = Field("id", "id")


def form_of(methods: tuple[str, ...], shown: Traits) -> Form:
    """What a view with these traits takes, by these methods: what the path says is left out."""
    fields = _written(shown.accepts) if shown.reads else ()
    return Form(
        methods,
        shown.accepts.type_name() if shown.reads else "",
        tuple(field for field in fields if field.name not in shown.given),
    )


@cache
def sought(model: Any) -> tuple[Field, ...]:
    """What rows of the model can be filtered and sorted by."""
    return tuple(_field(member, model) for member in model.searchable().values())


@cache
def _written(model: Any, whole: Any = None) -> tuple[Field, ...]:
    """What a client writes of the model; of one that stands in a whole, not in which."""
    members = model.members().values()
    return tuple(
        _field(member, model)
        for member in members
        if not member.server_written and (whole is None or member.refers_to is not whole)
    )


def _field(member: Any, model: Any) -> Field:
    if member.items:
        fields = (_ID, *_written(member.items, model))
        return Field(member.name, "list", fields=fields, item=member.items.type_name())
    return Field(
        member.name,
        _KINDS[member.kind],
        member.required,
        member.facets.get("choices", ()),
        member.facets.get("max_length"),
    )
