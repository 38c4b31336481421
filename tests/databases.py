"""Databases with the sample alone, for every test as if they were new: on a server only what the
last test has changed is put back, which its generations tell."""

import os
import sqlite3
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Table, create_engine, delete, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from models import Database, Model
from models.generations import generations
from models.sample import fill

CUSTOMERS = 20
SCRATCH = os.environ.get("TEST_SCRATCH", "parley_test") + os.environ.get("PYTEST_XDIST_WORKER", "")
SERVERS = {
    "postgresql": os.environ.get("TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1/postgres"),
    "mariadb": os.environ.get("TEST_MARIADB", "mysql+pymysql://root@127.0.0.1/mysql"),
}
_DIALECTS = {  # how references are looked at no more, and how the next id is told
    "postgresql": (
        "SET LOCAL session_replication_role = replica",
        "SELECT setval(pg_get_serial_sequence('{name}', 'id'), {next}, false)",
    ),
    "mariadb": ("SET foreign_key_checks = 0", "ALTER TABLE {name} AUTO_INCREMENT = {next}"),
}


def sample_database(path: Path, customers: int = CUSTOMERS) -> Path:
    database = Database(f"sqlite:///{path}")
    database.create()
    list(fill(database, customers))
    database.close()
    return path


class Embedded:
    """The SQLite database of a process of tests."""

    def __init__(self, folder: Path) -> None:
        self._sample = sqlite3.connect(sample_database(folder / "sample.db"))
        self.url = f"sqlite:///{folder / 'parley.db'}"
        self._file = sqlite3.connect(folder / "parley.db")
        self._file.execute("PRAGMA synchronous = OFF")

    def restore(self) -> None:
        """With other generations than it ever had: what was kept before holds no more."""
        values = [(token_hex(16), name) for (name,) in self._names()]
        self._sample.executemany("UPDATE generations SET value = ? WHERE name = ?", values)
        self._sample.commit()
        self._sample.backup(self._file)

    def _names(self) -> list[Any]:
        return self._sample.execute("SELECT name FROM generations").fetchall()


class Served:
    """A database on a server, with our tables."""

    def __init__(self, url: str, kind: str) -> None:
        self.url = url
        self._database = Database(url)
        self._database.create()
        list(fill(self._database, CUSTOMERS))
        self._ignore, self._next = _DIALECTS[kind]
        self._tables = [each for each in Model.metadata.sorted_tables if each is not generations]
        with self._database.engine.connect() as connection:
            self._rows = {each: _rows(connection, each) for each in self._tables}
        self._seen = self._generations()

    def restore(self) -> None:
        now = self._generations()
        changed = [each for each in self._tables if self._seen.get(each.name) != now.get(each.name)]
        unseen = [each for each in self._tables if not each.info.get("kept", True)]
        with self._database.writing.begin() as connection:
            connection.exec_driver_sql(self._ignore)
            for table in {*changed, *unseen}:
                connection.execute(delete(table))
                if self._rows[table]:
                    connection.execute(insert(table), self._rows[table])
        with self._database.writing.begin() as connection:
            for table in {*changed, *unseen}:
                if table.autoincrement_column is not None:
                    following = 1 + max((row["id"] for row in self._rows[table]), default=0)
                    connection.exec_driver_sql(self._next.format(name=table.name, next=following))
        self._seen = self._generations()

    def _generations(self) -> dict[str, str]:
        with self._database.engine.connect() as connection:
            found = connection.execute(select(generations.c.name, generations.c.value))
            return {name: value for name, value in found}


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]


@cache
def _served(kind: str) -> Served | None:
    """None where there is no such server."""
    admin = create_engine(SERVERS[kind], isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {SCRATCH}")
            connection.exec_driver_sql(f"CREATE DATABASE {SCRATCH}")
    except OperationalError:
        return None
    finally:
        admin.dispose()
    url = make_url(SERVERS[kind]).set(database=SCRATCH).render_as_string(hide_password=False)
    return Served(url, kind)


def filled(kind: str) -> str | None:
    """The URL of a server's database, with the sample alone; None where there is no such server."""
    served = _served(kind)
    if served:
        served.restore()
    return served and served.url
