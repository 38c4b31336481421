"""Attempts at tasks that are under way in this process, and the leases that they are held by."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from models import ModelError, leases

log = logging.getLogger("parley.work")
STEP = 0.2  # seconds between two reports of one attempt at least


class Cancelled(Exception):
    """The work should stop: nobody wants it any more, or another does it now."""


class Attempt:
    """One attempt. Its work calls it with how far it is, in percent."""

    def __init__(self, database: Any, held: leases.Claim, lease: int, seconds: float) -> None:
        self.held, self.ends = held, monotonic() + seconds
        self._database, self._lease = database, lease
        self._lost, self._told, self._next = Event(), 0, 0.0

    def __call__(self, percent: int) -> None:
        """Raises Cancelled when the work should stop."""
        self.check()
        if percent != self._told and monotonic() >= self._next:
            self._write(leases.report, int(percent))
            self._told, self._next = percent, monotonic() + STEP
        self.check()

    def check(self) -> None:
        """Raises Cancelled when the work should stop."""
        if self._lost.is_set():
            raise Cancelled(self.held.id)

    def renew(self) -> None:
        """The task is held for another lease, unless the attempt takes longer than it may."""
        if monotonic() > self.ends:
            log.warning("the task %s takes too long", self.held.id)
            self._lost.set()
        elif not self._lost.is_set():
            self._write(leases.renew)

    def give_back(self) -> None:
        """Somebody else may do it at once."""
        if not self._lost.is_set():
            self._lost.set()
            self._write(leases.release)

    def _write(self, act: Any, *values: Any) -> None:
        """A database that does not answer now is asked again later: the lease allows for that."""
        with suppress(ModelError):
            try:
                with self._database.unit(write=True):
                    more = () if act is leases.release else (self._lease,)
                    act(self.held, *values, *more)
            except leases.Lost:
                self._lost.set()


class Keeper:
    """Renews the leases of all attempts of a process, as long as that lives."""

    def __init__(self, lease: float) -> None:
        self._attempts: set[Attempt] = set()
        self._lock, self._stopped = Lock(), Event()
        self._thread = Thread(target=self._beat, args=(lease / 3,), daemon=True)

    @contextmanager
    def holding(self, attempt: Attempt) -> Iterator[None]:
        with self._lock:
            if not self._thread.ident:
                self._thread.start()
            self._attempts.add(attempt)
        try:
            yield
        finally:
            with self._lock:
                self._attempts.discard(attempt)

    def stop(self) -> None:
        """Gives back all that is under way."""
        self._stopped.set()
        for attempt in self._current():
            attempt.give_back()

    def _beat(self, seconds: float) -> None:
        while not self._stopped.wait(seconds):
            for attempt in self._current():
                try:
                    attempt.renew()
                except Exception:
                    log.exception("a lease was not renewed")

    def _current(self) -> list[Attempt]:
        with self._lock:
            return list(self._attempts)
