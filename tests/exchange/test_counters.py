"""Counters: each counts the same, and keeps no more than it should."""

import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest

import exchange.counters
from exchange.counters import File, Memory, Redis, shared_counter
from exchange.settings import Settings
from negotiate.rate_limit import Window
from tests.conftest import REDIS, is_answered

WINDOWS = Window("minute", 60, 5), Window("hour", 3600, 9)
NOON = 86400 * 20_000 + 43200
LATER = 2**33  # beyond any clock: what Redis keeps does not expire under the test


@pytest.fixture(params=["memory", "file", "redis"])
def counter(request, tmp_path):
    if request.param == "memory":
        return Memory()
    if request.param == "file":
        return File(tmp_path / "new" / "rates")
    if not is_answered(REDIS):
        pytest.skip(f"no Redis at {REDIS}")
    return Redis(REDIS)


@pytest.fixture
def key():
    return uuid4().hex


def test_each_window_has_its_count(counter, key):
    assert counter.hit(key, WINDOWS, NOON) == [1, 1]
    assert counter.hit(key, WINDOWS, NOON + 59) == [2, 2]
    assert counter.hit(key, WINDOWS, NOON + 60) == [1, 3]
    assert counter.hit(key, WINDOWS, NOON + 3600) == [1, 1]
    assert counter.hit(f"{key} other", WINDOWS, NOON + 3600) == [1, 1]


def test_threads_lose_no_hit(counter, key):
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            counts = [*pool.map(lambda _: counter.hit(key, WINDOWS, NOON)[1], range(2000))]
    finally:
        sys.setswitchinterval(interval)
    assert sorted(counts) == [*range(1, 2001)]


def test_a_process_remembers_those_seen_last(monkeypatch):
    monkeypatch.setattr(exchange.counters, "MOST", 3)
    memory = Memory()
    for key in ("a", "b", "c", "a", "d"):  # d takes the place of b
        memory.hit(key, WINDOWS, NOON)
    assert [*memory._clients] == ["c", "a", "d"]
    assert memory.hit("a", WINDOWS, NOON) == [3, 3]


def rows(path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT key, count FROM hits ORDER BY id").fetchall()


def test_a_file_forgets_what_is_over_and_what_is_too_much(monkeypatch, tmp_path):
    monkeypatch.setattr(exchange.counters, "CLEAN_EVERY", 3)
    monkeypatch.setattr(exchange.counters, "MOST_ROWS", 3)
    file = File(tmp_path / "rates")
    file.hit("a", WINDOWS, NOON)
    file.hit("a", WINDOWS, NOON)
    file.hit("b", WINDOWS, NOON + 60)
    assert rows(tmp_path / "rates") == [("a hour", 2), ("b minute", 1), ("b hour", 1)]
    for key in "cde":
        file.hit(key, WINDOWS, NOON + 60)
    assert rows(tmp_path / "rates") == [("d hour", 1), ("e minute", 1), ("e hour", 1)]


def test_files_that_open_at_once_count_together(tmp_path):
    for turn in range(50):
        files = [File(tmp_path / str(turn)) for _ in range(8)]
        together = threading.Barrier(8)

        def first(file: File, together: threading.Barrier = together) -> int:
            together.wait()
            return file.hit("a", WINDOWS, NOON)[0]

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(first, files)) == [*range(1, 9)]


def test_a_file_that_is_damaged_is_made_anew(tmp_path):
    path = tmp_path / "rates"
    path.write_bytes(b"no database" * 500)
    assert File(path).hit("a", WINDOWS, NOON) == [1, 1]


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({}, None),
        ({"workers": 4, "database_url": "sqlite:////data/own.db"}, "/data/own.db-rates"),
        ({"workers": 4, "database_url": "postgresql://host/name"}, "instance/rates.db"),
        ({"workers": 4, "database_url": "sqlite://"}, "instance/rates.db"),
    ],
    ids=["one worker", "beside a file", "no file", "no name"],
)
def test_where_workers_count(settings, where):
    counter = shared_counter(Settings(**settings))
    assert (counter and str(counter._path)) == where


def test_with_redis_they_count_there():
    assert isinstance(shared_counter(Settings(workers=4, cache_url=REDIS)), Redis)
