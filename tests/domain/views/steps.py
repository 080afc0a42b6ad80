"""Measure cost in executed lines of Python, which is the same on every machine, however busy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from _typeshed import TraceFunction


def steps(work: Callable[[], object]) -> int:
    """How many lines `work` executes in this thread, counting repetitions."""
    counted = 0

    def count(_frame: FrameType, event: str, _argument: object) -> TraceFunction:
        nonlocal counted
        counted += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted
