"""Reads which record times the log calls wrong, and finds an instant's position by the right ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from sqlalchemy import BigInteger, Connection, bindparam, exists, func, not_, or_, select

from domain.errors import StateError
from domain.streams.clock_corrections import CLOCK_STREAM
from domain.streams.clock_corrections import corrections as corrections_of
from domain.streams.entry import Entry
from domain.streams.event import ClockCorrected, ClockCorrectionWithdrawn
from domain.time.record_time import ClockCorrection, corrections_in_force
from infrastructure.database.timekeeping import TOLERANCE
from infrastructure.hot_statements import HotStatement
from infrastructure.log.codec import EventCodec
from infrastructure.log.rows import LOGGED, entries
from infrastructure.sealing.seals import seals_of
from infrastructure.tables.record import event, log_head

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Select

_OF_CLOCK: Final = event.c.stream == CLOCK_STREAM.hex
_CODEC: Final = EventCodec()
HAS_CORRECTIONS: Final = exists().where(_OF_CLOCK)
"""Whether the log has a correction of its record times."""
_BY_TIME: Final = (
    select(event.c.position)
    .where(event.c.recorded_at <= bindparam("instant", type_=BigInteger))
    .order_by(event.c.recorded_at.desc())
    .limit(1)
)
_POSITION_AT: Final = HotStatement(_BY_TIME)
_RECORD_TIME_AT: Final = HotStatement(
    select(event.c.recorded_at).where(event.c.position == bindparam("position", type_=BigInteger))
)


@dataclass(frozen=True, slots=True)
class WrongTimes:
    """The record times later than `now`: those at positions `first` to `last`, if any, and the head's (`head_at`)."""

    first: int
    last: int
    first_at: int | None
    head_at: int
    now: int


def corrections(connection: Connection) -> tuple[ClockCorrection, ...]:
    """All corrections in the log, in order."""
    logged = entries(connection, LOGGED.where(_OF_CLOCK).order_by(event.c.version))
    read = [
        Entry(
            position=entry.id, recorded_at=entry.recorded_at, event=_CODEC.read(entry, entry.actor)
        )
        for entry in logged
    ]
    return corrections_of(read, max((entry.position for entry in read), default=0))


def correction_fault(connection: Connection, row: Mapping[Any, Any]) -> str | None:
    """What is wrong with a correction of the clock, given the events before it; `row` is selected by `LOGGED`."""
    position, stream = row["position"], row["stream"]
    state = seals_of(connection).open_payload(row)[0]
    stored = StoredEvent(UUID(stream), row["version"], row["type"], state)
    correction = _CODEC.read(stored, row["actor"])
    if not isinstance(correction, ClockCorrected) or correction.originator_id != CLOCK_STREAM:
        return "it is no correction of the log's clock"
    if isinstance(correction, ClockCorrectionWithdrawn):
        return _withdrawal_fault(connection, correction, row)
    if not 1 <= correction.first <= position or correction.last != position - 1:
        return "it corrects record times other than those right before it"
    if row["recorded_at"] <= record_time_at(connection, correction.first - 1):
        return "it was recorded no later than the last right one before"
    if (
        correction.first < position
        and record_time_at(connection, correction.first) <= row["recorded_at"]
    ):
        return "the record times that it calls wrong do not lie after its own"
    return None


def last_in_force(connection: Connection, before: int) -> ClockCorrection:
    """The last correction in force before a position that calls a record time wrong; StateError if there is none."""
    known = [correction for correction in corrections(connection) if correction.position < before]
    standing = [
        correction for correction in corrections_in_force(known) if correction.withdraws is None
    ]
    last = next(
        (correction for correction in reversed(standing) if correction.first <= correction.last),
        None,
    )
    if last is None:
        raise StateError("no correction of the clock is in force that can be withdrawn")
    return last


def find_wrong_instead(
    connection: Connection, withdrawn: ClockCorrection, before: int
) -> tuple[int, int]:
    """What follows if a correction is void: the last record time that is right again, and a position.

    Events from the correction up to that position (and below `before`) have record times that do not exceed it, and so
    are wrong.
    """
    columns = event.c
    among = columns.position.between(withdrawn.first, withdrawn.last)
    right = int(connection.execute(select(func.max(columns.recorded_at)).where(among)).scalar_one())
    since = columns.position.between(withdrawn.position, before - 1)
    late = select(func.max(columns.position)).where(since, columns.recorded_at <= right)
    return right, int(connection.execute(late).scalar_one())


def _withdrawal_fault(
    connection: Connection, withdrawal: ClockCorrectionWithdrawn, row: Mapping[Any, Any]
) -> str | None:
    try:
        withdrawn = last_in_force(connection, row["position"])
    except StateError as error:
        return str(error)
    right, last = find_wrong_instead(connection, withdrawn, row["position"])
    if (withdrawal.correction, withdrawal.first, withdrawal.last) != (
        withdrawn.position,
        withdrawn.position,
        last,
    ):
        return "it does not withdraw the last correction, or calls other record times wrong"
    if row["recorded_at"] <= right:
        return "it was recorded no later than what was right before the correction"
    return None


def position_at(
    connection: Connection, instant: int, known: Sequence[ClockCorrection], last: int | None = None
) -> int:
    """The highest position, up to `last`, that was recorded at or before an instant; 0 if there is none.

    Events with corrected record times are left out.
    """
    if last is None and not known:
        row = _POSITION_AT.first(connection, {"instant": instant})
    else:
        up_to = _BY_TIME if last is None else _BY_TIME.where(event.c.position <= last)
        row = connection.execute(_restrict_to_right(up_to, known), {"instant": instant}).first()
    return 0 if row is None else int(row.position)


def record_time_at(connection: Connection, position: int) -> int:
    """The record time that is stored at a position; 0 if there is no such position."""
    row = _RECORD_TIME_AT.first(connection, {"position": position})
    return 0 if row is None else int(row.recorded_at)


def last_right_time(connection: Connection, now: int) -> int:
    """The record time of the last event whose time is not in the future of `now` or corrected; 0 if there is none."""
    known = corrections(connection)
    return record_time_at(connection, position_at(connection, now + TOLERANCE, known))


def wrong_times(connection: Connection, now: int) -> WrongTimes | None:
    """The log's record times that exceed `now` by more than clocks may differ; None if none does."""
    head = connection.execute(select(log_head.c.position, log_head.c.recorded_at)).one()
    right = position_at(connection, now + TOLERANCE, corrections(connection), head.position)
    if right == head.position and head.recorded_at <= now + TOLERANCE:
        return None
    first_at = record_time_at(connection, right + 1) if right < head.position else None
    return WrongTimes(right + 1, head.position, first_at, head.recorded_at, now)


def _restrict_to_right(statement: Select[Any], known: Sequence[ClockCorrection]) -> Select[Any]:
    """Restrict a statement to events whose record times are right."""
    wrong = [
        event.c.position.between(correction.first, correction.last)
        for correction in corrections_in_force(known)
    ]
    return statement.where(not_(or_(*wrong))) if wrong else statement
