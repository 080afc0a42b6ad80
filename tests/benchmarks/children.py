"""Run a function in a process of its own to measure its memory, and end functions that run too long.

Processes that are measured look for cycles as seldom as Parley's own do.
"""

from __future__ import annotations

import multiprocessing
import re
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from api.cli.garbage import keep_what_exists, look_for_cycles_seldom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")
LEAST_SECONDS: Final = 0.001
AGAIN_SECONDS: Final = 10.0
"""Seconds after which a stopped row is stopped again, if it still waits for something."""


def in_own_process(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function of a module returns in a new process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, initializer=collect_as_parley) as pool:
        return pool.submit(function, *args, **kwargs).result()


def collect_as_parley() -> None:
    """Set how often this process looks for cycles to what Parley's servers and commands set."""
    look_for_cycles_seldom()
    keep_what_exists()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after so many seconds, and kill the processes that were started meanwhile or before.

    They are killed first, so that nothing waits for them for ever.
    """

    def stop(*_: object) -> None:
        for process in multiprocessing.active_children():
            process.kill()
        signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
        raise TimeoutError(f"stopped after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, LEAST_SECONDS))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def peak_memory() -> int:
    """The peak memory of this process in bytes, as Linux counts it."""
    match = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1]) * 1024
