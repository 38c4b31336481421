"""The shapes that direct readers and writers, from the description that a model gives of itself."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from representations.base import ListOf, Member, Scalar, Shape

_SCALARS = {
    str: Scalar.TEXT,
    int: Scalar.INTEGER,
    bool: Scalar.BOOLEAN,
    Decimal: Scalar.TOKEN,
    date: Scalar.TOKEN,
    datetime: Scalar.TOKEN,
}
_LINKS = Shape("links")
_TEXTS = dict.fromkeys(("type", "title", "detail", "instance"), Scalar.TEXT)
_PROBLEM = Shape("problem", {**_TEXTS, "status": Scalar.INTEGER})  # the only object that a row has
_PAGE = dict.fromkeys(("total", "page", "per_page", "pages"), Scalar.INTEGER)


@cache
def item_shape(model: Any) -> Shape:
    """The shape of one row of the model."""
    members: dict[str, Member] = {
        name: ListOf(item_shape(member.items)) if member.items else _member(member.kind)
        for name, member in model.members().items()
    }
    return Shape(model.type_name(), members | {"links": _LINKS})


def _member(kind: Any) -> Member:
    return _PROBLEM if kind is dict else _SCALARS[kind]


def collection_shape(model: Any, item: Shape) -> Shape:
    """The shape of a page of rows of the model, each of the shape of the item."""
    return Shape(model.plural(), {"items": ListOf(item), **_PAGE, "links": _LINKS})
