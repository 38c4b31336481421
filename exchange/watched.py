"""A stream, watched until it ends."""

from collections.abc import Callable, Iterator
from typing import Any


class Watched:
    """The pieces of a stream; `end` is told how many bytes were taken, and whether all were."""

    def __init__(self, pieces: Any, end: Callable[[int, bool], None]) -> None:
        self._pieces, self._end = pieces, end
        self._size, self._is_whole, self._is_ended = 0, False, False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece: bytes = next(self._pieces)
        except StopIteration:
            self._is_whole = True
            raise
        self._size += len(piece)
        return piece

    def close(self) -> None:
        self._pieces.close()
        if not self._is_ended:
            self._is_ended = True
            self._end(self._size, self._is_whole)

    __del__ = close  # a server may forget to
