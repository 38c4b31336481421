"""Which part of a representation a request asks for (RFC 9110, 14)."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from negotiate.conditional import Validators, entity_tags, last_modified_field, strong_match
from negotiate.fields import members

# ranges-specifier = range-unit "=" range-set                           14.1.1
# range-set        = 1#range-spec
# int-range        = first-pos "-" [ last-pos ]                         14.1.2
# suffix-range     = "-" suffix-length
_SPECIFIER = re.compile(r"bytes=(.*)", re.DOTALL | re.IGNORECASE)
_SPEC = re.compile("([0-9]*)-([0-9]*)")
_ENDLESS = 10**18  # bytes: no representation is larger


class Outcome(Enum):
    """What a Range field makes of a read, where it is no single range."""

    WHOLE = "200"
    UNSATISFIABLE = "416"


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes from first to last, both of them too; there is at least one."""

    first: int
    last: int

    def content_range(self, length: int) -> str:
        """The value of Content-Range (14.4)."""
        return f"bytes {self.first}-{self.last}/{length}"


def select(field: str | None, length: int) -> Range | Outcome:
    """The range of a representation of so many bytes.

    1. No field, another unit, or one that is not well-formed as a whole: WHOLE (14.2).
    2. Ranges that begin behind the end do not count. If none is left: UNSATISFIABLE (14.1.2).
    3. One is left: that one, as far as there are bytes.
    4. More are left: WHOLE. A server may do so (14.2), and nobody can ask for much with little.
    """
    match = _SPECIFIER.fullmatch((field or "").strip(" \t"))
    specs = [_SPEC.fullmatch(each) for each in members(match[1])] if match else []
    if not specs or not all(spec and _is_valid(spec[1], spec[2]) for spec in specs):
        return Outcome.WHOLE
    found = [_range(spec[1], spec[2], length) for spec in specs if spec]
    satisfiable = [each for each in found if each]
    if not satisfiable:
        return Outcome.UNSATISFIABLE
    (only, *others) = satisfiable
    return Outcome.WHOLE if others or only.last < only.first else only


def is_current(if_range: str | None, current: Validators, now: datetime) -> bool:
    """Whether the client has parts of this very representation, so that it may get another one; if
    not, all of it (13.1.5). True without a field. Tags compare strongly, dates exactly."""
    if if_range is None:
        return True
    value = if_range.strip(" \t")
    if entity_tags(value) == [value]:
        return current.etag is not None and strong_match(value, current.etag)
    return value == last_modified_field(current.last_modified, now)


def _is_valid(first: str, last: str) -> bool:
    if not first:
        return bool(last)
    return not last or _number(first) <= _number(last)


def _range(first: str, last: str, length: int) -> Range | None:
    """The range in so many bytes; None if it is unsatisfiable. Of no bytes the last is all: a range
    that ends before it begins."""
    if not first:
        suffix = _number(last)
        return Range(max(0, length - suffix), length - 1) if suffix else None
    begin = _number(first)
    end = _number(last) if last else _ENDLESS
    return Range(begin, min(end, length - 1)) if begin < length else None


def _number(digits: str) -> int:
    """The number, or _ENDLESS if it is larger: int() refuses thousands of digits."""
    digits = digits.lstrip("0")
    return min(int(digits or "0"), _ENDLESS) if len(digits) < 20 else _ENDLESS
