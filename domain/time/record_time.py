"""A record time that a wrong clock gave stays as it was signed, and counts no more once the log says so.

All that is known then is that the event was recorded before the correction was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ClockCorrection", "corrections_in_force", "recorded_by"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCorrection:
    """What the event at `position`, recorded at `recorded_at`, says: the times of `first` to `last` are wrong.

    Where it withdraws an earlier correction, `withdraws` is the position of that.
    """

    position: int
    recorded_at: int
    first: int
    last: int
    withdraws: int | None = None


def corrections_in_force(known: Iterable[ClockCorrection]) -> list[ClockCorrection]:
    """The corrections that no other of those that are known withdraws, in order."""
    found = list(known)
    withdrawn = {each.withdraws for each in found}
    return [each for each in found if each.position not in withdrawn]


def recorded_by(position: int, recorded_at: int, known: Iterable[ClockCorrection]) -> int:
    """By when an event was recorded: its record time, or where that is wrong, that of what says so.

    `known` are the corrections that are known, in order; a later one may say that an earlier one's time is wrong too.
    """
    for each in corrections_in_force(known):
        if each.first <= position <= each.last:
            position, recorded_at = each.position, each.recorded_at
    return recorded_at
