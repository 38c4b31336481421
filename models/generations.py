"""Generations: a random value for each table, another one after every commit that wrote to it.

Who made something of some tables knows by their generations whether it still holds. Read before
the data, a generation is at most older than it, so what is kept with it is forgotten too early or
in time, never too late. docs/decisions/0009-never-stale.md has the argument.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache
from secrets import token_hex
from threading import local
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, event, insert, select, update

from models.base import Model
from models.types import CodePoints

generations = Table(
    "generations",
    Model.metadata,
    Column("name", CodePoints(64), primary_key=True),
    Column("value", CodePoints(32), nullable=False),
    info={"kept": False},  # in the info of a table: nothing that is kept is made of it
)
_WRITTEN = "written"  # in the info of a connection: the tables that its transaction has written to


@cache
def tables(model: type[Model]) -> tuple[str, ...]:
    """The names of all tables that may show in the data of a model."""
    return tuple(sorted({each.plural() for each in _reached(model, set())}))


def watch(engine: Engine) -> None:
    """Raises the generations of what transactions write to, whoever begins them."""
    event.listen(engine, "before_execute", _note)
    event.listen(engine, "commit", _raise)
    event.listen(engine, "rollback", _forget)


def prepare(connection: Connection, metadata: MetaData) -> None:
    """A generation for each table that has none yet."""
    known = set(connection.scalars(select(generations.c.name)))
    kept = {table.name for table in metadata.tables.values() if _is_kept(table)}
    for name in sorted(kept - known):
        connection.execute(insert(generations).values(name=name, value=token_hex(16)))


class Generations:
    """The generations as they are now, for readers that hold no transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        file = engine.url.database if engine.dialect.name == "sqlite" else None
        self._file = file if file and file != ":memory:" else None
        self._thread = local()
        self._opened: list[sqlite3.Connection] = []

    def current(self, names: tuple[str, ...]) -> str | None:
        """The generations of the tables, as one text; None if one of them has none yet."""
        values = self._of_file(self._file) if self._file else self._of_server()
        return "".join(values[name] for name in names) if values.keys() >= {*names} else None

    def close(self) -> None:
        while self._opened:
            self._opened.pop().close()

    def _of_file(self, file: str) -> dict[str, str]:
        """SQLite tells in microseconds whether anybody has committed anything since the last time
        that this connection asked."""
        seen = self._thread
        if not hasattr(seen, "connection"):
            seen.connection = sqlite3.connect(file, check_same_thread=False)
            seen.version = None
            self._opened.append(seen.connection)
        (version,) = seen.connection.execute("PRAGMA data_version").fetchone()
        if version != seen.version:
            seen.values = dict(seen.connection.execute("SELECT name, value FROM generations"))
            seen.version = version
        values: dict[str, str] = seen.values
        return values

    def _of_server(self) -> dict[str, str]:
        with self._engine.connect() as connection:
            found = connection.execute(select(generations.c.name, generations.c.value))
            return {name: value for name, value in found}


def _note(connection: Connection, statement: Any, *others: Any) -> None:
    if getattr(statement, "is_dml", False) and _is_kept(statement.table):
        connection.info.setdefault(_WRITTEN, set()).add(statement.table.name)


def _is_kept(table: Any) -> bool:
    return bool(table.info.get("kept", True))


def _raise(connection: Connection) -> None:
    """In the transaction, at its end; in one order, so that no two wait for each other."""
    for name in sorted(connection.info.pop(_WRITTEN, ())):
        value, mine = token_hex(16), generations.c.name == name
        if not connection.execute(update(generations).where(mine).values(value=value)).rowcount:
            connection.execute(insert(generations).values(name=name, value=value))


def _forget(connection: Connection) -> None:
    connection.info.pop(_WRITTEN, None)


def _neighbours(model: type[Model]) -> tuple[type[Model], ...]:
    members = model.members().values()
    found = [each for member in members for each in (member.items, member.refers_to)]
    return tuple(filter(None, found))


def _reached(model: type[Model], seen: set[type[Model]]) -> Iterator[type[Model]]:
    if model not in seen:
        seen.add(model)
        yield model
        for each in _neighbours(model):
            yield from _reached(each, seen)
