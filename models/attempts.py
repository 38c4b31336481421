"""Attempts to log in: counted for each key in a window of time, the same count in every process."""

from time import time

from sqlalchemy import BigInteger, Column, Integer, Table, delete, insert, select, update

from models.base import Model
from models.session import connection
from models.types import CodePoints

attempts = Table(
    "attempts",
    Model.metadata,
    Column("key", CodePoints(64), primary_key=True),
    Column("since", BigInteger, nullable=False),  # seconds since 1970
    Column("made", Integer, nullable=False),
)


def count_attempt(keys: list[str], most: int, seconds: int) -> int:
    """Counts one more for each key, in the unit of work in hand; unless one of them has had as many
    as it may in so many seconds: then the seconds until it may again, else 0."""
    now, c = int(time()), attempts.c
    known = connection().execute(select(attempts).where(c.key.in_(keys)).with_for_update())
    current = {row.key: row for row in known if row.since > now - seconds}
    if full := [row.since for row in current.values() if row.made >= most]:
        return int(max(full)) + seconds - now
    connection().execute(delete(attempts).where(c.since <= now - seconds))  # as few as may count
    for key in sorted(keys):  # in one order, so that no two wait for each other
        if key in current:
            connection().execute(update(attempts).where(c.key == key).values(made=c.made + 1))
        else:
            connection().execute(insert(attempts).values(key=key, since=now, made=1))
    return 0


def forgive_attempt(keys: list[str]) -> None:
    """Takes back what was counted for an attempt that succeeded."""
    c = attempts.c
    for key in sorted(keys):
        connection().execute(update(attempts).where(c.key == key).values(made=c.made - 1))
