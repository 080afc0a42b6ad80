"""Two things are timed in turns, so that what else the machine does falls on both alike."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

TURNS: Final = 7


@dataclass(frozen=True)
class Ratio:
    """Median seconds for each of the two, and what they were."""

    what: str
    ours: float
    theirs: float
    beside: str

    def row(self) -> tuple[str, ...]:
        """The cells of a table."""
        ratio = self.theirs / self.ours
        said = f"{ratio:.1f} times as fast" if ratio >= 1 else f"{1 / ratio:.1f} times as slow"
        return (self.what, shown(self.ours), shown(self.theirs), said, f"beside {self.beside}")


def shown(seconds: float) -> str:
    """A duration in a unit that fits."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds * 1e6:.1f} µs"


def side_by_side(
    what: str, ours: Callable[[], object], theirs: Callable[[], object], beside: str
) -> Ratio:
    """Time both in turns, after one turn that does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(TURNS + 1):
        for each, taken in zip((ours, theirs), times, strict=True):
            started = time.perf_counter()
            each()
            if turn:
                taken.append(time.perf_counter() - started)
    return Ratio(what, statistics.median(times[0]), statistics.median(times[1]), beside)
