"""How often somebody has asked: in this process, in a file that processes share, or in Redis.

Each counter has one method, `hit`: it counts a request in all windows at once and says how many
they have had with it. What it keeps is bounded, whoever asks from however many addresses.
"""

import sqlite3
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any, Protocol

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.engine import make_url

from exchange.settings import Settings
from negotiate.rate_limit import Windows

MOST = 20_000  # clients that a process remembers: those seen last
MOST_ROWS = 200_000  # that a file keeps: those made last
CLEAN_EVERY = 1000  # hits
_BUSY = 1.0  # seconds that a process may wait for its turn in the file
_TIMEOUT = 0.2  # seconds that Redis may take
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS hits (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, ends INTEGER NOT NULL, count INTEGER NOT NULL,
    UNIQUE (key, ends)
);
"""
_HIT = """INSERT INTO hits (key, ends, count) VALUES {}
ON CONFLICT DO UPDATE SET count = count + 1 RETURNING key, count"""
_CLEAN = "DELETE FROM hits WHERE ends <= ? OR id <= (SELECT max(id) FROM hits) - ?"


class Counter(Protocol):
    def hit(self, key: str, windows: Windows, now: float) -> list[int]: ...


class Memory:
    """Counts in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._clients: OrderedDict[str, dict[str, tuple[int, int]]] = OrderedDict()

    def hit(self, key: str, windows: Windows, now: float) -> list[int]:
        with self._lock:
            client = self._clients.setdefault(key, {})
            self._clients.move_to_end(key)
            if len(self._clients) > MOST:
                self._clients.popitem(last=False)
            counts = []
            for window in windows:
                end, (ended, count) = window.end(now), client.get(window.name, (0, 0))
                counts.append(count + 1 if ended == end else 1)
                client[window.name] = end, counts[-1]
            return counts


class File:
    """Counts that the processes of this machine share. They may be lost when it loses power."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._hits = 0

    def hit(self, key: str, windows: Windows, now: float) -> list[int]:
        """Raises sqlite3.Error or OSError where the file cannot be used."""
        keys = [f"{key} {window.name}" for window in windows]
        values: list[Any] = []
        for name, window in zip(keys, windows, strict=True):
            values += (name, window.end(now), 1)
        statement = _HIT.format(", ".join(["(?, ?, ?)"] * len(windows)))
        with self._lock:
            try:
                counts = dict(self._opened().execute(statement, values).fetchall())
                self._clean(now)
            except sqlite3.Error:
                self._close()
                raise
        return [counts[name] for name in keys]

    def _clean(self, now: float) -> None:
        self._hits += 1
        if self._hits % CLEAN_EVERY == 0:
            self._opened().execute(_CLEAN, (now, MOST_ROWS))

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = self._open()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # damaged: counts are no loss
                for file in self._path.parent.glob(f"{self._path.name}*"):
                    file.unlink()
                self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _close(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection:
                self._connection.close()
        self._connection = None


def _prepare(connection: sqlite3.Connection) -> None:
    """Who is the first to open the file has it alone, and SQLite lets nobody wait for that."""
    until = monotonic() + _BUSY
    while True:
        try:
            connection.executescript(_SCHEMA)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
        sleep(0.005)


class Redis:
    """Counts that the processes of all machines share."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )

    def hit(self, key: str, windows: Windows, now: float) -> list[int]:
        """Raises redis.RedisError where Redis does not answer in time."""
        with self._client.pipeline(transaction=False) as pipeline:
            for window in windows:
                name = f"parley-rates {key} {window.name} {window.end(now)}"
                pipeline.incr(name)
                pipeline.expire(name, window.seconds)
            return [int(count) for count in pipeline.execute()[::2]]


def shared_counter(settings: Settings) -> Counter | None:
    """What all workers count in; None where there is one worker alone."""
    if settings.cache_url:
        return Redis(settings.cache_url)
    return File(_beside(settings.database_url)) if settings.workers > 1 else None


def _beside(database_url: str) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        return Path(f"{url.database}-rates")
    return Path("instance/rates.db")
