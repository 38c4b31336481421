"""Answers to requests that may come again, kept by the key that the client gave them.

A mark is made first, by itself, so that others see that the request is in progress. The answer
takes its place in the unit of work that made it: it is kept if what was written is.
"""

from dataclasses import dataclass

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    Table,
    delete,
    insert,
    select,
    update,
)

from models.base import Model
from models.errors import Conflict, Invalid
from models.session import connection
from models.task import clock
from models.types import CodePoints

LEASE = 60_000  # milliseconds after which a request in progress is taken for lost
repeats = Table(
    "repeats",
    Model.metadata,
    Column("name", CodePoints(64), primary_key=True),
    Column("digest", CodePoints(64), nullable=False),
    Column("holder", CodePoints(64), nullable=False),
    Column("until", BigInteger, nullable=False, index=True),
    Column("status", Integer),
    Column("fields", JSON(none_as_null=True)),
    Column("content", LargeBinary(2**24 - 1)),
    info={"kept": False},
)


@dataclass(frozen=True)
class Kept:
    """An answer as it was first given."""

    status: int
    fields: list[list[str]]
    content: bytes


def begin(name: str, digest: str, holder: str) -> Kept | None:
    """The answer that is kept; None if there is none yet, and the request is the holder's to do.

    digest: of all that makes the request. Raises Invalid if the name was given to another request,
    Conflict while the same one is in progress.
    """
    known = repeats.c.name == name
    found = connection().execute(select(repeats).where(known).with_for_update()).first()
    mark = {"digest": digest, "holder": holder, "until": clock() + LEASE, "status": None}
    if found is None:
        connection().execute(insert(repeats).values(name=name, **mark))
    elif found.until < clock():
        connection().execute(update(repeats).where(known).values(**mark))
    elif found.digest != digest:
        raise Invalid("the Idempotency-Key was given to another request before")
    elif found.status is None:
        raise Conflict("the first request with this Idempotency-Key is still in progress")
    else:
        return Kept(found.status, found.fields, found.content)
    return None


def keep(name: str, holder: str, answer: Kept, seconds: int) -> None:
    """Keeps the answer for so long. Raises Conflict if the request is another's by now."""
    mine = (repeats.c.name == name) & (repeats.c.holder == holder)
    kept = {"status": answer.status, "fields": answer.fields, "content": answer.content}
    until = clock() + 1000 * seconds
    if not connection().execute(update(repeats).where(mine).values(until=until, **kept)).rowcount:
        raise Conflict("this request took so long that another one has its Idempotency-Key")


def forget(name: str, holder: str) -> None:
    """The request came to nothing: it may be sent again, also with other content."""
    mine = (repeats.c.name == name) & (repeats.c.holder == holder)
    connection().execute(delete(repeats).where(mine, repeats.c.status.is_(None)))


def sweep() -> int:
    """Forgets what is kept no longer; how many there were."""
    return connection().execute(delete(repeats).where(repeats.c.until < clock())).rowcount
