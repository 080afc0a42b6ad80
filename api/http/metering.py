"""Measures the cost of a request while it is answered: processor time, and bytes sent."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeVar

BYTES: Final = 16_384
"""How many bytes of an answer cost as much as a millisecond."""


_T = TypeVar("_T")


@dataclass(slots=True)
class Meter:
    """What one request has used so far."""

    seconds: float = 0.0
    size: int = 0

    @property
    def price(self) -> int:
        """The cost in milliseconds of work, rounded up."""
        return math.ceil(self.seconds * 1_000) + self.size // BYTES


_METER: Final[ContextVar[Meter | None]] = ContextVar("meter", default=None)


@contextmanager
def measure_work() -> Iterator[Meter]:
    """Measure the work of the block, and of the threads that it passes work to."""
    meter = Meter()
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)


def count_work(call: Callable[[], _T]) -> Callable[[], _T]:
    """Count the processor time of the calling thread, during the block, as work of the present request."""

    def measure() -> _T:
        began = time.thread_time()
        try:
            return call()
        finally:
            meter = _METER.get()
            if meter is not None:
                meter.seconds += time.thread_time() - began

    return measure


def add_work(seconds: float) -> None:
    """Count processor time of another process as work of the present request."""
    meter = _METER.get()
    if meter is not None:
        meter.seconds += seconds
