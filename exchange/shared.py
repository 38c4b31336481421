"""Work that many want at the same moment: one does it, for all."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Shared(Generic[Made]):
    """Work in progress, by what it is of. Threads share it."""

    def __init__(self) -> None:
        self._begun: dict[Hashable, Future[Made]] = {}

    def do(self, key: Hashable, work: Callable[[], Made]) -> tuple[Made, bool]:
        """What `work` makes, and whether it was another's, begun before this was asked for. An
        error is of who met it: who waited for that works for himself. Raises what `work` raises."""
        mine: Future[Made] = Future()
        begun = self._begun.setdefault(key, mine)
        if begun is not mine:
            return (work(), False) if begun.exception() else (begun.result(), True)
        try:
            mine.set_result(work())
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            del self._begun[key]
        return mine.result(), False
