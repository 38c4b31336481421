"""Numbers without gaps."""

from sqlalchemy import Column, Integer, Table, insert, select, update

from models.base import Model
from models.session import connection
from models.types import CodePoints

numbers = Table(
    "numbers",
    Model.metadata,
    Column("series", CodePoints(40), primary_key=True),
    Column("last", Integer, nullable=False),
)


def next_number(series: str) -> int:
    """The next number of the series, from 1. Others who want one wait until this unit of work ends;
    if it fails the number is given again, so that none is missing."""
    mine = numbers.c.series == series
    raised = update(numbers).where(mine).values(last=numbers.c.last + 1)
    if connection().execute(raised).rowcount == 0:
        connection().execute(insert(numbers).values(series=series, last=1))
    return int(connection().execute(select(numbers.c.last).where(mine)).scalar_one())
