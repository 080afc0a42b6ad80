"""A record time that a wrong clock gave stays as it was signed, and counts no more once the log says so.

All that is known then is that the event was recorded before the correction was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.errors import ContentError
from domain.event import ClockCorrected, ClockCorrectionWithdrawn
from domain.fact import text_faults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.history import Entry

__all__ = [
    "CLOCK_STREAM",
    "ClockCorrection",
    "correction_of",
    "corrections",
    "decide_correct_clock",
]
__all__ += ["decide_withdraw", "in_force", "recorded_by"]

CLOCK_STREAM: Final = UUID("9b6b1c1e-3f0a-8c1c-8d0c-0c10c4c0c10c")
"""The stream of all corrections of the clock; a version 8 id, which no fact's is."""


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


def corrections(entries: Iterable[Entry], position: int) -> tuple[ClockCorrection, ...]:
    """The corrections in a log up to a position, in order."""
    return tuple(
        correction_of(entry, entry.event)
        for entry in entries
        if isinstance(entry.event, ClockCorrected) and entry.position <= position
    )


def correction_of(entry: Entry, event: ClockCorrected) -> ClockCorrection:
    """What an event says of the log's record times."""
    return ClockCorrection(
        position=entry.position,
        recorded_at=entry.recorded_at,
        first=event.first,
        last=event.last,
        withdraws=event.correction if isinstance(event, ClockCorrectionWithdrawn) else None,
    )


def in_force(known: Iterable[ClockCorrection]) -> list[ClockCorrection]:
    """The corrections that no other of those that are known withdraws, in order."""
    found = list(known)
    withdrawn = {each.withdraws for each in found}
    return [each for each in found if each.position not in withdrawn]


def recorded_by(position: int, recorded_at: int, known: Iterable[ClockCorrection]) -> int:
    """By when an event was recorded: its record time, or where that is wrong, that of what says so.

    `known` are the corrections that are known, in order; a later one may say that an earlier one's time is wrong too.
    """
    for each in in_force(known):
        if each.first <= position <= each.last:
            position, recorded_at = each.position, each.recorded_at
    return recorded_at


def decide_correct_clock(
    *, first: int, last: int, why: str, version: int, actor: str
) -> ClockCorrected:
    """Say that the record times from `first` to `last` are wrong; ContentError where `why` says nothing."""
    return ClockCorrected(first=first, last=last, **_said(why, version, actor))


def decide_withdraw(
    withdrawn: ClockCorrection, *, last: int, why: str, version: int, actor: str
) -> ClockCorrectionWithdrawn:
    """Say that a correction is void, and that its own record time and those up to `last` are wrong instead."""
    first = withdrawn.position
    said = _said(why, version, actor)
    return ClockCorrectionWithdrawn(first=first, last=last, correction=first, **said)


def _said(why: str, version: int, actor: str) -> dict[str, Any]:
    faults = text_faults({"why": why})
    if faults:
        raise ContentError(*faults)
    stream = {"originator_id": CLOCK_STREAM, "originator_version": version}
    return {**stream, "actor": actor, "why": why}
