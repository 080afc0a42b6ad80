"""What a test tries each time it runs, and what in its long form: `make faults` sets PARLEY_THOROUGH."""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["THOROUGH", "often", "some_of"]

T = TypeVar("T")

THOROUGH: Final = bool(os.environ.get("PARLEY_THOROUGH"))
_CHANCE: Final = Random(0) if os.environ.get("CI") else Random()
"""At home each run draws anew; a run that decides whether a change lands draws the same each time."""


def often(each_time: int, thoroughly: int) -> int:
    """How many of something a test tries."""
    return thoroughly if THOROUGH else each_time


def some_of(every: Sequence[T], each_time: int) -> list[T]:
    """So many of them, drawn; all in the long form."""
    return _CHANCE.sample(every, len(every) if THOROUGH else min(each_time, len(every)))
