"""What Cache-Control asks and says, and what Cache-Status reports (RFC 9111, 5.2; RFC 9211, 2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Literal

from negotiate.fields import TOKEN, members, unquote

# word            = token / quoted-string
# cache-directive = token [ "=" word ]                                  5.2
# delta-seconds   = 1*DIGIT                                             1.2.2
WORD = rf'{TOKEN}|"(?:[^"\\\x00-\x08\n-\x1f\x7f]|\\[\t -\uffff])*"'
_DIRECTIVE = re.compile(rf"({TOKEN})(?:=({WORD}))?")
_DIGITS = re.compile("[0-9]+")
_FOREVER = 2**31  # seconds: "the greatest positive integer" that must be understood (1.2.2)


def directives(field: str | None) -> Mapping[str, str | None]:
    """The directives of a Cache-Control field: names in lower case, None for one without a value.

    The first of equal names counts; malformed members are ignored (5.2).
    """
    found: dict[str, str | None] = {}
    for match in map(_DIRECTIVE.fullmatch, members(field or "")):
        if match:
            found.setdefault(match[1].lower(), None if match[2] is None else unquote(match[2]))
    return found


def delta_seconds(value: str | None, most: int = _FOREVER) -> int | None:
    """The seconds that digits name, at most `most`; None if it is anything else (1.2.2)."""
    if value is None or not _DIGITS.fullmatch(value):
        return None
    digits = value.lstrip("0")
    # int() refuses thousands of digits.
    return most if len(digits) > len(str(most)) else min(int(digits or "0"), most)


@dataclass(frozen=True, slots=True)
class RequestDirectives:
    """What a request asks of caches (5.2.1). Directives that it spells wrongly are not asked.

    There is no `max_age`, `min_fresh` or `max_stale`: a hit is validated when it is sent, so its
    age is 0 and it is never stale, which satisfies each of them.
    """

    no_cache: bool = False
    no_store: bool = False
    only_if_cached: bool = False


def request_directives(field: str | None, pragma: str | None = None) -> RequestDirectives:
    """What the fields Cache-Control and Pragma of a request ask.

    `Pragma: no-cache` counts only where there is no Cache-Control (RFC 7234, 5.4; RFC 9111, 5.4
    deprecates it, and old clients still send it).
    """
    if field is None and pragma is None:
        return _NOTHING
    if field is None:
        return RequestDirectives(no_cache="no-cache" in directives(pragma))
    asked = directives(field)
    return RequestDirectives(
        no_cache="no-cache" in asked,
        no_store="no-store" in asked,
        only_if_cached="only-if-cached" in asked,
    )


_NOTHING = RequestDirectives()
# What would be pointless or untrue beside a directive.
_EXCLUDED = {
    "private": ("public", "s_maxage"),
    "no_cache": ("stale_while_revalidate", "stale_if_error", "immutable"),
    "must_revalidate": ("stale_while_revalidate", "stale_if_error"),
    "no_store": (
        *("public", "max_age", "s_maxage", "stale_while_revalidate", "stale_if_error"),
        *("must_revalidate", "immutable"),
    ),
}


@dataclass(frozen=True)
class Policy:
    """What a response says to caches (5.2.2; RFC 5861; RFC 8246). Ages are whole seconds.

    Raises ValueError if it says nothing, contradicts itself or has a negative age.
    """

    public: bool = False
    private: bool = False
    no_store: bool = False
    no_cache: bool = False
    max_age: int | None = None
    s_maxage: int | None = None
    stale_while_revalidate: int | None = None
    stale_if_error: int | None = None
    must_revalidate: bool = False
    immutable: bool = False

    def __post_init__(self) -> None:
        said = self._said()
        if not said:
            raise ValueError("a policy that says nothing")
        for name in said:
            if clashes := said.keys() & _EXCLUDED.get(name, ()):
                raise ValueError(f"{name} contradicts {', '.join(sorted(clashes))}")
        if negative := [name for name, value in said.items() if value < 0]:
            raise ValueError(f"a negative age: {', '.join(negative)}")

    def __str__(self) -> str:
        return self.field

    @cached_property
    def field(self) -> str:
        """The value of the Cache-Control field; its directives are in the order given above."""
        return ", ".join(
            name.replace("_", "-") + ("" if value is True else f"={value}")
            for name, value in self._said().items()
        )

    @cached_property
    def for_one(self) -> "Policy":
        """The same for the cache of one client, and none that is shared (5.2.2.7)."""
        if self.no_store:
            return self
        return replace(self, public=False, s_maxage=None, private=True)

    def _said(self) -> dict[str, int]:
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: it for name, it in values.items() if it is not None and it is not False}


NO_CACHE = Policy(no_cache=True)
NO_STORE = Policy(no_store=True)


Reason = Literal["miss", "stale", "request", "bypass"]
_OUTCOMES = {"hit": "hit", "fwd=miss": "miss", "fwd=stale": "miss"}


def cache_outcome(field: str | None) -> str:
    """A Cache-Status of ours in a word: `hit`, `miss`, `bypass`, or `none` where there is none."""
    return _OUTCOMES.get(field.split("; ")[1], "bypass") if field else "none"


def cache_status(forwarded: Reason | None, *, stored: bool = False, collapsed: bool = False) -> str:
    """The value of Cache-Status: why the request went past the cache, None for a hit (RFC 9211, 2).

    `miss`: nothing of that kind was kept; `stale`: it was, and does not hold any more; `request`:
    the request said no-cache; `bypass`: it said no-store, or nothing can be kept. collapsed: it was
    answered with what another request was having made.
    """
    if forwarded is None:
        return "Parley; hit"
    told = (" stored" if stored else "", " collapsed" if collapsed else "")
    return ";".join(["Parley", f" fwd={forwarded}", *filter(None, told)])
