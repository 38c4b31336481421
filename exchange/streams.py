"""Streams: a whole collection, batch by batch, in constant memory.

A stream holds a thread of the server for as long as its client takes, so it has one of few places.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from flask import current_app, request

from exchange import query
from exchange.rows import Selection
from exchange.state import Exchange
from exchange.times import count_rows
from negotiate.problem import Problem

BATCH = 500  # rows
RETRY_AFTER = "10"  # seconds


class Stream:
    """The pieces of an answer, made while they are sent.

    total: how many rows they hold, None if nobody knows. Everything happens in one context, in
    which the transaction and the request are at hand whoever asks for the next piece; close ends
    them.
    """

    def __init__(self, pieces: Iterator[Any]) -> None:
        self._context = copy_context()
        self._pieces: Any = pieces
        self.total: int | None = next(self)

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> Any:
        return self._context.run(next, self._pieces)

    def close(self) -> None:
        self._context.run(self._pieces.close)

    __del__ = close  # a server may forget to


def stream_of(search: Any, selection: Selection, exchange: Exchange) -> Stream:
    """All that is found, in the selected representation. Raises Problem: 400 for a place on a page,
    503 without a place for the stream."""
    for name in query.PAGING & request.args.keys():
        raise Problem("malformed", f"{name}: a stream has no pages")
    return Stream(_pieces(search, selection, exchange))


def _pieces(search: Any, selection: Selection, exchange: Exchange) -> Iterator[Any]:
    """How many rows there are, then the pieces; both of the same state of the database."""
    with place(), current_app.database.unit(write=False):
        yield (total := search.count())
        batches = map(selection.show, count_rows(search.batches(BATCH)))
        rest = {"total": total, "links": {"self": query.url()}}
        try:
            yield from exchange.selected.stream(batches, rest, exchange.written_as)
        except Exception:  # the status has been sent: the document stays unclosed
            current_app.logger.exception("the stream of %s broke off", request.path)
            raise


@contextmanager
def place() -> Iterator[None]:
    """One of the few places for what holds a thread for long. Raises Problem (503)."""
    places = current_app.places
    if not places.acquire(blocking=False):
        fields = {"Retry-After": RETRY_AFTER}
        raise Problem("unavailable", "there are as many streams as there may be", fields=fields)
    try:
        yield
    finally:
        places.release()
