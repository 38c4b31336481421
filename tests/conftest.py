"""Fixtures: an application in process, and a real server on a real socket."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import redis
from argon2 import PasswordHasher
from werkzeug.routing import Rule

from exchange.app import Api
from exchange.settings import Settings
from models import user
from run import create_app
from tests.checked import Checked
from tests.databases import SERVERS, Embedded, filled, sample_database

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/15")

_compile_builder, _builders = Rule._compile_builder, {}


def _builder(rule: Rule, append_unknown: bool = True):
    """What builds URLs of a rule, compiled once for the applications of all tests: half of the time
    that it takes to make one."""
    key = rule.rule, append_unknown
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


Rule._compile_builder = _builder
user._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # else 0.1 s each
Api.test_client_class = Checked


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server of its own process, and where it is."""

    port: int
    database: Path | str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def raw(self, request: bytes, timeout: float = 10) -> bytes:
        """All that the server sends back, until it closes or the timeout, in seconds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout) as connection:
            connection.sendall(request)
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
            except TimeoutError:
                pass
            return answer


def start_server(
    database: Path | str,
    port: int,
    *options: str,
    log: int = subprocess.DEVNULL,
    **environment: str,
) -> Server:
    """A server that answers: `python run.py serve` on the database, a file or a URL, which must
    have its tables. log: the descriptor that it writes its log to. Who writes needs no
    credentials, unless the environment says so."""
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    command = [sys.executable, "run.py", "serve", "--database", url]
    process = subprocess.Popen(
        [*command, "--port", str(port), *options],
        cwd=ROOT,
        env=os.environ | {"PARLEY_RATE_LIMITS": "off", "PARLEY_OPEN_WRITES": "1"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=log,
    )
    server = Server(port, database, process)
    try:
        wait_for(port)
        _wait_for_answer(port)
    except Exception:
        stop(server)
        raise
    return server


def _wait_for_answer(port: int) -> None:
    """It listens before it can answer; on a machine with much to do, long before."""
    connection = HTTPConnection("127.0.0.1", port, timeout=90)
    try:
        connection.request("OPTIONS", "*")
        connection.getresponse()
    finally:
        connection.close()


def is_answered(url: str) -> bool:
    """Whether there is a Redis at the URL."""
    try:
        return bool(redis.from_url(url, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False


def wait_for(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


def stop(server: Server) -> None:
    server.process.terminate()
    server.process.wait(20)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_database(tmp_path_factory.mktemp("sample") / "sample.db")


@pytest.fixture(
    params=["sqlite", *(pytest.param(kind, marks=pytest.mark.slow) for kind in SERVERS)]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with the sample alone: SQLite always, the others in `make test-all`."""
    if request.param == "sqlite":
        return request.getfixturevalue("embedded_url")
    return served_url(request.param)


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    return Embedded(tmp_path_factory.mktemp("embedded"))


@pytest.fixture
def embedded_url(embedded: Embedded) -> str:
    """A SQLite database with the sample alone; `database_url` where no other makes a difference."""
    embedded.restore()
    return embedded.url


@pytest.fixture
def postgresql_url() -> str:
    """PostgreSQL with the sample alone."""
    return served_url("postgresql")


def served_url(kind: str) -> str:
    """A server's database with the sample alone; without such a server the test is skipped."""
    url = filled(kind)
    if url is None:
        pytest.skip(f"no {kind} on its standard port")
    return url


@cache
def application(url: str, **settings: Any) -> Api:
    """One for all tests that leave it as it was."""
    return create_app(Settings(database_url=url, **settings))


@pytest.fixture
def app(database_url: str) -> Api:
    """The application, nothing kept yet; who writes needs no credentials."""
    app = application(database_url, rate_limits="off", open_writes=True)
    app.cache._store.clear()
    return app


@pytest.fixture
def client(app):
    return app.test_client()


PORT = free_port()  # known when tests are collected: gabbi's name it


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that all tests share; those that change rows make their own first."""
    database = sample_database(tmp_path_factory.mktemp("server") / "parley.db")
    running = start_server(database, PORT)
    yield running
    stop(running)


_LONG = re.compile("test_(engines|freshness|durability|schemathesis|fuzz|chinook|run)$")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Formats know no database: those of servers are asked in all but JSON. What takes long is not
    left to the end, where one process would be alone with it."""
    items.sort(key=lambda item: not _LONG.search(item.module.__name__))
    left = {item for item in items if _is_in_json_on_a_server(item)}
    if left:
        config.hook.pytest_deselected(items=[*left])
        items[:] = [item for item in items if item not in left]


def _is_in_json_on_a_server(item: Any) -> bool:
    given = item.callspec.params if hasattr(item, "callspec") else {}
    formats = (given.get("wire"), given.get("format"))
    names = {getattr(each, "name", each) for each in formats}
    return given.get("database_url") in SERVERS and "json" in names
