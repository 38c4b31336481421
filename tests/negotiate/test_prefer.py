"""Preferences (RFC 7240; rows 79 and 80)."""

import pytest

from negotiate.prefer import Preferences, parse, preferences


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (None, {}),
        ("", {}),
        ("foo", {"foo": ""}),
        ('foo=""', {"foo": ""}),  # 2: as without a value
        ("Foo=Bar", {"foo": "Bar"}),  # names have no case
        ('foo="a, b"', {"foo": "a, b"}),
        ('foo = "a\\"b"', {"foo": 'a"b'}),  # BWS
        ("foo; a=1; b", {"foo": ""}),  # parameters are of the preference
        ("foo;", {"foo": ""}),
        ("foo=1, foo=2", {"foo": "1"}),  # 2: the first counts
        ("foo bar, baz", {"baz": ""}),  # malformed ones are ignored
        ("=1, baz", {"baz": ""}),
        ("foo;a=;b, baz", {"baz": ""}),
    ],
)
def test_preferences_as_they_stand(field: str | None, expected: dict[str, str]) -> None:
    assert parse(field) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (None, Preferences()),
        ("return=minimal", Preferences(returned="minimal")),
        ("return=representation", Preferences(returned="representation")),
        ("return=else", Preferences()),
        ("return", Preferences()),
        ('Return="minimal"; foo=bar, handling=lenient',
         Preferences(returned="minimal", handling="lenient")),  # row 80
        ("return=minimal, return=representation", Preferences(returned="minimal")),
        ("handling=strict", Preferences(handling="strict")),
        ("respond-async, wait=10", Preferences(respond_async=True, wait=10)),
        ("respond-async=1", Preferences()),
        ("wait=-1", Preferences()),
        ("wait=1.5", Preferences()),
        ("wait=" + "9" * 5000, Preferences(wait=10**6)),
    ],
)  # fmt: skip
def test_the_preferences_that_are_known(field: str | None, expected: Preferences) -> None:
    assert preferences(field) == expected


def test_what_was_applied() -> None:
    asked = preferences("return=minimal, wait=5, respond-async")
    assert asked.applied("return") == "return=minimal"
    assert asked.applied("respond-async", "wait", "handling") == "respond-async, wait=5"
    assert asked.applied("handling") == ""
    with pytest.raises(KeyError):
        asked.applied("foo")
