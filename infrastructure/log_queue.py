"""Concurrent appends share a transaction; nothing is acknowledged before its commit has returned.

Whoever finds no leader leads: it takes the log's lock, drains what has queued until then, and
commits it for all. A refused request fails alone. Where a transaction fails before its commit, each
of its requests is tried alone, so that a poisonous one fails alone too. Where the commit itself
fails nobody knows what became of it, so every request in it fails and none is tried again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from threading import Condition
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from infrastructure.log_append import AppendRequest, LogTransaction, Outcome
from infrastructure.log_errors import (
    OutcomeUnknownError,
    as_persistence_error,
    lost_connection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infrastructure.clock import Clock
    from infrastructure.database import Database
    from infrastructure.log_entry import InlineProjection, LogEntry

__all__ = ["GroupCommit"]

EVENTS_A_TRANSACTION: Final = 2_000


@dataclass(eq=False)
class _Ticket:
    request: AppendRequest
    outcome: Outcome | BaseException | None = None

    def redeem(self) -> list[LogEntry]:
        if isinstance(self.outcome, list):
            return self.outcome
        raise self.outcome or OperationalError("the log gave no answer")


class _Stage(Enum):
    LOCKING = auto()
    WRITING = auto()
    COMMITTING = auto()


class GroupCommit:
    """The queue before one database's log. `transactions` counts those that recorded something.

    `trouble` is why the database failed the last transaction; None where it did not.
    """

    def __init__(
        self, database: Database, projections: Sequence[InlineProjection], clock: Clock
    ) -> None:
        self._database = database
        self._projections = projections
        self._clock = clock
        self._queue: deque[_Ticket] = deque()
        self._condition = Condition()
        self._led = False
        self.transactions = 0
        self.trouble: str | None = None

    def submit(self, request: AppendRequest) -> list[LogEntry]:
        """Record `request`; return its entries once they are committed, or raise why it failed."""
        ticket = _Ticket(request)
        with self._condition:
            self._queue.append(ticket)
            self._condition.wait_for(lambda: ticket.outcome is not None or not self._led)
            if ticket.outcome is not None:
                return ticket.redeem()
            self._led = True
        try:
            while ticket.outcome is None:
                self._transact(self._drain)
        finally:
            with self._condition:
                self._led = False
                self._condition.notify_all()
        return ticket.redeem()

    def _drain(self) -> list[_Ticket]:
        drained: list[_Ticket] = []
        room = EVENTS_A_TRANSACTION
        with self._condition:
            while self._queue and (not drained or len(self._queue[0].request.events) <= room):
                drained.append(self._queue.popleft())
                room -= len(drained[-1].request.events)
        return drained

    def _transact(self, take: Callable[[], list[_Ticket]]) -> None:
        stage = _Stage.LOCKING
        tickets: list[_Ticket] = []
        outcomes: list[Outcome] = []
        try:
            with self._database.writing() as connection:
                log = LogTransaction(connection, self._clock())
                tickets, stage = take(), _Stage.WRITING
                outcomes = log.append([t.request for t in tickets], self._projections)
                stage = _Stage.COMMITTING
        except BaseException as error:
            self._fail(tickets or take(), stage, error)
            if not isinstance(error, Exception):
                raise
        else:
            self.trouble = None
            self.transactions += any(isinstance(outcome, list) for outcome in outcomes)
            for ticket, outcome in zip(tickets, outcomes, strict=True):
                ticket.outcome = outcome

    def _fail(self, tickets: list[_Ticket], stage: _Stage, error: BaseException) -> None:
        if isinstance(error, SQLAlchemyError):
            self.trouble = str(getattr(error, "orig", None) or error)
        one_by_one = (
            stage is _Stage.WRITING
            and len(tickets) > 1
            and isinstance(error, Exception)
            and not lost_connection(error)
        )
        try:
            for ticket in tickets if one_by_one else ():
                self._transact(partial(list, (ticket,)))
        finally:
            for ticket in tickets:
                ticket.outcome = _cause(error, stage) if ticket.outcome is None else ticket.outcome


def _cause(error: BaseException, stage: _Stage) -> BaseException:
    if not isinstance(error, Exception):
        return OperationalError("the writing of the log was interrupted")
    cause = as_persistence_error(error)
    if stage is not _Stage.COMMITTING:
        return cause
    unknown = OutcomeUnknownError(str(cause))
    unknown.__cause__ = error
    return unknown
