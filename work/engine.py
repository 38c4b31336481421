"""Threads that do tasks, as long as their process lives."""

import logging
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Any

from work import Work
from work.runner import Runner, runner_for

log = logging.getLogger("parley.work")
PAUSE = 0.3  # seconds after which it is looked again whether something is due
SWEEP = 60  # seconds
STOP = 5  # seconds in which the threads should end


class Engine:
    """threads: may be none, then it only sweeps. pause: seconds."""

    def __init__(self, runner: Runner, threads: int, pause: float = PAUSE) -> None:
        self._runner, self._pause = runner, pause
        self._due, self._stopped = Event(), Event()
        acts: list[Callable[[], None]] = [self._sweep, *[self._work] * threads]
        self._threads = [Thread(target=act, daemon=True) for act in acts]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self, id: str) -> None:
        """A task is due that was not before."""
        self._due.set()

    def stop(self) -> None:
        """What is under way is given back: others can begin it at once."""
        self._stopped.set()
        self._due.set()
        self._runner.keeper.stop()
        for thread in self._threads:
            thread.join(STOP)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._due.clear()
            if not self._ran():
                self._due.wait(self._pause)

    def _ran(self) -> bool:
        try:
            return self._runner.run()
        except Exception as error:  # a database that is down, say, and comes back
            log.warning("no task can be claimed: %r", error)
            self._stopped.wait(1)
            return False

    def _sweep(self) -> None:
        while not self._stopped.wait(SWEEP):
            try:
                self._runner.sweep()
            except Exception as error:
                log.warning("not swept: %r", error)


def engine_for(app: Any, works: Mapping[str, Work]) -> Engine:
    """What does the tasks in a process that serves; with a broker, workers do them."""
    threads = 0 if app.settings.broker_url else app.settings.task_threads
    engine = Engine(runner_for(app, works), threads)
    if threads:
        app.wake = engine.wake
    return engine
