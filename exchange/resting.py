"""Servers that may be down: what asks them gets on without them."""

from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any, TypeVar

REST = 5  # seconds for which one that failed is left alone
Answer = TypeVar("Answer")


class Resting:
    """Asks one server. After a failure it is left alone for a while: that costs one timeout.

    logger: is warned once each time. slow: seconds; an answer that takes longer is taken, and
    counts as a failure.
    """

    def __init__(self, name: str, logger: Any, slow: float = inf) -> None:
        self._name, self._logger = name, logger
        self._slow = slow
        self._is_down = False
        self._until = 0.0

    def ask(self, ask: Callable[[], Answer]) -> Answer | None:
        """What `ask` returns; None while the server is down, of which one warning tells."""
        if (start := monotonic()) < self._until:
            return None
        try:
            answer = ask()
        except Exception as error:  # each kind of server has errors of its own
            self._leave(repr(error))
            return None
        if monotonic() - start > self._slow:
            self._leave("slow")
        elif self._is_down:
            self._logger.warning("%s: back", self._name)
            self._is_down = False
        return answer

    def _leave(self, reason: str) -> None:
        self._until = monotonic() + REST
        if not self._is_down:
            self._logger.warning("%s: down, asked every %d s: %s", self._name, REST, reason)
        self._is_down = True
