"""Which part of a representation is sent (RFC 9110, 13.1.5, 14)."""

from datetime import UTC, datetime, timedelta

import pytest

from negotiate.conditional import Validators
from negotiate.ranges import Outcome, Range, is_current, select

WHOLE, UNSATISFIABLE = Outcome.WHOLE, Outcome.UNSATISFIABLE
HUGE = "9" * 5000  # more digits than int() takes
ROWS = [
    # The examples of 14.1.2, of a representation of 10,000 bytes.
    ("bytes=0-499", 10_000, Range(0, 499), "14.1.2: the first 500"),
    ("bytes=500-999", 10_000, Range(500, 999), "14.1.2: the second 500"),
    ("bytes=-500", 10_000, Range(9500, 9999), "14.1.2: the last 500"),
    ("bytes=9500-", 10_000, Range(9500, 9999), "14.1.2: from 9500 on"),
    ("bytes=0-0,-1", 10_000, WHOLE, "14.1.2: the first and the last byte"),
    ("bytes= 0-999, 4500-5499, -1000", 10_000, WHOLE, "14.1.2: first, middle, last"),
    ("bytes=500-600,601-999", 10_000, WHOLE, "14.1.2: one beside the other"),
    ("bytes=500-700,601-999", 10_000, WHOLE, "14.1.2: one over the other"),
    # Ends.
    ("bytes=0-9", 10, Range(0, 9), "all of it"),
    ("bytes=0-", 10, Range(0, 9), "all, open"),
    ("bytes=9-9", 10, Range(9, 9), "the last byte"),
    ("bytes=5-99", 10, Range(5, 9), "beyond the end"),
    ("bytes=-10", 10, Range(0, 9), "a suffix that is all"),
    ("bytes=-99", 10, Range(0, 9), "a suffix that is more: 14.1.2"),
    ("bytes=00000000000000000000000000-000000000000000000000000001", 10, Range(0, 1), "zeros"),
    ("bytes=10-", 10, UNSATISFIABLE, "behind the end"),
    ("bytes=10-20", 10, UNSATISFIABLE, "behind the end, closed"),
    ("bytes=-0", 10, UNSATISFIABLE, "a suffix of nothing: 14.1.2"),
    ("bytes=10-,-0", 10, UNSATISFIABLE, "none of several"),
    ("bytes=10-,3-4", 10, Range(3, 4), "one that is left of several"),
    ("bytes=0-", 0, UNSATISFIABLE, "of nothing"),
    ("bytes=-1", 0, WHOLE, "a suffix of nothing is satisfiable: 14.1.2"),
    # What is ignored: 14.2.
    (None, 10, WHOLE, "no field"),
    ("", 10, WHOLE, "empty"),
    ("0-4", 10, WHOLE, "no unit"),
    ("items=0-4", 10, WHOLE, "another unit"),
    ("bytes", 10, WHOLE, "no set"),
    ("bytes=", 10, WHOLE, "an empty set"),
    ("bytes=,", 10, WHOLE, "a set of nothing"),
    ("bytes=-", 10, WHOLE, "neither end"),
    ("bytes=5", 10, WHOLE, "no dash"),
    ("bytes=5-4", 10, WHOLE, "the last before the first: invalid, 14.1.1"),
    ("bytes=0-1,5-4", 10, WHOLE, "one invalid makes the set invalid"),
    ("bytes=0-1,x", 10, WHOLE, "one malformed makes the set so"),
    ("bytes=0 - 1", 10, WHOLE, "spaces inside"),
    ("bytes =0-1", 10, WHOLE, "a space before ="),
    ("bytes=+0-1", 10, WHOLE, "a sign"),
    ("bytes=0x0-1", 10, WHOLE, "hexadecimal"),
    ("bytes=\u0660-\u0661", 10, WHOLE, "digits of another script"),
    ("bytes=0-1\n", 10, WHOLE, "a line feed"),
    ('bytes="0-1"', 10, WHOLE, "quoted"),
    # What is taken all the same.
    ("BYTES=0-1", 10, Range(0, 1), "a unit has no case: 14.1"),
    (" bytes=0-1\t", 10, Range(0, 1), "space around"),
    ("bytes=,0-1,,", 10, Range(0, 1), "empty members: 5.6.1.2"),
    # Hostile ones.
    (f"bytes=0-{HUGE}", 10, Range(0, 9), "a huge last"),
    (f"bytes={HUGE}-", 10, UNSATISFIABLE, "a huge first"),
    (f"bytes={HUGE}-{HUGE}", 10, UNSATISFIABLE, "both huge"),
    (f"bytes=-{HUGE}", 10, Range(0, 9), "a huge suffix"),
    (f"bytes={HUGE}-1", 10, WHOLE, "huge, and the last before the first"),
    ("bytes=" + "0-," * 10_000, 10, WHOLE, "many, each of all"),
    ("bytes=" + ",".join(f"{i}-{i + 5}" for i in range(9000)), 10_000, WHOLE, "many, overlapping"),
    ("bytes=" + "99-," * 10_000 + "1-2", 10, Range(1, 2), "many, all but one behind the end"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "length", "expected"), [pytest.param(*row[:3], id=row[3]) for row in ROWS]
)
def test_the_range_that_a_field_selects(field, length, expected):
    assert select(field, length) == expected


def test_content_range_names_first_last_and_length():  # the example of 14.4
    assert Range(42, 1233).content_range(1234) == "bytes 42-1233/1234"


CHANGED = datetime(1994, 10, 29, 19, 43, 31, tzinfo=UTC)
DATE = "Sat, 29 Oct 1994 19:43:31 GMT"
CURRENT = Validators('"1.abc-mp4"', 1, CHANGED)


@pytest.mark.parametrize(
    ("if_range", "current", "age", "expected"),
    [
        pytest.param(None, CURRENT, 60, True, id="no field"),
        pytest.param('"1.abc-mp4"', CURRENT, 60, True, id="the tag"),
        pytest.param('"1.abc-png"', CURRENT, 60, False, id="the tag of another representation"),
        pytest.param('W/"1.abc-mp4"', CURRENT, 60, False, id="a weak tag matches nothing"),
        pytest.param('W/"x"', Validators('W/"x"'), 60, False, id="not even itself"),
        pytest.param('"1.abc-mp4", "b"', CURRENT, 60, False, id="a list is no tag"),
        pytest.param("*", CURRENT, 60, False, id="nor is a star"),
        pytest.param('"1.abc-mp4"', Validators(), 60, False, id="without a current tag"),
        pytest.param(DATE, CURRENT, 60, True, id="the date"),
        pytest.param(DATE, CURRENT, 0.5, False, id="a date that is not strong yet: 8.8.2.2"),
        pytest.param("Sat, 29 Oct 1994 19:43:32 GMT", CURRENT, 60, False, id="a later date"),
        pytest.param("Sat, 29 Oct 1994 19:43:30 GMT", CURRENT, 60, False, id="an earlier date"),
        pytest.param(DATE, Validators('"a"'), 60, False, id="no date is known"),
        pytest.param("yesterday", CURRENT, 60, False, id="neither tag nor date"),
        pytest.param("", CURRENT, 60, False, id="empty"),
    ],
)  # 13.1.5
def test_a_range_is_only_sent_of_what_the_client_has_parts_of(if_range, current, age, expected):
    assert is_current(if_range, current, CHANGED + timedelta(seconds=age)) is expected
