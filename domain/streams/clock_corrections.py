"""Decides corrections of the log's record times and their withdrawals; both are events of one stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.errors import ContentError
from domain.streams.event import ClockCorrected, ClockCorrectionWithdrawn
from domain.texts import text_faults
from domain.time.record_time import ClockCorrection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.streams.entry import Entry

CLOCK_STREAM: Final = UUID("9b6b1c1e-3f0a-8c1c-8d0c-0c10c4c0c10c")
"""The stream of all corrections of the clock; a version 8 UUID, which no fact has."""


def corrections(entries: Iterable[Entry], position: int) -> tuple[ClockCorrection, ...]:
    """The corrections in a log up to a position, in order."""
    return tuple(
        correction_of(entry, entry.event)
        for entry in entries
        if isinstance(entry.event, ClockCorrected) and entry.position <= position
    )


def correction_of(entry: Entry, event: ClockCorrected) -> ClockCorrection:
    """The correction that an event makes to the log's record times."""
    return ClockCorrection(
        position=entry.position,
        recorded_at=entry.recorded_at,
        first=event.first,
        last=event.last,
        withdraws=event.correction if isinstance(event, ClockCorrectionWithdrawn) else None,
    )


def decide_correct_clock(
    *, first: int, last: int, why: str, version: int, actor: str
) -> ClockCorrected:
    """Say that the record times at positions `first` to `last` are wrong; ContentError if `why` is malformed."""
    return ClockCorrected(first=first, last=last, **_common_fields(why, version, actor))


def decide_withdraw(
    withdrawn: ClockCorrection, *, last: int, why: str, version: int, actor: str
) -> ClockCorrectionWithdrawn:
    """Say that a correction is void, and that the record times from its own position to `last` are wrong instead."""
    first = withdrawn.position
    fields = _common_fields(why, version, actor)
    return ClockCorrectionWithdrawn(first=first, last=last, correction=first, **fields)


def _common_fields(why: str, version: int, actor: str) -> dict[str, Any]:
    faults = text_faults({"why": why})
    if faults:
        raise ContentError(*faults)
    stream = {"originator_id": CLOCK_STREAM, "originator_version": version}
    return {**stream, "actor": actor, "why": why}
