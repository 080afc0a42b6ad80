"""Records events in the log and reads them back, for the event-sourcing library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eventsourcing.persistence import ApplicationRecorder, ProgrammingError, StoredEvent

from infrastructure.database.timekeeping import Timekeeper
from infrastructure.log.append import AppendRequest
from infrastructure.log.clock import correct_clock, settle, withdraw_correction
from infrastructure.log.errors import persistence_errors
from infrastructure.log.group_commit import GroupCommit
from infrastructure.log.select import LogReader, OriginatorIDType
from infrastructure.log.subscription import EventSubscription, Wakeup
from infrastructure.log.write_probe import probe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from infrastructure.clock import Clock
    from infrastructure.database.database import Database
    from infrastructure.log.append import Sources, Within
    from infrastructure.log.clock_corrections import WrongTimes
    from infrastructure.log.entry import InlineProjection, LogEntry
    from infrastructure.sealing.stored_responses import IdempotencyClaim


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
        """How many transactions it has committed; concurrent appends share one."""
        return self._queue.transactions

    @property
    def trouble(self) -> str | None:
        """Why the database failed the last transaction of this process; None if it did not fail."""
        return self._queue.trouble

    @property
    def stalled(self) -> bool:
        """Whether a transaction of this process has waited for the database for too long."""
        return self._queue.stalled

    def try_again(self) -> None:
        """Try to write as many bytes as failed last, and undo it; raises as `append` does.

        If it succeeds, `trouble` is None from then on.
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

        `sources` are the confidential parts of events, by stream and version; `standing` gives the versions that other
        streams must have, and `until` the instant before which the events must be recorded (microseconds UTC).
        `within` is called in the transaction, with the entries; it is called again if the transaction is repeated.

        Raises VersionTakenError for a version that does not follow its stream's last, StandingMovedError if `standing`
        does not hold, DeadlinePassedError if `until` has come, `AlreadyAnswered` for a claim whose key is taken, and
        the library's other persistence errors. Then nothing of the request is recorded, with one exception: after
        `OutcomeUnknownError`, an error in the commit itself, it is unknown whether it was recorded.
        """
        if not stored_events and claim is None:
            return []
        entries = self._queue.submit(
            AppendRequest(tuple(stored_events), claim, sources or {}, standing or {}, until, within)
        )
        self.wakeup.ring()
        return entries

    def settle(self, instant: int) -> None:
        """Ensure that no process records anything at or before `instant` any more, even if its clock is behind.

        On PostgreSQL this does nothing while another process holds the log's lock.
        """
        with persistence_errors(), self.database.writing() as connection:
            settle(connection, instant)

    def correct_clock(self, seen: WrongTimes, *, why: str, actor: str) -> LogEntry:
        """Record that the record times in `seen` are wrong, as `log.clock.correct_clock` does."""
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
        """Record that a correction of the clock is void, as `log.clock.withdraw_correction` does."""
        decision: dict[str, Any] = {"position": position, "why": why, "actor": actor}
        with persistence_errors(), self.database.writing() as connection:
            entry = withdraw_correction(connection, self._timekeeper, self._projections, **decision)
        self.wakeup.ring()
        return entry

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        tracking: None = None,
        **kwargs: Any,  # noqa: ANN401 -- as in the library
    ) -> list[int]:
        """Append events and return their positions; ProgrammingError if `tracking` is given."""
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
        """At most `limit` entries from position `start` to `stop`, both included by default."""
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        return self.entries_between(after, limit, stop=stop, types=topics)

    def max_notification_id(self) -> int | None:
        """The last position, or None for an empty log."""
        return self.head()[0] or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> EventSubscription:
        """A subscription to all entries after position `gt`, from any process."""
        return EventSubscription(self, gt, topics)
