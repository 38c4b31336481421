"""Never stale, with one process and with many, on each database, with each cache (contract 6)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import chain, cycle
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import event

from exchange.settings import Settings
from models import generations
from run import create_app
from tests.conftest import REDIS, ROOT, free_port, is_answered, served_url, wait_for
from tests.databases import SERVERS, sample_database
from tests.freshness import Answer, Send, history

SECONDS = 90  # in which an answer comes, of a machine that has much else to do


def over_socket(port: int) -> Send:
    """Each request on a connection of its own, so that any process may get it."""

    def send(method: str, target: str, fields: dict[str, str], content: bytes | None) -> Answer:
        with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
            connection.request(method, target, content, fields)
            answer = connection.getresponse()
            return answer_of(answer.status, answer.read(), answer.headers)

    return send


def answer_of(status: int, content: bytes, fields: Any) -> Answer:
    return Answer(status, content, fields.get("ETag"), fields.get("Cache-Status") == "Parley; hit")


def in_turn(*apps) -> Send:
    """Each request to the next of the applications, as if each were a process."""
    clients, lock = cycle(apps), Lock()

    def send(method: str, target: str, fields: dict[str, str], content: bytes | None) -> Answer:
        with lock:
            client = next(clients).test_client()
        answer = client.open(target, method=method, data=content, headers=fields)
        return answer_of(answer.status_code, answer.data, answer.headers)

    return send


@pytest.fixture
def two_apps(sample_file, tmp_path):
    """Two applications on one database: two caches that know nothing of each other."""
    copy = tmp_path / "parley.db"
    copy.write_bytes(sample_file.read_bytes())
    settings = Settings(database_url=f"sqlite:///{copy}", rate_limits="off", open_writes=True)
    apps = [create_app(settings) for _ in range(2)]
    yield apps
    for app in apps:
        app.database.close()


def test_no_read_is_older_than_an_acknowledged_write(two_apps):
    history(in_turn(*two_apps), seconds=4).check(least=200)


def test_the_harness_finds_a_cache_that_does_not_forget(two_apps):
    for app in two_apps:
        event.remove(app.database.engine, "commit", generations._raise)
    stale = history(in_turn(*two_apps), seconds=2).stale
    assert {each.status for each in stale} == {200, 304}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database", "cache"),
    [(database, cache) for database in ("sqlite", *SERVERS) for cache in ("", REDIS)],
    ids=lambda value: "redis" if value == REDIS else value or "in process",
)
def test_never_stale_over_four_processes(database, cache, tmp_path):
    if cache and not is_answered(cache):
        pytest.skip(f"no Redis at {cache}")
    with four_processes(database_named(database, tmp_path), cache) as port:
        history(over_socket(port), seconds=30).check(least=300)


def database_named(kind: str, folder: Path) -> str:
    if kind in SERVERS:
        return served_url(kind)
    return f"sqlite:///{sample_database(folder / 'parley.db')}"


@contextmanager
def four_processes(url: str, cache: str = "") -> Iterator[int]:
    """The port of a server of four processes."""
    port = free_port()
    command = [sys.executable, "run.py", "--database", url, "--port", str(port), "--workers", "4"]
    environment = os.environ | {
        "PARLEY_CACHE_URL": cache,
        "PARLEY_RATE_LIMITS": "off",
        "PARLEY_OPEN_WRITES": "1",
    }
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


TRIES = 250  # of each of eight clients


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", *SERVERS])
def test_no_update_is_lost(database, tmp_path):
    """Eight clients read a number, add one and write it with If-Match, in both formats: the number
    is that of the writes that succeeded."""
    with four_processes(database_named(database, tmp_path)) as port:
        assert counted(port, "application/json", {"company": "0"}) == 200
        with ThreadPoolExecutor(8) as pool:
            statuses = [*chain(*pool.map(lambda number: add_ones(port, number), range(8)))]
        content = asked(port, "GET", {"Accept": "application/json"})[2]
    assert len(statuses) == 8 * TRIES
    assert {*statuses} == {200, 412}
    assert json.loads(content)["company"] == str(statuses.count(200))


def add_ones(port: int, number: int) -> list[int]:
    """The statuses of writes, odd clients' in XML."""
    kind = "application/xml" if number % 2 else "application/json"
    return [counted(port, kind) for _ in range(TRIES)]


def counted(port: int, kind: str, first: dict[str, str] | None = None) -> int:
    """The status of one write that adds one, protected by the tag of what was read."""
    _, tag, content = asked(port, "GET", {"Accept": kind})
    if kind == "application/json":
        row = json.loads(content)
        row |= first or {"company": str(int(row["company"]) + 1)}
        content = json.dumps(row).encode()
    else:
        root = etree.fromstring(content)
        company = root.find("company")
        company.text = str(int(company.text) + 1)
        content = etree.tostring(root)
    return asked(port, "PUT", {"Content-Type": kind, "If-Match": tag}, content)[0]


def asked(port: int, method: str, fields: dict[str, str], content: bytes | None = None):
    """Status, tag and content of an answer about the first customer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        connection.request(method, "/customers/1", content, fields)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("ETag"), answer.read()
