"""Rate limits: what a policy allows, and the fields that tell of it.

draft-ietf-httpapi-ratelimit-headers-10, in structured fields (RFC 9651); RFC 6585, 4.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
GROUPS = ("reads", "writes", "log-ins", "streams")
OFF = "off"
_LIMIT = re.compile(rf"([1-9][0-9]{{0,8}})/({'|'.join(SECONDS)})")


@dataclass(frozen=True, slots=True)
class Window:
    """So many requests in each minute, say: windows begin at whole multiples of their length."""

    name: str
    seconds: int
    quota: int

    def end(self, now: float) -> int:
        """The second at which the window of `now` is over; both since 1970."""
        return int(now) + self.seconds - int(now) % self.seconds


Windows = tuple[Window, ...]


def read_policies(text: str) -> dict[str, Windows]:
    """The windows of each group that is limited: `reads 600/minute 9000/hour; writes 60/minute`.

    `off` limits none. Raises ValueError.
    """
    if text.strip() == OFF:
        return {}
    policies: dict[str, Windows] = {}
    for part in text.split(";"):
        group, *limits = part.split() or [""]
        if group not in GROUPS or group in policies or not limits:
            raise ValueError(f"{part.strip()!r}: each of {', '.join(GROUPS)} once, with its limits")
        policies[group] = _windows(limits)
    return policies


def _windows(limits: Sequence[str]) -> Windows:
    found = [_LIMIT.fullmatch(limit) for limit in limits]
    named = {match[2]: int(match[1]) for match in found if match}
    if len(named) != len(limits):
        raise ValueError(f"{' '.join(limits)!r}: not as 600/minute, or a unit twice")
    return tuple(Window(name, SECONDS[name], quota) for name, quota in named.items())


@lru_cache(64)
def policy_field(windows: Windows) -> str:
    """The value of RateLimit-Policy: quota and length of each window."""
    return ", ".join(f'"{each.name}";q={each.quota};w={each.seconds}' for each in windows)


def standing(windows: Windows, counts: Sequence[int], now: float) -> dict[str, str]:
    """The fields that tell a client where it stands, after so many requests in each window.

    The older X-RateLimit fields tell of the window of which least is left; Reset is in seconds
    since 1970.
    """
    second, told = int(now), []
    tightest = (2**63, 0, 0)  # left, and then the longest to wait
    for window, count in zip(windows, counts, strict=True):
        left = max(0, window.quota - count)
        wait = window.seconds - second % window.seconds
        told.append(f'"{window.name}";r={left};t={wait}')
        tightest = min(tightest, (left, -wait, window.quota))
    left, wait, quota = tightest
    return {
        "RateLimit-Policy": policy_field(windows),
        "RateLimit": ", ".join(told),
        "X-RateLimit-Limit": str(quota),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": str(second - wait),
    }


def exceeded(windows: Windows, counts: Sequence[int]) -> Windows:
    """The windows in which a client has asked for more than it may."""
    return tuple(each for each, count in zip(windows, counts, strict=True) if count > each.quota)
