"""What becomes known of a request on its way: its id, the times of its parts, a stream's rows."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from secrets import token_hex
from time import perf_counter
from typing import Any

_UNTIMED = nullcontext()
_PROCESS = token_hex(12)
_numbers = count()


@dataclass(slots=True)
class Seen:
    """A request on its way. times: seconds by what took them, if the client asks for them; rows:
    of a stream, as far as it is made."""

    id: str
    began: float
    times: dict[str, float] | None = None
    rows: int = 0


SEEN: ContextVar[Seen] = ContextVar("seen")  # the request in hand


def new_id() -> str:
    """An id that no other request has, of any process."""
    return f"{_PROCESS}{next(_numbers):08x}"


def timed(name: str) -> AbstractContextManager[None]:
    """The time of what happens within is told as the name's, if the client asks."""
    times = SEEN.get().times
    return _UNTIMED if times is None else _measured(times, name)


def count_rows(batches: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The batches of a stream, counted as they are made."""
    seen = SEEN.get()
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
