"""How a kind holds gives each fact a window; against a cut the fact is certain, possible or neither.

Half-open text bounds (`valid_time.Bounds`) become four cuts: the fact is *possible* while
`possible_from <= as_of < possible_to`, and *certain* while `certain_from <= as_of < certain_to`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from domain.time.instant import END

if TYPE_CHECKING:
    from domain.time.valid_time import ValidTime

Certainty = Literal["certain", "possible"]


class Holding(Enum):
    """From the moment it happened on; while a period runs; until a later answer to the same question."""

    ONWARD = "from then on"
    PERIOD = "period"
    UNTIL_NEXT = "until the next"


@dataclass(frozen=True, slots=True)
class Window:
    """Microseconds since 1970 UTC between which a fact may hold, and surely holds."""

    possible_from: int
    certain_from: int
    certain_to: int
    possible_to: int

    def at(self, as_of: int) -> Certainty | None:
        """Whether the fact holds at `as_of`; None is not yet or no longer."""
        if not self.possible_from <= as_of < self.possible_to:
            return None
        return "certain" if self.certain_from <= as_of < self.certain_to else "possible"

    def begun(self, as_of: int) -> Certainty | None:
        """Whether the fact has begun by `as_of`, ended or not."""
        if as_of < self.possible_from:
            return None
        return "certain" if self.certain_from <= as_of else "possible"


def window(valid: ValidTime, holding: Holding) -> Window:
    """The window of a fact whose valid time is `valid`.

    A happening that took a while (an interval, or a set of dates) is only certain once all of it has passed. A
    period whose end is unknown is certain within its start alone.
    """
    bounds = valid.bounds
    started = bounds.start_latest - 1
    if holding is Holding.ONWARD:
        passed = bounds.end_latest - 1 if valid.spans and bounds.end_latest < END else started
        return Window(bounds.start_earliest, max(started, passed), END, END)
    ended = bounds.start_latest if bounds.end_unknown else bounds.end_earliest
    return Window(bounds.start_earliest, started, ended, bounds.end_latest)
