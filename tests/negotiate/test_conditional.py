"""Validators and preconditions (RFC 9110, 8.8, 13); over HTTP: tests/resources."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiate.conditional import (
    Conditions,
    Outcome,
    Validators,
    entity_tags,
    evaluate,
    last_modified_field,
    protects_write,
    strong_match,
    weak_match,
)
from negotiate.http_date import format_date, parse_date

NOW = datetime(2026, 11, 22, 7, 16, 30, 500_000, tzinfo=UTC)
THEN = datetime(2019, 1, 1, tzinfo=UTC)
CURRENT = Validators('"7.x-json"', 7, THEN)
PERFORM, NOT_MODIFIED, FAILED = Outcome


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("", []),
        ('"a"', ['"a"']),
        ('W/"a"', ['W/"a"']),
        ('"a", "b"', ['"a"', '"b"']),
        ('"a","b"', ['"a"', '"b"']),
        (',, "a" ,\t"b",', ['"a"', '"b"']),  # 5.6.1.2
        ('"a,b"', ['"a,b"']),  # 8.8.3: a comma is an etagc
        ('"a\\"', ['"a\\"']),  # a backslash escapes nothing
        ('""', ['""']),
        ('"\xe9"', ['"\xe9"']),  # obs-text
        ("a", []),
        ('w/"a"', []),  # W is a capital
        ('W/ "a"', []),
        ('"a', []),
        ('"a b"', []),
        ('a, "b"', ['"b"']),
        ('"a" "b", "c"', ['"c"']),
        ("*", []),
        ('*, "a"', ['"a"']),
    ],
)
def test_entity_tags(value: str, tags: list[str]) -> None:
    assert entity_tags(value) == tags


TAGS = st.builds(
    lambda weak, text: f'{weak}"{text}"',
    st.sampled_from(["", "W/"]),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters='"\x7f')),
)


@given(st.lists(TAGS), st.sampled_from([",", ", ", " ,\t", ",,"]))
def test_a_list_of_tags_is_read_as_it_was_written(tags: list[str], separator: str) -> None:
    assert entity_tags(separator.join(tags)) == tags


@pytest.mark.parametrize(
    ("one", "other", "strong", "weak"),  # the table of 8.8.3.2
    [
        ('W/"1"', 'W/"1"', False, True),
        ('W/"1"', 'W/"2"', False, False),
        ('W/"1"', '"1"', False, True),
        ('"1"', '"1"', True, True),
    ],
)
def test_comparisons(one: str, other: str, strong: bool, weak: bool) -> None:
    assert strong_match(one, other) == strong_match(other, one) == strong
    assert weak_match(one, other) == weak_match(other, one) == weak


CASES = [  # method, conditions, what is there, outcome
    ("GET", {}, CURRENT, PERFORM),
    ("GET", {"if_match": "*"}, CURRENT, PERFORM),
    ("GET", {"if_match": "*"}, None, FAILED),
    ("POST", {"if_match": '"None.x-json"'}, Validators(), FAILED),
    ("POST", {"if_none_match": '"None.x-json"'}, Validators(), PERFORM),
    ("GET", {"if_match": '"7.y-json"'}, CURRENT, FAILED),  # another representation of it
    ("PUT", {"if_match": '"7.y-xml"'}, CURRENT, PERFORM),
    ("PUT", {"if_match": '"7.y-xml-gzip"'}, CURRENT, PERFORM),
    ("PUT", {"if_match": '"70.y-xml"'}, CURRENT, FAILED),
    ("PUT", {"if_match": '"7"'}, CURRENT, FAILED),
    ("PUT", {"if_match": 'W/"7.x-json"'}, CURRENT, FAILED),
    ("PATCH", {"if_match": '"6.x-json", "7.x-json"'}, CURRENT, PERFORM),
    ("DELETE", {"if_match": ""}, CURRENT, FAILED),
    ("DELETE", {"if_match": " \t"}, CURRENT, FAILED),
    ("PUT", {"if_none_match": "*"}, None, PERFORM),
    ("PUT", {"if_none_match": "*"}, CURRENT, FAILED),
    ("PUT", {"if_none_match": 'W/"7.q-xml"'}, CURRENT, FAILED),
    ("PUT", {"if_none_match": '"6.q-xml"'}, CURRENT, PERFORM),
    ("GET", {"if_none_match": '"7.q-xml"'}, CURRENT, PERFORM),
    ("HEAD", {"if_none_match": 'W/"7.x-json"'}, CURRENT, NOT_MODIFIED),
    ("GET", {"if_none_match": ""}, CURRENT, PERFORM),
    ("GET", {"if_modified_since": format_date(THEN)}, CURRENT, NOT_MODIFIED),
    ("GET", {"if_modified_since": format_date(THEN - timedelta(seconds=1))}, CURRENT, PERFORM),
    ("GET", {"if_modified_since": "x"}, CURRENT, PERFORM),
    ("PUT", {"if_modified_since": format_date(NOW)}, CURRENT, PERFORM),
    ("GET", {"if_modified_since": format_date(NOW)}, Validators('"x"'), PERFORM),
    ("PUT", {"if_unmodified_since": format_date(THEN)}, CURRENT, PERFORM),
    ("PUT", {"if_unmodified_since": format_date(THEN - timedelta(seconds=1))}, CURRENT, FAILED),
    ("PUT", {"if_unmodified_since": "x"}, CURRENT, PERFORM),
    ("PUT", {"if_unmodified_since": ""}, CURRENT, FAILED),
    ("PUT", {"if_unmodified_since": format_date(THEN)}, Validators(None, 7), PERFORM),
    ("GET", {"if_unmodified_since": format_date(THEN - timedelta(seconds=1))}, CURRENT, FAILED),
    ("OPTIONS", {"if_match": '"x"'}, CURRENT, PERFORM),  # 13.2.1
]


@pytest.mark.parametrize(("method", "conditions", "current", "outcome"), CASES)
def test_outcomes(
    method: str, conditions: dict[str, str], current: Validators | None, outcome: Outcome
) -> None:
    assert evaluate(method, Conditions(**conditions), current, NOW) is outcome


def test_a_change_of_this_second_is_told_by_no_date() -> None:  # contract 5
    changed = NOW.replace(microsecond=0)
    current = Validators(None, 7, changed)
    since = Conditions(if_unmodified_since=format_date(changed))
    assert evaluate("PUT", since, current, NOW) is FAILED
    assert evaluate("PUT", since, current, NOW + timedelta(seconds=1)) is PERFORM
    since = Conditions(if_modified_since=format_date(changed))
    assert evaluate("GET", since, current, NOW) is PERFORM
    assert evaluate("GET", since, current, NOW + timedelta(seconds=1)) is NOT_MODIFIED
    assert last_modified_field(changed, NOW) is None
    assert last_modified_field(changed, NOW + timedelta(seconds=1)) == format_date(changed)
    assert last_modified_field(changed + timedelta(days=1), NOW) is None
    assert last_modified_field(None, NOW) is None


def test_what_a_request_says() -> None:
    assert not Conditions().is_any
    for name in ("if_match", "if_none_match", "if_modified_since", "if_unmodified_since"):
        asked = Conditions(**{name: ""})
        assert asked.is_any


PROTECTED = [  # what a client says of what it overwrites, what is there, whether that is enough
    ({}, CURRENT, False),
    ({"if_none_match": "*", "if_modified_since": format_date(NOW)}, CURRENT, False),
    ({"if_match": '"6.x-json"'}, CURRENT, True),
    ({"if_match": ""}, CURRENT, True),  # a 412
    ({"if_unmodified_since": format_date(THEN)}, CURRENT, True),
    ({"if_unmodified_since": " "}, CURRENT, True),  # a 412
    ({"if_unmodified_since": "yesterday"}, CURRENT, False),  # ignored: 13.1.4
    ({"if_unmodified_since": format_date(NOW)}, Validators(None, 7), False),
]


@pytest.mark.parametrize(("conditions", "current", "is_enough"), PROTECTED)
def test_what_protects_a_write(
    conditions: dict[str, str], current: Validators, is_enough: bool
) -> None:  # RFC 6585, 3
    assert protects_write(Conditions(**conditions), current, NOW) is is_enough


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),  # the examples of 5.6.7
        ("Sunday, 06-Nov-94 08:49:37 GMT", (1994, 11, 6, 8, 49, 37)),
        ("Sun Nov  6 08:49:37 1994", (1994, 11, 6, 8, 49, 37)),
        ("Friday, 01-Jan-76 00:00:00 GMT", (2076, 1, 1)),  # at most 50 years ahead
        ("Friday, 01-Jan-77 00:00:00 GMT", (1977, 1, 1)),
        ("Sun, 31 Dec 2017 23:59:60 GMT", (2018, 1, 1)),  # a leap second
        ("Sun, 06 Nov 1994 08:49:37 UTC", None),
        ("sun, 06 nov 1994 08:49:37 gmt", None),
        ("Sun, 6 Nov 1994 08:49:37 GMT", None),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 24:00:00 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", None),
        ("1994-11-06T08:49:37Z", None),
        ("", None),
    ],
)
def test_dates(text: str, moment: tuple[int, ...] | None) -> None:
    assert parse_date(text, NOW) == (moment and datetime(*moment, tzinfo=UTC))


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)))
def test_a_date_is_read_as_it_was_written(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(format_date(whole), NOW) == whole
