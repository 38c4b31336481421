"""The database: its engine, and one transaction for each unit of work."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from models.base import Model
from models.errors import Busy, Conflict
from models.generations import Generations, prepare, tables, watch
from models.session import CURRENT, Reader
from models.types import CodePoints

secrets = Table(
    "secrets",
    Model.metadata,
    Column("name", CodePoints(40), primary_key=True),
    Column("value", CodePoints(200), nullable=False),
)
SQLITE = (
    "PRAGMA journal_mode=WAL",  # readers do not wait for the writer, nor the writer for readers
    "PRAGMA synchronous=FULL",  # what was acknowledged survives a power cut
    "PRAGMA busy_timeout=5000",  # milliseconds that a writer waits for another
    "PRAGMA foreign_keys=ON",
    "PRAGMA case_sensitive_like=ON",  # text compares by code point
)


class Database:
    """An engine and the transactions on it.

    url: SQLAlchemy's. connections: how many are kept at most, one for each thread that serves.
    """

    def __init__(self, url: str, connections: int = 15) -> None:
        is_embedded = make_url(url).get_backend_name() == "sqlite"
        self.engine = (_sqlite if is_embedded else _server)(url, connections)
        writing = {} if is_embedded else {"isolation_level": "READ COMMITTED"}
        self.writing = self.engine.execution_options(write=True, **writing)
        watch(self.engine)
        self._generations = Generations(self.engine)

    @contextmanager
    def unit(self, *, write: bool) -> Iterator[Session | Reader]:
        """One transaction; if it writes, committed at the end unless there was an error.

        Nothing is asked of the database before the first statement. Raises Conflict for a
        constraint that only the database sees, Busy when it does not answer.
        """
        unit = Session(self.writing, expire_on_commit=False) if write else Reader(self.engine)
        token = CURRENT.set(unit)
        try:
            yield unit
            if isinstance(unit, Session):
                unit.commit()
        except SQLAlchemyError as error:
            raise _translated(error) from error
        finally:
            CURRENT.reset(token)
            unit.close()

    def secret(self, name: str) -> str:
        """The secret of the name, made when it is first asked for, the same for every process."""
        wanted = select(secrets.c.value).where(secrets.c.name == name)
        made = insert(secrets).values(name=name, value=token_urlsafe(32))
        with self.engine.begin() as connection:
            found = connection.scalar(wanted)
        if found is None:
            with suppress(IntegrityError), self.writing.begin() as connection:
                connection.execute(made)  # or another process was first
            with self.engine.begin() as connection:
                found = connection.execute(wanted).scalar_one()
        return str(found)

    def generation(self, model: type[Model]) -> str | None:
        """A text that is another one after every commit that may show in data of the model; None if
        that cannot be told. Raises Busy."""
        return self.generation_of(tables(model))

    def generation_of(self, names: tuple[str, ...]) -> str | None:
        """The same, of tables by their names."""
        try:
            return self._generations.current(names)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise Busy("the database is down or busy") from error

    def health(self) -> dict[str, str]:
        """What the database is, once it has answered. Raises the driver's errors."""
        with self.engine.connect() as connection:
            connection.execute(select(secrets.c.name).limit(1))
        dialect = self.engine.dialect
        version = ".".join(map(str, dialect.server_version_info or ()))
        return {"kind": dialect.name, "version": version}

    def create(self) -> None:
        """Makes the tables that are missing."""
        Model.metadata.create_all(self.engine)
        with self.writing.begin() as connection:
            prepare(connection, Model.metadata)

    def has_tables(self) -> bool:
        """Whether there is every table, also those that later versions of this program added."""
        return Model.metadata.tables.keys() <= {*inspect(self.engine).get_table_names()}

    def close(self) -> None:
        self._generations.close()
        self.engine.dispose()


def _server(url: str, connections: int) -> Engine:
    """Who reads sees one state, however many statements it takes."""
    isolation = "REPEATABLE READ"
    return create_engine(
        url,
        pool_size=connections,
        pool_pre_ping=True,
        isolation_level=isolation,
        hide_parameters=True,
    )


def _sqlite(url: str, connections: int) -> Engine:
    engine = create_engine(
        url, pool_size=connections, connect_args={"timeout": 5}, hide_parameters=True
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    for pragma in SQLITE:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    """A writer takes its lock at once: one that has read first could not wait for it any more."""
    if connection.get_execution_options().get("write"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # which asks nothing of the file, so no error of the driver's has to become SQLAlchemy's
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")


def _translated(error: Exception) -> Exception:
    if isinstance(error, IntegrityError):
        return Conflict("a duplicate, or a row that others refer to")
    if isinstance(error, StaleDataError):
        return Conflict("changed by another request at the same time")
    if isinstance(error, PoolTimeout | OperationalError | InterfaceError):
        return Busy("the database is down or busy")
    return error
