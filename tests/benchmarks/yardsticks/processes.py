"""Appends by hand in several processes at once; each has its own connection, and each event a transaction."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from tests.benchmarks.yardsticks.appending import RawLog
from tests.benchmarks.yardsticks.connection import Raw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.yardsticks.recorded import Recorded

_log: list[RawLog] = []


class Writers:
    """Several processes that append to one log."""

    def __init__(self, url: str, processes: int) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(processes, spawning, _open, (url,))
        self._processes = processes
        list(self._pool.map(_append, [[]] * processes))

    @property
    def pids(self) -> list[int]:
        """The ids of the processes."""
        return list(self._pool._processes)

    def append(self, given: Sequence[Recorded]) -> None:
        """Append each event in a transaction of its own; the events are dealt out to all processes."""
        dealt = [given[at :: self._processes] for at in range(self._processes)]
        list(self._pool.map(_append, dealt))

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()


def _open(url: str) -> None:
    _log.append(RawLog(Raw(url)))


def _append(given: Sequence[Recorded]) -> None:
    for each in given:
        _log[0].append([each])
