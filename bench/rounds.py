"""Interleaved rounds: what is compared runs in turn, so that a busy machine slows all alike."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

ROUNDS = 15
Row = tuple[str, str, str, str]  # a claim, its ratio, the bound, whether it is kept

SECONDS = 0.02  # that one round of one contender takes, about


@dataclass(frozen=True)
class Claim:
    """What should hold of the times of two contenders: a ratio, and the bound that it keeps."""

    text: str
    slower: str
    faster: str
    at_most: float | None = None
    at_least: float | None = None

    def row(self, times: dict[str, float]) -> Row:
        """The claim, the ratio, its bound and whether it is kept."""
        ratio = times[self.slower] / times[self.faster]
        kept = ratio <= self.at_most if self.at_most else ratio >= (self.at_least or 0)
        bound = f"<= {self.at_most:g}" if self.at_most else f">= {self.at_least:g}"
        return self.text, f"{ratio:.2f}", bound, "yes" if kept else "NO"


def measure(contenders: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds that a call of each takes: the median over the rounds."""
    counts = {name: _count(call) for name, call in contenders.items()}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            times[name].append(_time(call, counts[name]))
    return {name: median(each) for name, each in times.items()}


def _count(call: Callable[[], object]) -> int:
    call()  # what is made once is made now
    return max(1, int(SECONDS / max(min(_time(call, 1) for _ in range(5)), 1e-7)))


def _time(call: Callable[[], object], count: int) -> float:
    gc.collect()
    start = perf_counter()
    for _ in range(count):
        call()
    return (perf_counter() - start) / count
