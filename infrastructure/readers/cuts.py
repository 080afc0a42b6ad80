"""What a question rests on: its cuts, resolved by the log's record times and the present instant."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from domain.errors import ContentError
from domain.perspective import Perspective, PerspectiveQuery
from infrastructure.readers import searches
from infrastructure.tables import event, log_head

__all__ = ["Cuts"]

_MINUTE: Final = 60_000_000


class Cuts:
    """Resolves cuts in one transaction. `head` is the last position that is seen, `now` the present instant.

    Those of a search end where it finds everything.
    """

    def __init__(self, connection: Connection, now: int, *, searched: bool) -> None:
        self._connection = connection
        self._now = now
        self._what = "full text" if searched else "log"
        head = connection.execute(select(log_head.c.position, log_head.c.recorded_at)).one()
        self.head: int = head.position
        self._head_at: int = head.recorded_at
        if searched and (last := searches.last_searchable(connection)) < self.head:
            self.head = last
            self._head_at = self._recorded_at(last)

    @property
    def now(self) -> int:
        """The present instant, never before the last record time."""
        return max(self._now, self._head_at)

    def perspective(self, query: PerspectiveQuery) -> Perspective:
        """What a question rests on; ContentError at `/position` for a position that the log has not reached."""
        position = self.head if query.position is None else query.position
        if not 0 <= position <= self.head:
            raise ContentError.at("/position", f"the {self._what} goes from 0 to {self.head}")
        if query.clock == "recorded" and query.as_known_at is not None:
            position = min(position, self._position_at(query.as_known_at))
        return Perspective(
            as_of=self._as_of(query, position),
            as_known_at=query.as_known_at,
            clock=query.clock,
            match=query.match,
            position=position,
        )

    def settled(self, query: PerspectiveQuery) -> bool:
        """Whether the answer can never change: the log's part in it is named, or lies in the past."""
        if query.position is not None:
            return True
        if query.as_known_at is None or query.clock == "published":
            return False
        return query.as_known_at <= self._head_at

    def _as_of(self, query: PerspectiveQuery, position: int) -> int:
        if query.as_of is not None:
            return query.as_of
        if query.as_known_at is not None:
            return query.as_known_at
        if query.position is not None:
            return self._recorded_at(position)
        minute_under_way = self._now - self._now % _MINUTE + _MINUTE - 1
        return max(minute_under_way, self._head_at)

    def _recorded_at(self, position: int) -> int:
        statement = select(event.c.recorded_at).where(event.c.position == position)
        return int(self._connection.execute(statement).scalar() or 0)

    def _position_at(self, recorded_at: int) -> int:
        statement = select(event.c.position).where(event.c.recorded_at <= recorded_at)
        latest = statement.order_by(event.c.recorded_at.desc()).limit(1)
        return int(self._connection.execute(latest).scalar() or 0)
