"""Measures processor time and wall time: of this process, and of all other processes that work for it.

Two jobs that are compared run in turns, so that other load on the machine affects both alike.
"""

from __future__ import annotations

import cProfile
import pstats
import re
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

TURNS: Final = 7
"""The most turns of one job."""
TURN_SECONDS: Final = 0.03
"""A turn repeats a quick job for at least so many seconds."""
LONG: Final = 0.5
"""In a run of more seconds than these, the work that only a first run does takes little of the time."""
_SCHEDULED: Final = 2
"""The number of the Linux clock that counts the time for which a process was scheduled."""
_MOST_SHOWN: Final = 5
_LEAST_SHOWN: Final = 0.03
"""A place with a smaller share of the time is not shown."""
_ROOT: Final = Path(__file__).resolve().parents[2]
_DRIVERS: Final = re.compile(r"sqlite3|psycopg|msgspec|cryptography")
_PACKAGE: Final = re.compile(r"site-packages/([^/.]+)")
_BUILT_IN: Final = "~"
_Function = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the processor and of the clock."""

    cpu: float
    wall: float

    def per(self, units: int) -> Spent:
        """The time of one unit, if this is the time of so many."""
        return Spent(self.cpu / units, self.wall / units)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.cpu + other.cpu, self.wall + other.wall)


@dataclass(frozen=True, slots=True)
class Job:
    """A function to measure, and the processes that work for it; if `asking`, the time of this one is not counted."""

    run: Callable[[], object]
    pids: Callable[[], Iterable[int]] = tuple
    asking: bool = False

    def measure(self, times: int = 1) -> Spent:
        """Run it so many times; gives the time of one run."""
        before = {pid: cpu_of(pid) for pid in self.pids()}
        wall, own = time.perf_counter(), _read_own_seconds()
        for _ in range(times):
            self.run()
        own, wall = _read_own_seconds() - own, time.perf_counter() - wall
        others = sum(cpu_of(pid) - before.get(pid, 0.0) for pid in self.pids())
        return Spent(others + (0.0 if self.asking else own), wall).per(times)


def cpu_of(pid: int) -> float:
    """The processor time of a process since it began, in seconds; 0 if it has ended."""
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULED)
    except OSError:
        return 0.0


def measure_waiting(pid: int) -> float:
    """For how many seconds the present threads of a process were ready to run and had no core."""
    nanoseconds = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):  # the thread has ended
            nanoseconds += int((thread / "schedstat").read_text().split()[1])
    return nanoseconds / 1e9


def measure(*jobs: Job, seconds: float, times: int | None = None) -> list[Spent]:
    """Run jobs in turns for about so many seconds; gives the median run of each.

    A turn of a job has `times` runs or, if that is not given, as many as fill TURN_SECONDS. The first run may open
    connections and prepare statements, so the second one tells how many these are, unless the first is LONG.
    """
    first = [job.measure().wall for job in jobs]
    runs = [
        times or _count_fitting(wall if wall > LONG else job.measure().wall)
        for job, wall in zip(jobs, first, strict=True)
    ]
    spent: list[list[Spent]] = [[] for _ in jobs]
    ends = time.perf_counter() + seconds
    for _ in range(TURNS):
        for job, repeated, found in zip(jobs, runs, spent, strict=True):
            found.append(job.measure(repeated))
        if time.perf_counter() > ends:
            break
    return [_median(found) for found in spent]


def _read_own_seconds() -> float:
    """The processor time of this process, and of its children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _count_fitting(seconds: float) -> int:
    return max(1, min(1_000, round(TURN_SECONDS / max(seconds, 1e-6))))


def _median(found: list[Spent]) -> Spent:
    return Spent(
        statistics.median(each.cpu for each in found),
        statistics.median(each.wall for each in found),
    )


def describe_time(run: Callable[[], object], seconds: float) -> str:
    """Where the processor time of a run goes: the folders of Parley and the libraries with the largest shares.

    The run is repeated for about `seconds`. The shares are those of cProfile, which makes many short calls seem longer
    than they are.
    """
    profile = cProfile.Profile(time.process_time)
    ends = time.process_time() + seconds
    profile.runcall(run)
    while time.process_time() < ends:
        profile.runcall(run)
    spent: dict[str, float] = defaultdict(float)
    for place, own in _divide(vars(pstats.Stats(profile))["stats"]):
        spent[place] += own
    whole = sum(spent.values()) or 1.0
    shares = sorted(((own / whole, place) for place, own in spent.items()), reverse=True)
    shown = [each for each in shares[:_MOST_SHOWN] if each[0] >= _LEAST_SHOWN]
    return ", ".join(f"{place} {share:.0%}" for share, place in shown)


def _divide(stats: Mapping[_Function, tuple[Any, ...]]) -> Iterator[tuple[str, float]]:
    """(place, seconds) of each function without its callees; the time of a built-in function counts for its caller."""
    for (file, _, name), (_, _, own, _, callers) in stats.items():
        driver = _DRIVERS.search(name)
        if file != _BUILT_IN:
            yield _find_place(file), own
        elif driver:
            yield driver[0], own
        else:
            for (caller, _, _), (_, _, seconds, _) in callers.items():
                yield "Python" if caller == _BUILT_IN else _find_place(caller), seconds


def _find_place(file: str) -> str:
    """The folder of Parley, or the library, that a file belongs to."""
    path = Path(file)
    if package := _PACKAGE.search(file):
        return package[1]
    if path.is_relative_to(_ROOT):
        return str(path.parent.relative_to(_ROOT))
    return "Python"
