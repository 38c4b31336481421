"""Media types, media ranges and how precisely one names the other (RFC 9110, 8.3.1, 12.5.1)."""

import re
from dataclasses import dataclass
from typing import NamedTuple, Self

from negotiate.fields import TOKEN, parameters

# media-type  = type "/" subtype parameters                             8.3.1
# media-range = ( "*/*" / ( type "/" "*" ) / media-type )               12.5.1
#             / ( type "/" "*+" suffix )        an extension, sent by Java clients
_NAME = re.compile(rf"({TOKEN})/({TOKEN})(.*)", re.DOTALL)


class Precision(NamedTuple):
    """How specifically a range names an offer: level, then the number of its parameters."""

    level: int
    parameters: int


ANY, TYPE, SUFFIX, EXACT = range(4)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range: lower-case names, and its parameters without charset and q."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The media type or range that the text names; None if it is malformed."""
        found = _split(text)
        return cls(*found[:2], _discriminating(found[2])) if found else None

    @property
    def is_range(self) -> bool:
        return "*" in (self.type, self.subtype) or self.subtype.startswith("*+")

    def precision(self, offer: "MediaType") -> Precision | None:
        """How precisely this range names the offer; None if it does not match it."""
        level = self._level(offer)
        if level is None or not self.parameters <= offer.parameters:
            return None
        return Precision(level, len(self.parameters))

    def _level(self, offer: "MediaType") -> int | None:
        if self.type == "*":
            return ANY
        if self.type != offer.type:
            return None
        if self.subtype in ("*", offer.subtype):
            return TYPE if self.subtype == "*" else EXACT
        suffix = self.subtype[2:] if self.subtype.startswith("*+") else None
        return SUFFIX if suffix and suffix == syntax(offer.subtype) else None


def syntax(subtype: str) -> str:
    """The structured syntax of a subtype: its suffix, or itself (RFC 6838, 4.2.8)."""
    return subtype.rpartition("+")[2]


def parameter(text: str | None, name: str) -> str | None:
    """The value of a parameter of the media type in the text; None where there is none."""
    found = _split(text) if text else None
    return dict(reversed(found[2])).get(name) if found else None


def _split(text: str) -> tuple[str, str, tuple[tuple[str, str], ...]] | None:
    match = _NAME.fullmatch(text.strip(" \t"))
    given = parameters(match[3]) if match else None
    if match is None or given is None:
        return None
    kind, subtype = match[1].lower(), match[2].lower()
    if kind == "*" and subtype != "*":
        return None
    return kind, subtype, given


def _discriminating(given: tuple[tuple[str, str], ...]) -> frozenset[tuple[str, str]]:
    """All that is sent is UTF-8, so `charset` tells no two representations apart."""
    return frozenset(pair for pair in given if pair[0] not in ("q", "charset"))
