"""Clients that are slow, or many, do not stop the others: each of these would hold a thread, or
memory without end, of a server that waits for them."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import Server, free_port, start_server, stop
from tests.databases import sample_database
from tests.http.wire import JSON, XML, customer, get, request, send

MANY = 40  # times the threads
LIMITS = {
    "PARLEY_HEAD_SECONDS": "1",
    "PARLEY_CONTENT_SECONDS": "2",
    "PARLEY_TAKING_SECONDS": "1",
    "PARLEY_MAX_WAITING": "60",
    "PARLEY_MAX_HEAD": "4096",
    "PARLEY_MAX_CONNECTIONS": "100",
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory) -> Iterator[Server]:
    """A server with little patience, and rows enough that no socket's buffer holds them all."""
    database = sample_database(tmp_path_factory.mktemp("slow") / "parley.db", 3000)
    running = start_server(database, free_port(), **LIMITS)
    yield running
    stop(running)


def connected(stack: ExitStack, server: Server, sent: bytes) -> socket.socket:
    made = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
    made.sendall(sent)
    return made


def received(connection: socket.socket) -> bytes:
    found = b""
    while piece := connection.recv(65536):
        found += piece
    return found


HALF = request("POST", "/customers", f"Content-Type: {JSON}", "Content-Length: 500") + b'{"first":'
CHUNK = request("POST", "/customers", f"Content-Type: {JSON}", "Transfer-Encoding: chunked")
SLOW = {
    "nothing at all": (b"", b""),
    "half a request line": (b"GET /cust", b"HTTP/1.1 408 "),
    "half a head": (b"GET / HTTP/1.1\r\nHost: a\r\n", b"HTTP/1.1 408 "),
    "half a content": (HALF, b"HTTP/1.1 408 "),
    "half a chunk": (CHUNK + b"ff\r\n{", b"HTTP/1.1 408 "),
}


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "answered"), SLOW.values(), ids=SLOW)
def test_who_sends_half_and_waits_stops_nobody_and_is_told(strict, sent, answered):
    with ExitStack() as stack:
        waiting = [connected(stack, strict, sent) for _ in range(MANY)]
        assert get(strict.port, "/customers/1").status == 200
        assert {received(each)[: len(answered)] for each in waiting} == {answered}


@pytest.mark.parametrize("media_type", [JSON, XML])
def test_content_that_takes_too_long_is_a_problem_in_the_language_of_the_client(strict, media_type):
    told = send(strict.port, HALF.replace(b"\r\n", f"\r\nAccept: {media_type}\r\n".encode(), 1))
    assert told.check_problem(408)["type"] == "/problems/too-slow"
    assert told.media_type == media_type.replace("/", "/problem+")


def test_who_sends_slowly_but_in_time_is_answered(strict):
    content = customer(JSON)
    head = request("POST", "/customers", f"Content-Type: {JSON}", f"Content-Length: {len(content)}")
    with ExitStack() as stack:
        connection = connected(stack, strict, head)
        for place in range(0, len(content), 30):
            time.sleep(0.2)
            connection.sendall(content[place : place + 30])
        assert received(connection).startswith(b"HTTP/1.1 201 ")


def test_who_reads_nothing_stops_nobody(strict):
    page = request("GET", "/invoices?per_page=100")
    with ExitStack() as stack:
        for _ in range(MANY):
            connected(stack, strict, page)
        assert get(strict.port, "/customers/1").status == 200


def test_a_stream_that_nobody_takes_is_dropped_and_its_place_is_free(strict):
    whole = request("GET", "/invoices?stream=true")
    with ExitStack() as stack:
        taken = [connected(stack, strict, whole) for _ in range(2)]
        for each in taken:
            assert each.recv(15) == b"HTTP/1.1 200 OK"
        full = get(strict.port, "/invoices?stream=true")
        full.check_problem(503)
        assert full.fields["Retry-After"]
        assert get(strict.port, "/customers/1").status == 200
        deadline = time.monotonic() + 20
        while get(strict.port, "/customers?stream=true&fields=id").status == 503:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.mark.slow
def test_a_stream_that_is_taken_slowly_is_whole(strict):
    with ExitStack() as stack:
        connection = connected(stack, strict, request("GET", "/customers?stream=true"))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        found = b""
        while piece := connection.recv(100_000):
            found += piece
            time.sleep(0.02)
    assert found.endswith(b"\r\n0\r\n\r\n")


def test_a_client_may_close_its_side_and_still_read(strict):
    answer = send(strict.port, request("GET", "/customers?per_page=100"), stops=True)
    assert answer.status == 200
    assert len(answer.json()["items"]) == 100


HEADS = {
    # what is sent; the status
    "a field at the limit": (4096 - 200, 200),
    "a field above it": (4096, 431),
    "a field without an end": (70_000, 431),
}


@pytest.mark.parametrize(("size", "status"), HEADS.values(), ids=HEADS)
def test_heads_have_a_bound(strict, size, status):
    answer = get(strict.port, "/", "X-Long: " + "x" * size)
    assert answer.status == status
    if status != 200:
        assert answer.check_problem(431)["type"] == "/problems/fields-too-large"


def test_a_head_of_many_small_fields_has_a_bound_too(strict):
    get(strict.port, "/", *["a: b"] * 1000).check_problem(431)


def test_connections_have_a_bound(strict):
    with ExitStack() as stack:
        opened = [connected(stack, strict, b"GET") for _ in range(130)]
        shut = [each for each in opened if not _is_open(each)]
        assert len(shut) >= 30
    deadline = time.monotonic() + 10
    while not _answers(strict.port):  # until those that left are forgotten
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        return get(port, "/").status == 200
    except OSError:
        return False


def _is_open(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
