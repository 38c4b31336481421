"""What was acknowledged is kept, once, whatever is killed; numbers have no gap under any load."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.conftest import ROOT, Server, free_port, start_server, wait_for
from tests.databases import sample_database

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not Path("/proc").exists(), reason="no /proc")]
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
CLIENTS = 4
KILLS = 4
ISSUED = {"currency": "EUR", "status": "issued", "items": [{"product_id": 1, "quantity": 2}]}


def send(connection: HTTPConnection, method: str, path: str, data: Any = None) -> tuple[int, Any]:
    content = None if data is None else json.dumps(data).encode()
    connection.request(method, path, content, JSON)
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, json.loads(body) if body else None


def connect(server: Server) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", server.port, timeout=10)


def rows(server: Server, path: str) -> list[Any]:
    """The rows of the collection, from all its pages."""
    found: list[Any] = []
    with closing(connect(server)) as connection:
        url = f"{path}?per_page=100"
        while url:
            status, page = send(connection, "GET", url)
            assert status == 200, page
            found += page["items"]
            url = page["links"]["next"]
    return found


def children(pid: int) -> list[int]:
    """The workers of a server: its other child is the resource tracker of multiprocessing."""
    every = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in every if b"spawn_main" in command(each)]


def command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, true
        time.sleep(0.02)


def write_on(port: int, client: int, made: dict[str, int], ended: Event) -> None:
    """Makes invoices until the end, on a new connection whenever one breaks, and never sends one a
    second time; made gets the number of each whose 201 was read, by its note."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    for place in count():
        if ended.is_set():
            break
        note = f"{client}-{place}"
        try:
            status, row = send(connection, "POST", "/customers/1/invoices", ISSUED | {"note": note})
        except (OSError, HTTPException, ValueError):
            connection.close()
            time.sleep(0.02)
            continue
        assert status == 201, row
        made[note] = row["number"]
    connection.close()


@contextmanager
def writers(port: int) -> Iterator[list[dict[str, int]]]:
    """Clients that write all the while; what each has been told so far."""
    ended = Event()
    told: list[dict[str, int]] = [{} for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(write_on, port, *each, ended) for each in enumerate(told)]
        try:
            yield told
        finally:
            ended.set()
            for client in clients:
                client.result()


def await_write(told: list[dict[str, int]]) -> None:
    """Waits until one more write has been acknowledged, so that there is one to lose."""
    before = sum(map(len, told))
    until(lambda: sum(map(len, told)) > before, 60)


def check_kept(server: Server, told: list[dict[str, int]]) -> None:
    """All that was told is there, once, with numbers that have no gap."""
    known = {note: number for client in told for note, number in client.items()}
    found = rows(server, "/customers/1/invoices")
    notes = [row["note"] for row in found if row["note"]]
    assert len(notes) == len(set(notes))
    assert known.items() <= {row["note"]: row["number"] for row in found}.items()
    check_numbers(server)


def check_numbers(server: Server) -> None:
    every = rows(server, "/invoices")
    numbers = sorted(row["number"] for row in every if row["number"] is not None)
    assert numbers == list(range(1, len(numbers) + 1))
    assert all((row["number"] is None) == (row["status"] == "draft") for row in every)


def check_file(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return sample_database(tmp_path / "parley.db", 2)


def test_kill_of_the_whole_server_loses_nothing(database):
    running = start_server(database, free_port())
    try:
        with writers(running.port) as told:
            for place in range(KILLS):
                await_write(told)
                time.sleep(0.5 + 0.137 * place)
                kill_all(running)
                running = start_server(database, running.port)
            await_write(told)
        check_kept(running, told)
    finally:
        end(running)
    check_file(database)


def end(server: Server) -> None:
    """Stops the server; kills what does not stop, which is a fault."""
    server.process.terminate()
    try:
        server.process.wait(15)
    except subprocess.TimeoutExpired:
        kill_all(server)
        raise


def kill_all(server: Server) -> None:
    processes = [server.process.pid, *children(server.process.pid)]
    for pid in processes:
        os.kill(pid, signal.SIGKILL)
    server.process.wait(10)
    until(lambda: not any(map(is_alive, processes)))
    until(lambda: not listens(server.port))  # a thread may outlive its process by a moment


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "number", "kills"),
    [("sqlite", 1, 10), ("sqlite", 2, 10), ("postgresql", 2, 20)],
    ids=lambda value: str(value),
)
def test_a_killed_worker_is_replaced_and_loses_nothing(kind, number, kills, database, request):
    if kind == "postgresql":
        database = request.getfixturevalue("postgresql_url")
    running = start_server(database, free_port(), "--workers", str(number))
    try:
        with writers(running.port) as told:
            for place in range(kills):
                await_write(told)
                time.sleep(0.037 * place)
                replace_first(running, number)
            await_write(told)
        check_kept(running, told)
        assert running.process.poll() is None
    finally:
        end(running)
    if kind == "sqlite":
        check_file(database)


def replace_first(server: Server, number: int) -> None:
    """Kills the oldest worker, and waits until there is another and somebody listens."""
    until(lambda: len(children(server.process.pid)) == number)  # a slow one may be replaced itself
    before = children(server.process.pid)
    os.kill(before[0], signal.SIGKILL)
    until(
        lambda: (
            len(children(server.process.pid)) == number
            and before[0] not in children(server.process.pid)
        )
    )
    wait_for(server.port)


@pytest.fixture
def two_workers(database: Path) -> Iterator[Server]:
    running = start_server(database, free_port(), "--workers", "2")
    until(lambda: len(children(running.process.pid)) == 2)
    yield running
    end(running)
    check_file(database)


def at_once(server: Server, clients: int, act: Callable[[HTTPConnection, int], Any]) -> list[Any]:
    """What each client's act returns, all at the same time, each on a connection of its own."""

    def run(client: int) -> Any:
        with closing(connect(server)) as connection:
            return act(connection, client)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(run, range(clients)))


@pytest.mark.parametrize("clients", [2, 6])
def test_numbers_have_no_gap_although_some_writes_fail(two_workers, clients):
    too_much = [{"product_id": 1, "quantity": 10**9, "unit_price": "9999999999.99"}]
    last = max(row["number"] or 0 for row in rows(two_workers, "/invoices"))

    def issue(connection: HTTPConnection, client: int) -> list[int]:
        mine = []
        for _ in range(15):
            status, made = send(connection, "POST", "/customers/1/invoices", ISSUED)
            assert status == 201, made
            mine.append(made["number"])
            status, draft = send(
                connection, "POST", "/customers/2/invoices", ISSUED | {"status": "draft"}
            )
            assert status == 201, draft
            path = draft["links"]["self"]
            for wrong, expected in (
                ({"status": "issued", "items": too_much}, 422),
                ({"status": "issued", "customer_id": 10**9}, 422),
                ({"status": "paid"}, 409),
            ):
                assert send(connection, "PUT", path, draft | wrong)[0] == expected
            status, issued = send(connection, "PUT", path, draft | {"status": "issued"})
            assert status == 200, issued
            mine.append(issued["number"])
            assert send(connection, "DELETE", path)[0] == 409
        return mine

    told = at_once(two_workers, clients, issue)
    given = sorted(number for mine in told for number in mine)
    assert given == list(range(last + 1, last + 1 + 30 * clients))
    assert all(mine == sorted(mine) for mine in told)
    check_numbers(two_workers)


def test_one_draft_that_many_issue_at_once_gets_one_number(two_workers):
    with closing(connect(two_workers)) as connection:
        draft = send(connection, "POST", "/customers/1/invoices", ISSUED | {"status": "draft"})[1]
    issued = draft | {"status": "issued"}
    answers = at_once(
        two_workers,
        8,
        lambda connection, _: send(connection, "PUT", draft["links"]["self"], issued),
    )
    assert {status for status, _ in answers} <= {200, 409}
    assert len({row["number"] for status, row in answers if status == 200}) == 1
    check_numbers(two_workers)


def test_eight_writers_get_no_5xx_and_lose_nothing(two_workers):
    with closing(connect(two_workers)) as connection:
        draft = {"currency": "EUR", "status": "draft"}
        shared = send(connection, "POST", "/customers/1/invoices", draft)[1]
        product = send(connection, "GET", "/products/1")[1]
    line = {"product_id": 1, "quantity": 1, "unit_price": "0.01"}

    def write(connection: HTTPConnection, client: int) -> list[int]:
        answers = []
        for place in range(25):
            email = f"{client}.{place}@example.org"
            customer = {"first": "A", "last": "B", "email": email}
            answers += [
                send(connection, "POST", "/customers", customer)[0],
                send(connection, "POST", shared["links"]["items"], line)[0],
                send(connection, "PUT", "/products/1", product | {"name": email})[0],
                send(connection, "GET", shared["links"]["self"])[0],
            ]
        return answers

    told = at_once(two_workers, 8, write)
    assert {tuple(answers) for answers in told} == {(201, 201, 200, 200) * 25}
    emails = {row["email"] for row in rows(two_workers, "/customers")}
    assert {f"{client}.{place}@example.org" for client in range(8) for place in range(25)} <= emails
    (invoice,) = (row for row in rows(two_workers, "/invoices") if row["id"] == shared["id"])
    assert len(invoice["items"]) == 200
    assert invoice["total"] == "2.00"


def test_of_many_duplicates_one_is_made(two_workers):
    customer = {"first": "A", "last": "B", "email": "same@example.org"}
    answers = at_once(
        two_workers, 8, lambda connection, _: send(connection, "POST", "/customers", customer)[0]
    )
    assert sorted(answers) == [201] + 7 * [409]


@pytest.mark.parametrize("stopping", [signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_signal_to_stop_lets_the_request_in_hand_finish(database, stopping):
    """The server asks for the content (100 Continue), so it has the request in hand; the content
    comes after the signal."""
    running = start_server(database, free_port())
    content = json.dumps({"first": "A", "last": "B", "email": "late@example.org"}).encode()
    head = (
        b"POST /customers HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(content)
    )
    with socket.create_connection(("127.0.0.1", running.port), 10) as connection:
        connection.sendall(head)
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(content[:10])
        running.process.send_signal(stopping)
        time.sleep(1)
        connection.sendall(content[10:])
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert running.process.wait(20) in (0, -stopping)
    check_file(database)
    with closing(sqlite3.connect(database)) as kept:
        found = kept.execute("SELECT count(*) FROM customers WHERE email = 'late@example.org'")
        assert found.fetchone() == (1,)


@pytest.mark.parametrize("seconds", [0.2, 0.3, 0.35, 0.4, 0.45, 0.6])
def test_a_signal_to_stop_is_heard_while_the_server_starts(database, seconds):
    command = [sys.executable, "run.py", "serve", "--database", f"sqlite:///{database}"]
    port = free_port()
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    end(Server(port, database, process))
