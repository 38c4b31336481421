"""The test picture: bars, a clock and a mark, the same for the same beginning."""

from itertools import islice

import pytest

from devices.pattern import Pattern, open_pattern

WIDTH = 320 * 3


def rows(picture):
    return [picture[start : start + WIDTH] for start in range(0, len(picture), WIDTH)]


def clock(picture):
    """The rows between the bars and the mark: seven lines, the outer ones empty."""
    return rows(picture)[131:180]


def frames(begins, count):
    return [*islice(Pattern(begins).frames(), count)]


def test_a_picture_has_as_many_bytes_as_its_size_says():
    assert {len(frame) for frame in frames(0, 12)} == {320 * 240 * 3}


def test_the_same_beginning_shows_the_same_again():
    assert frames(2026, 12) == frames(2026, 12)
    assert frames(2026, 1) != frames(2027, 1)


def test_the_clock_goes_by_the_rate():
    assert clock(frames(0, 11)[10]) == clock(frames(1, 1)[0])
    assert clock(frames(0, 11)[9]) != clock(frames(1, 1)[0])
    assert frames(0, 11)[10] != frames(1, 1)[0]  # the mark has moved


def test_each_digit_can_be_told_from_the_others():
    shown = [tuple(clock(frame)) for frame in frames(0, 10)]
    assert len(set(shown)) == 10


def test_the_bars_are_those_of_television():
    first = rows(frames(0, 1)[0])[0]
    colours = [first[x * 3 : x * 3 + 3].hex() for x in range(20, 320, 40)]
    assert colours[0] == "ffffff"
    assert colours[-1] == "000000"
    assert len(set(colours)) == 8


def test_without_an_address_the_clock_begins_now():
    assert open_pattern("").begins is None
    assert open_pattern("2026").begins == 2026


@pytest.mark.parametrize("address", ["x", "-1", "1.5", "٣", "9" * 11, "1e3"])
def test_what_is_no_beginning_is_refused(address):
    with pytest.raises(ValueError, match="seconds since 1970"):
        open_pattern(address)
