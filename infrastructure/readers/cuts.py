"""Resolves the cuts of a query to a perspective, by the record times of the log and the present instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, bindparam, select

from domain.errors import ContentError
from domain.time.perspective import Perspective, PerspectiveQuery
from infrastructure.database.timekeeping import TOLERANCE
from infrastructure.hot_statements import HotStatement
from infrastructure.log.clock_corrections import (
    HAS_CORRECTIONS,
    corrections,
    position_at,
    record_time_at,
)
from infrastructure.projections.fact_text import CHECKPOINT, find_searched
from infrastructure.tables.facts import FACTS, SIDES, serving_side, serving_since
from infrastructure.tables.record import TEXT, api_key, event, log_head, projection
from infrastructure.transaction_memo import remember

if TYPE_CHECKING:
    from domain.time.record_time import ClockCorrection

_MINUTE: Final = 60_000_000
_HEAD: Final = select(
    log_head.c.position,
    log_head.c.recorded_at,
    HAS_CORRECTIONS.label("corrected"),
    CHECKPOINT.scalar_subquery().label("indexed"),
    projection.c.state.label("serves"),
    projection.c.position.label("since"),
).outerjoin_from(log_head, projection, projection.c.name == FACTS)
_BEGINNING: Final = HotStatement(_HEAD)
"""The first statement of every reading; the side that serves is remembered for the transaction."""
_BEGINNING_WITH_KEY: Final = HotStatement(
    _HEAD.add_columns(*api_key.c).outerjoin(api_key, api_key.c.id == bindparam("key", type_=TEXT))
)


class Cuts:
    """Resolves cuts in one transaction. `head` is the last position that is seen.

    `now` is the present instant, in microseconds UTC. If the last record time is at most a minute ahead of it, `now` is
    that time: clocks differ, and people must see what they have just written. With `searched` the head is the last
    position up to which a search finds everything. With a `key_id`, `key` is a row with the columns of that key, all
    None if there is no such key.
    """

    def __init__(
        self, connection: Connection, now: int, *, searched: bool, key_id: str | None = None
    ) -> None:
        self._connection = connection
        self._clock = now
        self._what = "full text" if searched else "log"
        beginning = _BEGINNING if key_id is None else _BEGINNING_WITH_KEY
        head = self.key = beginning.one(connection, {"key": key_id})
        if head.serves in SIDES:
            remember(connection, serving_side, head.serves)
            remember(connection, serving_since, (head.serves, head.since))
        self._corrections = corrections(connection) if head.corrected else ()
        self.head: int = head.position
        self._head_at: int = head.recorded_at
        self.now = _move_clock(now, self._head_at)
        self._whole = True
        if searched and head.indexed < self.head:
            last = find_searched(connection, head.indexed, self.head)
            self.head, self._whole = last, last == self.head

    def perspective(self, query: PerspectiveQuery) -> Perspective:
        """The perspective of a query; ContentError at `/position` for a position that the log has not reached."""
        position = self.head if query.position is None else query.position
        if not 0 <= position <= self.head:
            raise ContentError.at(
                "/position",
                f"the {self._what} has not reached this position: write a position from 0 to {self.head}",
            )
        if query.clock == "recorded" and query.as_known_at is not None:
            position = min(position, self._position_at(query.as_known_at, position))
        return Perspective(
            as_of=self._as_of(query, position),
            as_known_at=query.as_known_at,
            clock=query.clock,
            match=query.match,
            position=position,
            corrections=self.corrections(position),
        )

    def position_of(self, instant: int) -> int:
        """The position with this record time, even a wrong one; else the last position that was recorded by then."""
        at = select(event.c.position).where(event.c.recorded_at == instant)
        position = self._connection.execute(at).scalar()
        return self._position_at(instant, self.head) if position is None else int(position)

    def is_settled(self, query: PerspectiveQuery) -> bool:
        """Whether the answer can never change: the query has a position, or a past cut of the recorded clock."""
        if query.position is not None:
            return True
        if query.as_known_at is None or query.clock == "published":
            return False
        return query.as_known_at <= self._passed

    def corrections(self, position: int) -> tuple[ClockCorrection, ...]:
        """The corrections of the clock in the log up to a position."""
        return tuple(
            correction for correction in self._corrections if correction.position <= position
        )

    @property
    def _passed(self) -> int:
        """The instant up to which no event will be recorded any more: that of the head, unless it is ahead of `now`."""
        if self._whole and self._head_at <= self.now:
            return self._head_at
        last = position_at(self._connection, self.now, self._corrections, self.head)
        return record_time_at(self._connection, last)

    def _position_at(self, instant: int, last: int) -> int:
        """The last position up to `last` that was recorded by an instant, with the clock corrections known at `last`.

        Without corrections record times only rise, so the search does not depend on `last`.
        """
        if not self._corrections:
            return position_at(self._connection, instant, ())
        return position_at(self._connection, instant, self.corrections(last), last)

    def _as_of(self, query: PerspectiveQuery, position: int) -> int:
        if query.as_of is not None:
            return query.as_of
        if query.as_known_at is not None:
            return query.as_known_at
        if query.position is not None:
            return record_time_at(self._connection, position)
        return find_present(self._clock, self._head_at)


def find_present(clock: int, head_at: int) -> int:
    """The cut of a query without one: the end of the current minute, or the head's record time if that is later."""
    return max(clock - clock % _MINUTE + _MINUTE - 1, _move_clock(clock, head_at))


def _move_clock(clock: int, head_at: int) -> int:
    """The present instant, moved forward to the head of the log if that is at most a minute ahead."""
    return head_at if clock < head_at <= clock + TOLERANCE else clock
