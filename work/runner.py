"""Does tasks, one at a time for each caller, in whatever process: claims, works, ends."""

import logging
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from models import ModelError, leases, repeats
from work import Work
from work.attempt import Attempt, Cancelled, Keeper

log = logging.getLogger("parley.work")
LONGEST_PAUSE = 300  # seconds before another attempt
INTERNAL, UNAVAILABLE = "internal-error", "unavailable"
PASSING = (INTERNAL, UNAVAILABLE)  # problems that another attempt may not meet
Observe = Callable[[str, str, float], None]  # told of each attempt: work, outcome, seconds
Tell = Callable[[str, str, str], dict[str, Any]]  # the problem: its name, detail, and where


class TooOften(Exception):
    """There were as many attempts as there may be."""


class Runner:
    """names: of the problems for the errors with which a work refuses, which no other attempt would
    help; anything else that it raises is tried again, after pauses, until there were
    `task_attempts`."""

    def __init__(
        self,
        database: Any,
        works: Mapping[str, Work],
        names: Mapping[type[Exception], str],
        tell: Tell,
        settings: Any,
        observe: Observe,
    ) -> None:
        self.database, self.settings = database, settings
        self._works, self._names = works, names
        self._tell, self._observe = tell, observe
        self._lease = 1000 * settings.task_lease
        self.keeper = Keeper(settings.task_lease)

    def run(self, id: str | None = None) -> bool:
        """Does the task that has been due for longest, or the one of the id if it is due; whether
        there was one."""
        with self.database.unit(write=False):
            if not leases.is_due():
                return False
        with self.database.unit(write=True):
            held = leases.claim(self._lease, id)
        if held is None:
            return False
        attempt = Attempt(self.database, held, self._lease, self.settings.task_seconds)
        began = perf_counter()
        outcome = self._outcome(attempt)
        self._observe(held.work, outcome, perf_counter() - began)
        return True

    def sweep(self) -> None:
        """Forgets what is kept no longer."""
        with self.database.unit(write=True):
            leases.sweep(self.settings.task_kept)
            repeats.sweep()

    def _outcome(self, attempt: Attempt) -> str:
        try:
            if attempt.held.attempts > self.settings.task_attempts:
                raise TooOften("every worker that began it has died")
            with self.keeper.holding(attempt):
                self._do(attempt)
            return "done"
        except (Cancelled, leases.Lost):
            return "lost"
        except Exception as error:
            return self._failed(attempt.held, error)

    def _do(self, attempt: Attempt) -> None:
        """The effect of the work and the end of the task are kept together, or neither is."""
        held = attempt.held
        keep = self._works[held.work](attempt, **held.arguments)
        attempt.check()
        with self.database.unit(write=True):
            made = keep()
            leases.finish(held, f"{made.plural()}/{made.id}" if made else None)

    def _failed(self, held: leases.Claim, error: Exception) -> str:
        name, where = self._name(error), f"/tasks/{held.id}"
        try:
            with self.database.unit(write=True):
                if name not in PASSING:
                    leases.fail(held, self._tell(name, str(error), where))
                    return "refused"
                log.error("attempt %d at %s failed", held.attempts, held.work, exc_info=error)
                most = self.settings.task_attempts
                if held.attempts >= most:
                    why = str(error) if name == UNAVAILABLE else "the faults have been logged"
                    detail = f"given up after {most} attempts; {why}"
                    leases.fail(held, self._tell(name, detail, where))
                    return "failed"
                leases.retry(held, 1000 * min(2**held.attempts, LONGEST_PAUSE))
                return "again"
        except (leases.Lost, ModelError):  # another has it, or will, when the lease has ended
            return "lost"

    def _name(self, error: Exception) -> str:
        """The problem that the error is."""
        found = (self._names[kind] for kind in type(error).__mro__ if kind in self._names)
        return next(found, INTERNAL)


def runner_for(app: Any, works: Mapping[str, Work]) -> Runner:
    """What does tasks with the database, errors, problems and settings of an application."""
    observe = app.observer.metrics.count_attempt
    return Runner(app.database, works, app.problem_names, app.tell, app.settings, observe)
