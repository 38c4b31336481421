"""What a real server tells of itself: its log, its counts across processes, its problems."""

import json
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import free_port, start_server, stop
from tests.databases import sample_database
from tests.http.wire import get, request, send


@pytest.fixture(scope="module")
def observed(tmp_path_factory):
    """A server of two processes, and the file of its log."""
    folder = tmp_path_factory.mktemp("observed")
    log = folder / "log"
    with log.open("wb") as file:
        running = start_server(
            sample_database(folder / "parley.db"), free_port(), "--workers", "2", log=file.fileno()
        )
    yield running, log
    stop(running)


def lines(log):
    return [json.loads(line) for line in log.read_text().splitlines()]


def wait_for_line(log, wanted):
    """The one line of the log that is wanted; it is written when the answer is on its way."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = [line for line in lines(log) if wanted(line)]
        if found:
            assert len(found) == 1
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no such line")


def test_any_process_tells_the_counts_of_all(observed):
    server, log = observed
    before = counted(server.port)
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: get(server.port, "/products/1").status, range(60))]
    assert answers == [200] * 60
    for _ in range(4):
        assert counted(server.port) - before == 60
    told = [line for line in lines(log) if line["route"] == "/products/<id:id>"]
    assert len(told) == 60
    assert len({line["request_id"] for line in told}) == 60


def counted(port):
    families = text_string_to_metric_families(get(port, "/metrics").content.decode())
    return sum(
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == "parley_requests_total" and sample.labels["route"] == "/products/<id:id>"
    )


REFUSED = {
    "no HTTP": b"nonsense\r\n\r\n",
    "no method of HTTP": b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    "fields too large": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_what_is_no_request_has_an_id_and_a_line_too(observed, sent):
    server, log = observed
    answer = send(server.port, sent)
    told = json.loads(answer.content)
    assert told["request_id"] == answer.fields["X-Request-Id"]
    line = wait_for_line(log, lambda line: line["request_id"] == told["request_id"])
    assert line["status"] == answer.status >= 400
    assert (line["route"], line["bytes"]) == ("none", len(answer.content))


def test_a_path_forges_no_line(observed):
    server, log = observed
    answer = get(server.port, '/a%0D%0A{"event":"forged"}', "X-Request-Id: a b")
    assert answer.status == 404
    made = answer.fields["X-Request-Id"]
    line = wait_for_line(log, lambda line: line["request_id"] == made)
    assert line["path"].startswith("/a%0D%0A")
    assert not [each for each in lines(log) if each["event"] == "forged"]


def test_a_log_that_nobody_reads_stops_no_answer(tmp_path):
    reading, writing = os.pipe()
    server = start_server(sample_database(tmp_path / "parley.db"), free_port(), log=writing)
    os.close(writing)
    os.close(reading)
    try:
        assert [get(server.port, "/customers/1").status for _ in range(3)] == [200] * 3
    finally:
        stop(server)


def test_a_client_that_leaves_a_stream_is_told(tmp_path):
    log = tmp_path / "log"
    database = sample_database(tmp_path / "parley.db", 5000)
    with log.open("wb") as file:
        server = start_server(database, free_port(), log=file.fileno())
    try:
        with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
            connection.sendall(request("GET", "/customers?stream=true"))
            for _ in range(20):
                connection.recv(1000)
        told = wait_for_line(log, lambda line: line.get("query") == ["stream"])
    finally:
        stop(server)
    assert told["broken"] is True
    assert 0 < told["rows"] < 5000
