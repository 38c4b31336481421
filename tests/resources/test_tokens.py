"""/tokens (contract 7): a token for a password, in both formats, and no more when it is revoked."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from time import time

import pytest

from exchange.settings import Settings
from models import user as users
from models.session import connection
from models.token import change_password, digest_of, issue_key, tokens
from models.user import add_user, remove_user, set_password
from run import create_app
from tests.conftest import free_port, start_server, stop
from tests.databases import sample_database
from tests.people import PASSWORD, add_people, bearing, token_of
from tests.resources.wire import Wire

CHALLENGE = 'Basic realm="Parley", charset="UTF-8"'


def basic(name: str, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{name}:{password}".encode()).decode()}


def made(url: str, **settings):
    app = create_app(Settings(database_url=url, rate_limits="off", **settings))
    app.people = add_people(app.database)
    return app


@pytest.fixture
def closed(database_url):
    app = made(database_url, max_failed_logins=3)
    yield app
    app.database.close()


@pytest.fixture
def wire(closed, format):
    return Wire(closed.test_client(), format)


def test_a_password_gives_a_token_that_opens(closed, wire):
    answer = wire.send("POST", "/tokens", **basic("writer"))
    told = wire.format.read(answer.data)
    assert answer.status_code == 200
    assert answer.mimetype == wire.format.media_type
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"ETag", "Content-Location", "Content-Encoding"} & {*answer.headers.keys()}
    assert told.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", "3600", "writer")
    data = wire.format.write("customer", {})
    sent = wire.send("POST", "/customers", data, **bearing(told["access_token"]))
    assert sent.status_code == 422
    with closed.database.unit(write=False):
        kept = connection().execute(tokens.select()).all()
    assert told["access_token"] not in repr(kept)  # only a digest
    assert digest_of(told["access_token"]) in repr(kept)


@pytest.mark.parametrize("content", [{}, None])
def test_content_without_members_does_no_harm(wire, content):
    data = None if content is None else wire.format.write("token", content)
    assert wire.send("POST", "/tokens", data, **basic("reader")).status_code == 200


def test_content_with_members_is_refused(wire):  # API3
    data = wire.format.write("token", {"scope": "admin", "role": "admin"})
    answer = wire.send("POST", "/tokens", data, **basic("reader"))
    assert wire.pointers(answer) == {
        wire.pointer("token", "scope"),
        wire.pointer("token", "role"),
    }
    answer = wire.send("POST", "/tokens", data, Content_Type="text/unread", **basic("reader"))
    assert answer.status_code == 415
    assert "Accept-Post" in answer.headers


def test_a_token_revokes_itself_and_no_other(closed, wire):
    first, second = closed.people["writer"], closed.people["reader"]
    answer = wire.send("DELETE", "/tokens/current", **bearing(first))
    assert (answer.status_code, answer.data) == (204, b"")
    assert wire.send("DELETE", "/tokens/current", **bearing(first)).status_code == 401
    assert wire.send("GET", "/customers", **bearing(second)).status_code == 200


@pytest.mark.parametrize("open_writes", [False, True])
def test_who_has_no_token_revokes_none(database_url, format, open_writes):
    app = made(database_url, open_writes=open_writes)
    wire = Wire(app.test_client(), format)
    for fields in ({}, basic("writer"), bearing("nonsense")):
        answer = wire.send("DELETE", "/tokens/current", **fields)
        assert wire.pointers(answer, 401) == set()
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="Parley"')
    app.database.close()


def test_what_tokens_has_for_methods(wire):
    assert wire.send("OPTIONS", "/tokens").headers["Allow"] == "OPTIONS, POST"
    assert wire.send("OPTIONS", "/tokens/current").headers["Allow"] == "DELETE, OPTIONS"
    for path in ("/tokens/1", f"/tokens/{'0' * 64}"):  # API1: no token of another has an address
        assert wire.send("DELETE", path).status_code == 404


NO_LOGIN = {
    "nothing": {},
    "empty": {"Authorization": ""},
    "another password": basic("writer", "Correct höрse battery"),
    "no password": basic("writer", ""),
    "no name": basic("", PASSWORD),
    "nobody": basic("nobody"),
    "a name that cannot be": basic("no\x00body' OR 1=1 --"),
    "another case": basic("Writer"),
    "a password in another normal form": basic("writer", "correct ho\u0308рse battery"),
    "no colon": {"Authorization": "Basic " + b64encode(b"writer").decode()},
    "no base64": {"Authorization": "Basic %%%"},
    "no UTF-8": {"Authorization": "Basic " + b64encode(b"writer:\xff\xfe").decode()},
    "another scheme": {
        "Authorization": basic("writer")["Authorization"].replace("Basic", "Bearer")
    },
    "a long password": basic("writer", "x" * 6000),
}


@pytest.mark.parametrize("fields", NO_LOGIN.values(), ids=NO_LOGIN)
def test_what_gives_no_token(wire, fields):
    answer = wire.send("POST", "/tokens", **fields)
    assert wire.pointers(answer, 401) == set()
    assert answer.headers["WWW-Authenticate"] == CHALLENGE  # RFC 7617, 2.1


def test_a_token_gives_no_token(closed, wire):
    answer = wire.send("POST", "/tokens", **bearing(closed.people["admin"]))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, CHALLENGE)


@pytest.mark.parametrize("scheme", ["basic", "BASIC"])
def test_the_scheme_has_no_case(wire, scheme):  # 11.1
    field = basic("reader")["Authorization"].replace("Basic", scheme)
    assert wire.send("POST", "/tokens", Authorization=field).status_code == 200


def test_the_answer_does_not_tell_whether_there_is_such_a_user(wire):
    known = wire.send("POST", "/tokens", **basic("writer", "wrong"), **{"X-Request-Id": "1"})
    unknown = wire.send("POST", "/tokens", **basic("nobody", "wrong"), **{"X-Request-Id": "1"})
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert sorted(known.headers) == sorted(unknown.headers)


class Counting:
    """A hasher that counts."""

    def __init__(self, hasher):
        self._hasher, self.verified = hasher, 0
        self.hash = hasher.hash

    def verify(self, *arguments):
        self.verified += 1
        return self._hasher.verify(*arguments)


@pytest.mark.parametrize("name", ["writer", "nobody", "no name\x00"])
def test_the_hash_is_made_for_whom_there_is_not_too(wire, monkeypatch, name):
    monkeypatch.setattr(users, "_HASHER", counting := Counting(users._HASHER))
    wire.send("POST", "/tokens", **basic(name, "wrong"))
    assert counting.verified == 1


# Failures are few


@pytest.mark.parametrize("name", ["writer", "nobody"])
def test_after_some_failures_of_a_user_one_waits_in_every_process(
    closed, wire, database_url, monkeypatch, name
):
    send = wire.client.post
    for number in range(3):  # from other addresses each
        place = {"REMOTE_ADDR": f"10.0.0.{number}"}
        assert send("/tokens", headers=basic(name, "wrong"), environ_base=place).status_code == 401
    monkeypatch.setattr(users, "_HASHER", counting := Counting(users._HASHER))
    other = create_app(closed.settings)
    for app in (closed, other):
        place = {"REMOTE_ADDR": "10.0.0.9"}
        refused = Wire(app.test_client(), wire.format)
        answer = refused.send("POST", "/tokens", **basic(name))
        assert wire.pointers(answer, 429) == set()
        assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert counting.verified == 0
    other.database.close()
    assert wire.send("POST", "/tokens", **basic("admin")).status_code == 200


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [
        ("10.0.0.1", "10.0.0.1", 429),
        ("10.0.0.1", "10.0.0.2", 200),
        ("2001:db8::1", "2001:db8::ffff:1", 429),  # one client has a whole /64
        ("2001:db8::1", "2001:db8:0:1::1", 200),
    ],
)
def test_after_some_failures_of_an_address(wire, first, last, status):
    send = wire.client.post
    for number in range(3):
        fields = basic(f"nobody{number}", "wrong")
        send("/tokens", headers=fields, environ_base={"REMOTE_ADDR": first})
    answer = send("/tokens", headers=basic("reader"), environ_base={"REMOTE_ADDR": last})
    assert answer.status_code == status


def test_successes_do_not_count_and_failures_are_forgotten(wire, monkeypatch):
    for _ in range(5):
        assert wire.send("POST", "/tokens", **basic("reader")).status_code == 200
    for _ in range(3):
        wire.send("POST", "/tokens", **basic("reader", "wrong"))
    assert wire.send("POST", "/tokens", **basic("reader")).status_code == 429
    later = time() + 301
    monkeypatch.setattr("models.attempts.time", lambda: later)
    assert wire.send("POST", "/tokens", **basic("reader")).status_code == 200


def test_more_at_once_than_there_are_places_are_told_to_come_again(closed, wire):
    places = closed.access._logins._places
    assert places.acquire(blocking=False)
    assert places.acquire(blocking=False)  # threads - 2
    answer = wire.send("POST", "/tokens", **basic("reader"))
    assert wire.pointers(answer, 503) == set()
    assert "Retry-After" in answer.headers
    places.release()
    assert wire.send("POST", "/tokens", **basic("reader")).status_code == 200


# What ends tokens


def test_another_password_revokes_every_token_and_key(closed):
    with closed.database.unit(write=True):
        key = issue_key("writer", None, "a machine")
    client = closed.test_client()
    for token in (key, closed.people["writer"]):
        assert client.get("/customers", headers=bearing(token)).status_code == 200
    with closed.database.unit(write=True):
        change_password("writer", "another password")
    for token in (key, closed.people["writer"]):
        assert client.get("/customers", headers=bearing(token)).status_code == 401
    assert client.get("/customers", headers=bearing(closed.people["reader"])).status_code == 200


def test_a_password_that_is_changed_during_the_login_gives_no_token(closed, wire, monkeypatch):
    def change(*arguments):
        with closed.database.unit(write=True):
            set_password("writer", "another password")

    monkeypatch.setattr(closed.access._accounts, "forgive", change)
    assert wire.pointers(wire.send("POST", "/tokens", **basic("writer")), 409) == set()


def test_a_user_who_is_removed_and_added_again_has_no_tokens(closed):
    with closed.database.unit(write=True):
        remove_user("writer")
    with closed.database.unit(write=True):
        add_user("writer", "writer", PASSWORD)
    fields = bearing(closed.people["writer"])
    assert closed.test_client().get("/customers", headers=fields).status_code == 401


def test_a_key_may_do_less_than_its_user(closed):
    with closed.database.unit(write=True):
        key = issue_key("admin", "reader", "")
    answer = closed.test_client().post("/customers", headers=bearing(key))
    assert answer.status_code == 403


def test_what_is_revoked_is_revoked_in_every_process_at_once(tmp_path):
    """Ten times: both workers have seen the token; then neither takes it."""
    server = None
    path = sample_database(tmp_path / "parley.db")
    other = create_app(Settings(database_url=f"sqlite:///{path}"))
    add_people(other.database)
    try:
        server = start_server(path, free_port(), "--workers", "2", PARLEY_OPEN_WRITES="0")
        for _ in range(10):
            with other.database.unit(write=True):
                token = token_of("writer")
            assert {*statuses(server, token)} == {200}
            assert (
                other.test_client().delete("/tokens/current", headers=bearing(token)).status_code
                == 204
            )
            assert {*statuses(server, token)} == {401}
    finally:
        other.database.close()
        if server:
            stop(server)


def statuses(server, token, count=12):
    """Of requests on connections of their own, so that each process gets some."""
    fields = f"Host: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    request = f"GET /customers/1 HTTP/1.1\r\n{fields}"
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda _: server.raw(request.encode()), range(count))
        return [int(answer.split()[1]) for answer in answers]
