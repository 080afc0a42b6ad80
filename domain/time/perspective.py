"""Defines perspectives: the two cuts, the clock, the match and the position of the log that determine an answer.

Cuts are inclusive instants in microseconds UTC; a day, month or year cuts at its last microsecond.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from domain.rules import READING
from domain.time.record_time import ClockCorrection

Clock = Literal["recorded", "published"]
Match = Literal["certain", "possible"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Perspective:
    """The perspective of an answer: `as_of` cuts valid time; `as_known_at` (None: no cut) and `position` cut knowledge.

    On the recorded clock `position` is the last one that was recorded by `as_known_at`. `corrections` are those of the
    log's clock up to the position, in order. `reading` is the number of the rules.
    """

    as_of: int
    as_known_at: int | None
    clock: Clock
    match: Match
    position: int
    corrections: tuple[ClockCorrection, ...] = ()
    reading: int = READING

    @property
    def published_cut(self) -> int | None:
        """The instant by which a fact must have been published to be shown; None on the recorded clock."""
        return self.as_known_at if self.clock == "published" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerspectiveQuery:
    """The perspective that a request asks for, before the log is read; what was left out is None."""

    as_of: int | None = None
    as_known_at: int | None = None
    position: int | None = None
    clock: Clock = "recorded"
    match: Match = "possible"

    @property
    def fixed(self) -> bool:
        """Whether a position is given; then the answer never changes."""
        return self.position is not None
