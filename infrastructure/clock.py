"""The clock of this machine; recorders take a clock as a parameter, so that tests can pass another."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns the present time in whole microseconds since 1970-01-01 UTC. It may step back; `recorded_at` does not."""


def system_clock() -> int:
    """The time of the machine's own clock, in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000
