"""What becomes known of a request on its way: the times of its parts, and the rows of a stream."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from flask import request

SEEN = "parley.seen"  # in the environ
_UNTIMED = nullcontext()


@dataclass(slots=True)
class Seen:
    """A request on its way. times: seconds by what took them, if the client asks for them; rows:
    of a stream, as far as it is made."""

    began: float
    times: dict[str, float] | None = None
    rows: int | None = None


def timed(name: str) -> AbstractContextManager[None]:
    """The time of what happens within is told as the name's, if the client asks."""
    seen = request.environ.get(SEEN)
    return _UNTIMED if seen is None or seen.times is None else _measured(seen.times, name)


def count_rows(batches: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The batches of a stream, counted as they are made."""
    seen = request.environ[SEEN]
    seen.rows = 0
    for batch in batches:
        seen.rows += len(batch)
        yield batch


@contextmanager
def _measured(times: dict[str, float], name: str) -> Iterator[None]:
    began = perf_counter()
    try:
        yield
    finally:
        times[name] = times.get(name, 0) + perf_counter() - began


def timing(seen: Seen) -> str:
    """The field (W3C Server Timing), in milliseconds."""
    times = {"total": perf_counter() - seen.began, **(seen.times or {})}
    return ", ".join(f"{name};dur={1000 * seconds:.3f}" for name, seconds in times.items())
