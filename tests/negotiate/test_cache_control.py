"""Cache-Control and Cache-Status (RFC 9111, 5.2; RFC 9211)."""

from typing import Any

import pytest

from negotiate.cache_control import (
    NO_CACHE,
    NO_STORE,
    Policy,
    RequestDirectives,
    cache_outcome,
    cache_status,
    delta_seconds,
    directives,
    request_directives,
)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (None, {}),
        ("", {}),
        ("no-cache", {"no-cache": None}),
        ("No-Cache, MAX-AGE=5", {"no-cache": None, "max-age": "5"}),
        ('private="a, b", x', {"private": "a, b", "x": None}),
        ("max-age=1, max-age=2", {"max-age": "1"}),
        ("a b, ,c", {"c": None}),
        ("max-age = 1", {}),
    ],
)
def test_directives(field: str | None, expected: dict[str, str | None]) -> None:
    assert directives(field) == expected


@pytest.mark.parametrize(
    ("field", "pragma", "expected"),
    [
        (None, None, RequestDirectives()),
        ("no-cache", None, RequestDirectives(no_cache=True)),
        ("no-store, only-if-cached", None, RequestDirectives(no_store=True, only_if_cached=True)),
        ("max-age=0", None, RequestDirectives()),
        ("max-age=x", None, RequestDirectives()),
        (None, "no-cache", RequestDirectives(no_cache=True)),  # RFC 7234, 5.4
        ("", "no-cache", RequestDirectives()),
        ("max-age=9", "no-cache", RequestDirectives()),
    ],
)
def test_what_a_request_asks(
    field: str | None, pragma: str | None, expected: RequestDirectives
) -> None:
    assert request_directives(field, pragma) == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("007", 7), ("9" * 5000, 2**31), ("-1", None), ("1.5", None), ("", None),
     (None, None), ("٣", None)],
)  # fmt: skip
def test_delta_seconds(value: str | None, seconds: int | None) -> None:  # 1.2.2
    assert delta_seconds(value) == seconds


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (NO_CACHE, "no-cache"),
        (NO_STORE, "no-store"),
        (Policy(private=True, no_cache=True), "private, no-cache"),
        (
            Policy(public=True, max_age=60, s_maxage=0, stale_while_revalidate=30),
            "public, max-age=60, s-maxage=0, stale-while-revalidate=30",
        ),
        (Policy(max_age=0, must_revalidate=True), "max-age=0, must-revalidate"),
    ],
)
def test_policies(policy: Policy, field: str) -> None:
    assert (policy.field, str(policy)) == (field, field)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"public": True, "private": True},
        {"no_store": True, "max_age": 1},
        {"private": True, "s_maxage": 1},
        {"no_cache": True, "immutable": True},
        {"max_age": -1},
    ],
)
def test_policies_that_cannot_be(said: dict[str, bool | int]) -> None:
    with pytest.raises(ValueError, match=r"policy|contradicts|negative"):
        Policy(**said)  # type: ignore[arg-type]


STATUSES = [  # how it is made, the field, the word for it
    ((None,), {}, "Parley; hit", "hit"),
    (("miss",), {"stored": True}, "Parley; fwd=miss; stored", "miss"),
    (("miss",), {"collapsed": True}, "Parley; fwd=miss; collapsed", "miss"),
    (("stale",), {"stored": True}, "Parley; fwd=stale; stored", "miss"),
    (("request",), {"stored": True}, "Parley; fwd=request; stored", "bypass"),
    (("bypass",), {}, "Parley; fwd=bypass", "bypass"),
]


@pytest.mark.parametrize(("why", "more", "field", "word"), STATUSES)
def test_cache_status(why: tuple[Any, ...], more: dict[str, bool], field: str, word: str) -> None:
    assert cache_status(*why, **more) == field  # RFC 9211, 2
    assert cache_outcome(field) == word
    assert cache_outcome(None) == "none"
