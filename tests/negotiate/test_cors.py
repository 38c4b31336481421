"""Whose scripts may read an answer (Fetch, 3.3)."""

import pytest

from negotiate.cors import EXPOSED, SENT, sharing_fields, varies

OURS = frozenset({"https://app.test", "http://localhost:3000"})
EVERY = frozenset({"*"})
READ = "Access-Control-Allow-Origin"
ROWS = [
    # id, origins, Origin, allowed origin
    ("one of them", OURS, "https://app.test", "https://app.test"),
    ("one with a port", OURS, "http://localhost:3000", "http://localhost:3000"),
    ("no origin: no browser asks", OURS, None, None),
    ("another", OURS, "https://evil.test", None),
    ("another scheme", OURS, "http://app.test", None),
    ("another port", OURS, "https://app.test:444", None),
    ("a name that ends alike", OURS, "https://evilapp.test", None),
    ("a name that begins alike", OURS, "https://app.test.evil.test", None),
    ("a name inside", OURS, "https://x.app.test", None),
    ("capitals are no origin of a browser", OURS, "https://APP.test", None),
    ("a slash at the end", OURS, "https://app.test/", None),
    ("null, of a file or a sandbox", OURS, "null", None),
    ("two", OURS, "https://app.test, http://localhost:3000", None),
    ("empty", OURS, "", None),
    ("none configured", frozenset(), "https://app.test", None),
    ("every one", EVERY, "https://evil.test", "*"),
    ("every one, and no origin", EVERY, None, None),
]


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_an_origin(origins, origin, allowed):
    shared = {READ: allowed, "Access-Control-Expose-Headers": EXPOSED} if allowed else {}
    assert sharing_fields(origins, origin, None, "", 600) == shared
    preflight = sharing_fields(origins, origin, "PUT", "GET, PUT", 600)
    assert preflight.get(READ) == allowed
    assert bool(preflight) == bool(allowed)


def test_a_preflight_is_told_the_methods_of_the_resource():
    assert sharing_fields(OURS, "https://app.test", "DELETE", "GET, PUT", 5) == {
        READ: "https://app.test",
        "Access-Control-Allow-Methods": "GET, PUT",
        "Access-Control-Allow-Headers": SENT,
        "Access-Control-Max-Age": "5",
    }


@pytest.mark.parametrize(
    "name", ["Authorization", "Content-Type", "If-Match", "If-None-Match", "Prefer", "Accept"]
)
def test_what_a_script_may_send(name):
    assert name in SENT.split(", ")


@pytest.mark.parametrize(
    "name", ["ETag", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"]
)
def test_what_a_script_may_read(name):
    assert name in EXPOSED.split(", ")


@pytest.mark.parametrize(
    ("origins", "answer"), [(OURS, True), (EVERY, False), (frozenset(), False)]
)
def test_answers_vary_where_origins_are_told_apart(origins, answer):
    assert varies(origins) is answer
