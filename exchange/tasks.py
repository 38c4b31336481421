"""Tasks as clients see them: shown, waited for, and followed as they go on."""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

from flask import current_app, g

from exchange.rows import Selection
from exchange.state import current
from exchange.streams import Stream, place
from negotiate.problem import KINDS, Problem
from representations import EVENTS

RETRY_AFTER = "1"  # seconds
FOLLOWED = 300  # seconds for which one request follows a task; EventSource asks again by itself
_PAUSE = 0.3  # seconds between two looks at a task that is followed
_LIVE = ("queued", "running")

Data = dict[str, Any]


def asker() -> str:
    """The name of who asks; empty for somebody without one."""
    return getattr(g.get("principal"), "name", "")


def show_task(row: Data) -> Data:
    """The task with its links, as the query selects. One that is done leads to what was made (RFC
    9110, 15.4.4); one that has not ended should not be asked for again at once."""
    exchange, selection = current(), Selection.asked(current_app.tasks)
    result = row.pop("result")
    exchange.version, exchange.shape = row.pop("version"), selection.shape()
    state = row["state"]
    (task,) = selection.show([row])
    if result:
        task["links"]["result"] = exchange.fields["Location"] = current_app.routes.url_of(result)
        exchange.status = 303
    elif state in _LIVE:
        exchange.fields["Retry-After"] = RETRY_AFTER
    return task


def ended(id: str, seconds: float) -> Data | None:
    """The task once it has ended; None if that takes longer, or too many are waiting already."""
    if not current_app.places.acquire(blocking=False):
        return None
    try:
        return _ended(id, monotonic() + seconds)
    finally:
        current_app.places.release()


def _ended(id: str, until: float) -> Data | None:
    pause = 0.01
    while True:
        row = _look(id)
        if row["state"] not in _LIVE:
            return row
        if monotonic() + pause > until:
            return None
        sleep(pause)
        pause = min(2 * pause, _PAUSE)


def problem_of(row: Data) -> Problem:
    """Why there is nothing that a task made."""
    if not row["problem"]:
        return Problem("conflict", f"the task {row['id']} was cancelled")
    name = row["problem"]["type"].rpartition("/")[2]
    return Problem(name if name in KINDS else "internal-error", row["problem"]["detail"])


def follow(id: str) -> Stream:
    """The task as it is, and again whenever it has changed, until it has ended. Raises Problem: 400
    for what cannot be selected, 503 without a place for it."""
    Selection.asked(current_app.tasks)  # later is too late to refuse it
    current().fields["Cache-Control"] = "no-store"
    return Stream(_pieces(id))


def _pieces(id: str) -> Iterator[Any]:
    with place():
        yield None  # nobody knows how many will come
        yield from EVENTS.stream(_changes(id), {}, current().shape)


def _changes(id: str) -> Iterator[list[Data]]:
    version, until = None, monotonic() + FOLLOWED
    while monotonic() < until:
        row = _look(id)
        is_over, has_changed = row["state"] not in _LIVE, row["version"] != version
        version = row["version"]
        yield [show_task(row)] if has_changed else []
        if is_over:
            return
        sleep(_PAUSE)


def _look(id: str) -> Data:
    with current_app.database.unit(write=False):
        row: Data = current_app.tasks.look(id)
        return row
