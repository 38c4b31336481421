"""The command line: what each command makes, refuses and says."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from exchange.settings import Settings
from tests.conftest import ROOT, free_port, wait_for

CODE = (
    *("run.py", "commands", "models", "exchange", "negotiate", "representations", "resources"),
    *("serving", "work", "devices", "vocabularies"),
)
TABLES = {"customers", "products", "invoices", "items"}


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(cwd / "run.py"), *arguments],
        cwd=cwd,
        env=clean() | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def clean() -> dict[str, str]:
    """The environment without settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def dump(path: Path) -> dict[str, list[Any]]:
    """The rows of every table but that of generations, which are random."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        kept = [name for (name,) in names if name != "generations"]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in kept}


def failed_clearly(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode != 0 and "Traceback" not in done.stderr and "Error" in done.stderr


@contextmanager
def serving(
    cwd: Path, port: int, *arguments: str, output: Any = subprocess.DEVNULL, **environment: str
) -> Iterator[Any]:
    """The server while it runs; ends it by SIGTERM. output: what it says goes there."""
    process = subprocess.Popen(
        [sys.executable, "run.py", *arguments],
        cwd=cwd,
        env=clean() | environment,
        stdout=output,
        stderr=output,
    )
    try:
        wait_for(port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def get(port: int, path: str) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_init_makes_tables_and_no_rows_and_changes_nothing_the_second_time(tmp_path):
    path = tmp_path / "new.db"
    assert run("init", "--database", url(path)).returncode == 0
    made = dump(path)
    assert made.keys() >= TABLES
    assert not any(made[name] for name in TABLES)
    assert run("init", PARLEY_DATABASE_URL=url(path)).returncode == 0
    assert dump(path) == made


@pytest.mark.slow
def test_the_sample_is_the_same_each_time_and_refuses_where_rows_are(tmp_path):
    first, second = tmp_path / "1.db", tmp_path / "2.db"
    for path in (first, second):
        run("init", "--database", url(path))
        done = run("sample", "--customers", "7", "--database", url(path))
        assert done.returncode == 0, done.stderr
    made = dump(first)
    assert made == dump(second)
    assert len(made["customers"]) == 7
    again = run("sample", "--customers", "3", "--database", url(first))
    assert failed_clearly(again)
    assert "already" in again.stderr
    assert dump(first) == made


@pytest.mark.parametrize("count", ["0", "-1", "x"])
def test_a_number_of_customers_that_cannot_be(tmp_path, count):
    assert failed_clearly(run("sample", "--customers", count, "--database", url(tmp_path / "x.db")))


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_database_that_is_named_is_not_made(tmp_path, by):
    path = tmp_path / "absent.db"
    named = ["--database", url(path)] if by == "option" else []
    environment = {} if named else {"PARLEY_DATABASE_URL": url(path)}
    for command in ("serve", "sample"):
        done = run(command, *named, **environment)
        assert failed_clearly(done), done.stderr
        assert "init" in done.stderr
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
def test_a_database_that_is_named_is_not_filled(tmp_path):
    path = tmp_path / "bare.db"
    run("init", "--database", url(path))
    port = free_port()
    with serving(ROOT, port, "serve", "--database", url(path), "--port", str(port)):
        status, content = get(port, "/customers")
    assert (status, b'"total":0' in content) == (200, True)
    assert not any(dump(path)[name] for name in TABLES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code alone, as from a fresh clone."""
    for name in CODE:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_alone_it_makes_and_fills_the_embedded_database_and_keeps_it(copy):
    port = free_port()
    path = copy / "instance" / "parley.db"
    with serving(copy, port, PARLEY_PORT=str(port)) as process:
        assert get(port, "/customers/1")[0] == 200
    assert process.returncode == 0
    made = dump(path)
    assert all(made[name] for name in TABLES)
    with serving(copy, port, "serve", "--port", str(port)):
        assert get(port, "/customers/1")[0] == 200
    assert dump(path) == made


@pytest.mark.slow
def test_the_first_start_makes_an_admin_and_shows_a_token_once(copy, tmp_path):
    port, said = free_port(), tmp_path / "said.txt"
    for number in range(2):
        with said.open("w") as output, serving(copy, port, PARLEY_PORT=str(port), output=output):
            shown = re.findall(r"^ *TOKEN=(\S+)$", said.read_text(), re.MULTILINE)
            assert len(shown) == 1 - number
            token, *_ = [*shown, "nonsense"]
            assert delete(port, "/customers/99999", token) == (401 if number else 404)
        assert "WARNING" not in said.read_text()
    password = re.findall(r"password +(\S+)", said.read_text())
    assert password == []


@pytest.mark.slow
def test_open_writes_is_said_loudly(tmp_path):
    path, said, port = tmp_path / "own.db", tmp_path / "said.txt", free_port()
    run("init", "--database", url(path))
    arguments = ("serve", "--database", url(path), "--port", str(port))
    for is_open in ("1", "0"):
        with (
            said.open("w") as output,
            serving(ROOT, port, *arguments, output=output, PARLEY_OPEN_WRITES=is_open),
        ):
            assert delete(port, "/customers/99999") == (404 if is_open == "1" else 401)
        assert ("WARNING: open_writes" in said.read_text()) == (is_open == "1")
        assert ("user add" in said.read_text()) == (is_open == "0")


def delete(port: int, path: str, token: str | None = None) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        fields = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("DELETE", path, headers=fields)
        return connection.getresponse().status


@pytest.mark.slow
def test_what_an_interrupted_first_start_left_is_not_taken_for_a_database(copy):
    port = free_port()
    instance = copy / "instance"
    instance.mkdir()
    (instance / "parley.db").touch()
    (instance / "parley.new").write_bytes(b"half of it")
    (instance / "parley.db-wal").write_bytes(b"a log of what is no more")
    with serving(copy, port, PARLEY_PORT=str(port)):
        assert get(port, "/customers/1")[0] == 200
    assert not (instance / "parley.new").exists()
    assert all(dump(instance / "parley.db")[name] for name in TABLES)


@pytest.mark.slow
def test_the_option_wins_over_the_environment_and_that_over_the_file(copy):
    paths = [copy / f"{name}.db" for name in ("option", "environment", "file")]
    for path in paths:
        run("init", "--database", url(path))
    for path, customers in zip(paths, "123", strict=True):
        run("sample", "--customers", customers, "--database", url(path))
    port, wrong = free_port(), free_port()
    file = copy / "parley.toml"
    file.write_text(f'database_url = "{url(paths[2])}"\nport = {wrong}\nper_page = 2\n')
    environment = {"PARLEY_CONFIG": str(file), "PARLEY_PORT": str(port)}
    with serving(copy, port, **environment):
        assert b'"total":3,"page":1,"per_page":2' in get(port, "/customers")[1]
    environment["PARLEY_DATABASE_URL"] = url(paths[1])
    with serving(copy, port, **environment):
        assert b'"total":2' in get(port, "/customers")[1]
    with serving(copy, port, "serve", "--database", url(paths[0]), **environment):
        assert b'"total":1' in get(port, "/customers")[1]


BAD = {
    "port": ({"PARLEY_PORT": "x"}, []),
    "a port that cannot be": ({"PARLEY_PORT": "65536"}, []),
    "workers": ({}, ["--workers", "0"]),
    "threads": ({}, ["--threads", "3"]),
    "limit": ({"PARLEY_MAX_CONTENT": "-1"}, []),
    "depth": ({"PARLEY_MAX_DEPTH": "1000"}, []),
    "no such file": ({"PARLEY_CONFIG": "/absent/parley.toml"}, []),
    "a file that is no TOML": ({"PARLEY_CONFIG": str(ROOT / "run.py")}, []),
    "an unknown setting": ({"PARLEY_CONFIG": str(ROOT / "pyproject.toml")}, []),
    "no URL": ({"PARLEY_DATABASE_URL": "nonsense"}, []),
    "an unknown database": ({}, ["--database", "oracel://x/y"]),
    "a directory that is not there": ({}, ["--database", "sqlite:////absent/dir/x.db"]),
    "an unknown option": ({}, ["--colour", "red"]),
}


@pytest.mark.parametrize(("environment", "options"), BAD.values(), ids=BAD)
def test_a_setting_that_cannot_be_ends_with_a_word(environment, options):
    done = run("serve", *options, **environment)
    assert failed_clearly(done), done.stderr[-2000:]


@pytest.mark.parametrize("command", ["init", "sample", "serve"])
def test_a_file_that_is_no_database_ends_with_a_word(tmp_path, command):
    path = tmp_path / "text.db"
    path.write_text("this is no database, it is only text" * 100)
    done = run(command, "--database", url(path))
    assert failed_clearly(done), done.stderr[-2000:]
    assert path.read_text().startswith("this is no database")


@pytest.mark.slow
def test_a_port_in_use_ends_with_a_word(tmp_path):
    """Two servers that share a port, each on its database, would answer by turns."""
    path, port = tmp_path / "own.db", free_port()
    run("init", "--database", url(path))
    arguments = ("serve", "--database", url(path), "--port", str(port))
    with serving(ROOT, port, *arguments), serving(ROOT, port, *arguments) as second:
        with suppress(subprocess.TimeoutExpired):
            second.wait(5)
        assert second.returncode not in (None, 0)
        assert get(port, "/customers")[0] == 200


def test_routes_lists_every_path(tmp_path):
    path = tmp_path / "own.db"
    done = run("routes", "--database", url(path), COLUMNS="200")
    assert done.returncode == 0, done.stderr
    for resource in ("customers", "products", "invoices", "items"):
        assert f"/{resource}" in done.stdout
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert method in done.stdout


def test_help_names_every_command():
    done = run("--help")
    for name in ("serve", "init", "sample", "user", "key", "routes", "explain"):
        assert name in done.stdout


def test_settings_survive_the_way_to_a_worker():
    settings = Settings(port=1, per_page=7, public_url="https://example.org")
    assert Settings.load(settings.environment()) == settings
