"""Computes the window in which a fact holds, from its valid time and from how its kind holds.

The bounds of the valid time (`valid_time.Bounds`) give four cuts: a fact is *possible* while
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
    """How long a fact holds: from then on, for a period, or until a later answer to the same question."""

    ONWARD = "from then on"
    PERIOD = "period"
    UNTIL_NEXT = "until the next"


@dataclass(frozen=True, slots=True)
class Window:
    """The instants (microseconds since 1970 UTC) between which a fact may hold, and between which it surely holds."""

    possible_from: int
    certain_from: int
    certain_to: int
    possible_to: int

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """The four instants at which it begins and ends, possibly and certainly."""
        return self.possible_from, self.certain_from, self.certain_to, self.possible_to

    def at(self, as_of: int) -> Certainty | None:
        """Whether the fact certainly or possibly holds at `as_of`; None if not yet, or no longer."""
        if not self.possible_from <= as_of < self.possible_to:
            return None
        return "certain" if self.certain_from <= as_of < self.certain_to else "possible"

    def begun(self, as_of: int) -> Certainty | None:
        """Whether the fact has certainly or possibly begun by `as_of`, even if it has ended; None if not."""
        if as_of < self.possible_from:
            return None
        return "certain" if self.certain_from <= as_of else "possible"


def window(valid: ValidTime, holding: Holding) -> Window:
    """The window of a fact whose valid time is `valid`.

    An occurrence over several days (an interval, or a set of dates) is certain only after all of them. A period with an
    unknown end is certain only within its start.
    """
    bounds = valid.bounds
    started = bounds.start_latest - 1
    if holding is Holding.ONWARD:
        passed = bounds.end_latest - 1 if valid.spans and bounds.end_latest < END else started
        return Window(bounds.start_earliest, max(started, passed), END, END)
    ended = bounds.start_latest if bounds.end_unknown else bounds.end_earliest
    return Window(bounds.start_earliest, started, ended, bounds.end_latest)


def place(valid: ValidTime, holding: Holding) -> tuple[int, int]:
    """When something happened or began to hold, half-open; an occurrence over several days happened on any of them.

    An occurrence that goes on, or whose end is unknown, is placed where it began.
    """
    bounds = valid.bounds
    took = holding is Holding.ONWARD and valid.spans and bounds.end_latest < END
    return bounds.start_earliest, bounds.end_latest if took else bounds.start_latest
