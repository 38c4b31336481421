"""What every answer says to browsers, what none says, and which Host a request may name."""

import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.conftest import Server
from tests.http.wire import JSON, XML, customer, get, post, remove, request, send

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
ABSENT = ("Server", "X-Powered-By", "Set-Cookie", "Strict-Transport-Security", "Via")
PATCH = "application/merge-patch+json"
ANSWERS = [
    # id, request, status
    ("200", request("GET", "/customers/1"), 200),
    ("200 that is kept", request("GET", "/customers/1"), 200),
    (
        "200 of a write",
        request("PATCH", "/customers/2", f"Content-Type: {PATCH}", content=b"{}"),
        200,
    ),
    ("HEAD", request("HEAD", "/customers/1"), 200),
    ("a stream", request("GET", "/customers?stream=true"), 200),
    ("204", request("OPTIONS", "/customers"), 204),
    ("304", request("GET", "/customers/1", "If-None-Match: *"), 304),
    ("400", request("GET", "/?x=1"), 400),
    ("400 of the parser", b"GET / HTP\r\n\r\n", 400),
    ("501 of the parser", b"BLAH / HTTP/1.1\r\n\r\n", 501),
    ("400 of the host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    ("404", request("GET", "/nowhere"), 404),
    ("405", request("DELETE", "/"), 405),
    ("406", request("GET", "/", "Accept: image/png"), 406),
    ("412", request("GET", "/customers/1", 'If-Match: "x"'), 412),
    ("413", request("POST", "/customers", f"Content-Type: {JSON}", "Content-Length: 9999999"), 413),
    ("414", request("GET", "/?" + "a" * 9000), 414),
    ("415", request("POST", "/customers", content=b"x"), 415),
    ("422", request("POST", "/customers", f"Content-Type: {JSON}", content=b"{}"), 422),
    ("431", request("GET", "/", "Accept: " + "," * 200), 431),
    ("431 of the server", request("GET", "/", "X: " + "x" * 70_000), 431),
]


@pytest.mark.parametrize(
    ("sent", "status"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS]
)
def test_every_answer_is_hardened(server: Server, sent: bytes, status: int):
    answer = send(server.port, sent)
    assert answer.status == status
    assert {name: answer.fields.get_all(name) for name in SECURITY} == {
        name: [value] for name, value in SECURITY.items()
    }
    assert [name for name in ABSENT if name in answer.fields] == []
    told = str(answer.fields).lower() + answer.content.decode("latin-1").lower()
    assert not re.search(r"(python|uvicorn|werkzeug|flask|httptools|granian)[/ ]?\d?", told)


METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def test_no_route_sets_a_cookie(app, client):
    """With a cookie of any name sent along too: there is no session to be had or fixed."""
    for rule in app.url_map.iter_rules():
        target = re.sub(r"<id:\w+>", "1", rule.rule).replace("<name>", "malformed")
        for method in METHODS:
            for cookie in ({}, {"Cookie": "session=eyJhIjoxfQ; a=b"}):
                answer = client.open(target, method=method, headers=cookie)
                assert "Set-Cookie" not in answer.headers
                assert "Cookie" not in answer.headers.get("Vary", "")


HOSTS = [
    # id, lines, status
    ("a name", ["Host: parley.test"], 200),
    ("a name and port", ["Host: parley.test:8000"], 200),
    ("a name and an empty port (RFC 3986, 3.2.3)", ["Host: parley.test:"], 200),
    ("IPv4", ["Host: 127.0.0.1:80"], 200),
    ("IPv6", ["Host: [::1]:80"], 200),
    ("an escape", ["Host: caf%C3%A9.test"], 200),
    ("spaces around", ["Host: \t parley.test  "], 200),
    ("none", [], 400),
    ("empty (4.2.1)", ["Host:"], 400),
    ("two", ["Host: parley.test", "Host: evil.test"], 400),
    ("the same twice", ["Host: parley.test", "Host: parley.test"], 400),
    ("two, one of them empty", ["Host: parley.test", "Host:"], 400),
    ("two in one line", ["Host: parley.test, evil.test"], 400),
    ("a space inside", ["Host: parley test"], 400),
    ("a path", ["Host: parley.test/evil"], 400),
    ("a user", ["Host: evil@parley.test"], 400),
    ("a scheme", ["Host: http://parley.test"], 400),
    ("a query", ["Host: parley.test?x"], 400),
    ("a fragment", ["Host: parley.test#x"], 400),
    ("markup", ["Host: <script>"], 400),
    ("a quote", ['Host: parley.test"'], 400),
    ("a port that is no number", ["Host: parley.test:http"], 400),
    ("two ports", ["Host: parley.test:80:80"], 400),
    ("an escape that is none", ["Host: parley%zz.test"], 400),
    ("IPv6 that is not closed", ["Host: [::1"], 400),
    ("bytes above 0x7F", [b"Host: caf\xc3\xa9.test"], 400),
    ("a backslash", ["Host: parley.test\\evil"], 400),
    ("an underscore in the name of the field", ["Ho_st: parley.test"], 400),
]


@pytest.mark.parametrize("accept", [JSON, XML])
@pytest.mark.parametrize(
    ("lines", "status"), [row[1:] for row in HOSTS], ids=[row[0] for row in HOSTS]
)
def test_host(server: Server, lines, status, accept):
    """RFC 9112, 3.2: HTTP/1.1 has exactly one, and it is valid."""
    given = [line if isinstance(line, bytes) else line.encode() for line in lines]
    head = [
        b"GET /customers/1 HTTP/1.1",
        *given,
        f"Accept: {accept}".encode(),
        b"Connection: close",
    ]
    answer = send(server.port, b"\r\n".join(head) + b"\r\n\r\n")
    assert answer.status == status
    assert b"evil" not in answer.content
    if status == 400:
        assert answer.check_problem(400)["detail"].startswith("Host")


def test_http_1_0_needs_no_host(server: Server):
    assert send(server.port, b"GET /customers/1 HTTP/1.0\r\n\r\n").status == 200
    send(server.port, b"GET / HTTP/1.0\r\nHost: a b\r\n\r\n").check_problem(400)


BREAK = "%0d%0aX-Injected:%20yes%0d%0a%0d%0aHTTP/1.1%20200%20OK"
WIDE = "%E2%82%AC%F0%9F%98%80"  # no latin-1
TARGETS = [
    f"/{BREAK}",
    f"/customers/{BREAK}",
    f"/problems/{BREAK}",
    f"/problems/{WIDE}",
    f"/customers?last={BREAK}",
    f"/customers?last={WIDE}&format=xml",
    f"/customers?last={BREAK}&per_page=1&sort=-last",
    f"/customers?format={BREAK}",
    f"/customers?sort={BREAK}",
    f"/customers?fields={BREAK}",
    f"/customers?expand={WIDE}",
    f"/customers?after={BREAK}",
    f"/customers?{BREAK}=1",
    f"/customers?{WIDE}=1",
    f"/customers?stream=true&format=csv&last={BREAK}",
    "/customers?last=%0d&last=%0a&last=%00",
    "/customers?last=%3E%3B%20rel%3D%22next%22%2C%20%3Chttp%3A%2F%2Fevil.test",
]


@pytest.mark.parametrize("accept", [JSON, XML])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_in_a_target_becomes_a_field(server: Server, target, method, accept):
    fields = [f"Accept: {accept}", "Prefer: handling=lenient"]
    answer = send(server.port, request(method, target, *fields))
    assert answer.status < 500
    check_fields(answer)


def check_fields(answer):
    assert "X-Injected" not in answer.fields
    for name, value in answer.fields.items():
        assert re.fullmatch(r"[\t -~]*", value), (name, value)
    assert "<http://evil.test" not in answer.fields.get("Link", "")


SAID = [
    'Content-Type: text/csv"; x="\x0b',
    "Accept: image/png;x=\x85",
    "Prefer: return=minimal\x85X-Injected: yes",
    "Content-Encoding: \xe9",
    'If-Match: "\xe9"',
    "Origin: https://evil.test",
    "X-Request-Id: \xe9\x85X-Injected: yes",
]


@pytest.mark.parametrize("line", SAID, ids=ascii)
def test_nothing_in_a_field_becomes_a_field(server: Server, line):
    answer = send(server.port, request("POST", "/customers", line.encode("latin-1"), content=b"{}"))
    assert 400 <= answer.status < 500
    check_fields(answer)


@pytest.fixture(params=["Zo\r\nX-Injected: yes", "\u20ac\U0001f600", '"><script>', 'a\\"; b'])
def stored(server: Server, request) -> Iterator[str]:
    """The URL of a customer whose every text is hostile."""
    import json

    text = {name: request.param for name in ("first", "last", "company", "city", "country")}
    content = json.dumps(json.loads(customer(JSON)) | text).encode()
    made = post(server.port, JSON, content)
    check_fields(made)
    yield str(made.fields["Location"])
    remove(server.port, made)


@pytest.mark.parametrize("media_type", [JSON, XML])
def test_nothing_that_is_stored_becomes_a_field(server: Server, stored, media_type):
    number = stored.rpartition("/")[2]
    cursor = "/customers?sort=-last&per_page=1&after="
    for _ in range(3):  # a cursor is made of what is stored
        page = get(server.port, cursor, f"Accept: {JSON}")
        check_fields(page)
        cursor = page.json()["links"]["next"]
    targets = (
        stored,
        f"/customers?id={number}",
        f"/customers?id={number}&format=csv",
        "/customers?stream=true",
    )
    for target in targets:
        check_fields(get(server.port, target, f"Accept: {media_type}"))


def test_no_secret_is_in_a_log_or_a_problem(app, client, capfd, monkeypatch):
    """A failure is logged with its traceback, but neither credentials nor content stand in it."""
    monkeypatch.setitem(app.view_functions, "customers.create_customer", fail)
    ann = SimpleNamespace(name="ann", role="writer")
    monkeypatch.setattr(app.access, "identify", lambda: ann)
    answer = client.post(
        "/customers?format=json",
        headers={"Authorization": "Basic c2VjcmV0", "Cookie": "a=c2VjcmV0"},
        json={"password": "c2VjcmV0"},
    )
    assert answer.status_code == 500
    assert "fail" not in answer.json["detail"].split()
    told = capfd.readouterr().err
    assert "Traceback" in told
    assert "c2VjcmV0" not in told + answer.text


def fail(**values):
    raise RuntimeError("the inside of the server")
