"""What a test tries in each run, and in the long form: `make faults` sets PARLEY_THOROUGH."""

from __future__ import annotations

import os
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")

THOROUGH: Final = bool(os.environ.get("PARLEY_THOROUGH"))
_CHANCE: Final = Random(0) if os.environ.get("CI") else Random()
"""Each run at home draws anew; a run that decides whether a change lands draws the same each time."""
_RUN: Final = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{_CHANCE.random()}"
"""A text that all workers of a run share, and that differs between runs."""


def choose_count(each_time: int, thoroughly: int) -> int:
    """How many cases a test tries."""
    return thoroughly if THOROUGH else each_time


def some_of(every: Sequence[T], each_time: int) -> list[T]:
    """So many of them, drawn; all in the long form."""
    return _CHANCE.sample(every, len(every) if THOROUGH else min(each_time, len(every)))


def part_of(every: Iterable[str], part: int, parts: int) -> list[str]:
    """The share of one of several tests that divide all names among them; in the long form all names."""
    return [name for name in every if THOROUGH or deal(name, parts) == part]


def deal(name: str, parts: int) -> int:
    """A number below `parts`: the same for a name in all workers of a run."""
    run = "" if os.environ.get("CI") else _RUN
    return sha256(f"{run} {name}".encode()).digest()[0] % parts
