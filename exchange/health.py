"""Whether the parts that answers need are up, told within a bounded time."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any

from flask import current_app

SECONDS = 2.0  # that a part may take
Report = dict[str, Any]


class Check:
    """Asks a part how it is. Many who want to know at once share one answer, so that one that does
    not answer holds one thread, however often it is asked."""

    def __init__(self, ask: Callable[[], Report]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._pending: Future[Report] | None = None

    def report(self) -> Report:
        """What the part says of itself, and its state, `up` or `down`."""
        with self._lock:
            if self._pending is None or self._pending.done():
                self._pending = _begun(self._ask)
            pending = self._pending
        try:
            return {"state": "up"} | pending.result(SECONDS)
        except Exception as error:  # each part has errors of its own
            current_app.logger.warning("a part is down: %r", error)
            return {"state": "down"}


def _begun(ask: Callable[[], Report]) -> Future[Report]:
    answer: Future[Report] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    return answer
