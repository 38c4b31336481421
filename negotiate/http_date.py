"""Dates as HTTP writes them: three formats to read, one to write (RFC 9110, 5.6.7)."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAY_NAME = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_DAY_NAME_LONG = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = "(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9]|60)"

# IMF-fixdate  = day-name "," SP 2DIGIT SP month SP 4DIGIT SP time-of-day SP GMT
# rfc850-date  = day-name-l "," SP 2DIGIT "-" month "-" 2DIGIT SP time-of-day SP GMT
# asctime-date = day-name SP month SP ( 2DIGIT / ( SP 1DIGIT )) SP time-of-day SP 4DIGIT
_FORMATS = (
    re.compile(f"{_DAY_NAME}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),
    re.compile(f"{_DAY_NAME_LONG}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),
    re.compile(f"{_DAY_NAME} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})"),
)


def parse_date(text: str, now: datetime) -> datetime | None:
    """The moment that an HTTP-date names, in UTC; None if it is none. Case matters (5.6.7).

    A year of two digits is the latest that makes the moment at most 50 years later than `now`.
    The name of the day may be wrong: a date that was ignored for it would protect no write.
    """
    match = next(filter(None, (each.fullmatch(text.strip(" \t")) for each in _FORMATS)), None)
    if match is None:
        return None
    year = int(match["year"])
    if len(match["year"]) == 2:
        year = now.year + 50 - (now.year + 50 - year) % 100
    moment = _moment(match, year)
    if len(match["year"]) == 2 and moment and _is_too_late(moment, now):
        return _moment(match, year - 100)
    return moment


@lru_cache(4096)
def format_date(moment: datetime) -> str:
    """The moment as an IMF-fixdate, whatever the locale. ValueError if it is not in UTC."""
    return format_datetime(moment, usegmt=True)


def _moment(match: re.Match[str], year: int) -> datetime | None:
    month = _MONTHS.index(match["month"]) + 1
    hour, minute, second = map(int, match.group("hour", "minute", "second"))
    try:
        start = datetime(year, month, int(match["day"]), hour, minute, tzinfo=UTC)
        return start + timedelta(seconds=second)  # 60 is a leap second
    except (ValueError, OverflowError):
        return None


def _is_too_late(moment: datetime, now: datetime) -> bool:
    """Whether the moment is more than 50 years in the future; years differ, so no timedelta."""
    return (moment.year - 50, *moment.timetuple()[1:6]) > now.timetuple()[:6]
