"""Which representation a request gets: `format=` first, then Accept (RFC 9110, 12)."""

from collections.abc import Iterable
from functools import cache

from flask import request

from exchange import query
from exchange.state import Traits
from negotiate import accept
from negotiate.link import Link
from negotiate.problem import Problem
from representations import (
    EVENTS,
    EVERY,
    FILES,
    MEDIA,
    PROBLEMS,
    REPRESENTATIONS,
    VOCABULARIES,
    Representation,
)

_STREAMS = tuple(each for each in REPRESENTATIONS if each.stream)
_ITEMS = tuple(each for each in REPRESENTATIONS if not each.tabular)
FOLLOWED = (*_ITEMS, EVENTS)  # of what goes on while it is looked at
WITH_MEDIA = (*_ITEMS, *MEDIA)  # of what has pictures and movies
ALONE = {suffix: (each,) for suffix, each in FILES.items()}  # of what is a file
_FORMAT = frozenset({"format"})
_PROBLEMS = {each.media_type: each for each in PROBLEMS}


def accept_field() -> str | None:
    """The Accept field of the request, its lines combined (RFC 9110, 5.3); None without one."""
    return request.environ.get("HTTP_ACCEPT")


def offers(shown: Traits) -> tuple[Representation, ...]:
    """What there is of the resource, in the server's order; of a stream, what can be streamed."""
    if shown.is_collection and request.args and query.is_stream():
        return _STREAMS
    return offers_of(shown)


def offers_of(shown: Traits) -> tuple[Representation, ...]:
    """What there is of the resource, but of a stream."""
    there = REPRESENTATIONS if shown.is_collection else _ITEMS
    return shown.offers or _for_type(there, shown.shape.name)


def has_parts(shown: Traits) -> bool:
    """Whether one of its representations can be asked for by ranges."""
    return any(each.part for each in offers_of(shown))


@cache
def _for_type(there: tuple[Representation, ...], name: str) -> tuple[Representation, ...]:
    """The representations, and the vocabularies that are for the type."""
    return (*there, *(each for each in VOCABULARIES if name in each.types))


@cache
def _media_types(there: tuple[Representation, ...]) -> tuple[str, ...]:
    return tuple(each.media_type for each in there)


@cache
def _ends(there: tuple[Representation, ...]) -> list[tuple[Representation, str]]:
    """What stands in a link to each, behind `format=`."""
    links = [(each, Link(each.name, "alternate", each.media_type)) for each in there]
    return [(each, str(link).removeprefix("<")) for each, link in links]


def select(there: tuple[Representation, ...]) -> Representation:
    """The selected one of the `offers`. Raises Problem (406)."""
    wanted = request.args.get("format")
    if wanted is not None:
        chosen = named(wanted, there)
        if chosen is None:
            raise not_acceptable(f"there is no format {wanted!r}", there)
        return chosen
    media_types = _media_types(there)
    best = accept.best_match(accept_field(), media_types)
    if best is None:
        raise not_acceptable(f"nothing that Accept allows: {accept_field()!r}", there)
    return there[media_types.index(best)]


def named(wanted: str, there: Iterable[Representation]) -> Representation | None:
    """The one of a short name or media type; a raw `+` has arrived as a space."""
    wanted = wanted.lower().replace(" ", "+")
    return next((each for each in there if wanted in (each.name, each.media_type)), None)


def select_problem() -> Representation:
    """The representation of a problem: in the family that was asked for, else JSON."""
    chosen = named(request.args.get("format", ""), EVERY)
    field = chosen.media_type if chosen else accept_field()
    best = accept.best_match(accept.for_problems(field), [*_PROBLEMS])
    return _PROBLEMS[best or PROBLEMS[0].media_type]


def not_acceptable(detail: str, there: tuple[Representation, ...]) -> Problem:
    """A 406 that lists what there is, in its detail and as links to it."""
    names = ", ".join(f"{each.media_type} (format={each.name})" for each in there)
    fields = {"Link": alternates(there)}
    return Problem("not-acceptable", f"{detail}; there is: {names}", fields=fields)


def alternates(there: tuple[Representation, ...], selected: Representation | None = None) -> str:
    """The Link field to the resource, as it was asked for, in each of the `offers` but the selected
    one (RFC 8288, 3). Only what comes before the format depends on the request."""
    before = f"<{query.url(_FORMAT, format='')}"
    return ", ".join([before + end for each, end in _ends(there) if each is not selected])
