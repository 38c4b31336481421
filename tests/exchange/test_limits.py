"""Rate limits: who, of which group, and what every answer tells (contract 7; row 89)."""

import sqlite3
from types import SimpleNamespace

import pytest

import exchange.limits
from exchange.limits import network
from exchange.settings import RATE_LIMITS, Settings
from negotiate.rate_limit import GROUPS, read_policies
from run import create_app

NOON = 86400 * 20_000 + 43200
FIELDS = (
    *("RateLimit-Policy", "RateLimit"),
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
)
JSON, XML = "application/json", "application/xml"


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(time=NOON + 0.5)
    monkeypatch.setattr(exchange.limits, "time", lambda: now.time)
    return now


@pytest.fixture
def limited(database_url, clock):
    """Makes a client of an application with these limits."""
    apps = []

    def make(limits, **settings):
        chosen = {"database_url": database_url, "open_writes": True, **settings}
        apps.append(create_app(Settings(rate_limits=limits, **chosen)))
        return apps[-1].test_client()

    yield make
    for app in apps:
        app.database.close()


def ask(client, method="GET", path="/customers/1", address="192.0.2.1", **fields):
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    return client.open(
        path,
        method=method,
        headers=headers,
        environ_base={"REMOTE_ADDR": address},
        environ_overrides={"PATH_INFO": path} if path == "*" else None,
    )


def known(app, user: str) -> None:
    """From now on requests are of the user."""
    app.access.identify = lambda: SimpleNamespace(name=user, role="reader")


def left(answer) -> int:
    return int(answer.headers["X-RateLimit-Remaining"])


@pytest.mark.parametrize("format", ["json", "xml"])
def test_one_more_is_a_429_in_the_clients_format(limited, clock, format):
    client = limited("reads 2/minute 9/hour")
    accept = {"Accept": f"application/{format}"}
    for remaining in (1, 0):
        answer = ask(client, **accept)
        assert (answer.status_code, left(answer)) == (200, remaining)
        assert "Retry-After" not in answer.headers
    refused = ask(client, **accept)
    assert refused.status_code == 429
    assert refused.content_type.partition(";")[0] == f"application/problem+{format}"
    assert refused.headers["Retry-After"] == "60"
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["RateLimit"] == '"minute";r=0;t=60, "hour";r=6;t=3600'
    assert refused.headers["RateLimit-Policy"] == '"minute";q=2;w=60, "hour";q=9;w=3600'
    assert b"too-many-requests" in refused.data
    assert b"reads: at most 2 a minute; again in 60 s" in refused.data
    clock.time += 59
    assert ask(client, **accept).headers["Retry-After"] == "1"
    clock.time += 1
    assert ask(client, **accept).status_code == 200


def test_who_waits_waits_for_the_longest_window(limited):
    client = limited("reads 1/minute 1/hour")
    ask(client)
    assert ask(client).headers["Retry-After"] == "3600"


ANSWERS = [
    ("GET", "/customers/1", {}, 200),
    ("GET", "/customers/1", {"If_None_Match": "*"}, 304),
    ("HEAD", "/customers/1", {}, 200),
    ("GET", "/customers?stream=true", {}, 200),
    ("OPTIONS", "/customers/1", {}, 204),
    ("OPTIONS", "*", {}, 204),
    ("GET", "/nowhere", {}, 404),
    ("GET", "/customers/99999", {}, 404),
    ("PUT", "/customers", {}, 405),
    ("GET", "/customers/1", {"Accept": "image/png"}, 406),
    ("POST", "/customers", {"Content_Type": "text/csv"}, 415),
    ("GET", "/customers?stream=x", {}, 400),
]


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"), ANSWERS, ids=[f"{r[0]} {r[3]} {r[1]}" for r in ANSWERS]
)
def test_every_answer_tells_and_every_request_counts(limited, method, path, fields, status):
    client = limited("; ".join(f"{group} 1/minute" for group in GROUPS))
    first, again = (ask(client, method, path, **fields) for _ in range(2))
    assert (first.status_code, left(first)) == (status, 0)
    for name in FIELDS:
        assert len(first.headers.getlist(name)) == 1
    assert again.status_code == 429


def test_an_answer_from_the_cache_tells_of_now(limited):
    client = limited("reads 9/minute")
    assert [left(ask(client)) for _ in range(3)] == [8, 7, 6]


def test_groups_count_apart(limited):
    client = limited("reads 5/minute; writes 5/hour; streams 5/day")
    ask(client)
    write = ask(client, "DELETE", "/customers/99999")
    stream = ask(client, path="/customers?stream=true")
    assert [left(write), left(stream), left(ask(client))] == [4, 4, 3]
    assert '"hour"' in write.headers["RateLimit-Policy"]
    assert '"day"' in stream.headers["RateLimit-Policy"]


def test_a_group_that_is_not_named_has_no_limit(limited):
    client = limited("writes 1/minute")
    answer = [ask(client) for _ in range(3)][-1]
    assert answer.status_code == 200
    assert not [name for name in FIELDS if name in answer.headers]


WHO = [  # two addresses, and whether they are one client
    ("192.0.2.1", "192.0.2.2", False),
    ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
    ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ("::ffff:192.0.2.1", "192.0.2.1", True),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ("fe80::1%eth0", "fe80::2", True),
]


@pytest.mark.parametrize(("one", "other", "is_one"), WHO, ids=[f"{a} {b}" for a, b, _ in WHO])
def test_an_address_is_one_client_and_of_ipv6_a_64(limited, one, other, is_one):
    client = limited("reads 9/minute")
    ask(client, address=one)
    assert left(ask(client, address=other)) == (7 if is_one else 8)


@pytest.mark.parametrize("address", ["", "unknown", "x" * 9999, ":" * 9999, "1:2:3", "é:"])
def test_what_is_no_address_has_a_short_name(address):
    assert len(network(address)) <= 64


def test_a_user_has_one_account_from_wherever(limited):
    client = limited("reads 9/minute; log-ins 9/minute")
    app = client.application
    known(app, "192.0.2.1")
    assert left(ask(client, address="192.0.2.1", Authorization="Bearer x")) == 8
    assert left(ask(client, address="192.0.2.2", Authorization="Bearer x")) == 7
    del app.access.identify
    assert left(ask(client, address="192.0.2.1")) == 8  # a user cannot have an address's name


def test_log_ins_are_of_an_address_whoever_asks(limited):
    client = limited("writes 9/minute; log-ins 9/hour")
    app = client.application
    known(app, "zoe")
    assert left(ask(client, "POST", "/tokens")) == 8
    assert left(ask(client, "POST", "/tokens")) == 7
    other = ask(client, "POST", "/tokens", address="192.0.2.2")
    assert (left(other), other.headers["X-RateLimit-Reset"]) == (8, str(NOON + 3600))


def test_off_means_no_limit_and_no_fields(limited):
    client = limited("off")
    assert not [name for name in FIELDS if name in ask(client).headers]


def test_limits_are_on_unless_somebody_says(database_url):
    assert read_policies(RATE_LIMITS).keys() == set(GROUPS)
    app = create_app(Settings(database_url=database_url))
    assert '"minute";r=' in app.test_client().get("/").headers["RateLimit"]
    app.database.close()


def test_a_file_that_cannot_be_used_is_no_failure(limited, capfd, monkeypatch):
    client = limited("reads 2/minute", workers=4)
    broken = lambda *arguments: (_ for _ in ()).throw(sqlite3.OperationalError("full"))  # noqa: E731
    monkeypatch.setattr(client.application.limits._shared, "hit", broken)
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]
    assert capfd.readouterr().err.count("rate limits: down") == 1
