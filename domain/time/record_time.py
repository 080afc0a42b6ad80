"""Computes when an event was recorded if the log says that its record time is wrong.

A record time from a wrong clock stays as it was signed. Once it is corrected, all that is known is that the event was
recorded before the correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCorrection:
    """The event at `position`, recorded at `recorded_at`, says that the times of `first` to `last` are wrong.

    If it withdraws an earlier correction, `withdraws` is the position of that.
    """

    position: int
    recorded_at: int
    first: int
    last: int
    withdraws: int | None = None


def corrections_in_force(known: Iterable[ClockCorrection]) -> list[ClockCorrection]:
    """The known corrections that none of the others withdraws, in order."""
    corrections = list(known)
    withdrawn = {correction.withdraws for correction in corrections}
    return [correction for correction in corrections if correction.position not in withdrawn]


def find_record_time(position: int, recorded_at: int, known: Iterable[ClockCorrection]) -> int:
    """The instant by which an event was recorded: its record time or, if that is wrong, that of the correction.

    `known` are the known corrections, in order; a later one may correct the time of an earlier one, too.
    """
    for correction in corrections_in_force(known):
        if correction.first <= position <= correction.last:
            position, recorded_at = correction.position, correction.recorded_at
    return recorded_at
