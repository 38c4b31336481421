"""One request is never seen as two, nor two as one, by this server or by nginx before it.

Where RFC 9112 leaves two readings of where a request ends, the second reading hides a request in
the content of the first. Its answer must never come, neither to who sent it nor to the next.
"""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database
from tests.http.test_shared_cache import NGINX, running
from tests.http.wire import JSON, customer, get

HIDDEN = b"GET /customers/2?format=xml HTTP/1.1\r\nHost: parley.test\r\n\r\n"
MARK = b"<id>2</id>"
CL, TE = b"Content-Length: %d", b"Transfer-Encoding: chunked"
END = b"0\r\n\r\n"


def post(*lines: bytes, content: bytes = b"", ending: bytes = b"\r\n") -> bytes:
    """A request that keeps its connection, without fields of its own but Host."""
    head = [b"POST /customers HTTP/1.1", b"Host: parley.test", b"Content-Type: application/json"]
    return ending.join([*head, *lines]) + ending * 2 + content


def chunk(content: bytes, extension: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(content), extension, content)


BOTH = END + HIDDEN  # nothing by its chunks, all of it by its length
WHOLE = CL % len(BOTH)
INSIDE = chunk(HIDDEN) + END  # all of it by its chunks, less by its length
SHORT = CL % INSIDE.index(b"GET")
ROWS = [
    # id, what is sent
    ("CL.TE (6.3)", post(WHOLE, TE, content=BOTH)),
    ("TE.CL (6.3)", post(TE, SHORT, content=INSIDE)),
    ("CL of nothing, TE", post(CL % 0, TE, content=INSIDE)),
    ("CL of the chunks, TE", post(CL % len(INSIDE), TE, content=INSIDE)),
    ("TE of an unknown coding", post(b"Transfer-Encoding: xchunked", WHOLE, content=BOTH)),
    ("TE of an unknown coding, alone", post(b"Transfer-Encoding: xchunked", content=BOTH)),
    ("TE identity", post(b"Transfer-Encoding: identity", WHOLE, content=BOTH)),
    ("chunked is not the last", post(b"Transfer-Encoding: chunked, identity", content=BOTH)),
    ("chunked twice", post(b"Transfer-Encoding: chunked, chunked", WHOLE, content=BOTH)),
    ("two lines of TE", post(TE, b"Transfer-Encoding: identity", WHOLE, content=BOTH)),
    ("two lines of TE, the other way", post(b"Transfer-Encoding: x", TE, WHOLE, content=BOTH)),
    ("a space before the colon (5.1)", post(b"Transfer-Encoding : chunked", WHOLE, content=BOTH)),
    ("a space before the name (2.2)", post(b" Transfer-Encoding: chunked", WHOLE, content=BOTH)),
    ("a tab before the value", post(b"Transfer-Encoding:\tchunked", WHOLE, content=BOTH)),
    (
        "a vertical tab before the value",
        post(b"Transfer-Encoding:\x0bchunked", WHOLE, content=BOTH),
    ),
    ("a NUL in the value", post(b"Transfer-Encoding: chunked\0", WHOLE, content=BOTH)),
    ("quotes", post(b'Transfer-Encoding: "chunked"', WHOLE, content=BOTH)),
    ("capitals", post(b"TRANSFER-ENCODING: CHUNKED", WHOLE, content=BOTH)),
    ("folded (5.2)", post(b"Transfer-Encoding:\r\n chunked", WHOLE, content=BOTH)),
    ("hidden in a folded line", post(b"X: y\r\n Transfer-Encoding: chunked", WHOLE, content=BOTH)),
    ("hidden behind a bare LF", post(b"X: y\nTransfer-Encoding: chunked", WHOLE, content=BOTH)),
    (
        "hidden behind a bare CR (2.2)",
        post(b"X: y\rTransfer-Encoding: chunked", WHOLE, content=BOTH),
    ),
    ("an underscore for the hyphen", post(b"Transfer_Encoding: chunked", WHOLE, content=BOTH)),
    ("two different lengths (6.3)", post(CL % 0, WHOLE, content=BOTH)),
    ("two different lengths, the other way", post(WHOLE, CL % 0, content=BOTH)),
    ("two lengths in one line", post(b"Content-Length: 0, %d" % len(BOTH), content=BOTH)),
    ("a length with a sign", post(b"Content-Length: +%d" % len(BOTH), content=BOTH)),
    ("a negative length", post(b"Content-Length: -1", content=BOTH)),
    ("a length in hex", post(b"Content-Length: 0x%x" % len(BOTH), content=BOTH)),
    ("a length with a space inside", post(b"Content-Length: 0 %d" % len(BOTH), content=BOTH)),
    ("a length beyond 64 bits", post(b"Content-Length: %d" % 2**64, content=BOTH)),
    ("no length of a length", post(b"Content-Length:", content=HIDDEN)),
    ("a folded length", post(b"Content-Length:\r\n %d" % len(BOTH), content=BOTH)),
    ("a length hidden behind a bare CR", post(b"X: y\rContent-Length: 0", WHOLE, content=BOTH)),
    ("bare LF for every line end", post(CL % len(HIDDEN), content=HIDDEN, ending=b"\n")),
    ("bare CR for every line end", post(CL % len(HIDDEN), content=HIDDEN, ending=b"\r")),
    ("an extension of a chunk (7.1.1)", post(TE, content=chunk(HIDDEN, b";a=b") + END)),
    ("an extension with quotes", post(TE, content=chunk(HIDDEN, b';a="\\";b') + END)),
    (
        "an extension that ends with a bare LF",
        post(TE, content=b"2;\nxx\r\n%x\r\n%s0\r\n\r\n" % (len(HIDDEN), END + HIDDEN)),
    ),
    ("an extension with a bare CR", post(TE, content=chunk(HIDDEN, b";a\rb") + END)),
    (
        "a size that ends with a bare LF",
        post(TE, content=b"%x\n%s\r\n" % (len(HIDDEN), HIDDEN) + END),
    ),
    ("a chunk that ends with a bare LF", post(TE, content=b"2\r\n{}\n" + END + HIDDEN)),
    ("a chunk that ends with other bytes", post(TE, content=b"2\r\n{}xx" + END + HIDDEN)),
    ("a size with a space", post(TE, content=b"%x \r\n%s\r\n" % (len(HIDDEN), HIDDEN) + END)),
    ("a size with 0x", post(TE, content=b"0x%x\r\n%s\r\n" % (len(HIDDEN), HIDDEN) + END)),
    ("a size with a sign", post(TE, content=b"+%x\r\n%s\r\n" % (len(HIDDEN), HIDDEN) + END)),
    ("a size beyond 64 bits", post(TE, content=b"1%016x\r\n%s" % (0, BOTH))),
    ("a trailer that ends with a bare LF", post(TE, content=b"0\r\nX: y\n\n" + HIDDEN)),
    (
        "a trailer with a length (6.5.1)",
        post(TE, content=chunk(b"{}") + b"0\r\n" + WHOLE + b"\r\n\r\n"),
    ),
    (
        "content of a GET",
        HIDDEN.replace(b"2?", b"1?")[:-2] + CL % len(HIDDEN) + b"\r\n\r\n" + HIDDEN,
    ),
    ("chunks of HTTP/1.0", post(TE, content=INSIDE).replace(b"HTTP/1.1", b"HTTP/1.0", 1)),
    ("a line of the head that is none", post(b"GET /customers/2 HTTP/1.1", content=b"")),
    (
        "a space in the target",
        b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n".replace(b"/x", b"/ HTTP/1.1 /x"),
    ),
    ("two versions of HTTP", b"GET / HTTP/1.1 HTTP/1.1\r\nHost: parley.test\r\n\r\n"),
    (
        "an upgrade to HTTP/2",
        post(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", WHOLE, content=BOTH),
    ),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN),
    ("fields of the connection named", post(b"Connection: Content-Length", WHOLE, content=BOTH)),
]


def all_of(port: int, sent: bytes) -> bytes:
    """All that is answered within half a second of silence; the connection is kept till then."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), 0.5) as connection:
        try:
            connection.sendall(sent)
            while piece := connection.recv(65536):
                found += piece
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass
    return found


def check(port: int, sent: bytes, requests: int = 1) -> None:
    """requests: that the first reader takes it for; then their answers are its sender's own."""
    total = get(port, "/customers").json()["total"]
    answered = all_of(port, sent)
    assert (MARK in answered) == (requests == 2)
    assert len(re.findall(rb"HTTP/1\.[01] \d\d\d ", answered)) <= requests
    assert b" 500 " not in answered
    for _ in range(3):  # on the connections that nginx keeps
        assert get(port, "/customers/1", f"Accept: {JSON}").json()["id"] == 1
    assert get(port, "/customers").json()["total"] == total


@pytest.mark.parametrize("sent", [row[1] for row in ROWS], ids=[row[0] for row in ROWS])
def test_by_itself(server: Server, sent: bytes):
    check(server.port, sent)


def test_two_requests_are_two(server: Server):
    """So that the tests here see what they look for: a pipeline, as 9.3.2 allows."""
    content = customer(JSON)[:-1]
    answered = all_of(server.port, post(CL % len(content), content=content) + HIDDEN)
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert MARK in answered


CONFIGURATION = """
{user} daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream parley {{ server 127.0.0.1:{behind}; keepalive 1; }}
  server {{
    listen 127.0.0.1:{port};
    underscores_in_headers on; ignore_invalid_headers off;
    location / {{
      proxy_pass http://parley; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_request_buffering {buffering};
    }}
  }}
}}
"""


@pytest.fixture(scope="module", params=["on", "off"], ids=["buffered", "as it comes"])
def proxied(request, tmp_path_factory) -> Iterator[int]:
    """The port of an nginx that keeps one connection to the server, for the requests of all."""
    if NGINX is None:
        pytest.skip("nginx is not installed")
    folder: Path = tmp_path_factory.mktemp("nginx")
    behind, port = free_port(), free_port()
    user = "user root;" if os.geteuid() == 0 else ""  # else it may not read the folder
    (folder / "nginx.conf").write_text(
        CONFIGURATION.format(
            folder=folder, port=port, behind=behind, user=user, buffering=request.param
        )
    )
    server = start_server(sample_database(folder / "parley.db"), behind)
    try:
        with running(port, str(NGINX), "-c", str(folder / "nginx.conf"), "-p", str(folder)):
            yield port
    finally:
        stop(server)


# nginx takes a bare LF for the end of a chunk and of a trailer, and so sees two requests, which it
# sends on as two, in its own words: nobody behind it reads them otherwise.
TWO_FOR_NGINX = {"a chunk that ends with a bare LF", "a trailer that ends with a bare LF"}


@pytest.mark.parametrize(("name", "sent"), ROWS, ids=[row[0] for row in ROWS])
@pytest.mark.slow
def test_behind_nginx(proxied: int, name: str, sent: bytes):
    check(proxied, sent, 2 if name in TWO_FOR_NGINX else 1)
