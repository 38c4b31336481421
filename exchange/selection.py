"""Which representation a request gets: `format=` first, then Accept (RFC 9110, 12)."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from flask import request

from negotiate import accept, link
from negotiate.link import Link
from negotiate.problem import Problem
from representations import PROBLEMS, REPRESENTATIONS, Representation

_BY_NAME = {each.name: each for each in REPRESENTATIONS}
_BY_MEDIA_TYPE = {each.media_type: each for each in REPRESENTATIONS}
_PROBLEMS = {each.media_type: each for each in PROBLEMS}


def accept_field() -> str | None:
    """The Accept field of the request, its lines combined (RFC 9110, 5.3); None without one."""
    return request.environ.get("HTTP_ACCEPT")


def select() -> Representation:
    """The selected representation. Raises Problem (406) if there is none."""
    wanted = request.args.get("format")
    if wanted is not None:
        chosen = named(wanted)
        if chosen is None:
            raise not_acceptable(f"there is no format {wanted!r}", REPRESENTATIONS)
        return chosen
    best = accept.best_match(accept_field(), [*_BY_MEDIA_TYPE])
    if best is None:
        raise not_acceptable(f"nothing that Accept allows: {accept_field()!r}", REPRESENTATIONS)
    return _BY_MEDIA_TYPE[best]


def named(wanted: str) -> Representation | None:
    """The representation of a short name or media type; a raw `+` has arrived as a space."""
    wanted = wanted.lower().replace(" ", "+")
    return _BY_NAME.get(wanted) or _BY_MEDIA_TYPE.get(wanted)


def select_problem() -> Representation:
    """The representation of a problem: in the family that was asked for, else JSON."""
    chosen = named(request.args.get("format", ""))
    field = chosen.media_type if chosen else accept_field()
    best = accept.best_match(accept.for_problems(field), [*_PROBLEMS])
    return _PROBLEMS[best or PROBLEMS[0].media_type]


def not_acceptable(detail: str, offers: Sequence[Representation]) -> Problem:
    """A 406 that lists what there is, in its detail and as links to it."""
    names = ", ".join(f"{each.media_type} (format={each.name})" for each in offers)
    fields = {"Link": link.field(map(_alternate, offers))}
    return Problem("not-acceptable", f"{detail}; there is: {names}", fields=fields)


def _alternate(offer: Representation) -> Link:
    query = [pair for pair in request.args.items(multi=True) if pair[0] != "format"]
    target = f"{quote(request.path)}?{urlencode([*query, ('format', offer.name)])}"
    return Link(target, "alternate", offer.media_type)
