"""The unit of work in hand: a session that writes, or a mere connection for who only reads."""

from contextvars import ContextVar

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session


class Reader:
    """A unit that only reads: half the time of a session, and no connection until it is asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


CURRENT: ContextVar[Session | Reader] = ContextVar("unit")


def session() -> Session:
    """The session of the unit of work in hand, which must be one that writes. Raises LookupError
    outside of one."""
    current = CURRENT.get()
    if not isinstance(current, Session):
        raise LookupError("this unit of work only reads")
    return current


def connection() -> Connection:
    """The connection of the unit of work in hand. Raises LookupError outside of one."""
    return CURRENT.get().connection()
