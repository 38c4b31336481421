"""Who does a task: claimed with a lease, and ended only by who holds it (docs/decisions/0015).

Each function is to be called in a unit of work that writes.
"""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from sqlalchemy import delete, select, update

from models.reading import Data
from models.session import connection
from models.task import Task, clock, ended
from models.types import now


class Lost(Exception):
    """The task is no longer the holder's: it was cancelled, or its lease ended and another has
    it."""


@dataclass(frozen=True)
class Claim:
    """A task that is to be done now. holder: no other claim has this one, so what is written in its
    name is written while it holds the task, or not at all."""

    id: str
    holder: str
    work: str
    arguments: Data
    attempts: int


def claim(lease: int, id: str | None = None) -> Claim | None:
    """The task that has been due for longest, held for the lease, in milliseconds; None if none is
    due. id: no other one."""
    due = select(Task.id, Task.work, Task.arguments, Task.attempts).where(Task.due <= clock())
    if id is not None:
        due = due.where(Task.id == id)
    first = due.order_by(Task.due, Task.id).limit(1).with_for_update(skip_locked=True)
    found = connection().execute(first).first()
    if found is None:
        return None
    claimed = Claim(found.id, token_hex(16), found.work, found.arguments, found.attempts + 1)
    values = {
        "state": "running",
        "progress": 0,
        "attempts": claimed.attempts,
        "holder": claimed.holder,
        "due": clock() + lease,
        "started_at": now(),
        "version": Task.version + 1,
    }
    connection().execute(update(Task).where(Task.id == claimed.id).values(**values))
    return claimed


def is_due() -> bool:
    """Whether a task is due: for who only reads, and so waits for nobody."""
    found = select(Task.id).where(Task.due <= clock()).limit(1)
    return connection().scalar(found) is not None


def renew(held: Claim, lease: int) -> None:
    """The task is held for another lease. Raises Lost."""
    _hold(held, {"due": clock() + lease})


def report(held: Claim, progress: int, lease: int) -> None:
    """How far it is, from 0 to 100; held for another lease. Raises Lost."""
    told = {"progress": min(max(progress, 0), 100), "version": Task.version + 1}
    _hold(held, {"due": clock() + lease, **told})


def finish(held: Claim, result: str | None) -> None:
    """It is done, if what else this unit of work has written is kept. Raises Lost: nothing is to be
    kept then."""
    _hold(held, ended("done", progress=100, result=result))


def retry(held: Claim, pause: int) -> None:
    """It is to be done again, after so many milliseconds. Raises Lost."""
    _hold(held, _given_back(pause))


def release(held: Claim) -> None:
    """It was not done, through no fault of its own: somebody else may at once. Raises Lost."""
    _hold(held, _given_back(0) | {"attempts": Task.attempts - 1})


def fail(held: Claim, problem: Data) -> None:
    """It will never be done. Raises Lost."""
    _hold(held, ended("failed", problem=problem))


def sweep(seconds: float) -> int:
    """Forgets what ended so long ago; how many there were."""
    before = now() - timedelta(seconds=seconds)
    return connection().execute(delete(Task).where(Task.finished_at < before)).rowcount


def _given_back(pause: int) -> Data:
    back = {"state": "queued", "holder": None, "progress": 0, "due": clock() + pause}
    return back | {"version": Task.version + 1}


def _hold(held: Claim, values: Data) -> None:
    mine = update(Task).where(Task.id == held.id, Task.holder == held.holder)
    if not connection().execute(mine.values(**values)).rowcount:
        raise Lost(held.id)
