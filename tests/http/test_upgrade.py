"""A client may offer another protocol: the server stays with HTTP/1.1 (RFC 9110, 7.8).

Java's HttpClient does so with every first request to an address of http.
"""

import json
import socket
import time

import pytest

from tests.conftest import Server

H2C = (
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n"
)
WEBSOCKET = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
CONTENT = b'{"first": "Zoe", "last": "Y", "email": "%d@upgrade.example"}'
emails = iter(range(10**6))


def exchange(server: Server, pieces: list[bytes]) -> bytes:
    """All that comes back of pieces that are sent one after the other, until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.1)
        answer = b""
        while got := connection.recv(65536):
            answer += got
        return answer


@pytest.mark.parametrize("offer", [H2C, WEBSOCKET], ids=["h2c", "websocket"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("split", ["together", "head first", "content in pieces"])
def test_content_is_read(server, offer, framing, split):
    content = CONTENT % next(emails)
    if framing == "length":
        said, sent = b"Content-Length: %d\r\n" % len(content), content
    else:
        said = b"Transfer-Encoding: chunked\r\n"
        sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
    head = b"POST /customers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    head += said + offer + b"\r\n"
    pieces = {
        "together": [head + sent],
        "head first": [head, sent],
        "content in pieces": [head + sent[:5], sent[5:20], sent[20:]],
    }[split]
    answer = exchange(server, pieces)
    assert answer.startswith(b"HTTP/1.1 201 "), answer
    head, _, body = answer.partition(b"\r\n\r\n")
    assert json.loads(body)["email"] == json.loads(content)["email"]
    assert b"connection: close" in head.lower()


def test_what_follows_is_no_second_request(server):
    """Smuggled behind content, it would be answered to somebody else."""
    content = CONTENT % next(emails)
    head = b"POST /customers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + H2C
    head += b"Content-Length: %d\r\n\r\n" % len(content)
    answer = exchange(server, [head + content + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"])
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_read_is_answered(server):
    answer = exchange(server, [b"GET /customers/1 HTTP/1.1\r\nHost: a\r\n" + H2C + b"\r\n"])
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_content_that_ends_early_is_malformed(server):
    head = b"POST /customers HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + H2C
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(head + b"Content-Length: 500\r\n\r\n{")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
