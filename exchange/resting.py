"""Servers that may be down: what asks them gets on without them."""

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from flask import current_app

REST = 5  # seconds for which one that failed is left alone
Answer = TypeVar("Answer")


class Resting:
    """Asks one server. After a failure it is left alone for a while: that costs one timeout."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._is_down = False
        self._until = 0.0

    def ask(self, ask: Callable[[], Answer]) -> Answer | None:
        """What `ask` returns; None while the server is down, of which one warning tells."""
        if monotonic() < self._until:
            return None
        try:
            answer = ask()
        except Exception as error:  # each kind of server has errors of its own
            self._until = monotonic() + REST
            if not self._is_down:
                current_app.logger.warning(
                    "%s: down, asked every %d s: %r", self._name, REST, error
                )
            self._is_down = True
            return None
        if self._is_down:
            current_app.logger.warning("%s: back", self._name)
            self._is_down = False
        return answer
