"""Never stale, with one process and with many, on each database, with each cache (contract 6)."""

import http.client
import os
import subprocess
import sys
from itertools import cycle
from threading import Lock

import pytest
from sqlalchemy import event

from exchange.settings import Settings
from models import generations
from run import create_app
from tests.conftest import (
    ROOT,
    free_port,
    sample_database,
    wait_for,
)
from tests.freshness import Send, stale_reads

REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/15")


def over_socket(port: int) -> Send:
    """Each request on a connection of its own, so that any process may get it."""

    def send(method: str, target: str, media_type: str, content: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        name = "Content-Type" if content else "Accept"
        connection.request(method, target, content, {name: media_type})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    return send


def in_turn(*apps) -> Send:
    """Each request to the next of the applications, as if each were a process."""
    clients, lock = cycle(apps), Lock()

    def send(method: str, target: str, media_type: str, content: bytes | None) -> tuple[int, bytes]:
        with lock:
            client = next(clients).test_client()
        name = "Content-Type" if content else "Accept"
        answer = client.open(target, method=method, data=content, headers={name: media_type})
        return answer.status_code, answer.data

    return send


@pytest.fixture
def two_apps(sample_file, tmp_path):
    """Two applications on one database: two caches that know nothing of each other."""
    copy = tmp_path / "parley.db"
    copy.write_bytes(sample_file.read_bytes())
    settings = Settings(database_url=f"sqlite:///{copy}")
    apps = [create_app(settings) for _ in range(2)]
    yield apps
    for app in apps:
        app.database.close()


def test_no_read_is_older_than_an_acknowledged_write(two_apps):
    stale, count = stale_reads(in_turn(*two_apps), seconds=4)
    assert stale == []
    assert count > 200


def test_the_harness_finds_a_cache_that_does_not_forget(two_apps):
    for app in two_apps:
        event.remove(app.database.engine, "commit", generations._raise)
    stale, _ = stale_reads(in_turn(*two_apps), seconds=2)
    assert stale != []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database", "cache"),
    [("sqlite", ""), ("sqlite", REDIS), ("postgresql", ""), ("postgresql", REDIS)],
    ids=["sqlite", "sqlite and redis", "postgresql", "postgresql and redis"],
)
def test_never_stale_over_four_processes(database, cache, tmp_path, request):
    if cache and not _answers(cache):
        pytest.skip(f"no Redis at {cache}")
    if database == "sqlite":
        url = f"sqlite:///{sample_database(tmp_path / 'parley.db')}"
    else:
        url = request.getfixturevalue("postgresql_url")
    port = free_port()
    command = [sys.executable, "run.py", "--database", url, "--port", str(port), "--workers", "4"]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PARLEY_CACHE_URL": cache})
    try:
        wait_for(port)
        stale, count = stale_reads(over_socket(port), seconds=30)
    finally:
        process.terminate()
        process.wait(20)
    assert stale == []
    assert count > 1000


def _answers(url: str) -> bool:
    import redis

    try:
        return bool(redis.from_url(url, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False
