"""Measures processor time beside the clock's: that of this process, and of all others that work for it.

Two things that are compared run in turns, so that what else the machine does falls on both alike.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TURNS: Final = 7
"""The most turns that one thing is given."""
TURN_SECONDS: Final = 0.03
"""A turn repeats what is quick for at least so long."""
_SCHEDULED: Final = 2
"""The kind of a Linux clock that counts all the time for which a process was scheduled."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the processor and of the clock."""

    cpu: float
    wall: float

    def per(self, units: int) -> Spent:
        """What one of so many units took."""
        return Spent(self.cpu / units, self.wall / units)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.cpu + other.cpu, self.wall + other.wall)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to measure, and the other processes that work for it; this one does too unless it is only `asking`."""

    run: Callable[[], object]
    pids: Callable[[], Iterable[int]] = tuple
    asking: bool = False

    def measure(self, times: int = 1) -> Spent:
        """Run it so many times; what one run took."""
        before = {pid: cpu_of(pid) for pid in self.pids()}
        wall, own = time.perf_counter(), _own_seconds()
        for _ in range(times):
            self.run()
        own, wall = _own_seconds() - own, time.perf_counter() - wall
        others = sum(cpu_of(pid) - before.get(pid, 0.0) for pid in self.pids())
        return Spent(others + (0.0 if self.asking else own), wall).per(times)


def cpu_of(pid: int) -> float:
    """The processor time of a process since it began, in seconds; 0 of one that has ended."""
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULED)
    except OSError:
        return 0.0


def measure_waiting(pid: int) -> float:
    """For how many seconds threads of a process, those that there are now, were ready to run and had no core."""
    nanoseconds = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # it has ended
            nanoseconds += int((thread / "schedstat").read_text().split()[1])
    return nanoseconds / 1e9


def measure(*jobs: Job, seconds: float, times: int | None = None) -> list[Spent]:
    """Run jobs in turns for about so many seconds; the median run of each, but for the first.

    A turn of a job has `times` runs or, if that is not given, as many as fill TURN_SECONDS.
    """
    first = [job.measure() for job in jobs]
    runs = [times or _fitting(spent.wall) for spent in first]
    spent: list[list[Spent]] = [[] for _ in jobs]
    ends = time.perf_counter() + seconds
    for _ in range(TURNS):
        for job, repeated, found in zip(jobs, runs, spent, strict=True):
            found.append(job.measure(repeated))
        if time.perf_counter() > ends:
            break
    return [_median(found) for found in spent]


def _own_seconds() -> float:
    """The processor time of this process, and of its children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _fitting(seconds: float) -> int:
    return max(1, min(1_000, round(TURN_SECONDS / max(seconds, 1e-6))))


def _median(found: list[Spent]) -> Spent:
    return Spent(
        statistics.median(each.cpu for each in found),
        statistics.median(each.wall for each in found),
    )
