"""Content codings of requests and responses (RFC 9110, 8.4, 12.5.3)."""

import re
from collections.abc import Sequence
from functools import lru_cache

from negotiate.fields import TOKEN, members

# Accept-Encoding = #( codings [ weight ] )                             12.5.3
# codings         = content-coding / "identity" / "*"
# weight          = OWS ";" OWS "q=" qvalue                             12.4.2
# qvalue          = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
_QVALUE = r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?"
_ACCEPTED = re.compile(rf"({TOKEN})(?:[ \t]*;[ \t]*[qQ]=({_QVALUE}))?")
_ALIASES = {"x-gzip": "gzip", "x-compress": "compress"}  # 8.4.1.3, 8.4.1.1
_REMEMBERED = 1024  # characters: longer fields are decided anew, so that memory stays bounded


def codings(field: str | None) -> list[str]:
    """The codings named by a Content-Encoding field, in the order they were applied.

    Names are in lower case; `identity`, which changes nothing, is left out.
    """
    named = map(_coding, members(field or ""))
    return [name for name in named if name != "identity"]


def best_coding(field: str | None, offers: Sequence[str]) -> str | None:
    """The offered coding that an Accept-Encoding field prefers; None: send the content uncoded.

    1. Without a field, or with one of which nothing is well-formed, none.
    2. A coding has the quality of its name, else that of `*`, else 0, which excludes it.
    3. The highest quality wins, then the earlier offer; `identity` wins if its quality is higher.

    None also if the field accepts nothing, `identity;q=0` included: 12.5.3 would rather have
    uncoded content sent than none. Offers are in lower case.
    """
    if field is not None and len(field) > _REMEMBERED:
        return _best_coding(field, tuple(offers))
    return _remembered_coding(field, tuple(offers))


def _best_coding(field: str | None, offers: tuple[str, ...]) -> str | None:
    said = _qualities(field)
    others = said.get("*", 0.0)
    best = max(offers, key=lambda offer: said.get(offer, others), default="identity")
    quality = said.get(best, others)
    return best if quality > 0 and quality >= said.get("identity", others) else None


def _qualities(field: str | None) -> dict[str, float]:
    """The quality, 0 to 1, of each coding in the field, and of `*`: of equal names the highest."""
    said: dict[str, float] = {}
    for match in map(_ACCEPTED.fullmatch, members(field or "")):
        if match:
            name = _coding(match[1])
            said[name] = max(float(match[2] or 1), said.get(name, 0.0))
    return said


def _coding(name: str) -> str:
    return _ALIASES.get(name.lower(), name.lower())


_remembered_coding = lru_cache(1024)(_best_coding)
