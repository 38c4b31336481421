"""Which of the offers a client wants, and why (RFC 9110, 12.4.2, 12.5.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from negotiate.fields import members
from negotiate.media_type import MediaType, Precision, parameter, syntax

# weight = OWS ";" OWS "q=" qvalue                                      12.4.2
# qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
_QVALUE = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
_PAGES = "xhtml+xml"  # browsers name it beside text/html: it speaks of pages, not of data
_REMEMBERED = 1024  # characters: longer fields are decided anew, so that memory stays bounded


@dataclass(frozen=True, slots=True)
class Preference:
    """One well-formed member of an Accept field: a media range and its quality, 0 to 1."""

    text: str
    range: MediaType
    quality: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the field says of one offer. No preference: nothing in the field matches it."""

    offer: str
    preference: Preference | None = None
    precision: Precision = Precision(-1, 0)

    @property
    def quality(self) -> float:
        return self.preference.quality if self.preference else 0.0


def best_match(field: str | None, offers: Sequence[str]) -> str | None:
    """The offer that the field prefers; None if it accepts none of them.

    1. Without a field, or with one of which nothing is well-formed, the first offer.
    2. The most specific range that matches an offer gives its quality; 0 excludes it.
    3. The highest quality wins, then the offer named more precisely, then the earlier one.
    """
    if field is not None and len(field) > _REMEMBERED:
        return _best_match(field, tuple(offers))
    return _remembered_match(field, tuple(offers))


def explain(field: str | None, offers: Sequence[str]) -> list[Judgement]:
    """What the field says of each offer, in the order of the offers."""
    preferences = parse(field)
    return [judge(preferences, offer) for offer in offers]


def parse(field: str | None) -> tuple[Preference, ...]:
    """The well-formed members of an Accept field; if there are none, anything is accepted."""
    parsed = tuple(filter(None, map(_preference, members(field or ""))))
    return parsed or (Preference("*/*", MediaType("*", "*"), 1.0),)


def is_said(field: str | None) -> bool:
    """Whether anything in the field is well-formed, so that it decides."""
    return any(map(_preference, members(field or "")))


def judge(preferences: Sequence[Preference], offer: str) -> Judgement:
    """The quality of an offer: that of the most specific range, of equal ones the highest."""
    media_type = MediaType.parse(offer)
    if media_type is None:
        raise ValueError(f"an offer that is no media type: {offer!r}")
    best = Judgement(offer)
    for preference in preferences:
        precision = preference.range.precision(media_type)
        if precision and (precision, preference.quality) > (best.precision, best.quality):
            best = Judgement(offer, preference, precision)
    return best


def for_problems(field: str | None) -> str | None:
    """The field as it speaks of problems: `application/json` and any `+json` name problem+json too,
    `application/xml`, `text/xml` and any `+xml` name problem+xml (RFC 9457, 3)."""
    if field is None:
        return None
    return ", ".join(_for_problems(preference) for preference in parse(field))


def _for_problems(preference: Preference) -> str:
    spoken = preference.range
    named = syntax(spoken.subtype)
    if named not in ("json", "xml") or spoken.is_range or spoken.subtype == _PAGES:
        return preference.text
    return f"application/problem+{named};q={preference.quality}"


def _preference(member: str) -> Preference | None:
    media_range = MediaType.parse(member)
    weight = parameter(member, "q")
    if media_range is None or not _QVALUE.fullmatch("1" if weight is None else weight):
        return None
    return Preference(member, media_range, float(weight or "1"))


def _best_match(field: str | None, offers: tuple[str, ...]) -> str | None:
    judgements = [each for each in explain(field, offers) if each.quality > 0]
    return max(judgements, key=_rank).offer if judgements else None


def _rank(judgement: Judgement) -> tuple[float, Precision]:
    return judgement.quality, judgement.precision


_remembered_match = lru_cache(1024)(_best_match)
