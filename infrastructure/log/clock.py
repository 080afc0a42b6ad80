"""Moves the log's clock, the record time that the next event must exceed, and only under the log's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.errors import StateError
from domain.streams.clock_corrections import decide_correct_clock, decide_withdraw
from domain.time.instant import END, format_instant
from infrastructure.log.append import MOVE_HEAD, AppendRequest, LogTransaction
from infrastructure.log.clock_corrections import (
    corrections,
    find_wrong_instead,
    last_in_force,
    wrong_times,
)
from infrastructure.log.codec import EventCodec
from infrastructure.log.under_lock import LOCK_HEAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from domain.streams.event import ClockCorrected
    from infrastructure.database.timekeeping import Timekeeper
    from infrastructure.log.clock_corrections import WrongTimes
    from infrastructure.log.entry import InlineProjection, LogEntry

_LOCK_FREE_HEAD: Final = LOCK_HEAD.with_for_update(skip_locked=True)
_NOTHING: Final = "no record time is more than a minute in the future: there is nothing to correct"
_OTHER: Final = (
    "the wrong record times are no longer those that were shown: run the command again to see them"
)


def settle(connection: Connection, instant: int) -> None:
    """Raise the record time that the next event must exceed to `instant`, under the log's lock.

    On PostgreSQL this does nothing while another process holds the lock, because recording raises the time, too.
    """
    head = connection.execute(_LOCK_FREE_HEAD).one_or_none()
    if head is not None and head.recorded_at < instant:
        connection.execute(MOVE_HEAD, {"position": head.position, "recorded_at": instant})


def rewrite_head(connection: Connection) -> None:
    """Write the head of the log again, unchanged, under its lock."""
    head = connection.execute(LOCK_HEAD).one()
    connection.execute(MOVE_HEAD, {"position": head.position, "recorded_at": head.recorded_at})


def correct_clock(
    connection: Connection,
    timekeeper: Timekeeper,
    projections: Sequence[InlineProjection],
    *,
    seen: WrongTimes,
    why: str,
    actor: str,
) -> LogEntry:
    """Record that the record times in `seen` are wrong, and continue the log from its last right one.

    StateError if nothing is wrong, or if other times are wrong than were seen; ClockInDoubtError if the clock itself
    is in doubt.
    """
    log = LogTransaction(connection, timekeeper, corrects=True)
    wrong = wrong_times(connection, log.now)
    if wrong is None:
        raise StateError(_NOTHING)
    if (wrong.first, wrong.last) != (seen.first, seen.last):
        raise StateError(_OTHER)
    version = len(corrections(connection)) + 1
    event = decide_correct_clock(
        first=wrong.first, last=wrong.last, why=why, version=version, actor=actor
    )
    return _append(log, event, projections)


def withdraw_correction(
    connection: Connection,
    timekeeper: Timekeeper,
    projections: Sequence[InlineProjection],
    *,
    position: int,
    why: str,
    actor: str,
) -> LogEntry:
    """Record that the last correction of the clock, at a position, is void: the times that it called wrong were right.

    StateError if it is not the last one in force, or if times that would be right again lie in the future.
    """
    log = LogTransaction(connection, timekeeper)
    withdrawn = last_in_force(connection, END)
    if withdrawn.position != position:
        raise StateError(
            f"the last correction of the clock in force is at position {withdrawn.position}, not {position}"
        )
    right, last = find_wrong_instead(connection, withdrawn, END)
    if log.now <= right:
        raise StateError(
            f"this machine's clock says {format_instant(log.now)}, but the record times that would be right again go up"
            f" to {format_instant(right)}: set this machine's clock right first"
        )
    version = len(corrections(connection)) + 1
    event = decide_withdraw(withdrawn, last=last, why=why, version=version, actor=actor)
    return _append(log, event, projections)


def _append(
    log: LogTransaction, event: ClockCorrected, projections: Sequence[InlineProjection]
) -> LogEntry:
    request = AppendRequest((EventCodec().to_stored_event(event),))
    [outcome] = log.append([request], projections)
    if not isinstance(outcome, list):
        raise outcome
    return outcome[0]
