"""Validators, and whether the preconditions of a request hold (RFC 9110, 8.8, 13)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from negotiate.http_date import format_date, parse_date

# entity-tag = [ weak ] opaque-tag                                      8.8.3
# weak       = %s"W/"
# opaque-tag = DQUOTE *etagc DQUOTE
# etagc      = %x21 / %x23-7E / obs-text       a comma too; a backslash escapes nothing
_ENTITY_TAG = r'(?:W/)?"[^\x00-\x20"\x7f]*"'
# A malformed member matches nothing and ends at the next comma after which a tag stands.
_MEMBER = re.compile(rf"(?:^|,)[ \t]*({_ENTITY_TAG})[ \t]*(?=,|\Z)")

_READS = frozenset({"GET", "HEAD"})
_WITHOUT_REPRESENTATION = frozenset({"CONNECT", "OPTIONS", "TRACE"})


class Outcome(Enum):
    """What the preconditions make of a request."""

    PERFORM = "perform the method"
    NOT_MODIFIED = "304"
    FAILED = "412"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The field values of the preconditions, as they came; None where a field is absent."""

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_unmodified_since: str | None = None

    @property
    def is_any(self) -> bool:
        """Whether there is any precondition at all."""
        dates = self.if_modified_since, self.if_unmodified_since
        return (self.if_match, self.if_none_match, *dates) != (None,) * 4


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells the current representation from others.

    etag: its entity tag, quoted; None where no representation is selected, as for a write.
    version: of the resource, and what its strong tags begin with: `"7.Zk3qDigest-xml"`.
    last_modified: in UTC, to the second. None for version or last_modified: it has none.
    """

    etag: str | None = None
    version: int | None = None
    last_modified: datetime | None = None


def evaluate(
    method: str, conditions: Conditions, current: Validators | None, now: datetime
) -> Outcome:
    """What to do with a request that would succeed without conditions (13.2.1, 13.2.2).

    Without a current representation `current` is None: If-Match fails, If-None-Match holds.

    1. If-Match or else 2. If-Unmodified-Since must hold; if not, FAILED.
    3. If-None-Match or else, of a read, 4. If-Modified-Since must hold; if not, NOT_MODIFIED for a
       read, FAILED for a write.
    """
    if method in _WITHOUT_REPRESENTATION:
        return Outcome.PERFORM
    if not _is_as_expected(method, conditions, current, now):
        return Outcome.FAILED
    if not _is_news(method, conditions, current, now):
        return Outcome.NOT_MODIFIED if method in _READS else Outcome.FAILED
    return Outcome.PERFORM


def protects_write(conditions: Conditions, current: Validators, now: datetime) -> bool:
    """Whether the client said what it wants to overwrite; if not, 428 (RFC 6585, 3). A date that
    is none, or of what has no date, is ignored (13.1.4), so it says nothing."""
    if conditions.if_match is not None:
        return True
    since = conditions.if_unmodified_since
    return since is not None and (
        _is_empty(since) or _is_unmodified(since, current, now) is not None
    )


def entity_tags(value: str) -> list[str]:
    """The well-formed members of a list of entity tags, quoted, `W/` kept (8.8.3, 5.6.1.2)."""
    return _MEMBER.findall(value)


def strong_match(one: str, other: str) -> bool:
    """Whether two entity tags are the same and neither is weak (8.8.3.2)."""
    return one == other and not one.startswith("W/")


def weak_match(one: str, other: str) -> bool:
    """Whether two entity tags are the same, weak or not (8.8.3.2)."""
    return one.removeprefix("W/") == other.removeprefix("W/")


def last_modified_field(moment: datetime | None, now: datetime) -> str | None:
    """The value of Last-Modified; None while another change could get the same date (8.8.2.1)."""
    return format_date(moment) if moment and _is_settled(moment, now) else None


def _is_as_expected(
    method: str, conditions: Conditions, current: Validators | None, now: datetime
) -> bool:
    """Steps 1 and 2 of 13.2.2."""
    if conditions.if_match is not None:
        return _names_current(conditions.if_match, method, current, strong_match)
    if conditions.if_unmodified_since is None:
        return True
    if _is_empty(conditions.if_unmodified_since):
        return False
    return _is_unmodified(conditions.if_unmodified_since, current, now) is not False


def _is_empty(value: str) -> bool:
    """Empty is how some servers hand over a value with bytes above 0x7F."""
    return not value.strip(" \t")


def _is_news(
    method: str, conditions: Conditions, current: Validators | None, now: datetime
) -> bool:
    """Steps 3 and 4 of 13.2.2."""
    if conditions.if_none_match is not None:
        return not _names_current(conditions.if_none_match, method, current, weak_match)
    if conditions.if_modified_since is None or method not in _READS:
        return True
    return _is_unmodified(conditions.if_modified_since, current, now) is not True


def _names_current(
    value: str, method: str, current: Validators | None, match: Callable[[str, str], bool]
) -> bool:
    """Whether a field value is `*`, or lists a tag that matches a current one (13.1.1, 13.1.2)."""
    if current is None:
        return False
    if value.strip(" \t,") == "*":
        return True
    tags = ((tag, _current_tag(tag, method, current)) for tag in entity_tags(value))
    return any(own is not None and match(tag, own) for tag, own in tags)


def _current_tag(tag: str, method: str, current: Validators) -> str | None:
    """The current tag to compare with: of a read that of its representation; of a write, which
    selects none, that of any representation of the version; None if there is none."""
    strong = tag.removeprefix("W/")
    if method in _READS or current.version is None:
        return current.etag
    return strong if strong.startswith(f'"{current.version}.') else current.etag


def _is_unmodified(since: str, current: Validators | None, now: datetime) -> bool | None:
    """Whether nothing changed after the date, nor can in the second of the last change; None,
    and the field is ignored, if it is no date or no change is known (13.1.3, 13.1.4)."""
    date, changed = parse_date(since, now), current and current.last_modified
    return changed <= date and _is_settled(changed, now) if date and changed else None


def _is_settled(moment: datetime, now: datetime) -> bool:
    """Whether the clock has left the second of the change."""
    return moment < now.replace(microsecond=0)
