"""What a client would rather have, and what it was given (RFC 7240)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from negotiate.cache_control import WORD, delta_seconds
from negotiate.fields import TOKEN, members, unquote

# preference = token [ BWS "=" BWS word ] *( OWS ";" [ OWS parameter ] )        2
# parameter  = token [ BWS "=" BWS word ]
_VALUE = rf"[ \t]*=[ \t]*({WORD})"
_PREFERENCE = re.compile(
    rf"({TOKEN})(?:{_VALUE})?(?:[ \t]*;(?:[ \t]*{TOKEN}(?:{_VALUE})?)?)*",
)
_LONGEST_WAIT = 10**6  # seconds

Return = Literal["minimal", "representation"]
Handling = Literal["strict", "lenient"]
_RETURNS: dict[str, Return] = {"minimal": "minimal", "representation": "representation"}
_HANDLINGS: dict[str, Handling] = {"strict": "strict", "lenient": "lenient"}


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences we know (4). None or False: not preferred, or with a value we do not know."""

    returned: Return | None = None
    handling: Handling | None = None
    respond_async: bool = False
    wait: int | None = None  # seconds, at most 10**6

    def applied(self, *names: str) -> str:
        """The Preference-Applied field for the preferences of these names that were honoured (3).

        Those that the client did not state are left out; "" if none is left. Raises KeyError for
        a name that is not in `return`, `handling`, `respond-async`, `wait`.
        """
        stated = {
            "return": f"return={self.returned}" if self.returned else "",
            "handling": f"handling={self.handling}" if self.handling else "",
            "respond-async": "respond-async" if self.respond_async else "",
            "wait": f"wait={self.wait}" if self.wait is not None else "",
        }
        return ", ".join(filter(None, (stated[name] for name in names)))


def preferences(field: str | None) -> Preferences:
    """The preferences that a Prefer field states; what is unknown or malformed is ignored.

    Values are compared without case, as the literals of the grammar are (4; RFC 5234, 2.3).
    """
    stated = parse(field)
    return Preferences(
        returned=_RETURNS.get(stated.get("return", "").lower()),
        handling=_HANDLINGS.get(stated.get("handling", "").lower()),
        respond_async=stated.get("respond-async") == "",
        wait=delta_seconds(stated.get("wait"), _LONGEST_WAIT),
    )


def parse(field: str | None) -> Mapping[str, str]:
    """The value of each well-formed preference, names in lower case; "" for one without a value.

    The first of equal names counts, also of two that exclude each other, like `return=minimal` and
    `return=representation` (4.2 allows it). Parameters belong to their preference; none that we
    know has any, so they are only checked (2).
    """
    found: dict[str, str] = {}
    for match in map(_PREFERENCE.fullmatch, members(field or "")):
        if match:
            found.setdefault(match[1].lower(), unquote(match[2] or ""))
    return found
