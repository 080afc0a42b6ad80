"""Draws which calls on a disk fail: of every sort, one or several in a row, with either error."""

from __future__ import annotations

import errno
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

Sort = Literal["write", "sync", "rename"]
BURST: Final = 4
"""The most calls in a row that one fault fails, so that a program may meet the error again when it cleans up."""
ERRORS: Final = (errno.EIO, errno.ENOSPC)


class Site(NamedTuple):
    """A call that failed: its sort, its error and its file."""

    sort: Sort
    error: str
    file: str


class Pace(NamedTuple):
    """The most calls of a sort that succeed before one fails, and the most seconds for which all succeed."""

    write: int
    sync: int
    rename: int
    seconds: float = 0.0


@dataclass
class FaultsInTurn:
    """Decides for each call of the given sorts whether it fails; `failed` counts the failed ones."""

    seed: int
    pace: Pace
    sorts: tuple[Sort, ...] = ("write", "sync", "rename")
    failed: Counter[Site] = field(default_factory=Counter)
    _sort: Sort = "write"
    _gap: int = 1
    _burst: int = 0
    _error: int = errno.EIO
    _not_before: float = 0.0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def error(self, sort: Sort, file: str) -> int:
        """The number of the error with which a call is to fail, or 0."""
        if self._burst == 0:
            if time.monotonic() < self._not_before:
                return 0
            self._gap -= sort == self._sort
            if self._gap > 0:
                return 0
            self._sort = self._chance.choice(self.sorts)
            self._gap = self._chance.randint(1, getattr(self.pace, self._sort))
            self._burst = self._chance.randint(1, BURST)
            self._error = self._chance.choice(ERRORS)
        self._burst -= 1
        if self._burst == 0:
            self._not_before = time.monotonic() + self._chance.uniform(0, self.pace.seconds)
        self.failed[Site(sort, errno.errorcode[self._error], file)] += 1
        return self._error
