"""The session of the unit of work in hand."""

from contextvars import ContextVar

from sqlalchemy.orm import Session

CURRENT: ContextVar[Session] = ContextVar("session")


def session() -> Session:
    """The session of the unit of work in hand. Raises LookupError outside of one."""
    return CURRENT.get()
