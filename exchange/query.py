"""The query of a request: its parameters, and the filters among them."""

import re

from flask import current_app, request

from exchange.state import Traits
from negotiate.problem import Problem

EVERYWHERE = frozenset({"format"})
ROWS = frozenset({"fields", "expand"})
COLLECTIONS = ROWS | {"page", "per_page", "after", "sort"}
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_FILTER = re.compile(r"([^\[\]]*)(?:\[([^\[\]]*)\])?")  # name[operator]; without one, eq


def check(shown: Traits) -> None:
    """Raises Problem (400) for parameters that the resource does not have, or given twice; filters
    may stand there more than once."""
    allowed = EVERYWHERE | shown.parameters
    model = shown.model if shown.is_collection else None
    filterable = {**model.searchable(), **model.relations()} if model else {}
    for name, values in request.args.lists():
        if name not in allowed and _filter(name)[0].partition(".")[0] not in filterable:
            there = ", ".join([*filterable, *sorted(allowed)])
            raise Problem("malformed", f"there is no parameter {name!r}; there are: {there}")
        if name in allowed and len(values) > 1:
            raise Problem("malformed", f"the parameter {name!r} is given {len(values)} times")


def filters() -> list[tuple[str, str, str]]:
    """The filters: name, operator and text of each."""
    reserved = EVERYWHERE | COLLECTIONS
    pairs = [pair for pair in request.args.items(multi=True) if pair[0] not in reserved]
    return [(*_filter(name), text) for name, text in pairs]


def number(name: str, default: int, most: int | None = None) -> int:
    """The whole number from 1 that the parameter has. Raises Problem (400)."""
    given = request.args.get(name)
    if given is None:
        return default
    if not _NUMBER.fullmatch(given) or (most and int(given) > most):
        bound = f" to {most}" if most else ""
        raise Problem("malformed", f"{name}={given!r}: a number from 1{bound}")
    return int(given)


def size() -> int:
    """How many items a page shall have. Raises Problem (400)."""
    settings = current_app.settings
    return number("per_page", settings.per_page, settings.max_per_page)


def names(parameter: str, known: list[str]) -> list[str]:
    """The names that the parameter lists, each one of the known. Raises Problem (400)."""
    given = [name for name in request.args.get(parameter, "").split(",") if name]
    for name in given:
        if name not in known:
            there = ", ".join(known) or "none"
            raise Problem("malformed", f"{parameter}: there is no {name!r}; there are: {there}")
    return given


def _filter(name: str) -> tuple[str, str]:
    match = _FILTER.fullmatch(name)
    if not match:
        raise Problem("malformed", f"{name!r} is no filter: name=value or name[operator]=value")
    return match[1], "eq" if match[2] is None else match[2]
