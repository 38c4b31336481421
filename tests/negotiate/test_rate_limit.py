"""Policies of rate limits, and the fields that tell of them, read back by another's parser."""

import http_sf
import pytest

from negotiate.rate_limit import Window, exceeded, policy_field, read_policies, standing

MINUTE, HOUR, DAY = Window("minute", 60, 100), Window("hour", 3600, 1000), Window("day", 86400, 9)
NOON = 86400 * 20_000 + 43200


@pytest.mark.parametrize(
    ("text", "policies"),
    [
        pytest.param("off", {}, id="off"),
        pytest.param("reads 100/minute", {"reads": (MINUTE,)}, id="one group, one window"),
        pytest.param(
            "reads 100/minute 1000/hour; log-ins  9/day",
            {"reads": (MINUTE, HOUR), "log-ins": (DAY,)},
            id="two groups",
        ),
        pytest.param(
            "streams 1/second", {"streams": (Window("second", 1, 1),)}, id="the smallest of all"
        ),
    ],
)
def test_a_policy_is_read(text, policies):
    assert read_policies(text) == policies


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reads",
        "reads 0/minute",
        "reads -1/minute",
        "reads 1.5/minute",
        "reads 1/week",
        "reads 1 / minute",
        "reads 1/minute 2/minute",
        "reads 1/minute; reads 2/hour",
        "readers 1/minute",
        "reads 1/minute;",
        "reads 1/minute; off",
        "reads 1234567890/minute",
        "reads ١/minute",
    ],
)
def test_what_is_no_policy(text):
    with pytest.raises(ValueError, match="'"):
        read_policies(text)


@pytest.mark.parametrize(
    ("now", "window", "end"),
    [
        (NOON, MINUTE, NOON + 60),  # a window begins with its first second
        (NOON + 59.9, MINUTE, NOON + 60),
        (NOON + 1, HOUR, NOON + 3600),
        (NOON, DAY, NOON + 43200),
    ],
)
def test_when_a_window_ends(now, window, end):
    assert window.end(now) == end


def parsed(field: str) -> dict[str, dict[str, int]]:
    """The members of a List of Items (RFC 9651, 3.1), with their parameters."""
    return dict(http_sf.parse(field.encode(), tltype="list"))


def test_the_fields_are_structured():
    fields = standing((MINUTE, HOUR), (40, 40), NOON + 15.5)
    assert parsed(fields["RateLimit-Policy"]) == {
        "minute": {"q": 100, "w": 60},
        "hour": {"q": 1000, "w": 3600},
    }
    assert parsed(fields["RateLimit"]) == {
        "minute": {"r": 60, "t": 45},
        "hour": {"r": 960, "t": 3585},
    }
    assert policy_field((MINUTE, HOUR)) == fields["RateLimit-Policy"]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        pytest.param((1, 1), (100, 99, 60), id="the minute"),
        pytest.param((1, 990), (1000, 10, 3600), id="the hour"),
        pytest.param((101, 2000), (1000, 0, 3600), id="of equal ones the longer"),
    ],
)
def test_the_older_fields_tell_of_the_window_with_the_least_left(counts, told):
    fields = standing((MINUTE, HOUR), counts, NOON)
    assert fields["X-RateLimit-Limit"] == str(told[0])
    assert fields["X-RateLimit-Remaining"] == str(told[1])
    assert fields["X-RateLimit-Reset"] == str(NOON + told[2])


@pytest.mark.parametrize(
    ("counts", "beyond"),
    [((100, 1000), ()), ((101, 1), (MINUTE,)), ((1, 1001), (HOUR,)), ((101, 1001), (MINUTE, HOUR))],
)
def test_which_windows_are_exceeded(counts, beyond):
    assert exceeded((MINUTE, HOUR), counts) == beyond
