"""A perspective is the two cuts, the clock, the match and the position of the log that an answer rests on.

Cuts are inclusive instants in microseconds UTC; a bare day, month or year cuts at its last microsecond.
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
    """`as_of` cuts valid time; `as_known_at` (None: everything known) and `position` cut knowledge.

    On the recorded clock `position` already answers `as_known_at`: it is the last that was recorded by then.
    `corrections` are those of the log's clock up to the position, in order. `reading` is the number of the rules.
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
        """The cut by which something has to be public; None where nothing has."""
        return self.as_known_at if self.clock == "published" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PerspectiveQuery:
    """What was asked for, before the log is consulted; None was left out. Cuts as in `Perspective`."""

    as_of: int | None = None
    as_known_at: int | None = None
    position: int | None = None
    clock: Clock = "recorded"
    match: Match = "possible"

    @property
    def fixed(self) -> bool:
        """Whether a position was named: such an answer is the same for ever."""
        return self.position is not None
