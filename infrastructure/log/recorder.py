"""Records events in the log and reads them back, for the event-sourcing library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import ApplicationRecorder, ProgrammingError, StoredEvent

from infrastructure.database.timekeeping import Timekeeper
from infrastructure.log.append import AppendRequest
from infrastructure.log.clock import correct_clock, settle, withdraw_correction
from infrastructure.log.entry import AlreadyAnswered, AuthoredEvent, InlineProjection, LogEntry
from infrastructure.log.errors import persistence_errors
from infrastructure.log.group_commit import GroupCommit
from infrastructure.log.select import LogReader, OriginatorIDType
from infrastructure.log.subscription import EventSubscription, Wakeup
from infrastructure.log.write_probe import probe
from infrastructure.sealing.stored_responses import IdempotencyClaim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from infrastructure.clock import Clock
    from infrastructure.database.database import Database
    from infrastructure.log.append import Sources, Within
    from infrastructure.log.clock_corrections import WrongTimes

__all__ = [
    "AlreadyAnswered",
    "AuthoredEvent",
    "EventRecorder",
    "IdempotencyClaim",
    "InlineProjection",
    "LogEntry",
]


class EventRecorder(LogReader, ApplicationRecorder):
    """Appends to the log of `database` and reads it, as streams and as one sequence.

    `clock` is the database's unless given.
    """

    def __init__(
        self,
        database: Database,
        projections: Sequence[InlineProjection] = (),
        clock: Clock | None = None,
        originator_id_type: OriginatorIDType = "uuid",
    ) -> None:
        super().__init__(database, originator_id_type)
        self._projections = tuple(projections)
        self._timekeeper = database.timekeeper if clock is None else Timekeeper.of(clock)
        self._queue = GroupCommit(database, self._projections, self._timekeeper)
        self.wakeup = Wakeup()

    @property
    def committed_transactions(self) -> int:
        """How many transactions it has committed: fewer than appends, when they come at once."""
        return self._queue.transactions

    @property
    def trouble(self) -> str | None:
        """Why the database failed the last transaction of this process; None where it did not."""
        return self._queue.trouble

    @property
    def stalled(self) -> bool:
        """Whether the database has left a transaction of this process without an answer for too long."""
        return self._queue.stalled

    def try_again(self) -> None:
        """Write as much as was refused last, to see that it can be written; raises as `append` does.

        Nothing of it stays, and there is no trouble any more.
        """
        refused = self._queue.refused
        with persistence_errors():
            probe(self.database, refused)
        if self._queue.refused == refused:
            self._queue.trouble = None

    def append(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        claim: IdempotencyClaim | None = None,
        sources: Sources | None = None,
        standing: Mapping[UUID | str, int] | None = None,
        until: int | None = None,
        within: Within | None = None,
    ) -> list[LogEntry]:
        """Record all events in one transaction; returns their entries after the commit.

        `sources` are what events say in confidence, by their stream and version; `standing` the versions at which
        other streams have to be, and `until` the instant before which it has to be recorded (microseconds UTC).
        `within` is called in the transaction, with the entries; it may be called again where that fails.

        Raises VersionTakenError for a version that does not follow its stream's last, StandingMovedError where
        `standing` does not hold, DeadlinePassedError where `until` has come, `AlreadyAnswered` for a claim whose key is
        taken, and the library's other persistence errors. Nothing of the request is recorded then, with one exception:
        after `OutcomeUnknownError`, an error in the commit itself, nobody knows whether it was recorded.
        """
        if not stored_events and claim is None:
            return []
        entries = self._queue.submit(
            AppendRequest(tuple(stored_events), claim, sources or {}, standing or {}, until, within)
        )
        self.wakeup.ring()
        return entries

    def settle(self, instant: int) -> None:
        """Let nothing be recorded at or before `instant` any more, by whatever process, whatever its clock.

        Nothing happens where another holds the log's lock of a PostgreSQL.
        """
        with persistence_errors(), self.database.writing() as connection:
            settle(connection, instant)

    def correct_clock(self, seen: WrongTimes, *, why: str, actor: str) -> LogEntry:
        """Record that the record times that were `seen` are wrong: as `log_clock.correct_clock`."""
        with persistence_errors(), self.database.writing() as connection:
            entry = correct_clock(
                connection,
                self._timekeeper,
                self._projections,
                seen=seen,
                why=why,
                actor=actor,
            )
        self.wakeup.ring()
        return entry

    def withdraw_correction(self, position: int, *, why: str, actor: str) -> LogEntry:
        """Record that a correction of the clock is void: as `log_clock.withdraw_correction`."""
        said: dict[str, Any] = {"position": position, "why": why, "actor": actor}
        with persistence_errors(), self.database.writing() as connection:
            entry = withdraw_correction(connection, self._timekeeper, self._projections, **said)
        self.wakeup.ring()
        return entry

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        tracking: None = None,
        **kwargs: Any,  # noqa: ANN401 -- as in the library
    ) -> list[int]:
        """`append`, and the positions of what it recorded; ProgrammingError for the position of another log."""
        if tracking is not None:
            raise ProgrammingError("the log keeps no positions of other logs")
        return [entry.id for entry in self.append(stored_events, **kwargs)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[LogEntry]:
        """At most `limit` entries from position `start` to `stop`, inclusive unless told not."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        return self.entries_between(after, limit, stop=stop, types=topics)

    def max_notification_id(self) -> int | None:
        """The last position, or None for an empty log."""
        return self.head()[0] or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> EventSubscription:
        """Every entry past `gt`, as any process records it."""
        return EventSubscription(self, gt, topics)
