"""The query of a request: its parameters, and the filters among them."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from flask import current_app, request

from exchange.state import Traits, current
from negotiate.prefer import preferences
from negotiate.problem import Problem

EVERYWHERE = frozenset({"format"})
ROWS = frozenset({"fields", "expand"})
PAGING = frozenset({"page", "per_page", "after"})
COLLECTIONS = ROWS | PAGING | {"sort", "stream"}
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_quoted = lru_cache(1024)(quote)
_encoded = lru_cache(256)(lambda *pairs: urlencode(pairs))
_FILTER = re.compile(r"([^\[\]]*)(?:\[([^\[\]]*)\])?")  # name[operator]; without one, eq


def check(shown: Traits) -> str | None:
    """The preference by which parameters that the resource does not have are ignored (RFC 7240,
    4.4); None if there are no such.

    Raises Problem (400) for them where the client does not prefer that, and for those given twice;
    filters may stand there more than once.
    """
    if not request.args:
        return None
    allowed = EVERYWHERE | shown.parameters
    for name, values in request.args.lists():
        if name in allowed and len(values) > 1:
            raise Problem("malformed", f"the parameter {name!r} is given {len(values)} times")
    filterable = _filterable(shown)
    unknown = [name for name in request.args.keys() - allowed if not _is_in(name, filterable)]
    if not unknown:
        return None
    preferred = preferences(request.headers.get("Prefer"))
    if preferred.handling != "lenient":
        there = ", ".join([*filterable, *sorted(allowed)])
        raise Problem("malformed", f"there is no parameter {min(unknown)!r}; there are: {there}")
    return preferred.applied("handling")


def filters() -> list[tuple[str, str, str]]:
    """The filters on the collection in hand: name, operator and text of each."""
    known = _filterable(current().traits)
    pairs = [pair for pair in request.args.items(multi=True) if _is_in(pair[0], known)]
    return [(*_filter(name), text) for name, text in pairs]


def url(without: frozenset[str] = frozenset(), **place: Any) -> str:
    """The URL that was asked for, some parameters left out, and others in their place; the same
    for the same parameters in another order, `format` last."""
    if not request.args:
        return f"{path()}?{_encoded(*place.items())}" if place else path()
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in without]
    pairs = sorted([*kept, *place.items()], key=lambda pair: (pair[0] == "format", pair[0]))
    return f"{path()}?{urlencode(pairs)}" if pairs else path()


def path() -> str:
    """The URL that was asked for, without a query; its origin is the configured one."""
    public: str = current_app.settings.public_url
    return public + _quoted(request.path)


def selection() -> str:
    """The query that has of the request's what selects members; empty if nothing does."""
    pairs = [(name, request.args[name]) for name in sorted(ROWS & request.args.keys())]
    return f"?{urlencode(pairs)}" if pairs else ""


def is_stream() -> bool:
    """Whether the whole collection is asked for, not a page of it. Raises Problem (400)."""
    given = request.args.get("stream", "false")
    if given not in ("true", "false"):
        raise Problem("malformed", f"stream={given!r}: true or false")
    return given == "true"


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


def names(parameter: str, known: list[str]) -> tuple[str, ...]:
    """The names that the parameter lists, each one of the known. Raises Problem (400)."""
    listed = request.args.get(parameter)
    if not listed:
        return ()
    given = tuple(filter(None, listed.split(",")))
    most = current_app.settings.max_names
    if len(given) > most:
        raise Problem("malformed", f"{parameter}: at most {most} names")
    for name in given:
        if name not in known:
            there = ", ".join(known) or "none"
            raise Problem("malformed", f"{parameter}: there is no {name!r}; there are: {there}")
    return given


def _filterable(shown: Traits) -> Mapping[str, Any]:
    if not shown.is_collection:
        return {}
    return {**shown.model.searchable(), **shown.model.relations()}


def _is_in(name: str, filterable: Mapping[str, Any]) -> bool:
    return name.partition("[")[0].partition(".")[0] in filterable


def _filter(name: str) -> tuple[str, str]:
    match = _FILTER.fullmatch(name)
    if not match:
        raise Problem("malformed", f"{name!r} is no filter: name=value or name[operator]=value")
    return match[1], "eq" if match[2] is None else match[2]
