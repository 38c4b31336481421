"""A process that does tasks and nothing else."""

import signal
from collections.abc import Mapping
from threading import Event
from typing import Any

from work import Work
from work.engine import Engine
from work.runner import Runner, runner_for


def work_until_stopped(app: Any, works: Mapping[str, Work]) -> None:
    """Does tasks, those that a broker hands over or those in the table, until a signal to stop."""
    stopped = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stopped.set())
    parts = _started(runner_for(app, works), app.settings)
    while not stopped.wait(1):  # a wait without end hears no signal everywhere
        pass
    for part in parts:
        part.stop()
    app.database.close()


def _started(runner: Runner, settings: Any) -> list[Any]:
    threads = max(1, settings.task_threads)
    if not settings.broker_url:
        engine = Engine(runner, threads)
        engine.start()
        return [engine]
    from work import broker

    finds = Engine(runner, 1, broker.PAUSE)
    finds.start()
    return [finds, broker.consume(settings.broker_url, runner, threads)]
