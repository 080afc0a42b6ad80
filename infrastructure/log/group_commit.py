"""Lets concurrent appends share one transaction; no append is acknowledged before its commit.

A writer that finds no leader becomes the leader: it takes the log's lock, takes requests that have queued until then,
and commits them together: by turns up to SMALL_A_TRANSACTION small ones, and one large one, such as a turn of an
import. So few small requests wait for one large one at most, and a leader that has only large ones gives way to other
processes. A refused request fails alone. If a transaction fails before its commit, each of its requests is tried
alone, so that one bad request does not fail the others. If the commit itself fails, its result is unknown, so every
request in it fails and is not tried again. A request that has waited as long as its lane allows, and is in no
transaction yet, is taken out of the queue.
"""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from threading import Condition
from typing import TYPE_CHECKING, Final

from eventsourcing.persistence import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from infrastructure.log.append import AppendRequest, LogTransaction, Outcome
from infrastructure.log.errors import (
    OutcomeUnknownError,
    as_persistence_error,
    is_connection_lost,
    was_closed_by_server,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infrastructure.database.database import Database
    from infrastructure.database.timekeeping import Timekeeper
    from infrastructure.log.entry import InlineProjection, LogEntry

SMALL_A_TRANSACTION: Final = 80
EVENTS_OF_LARGE: Final = 25
"""From how many events on a request is large."""
BYTES_A_REQUEST: Final = 131_072
PAGES: Final = 16 * 4_096
"""Bytes that the tables and indexes of one event may take."""
STALLED_SECONDS: Final = 2.0
"""How long a transaction may take once it has the log's lock; an import records in turns of less than a second."""


@dataclass(eq=False)
class _Ticket:
    request: AppendRequest
    outcome: Outcome | BaseException | None = None

    @property
    def is_large(self) -> bool:
        return len(self.request.events) >= EVENTS_OF_LARGE

    def redeem(self) -> list[LogEntry]:
        if isinstance(self.outcome, list):
            return self.outcome
        raise self.outcome or OperationalError("the log gave no result: try again")


class _Stage(Enum):
    LOCKING = auto()
    WRITING = auto()
    COMMITTING = auto()


class GroupCommit:
    """The queue for one database's log; `transactions` counts the transactions that recorded something.

    `trouble` says why the database failed the last transaction, and is None after one that succeeds; `refused` is about
    how many bytes the failed one would have written.
    """

    def __init__(
        self, database: Database, projections: Sequence[InlineProjection], timekeeper: Timekeeper
    ) -> None:
        self._database = database
        self._projections = projections
        self._timekeeper = timekeeper
        self._queue: deque[_Ticket] = deque()
        self._condition = Condition()
        self._led = False
        self._owes_large = False
        self._stalls_at = math.inf
        self.transactions = 0
        self.trouble: str | None = None
        self.refused = 0

    @property
    def stalled(self) -> bool:
        """Whether the transaction under way has waited for the database for too long."""
        return time.monotonic() > self._stalls_at

    def submit(self, request: AppendRequest) -> list[LogEntry]:
        """Record `request`; returns its entries once they are committed, or raises the error that it failed with."""
        ticket = _Ticket(request)
        patience = self._database.patience.lock
        with self._condition:
            self._queue.append(ticket)
            if not self._condition.wait_for(lambda: self._is_over(ticket), patience):
                self._take_back(ticket, patience)
            self._condition.wait_for(lambda: self._is_over(ticket))
            if ticket.outcome is not None:
                return ticket.redeem()
            self._led = True
        try:
            while ticket.outcome is None:
                self._transact()
        finally:
            with self._condition:
                self._led, self._stalls_at = False, math.inf
                self._condition.notify_all()
        return ticket.redeem()

    def _is_over(self, ticket: _Ticket) -> bool:
        return ticket.outcome is not None or not self._led

    def _take_back(self, ticket: _Ticket, patience: float | None) -> None:
        """Remove a ticket that is still queued, and raise OperationalError; a ticket in a transaction is left."""
        if ticket in self._queue:
            self._queue.remove(ticket)
            raise OperationalError(f"other requests have written to the log for {patience:g} s")

    def _watch(self, waits: float) -> None:
        """Begin a step that should take at most `waits` seconds plus STALLED_SECONDS."""
        self._stalls_at = time.monotonic() + waits + STALLED_SECONDS

    def _drain(self) -> list[_Ticket]:
        """Take the small requests, or one large one if there are no small ones or they went first the last time."""
        with self._condition:
            large = [ticket for ticket in self._queue if ticket.is_large]
            small = [ticket for ticket in self._queue if not ticket.is_large]
            takes_large = bool(large) and (self._owes_large or not small)
            self._owes_large = bool(large) and not takes_large
            drained = large[:1] if takes_large else small[:SMALL_A_TRANSACTION]
            for ticket in drained:
                self._queue.remove(ticket)
        return drained

    def _take_all(self) -> list[_Ticket]:
        with self._condition:
            queued = [*self._queue]
            self._queue.clear()
        return queued

    def _gives_way(self) -> Callable[[], bool] | None:
        return self._has_only_large if self._has_only_large() else None

    def _has_only_large(self) -> bool:
        """Whether nobody who waits here has a small request."""
        with self._condition:
            return all(ticket.is_large for ticket in self._queue)

    def _transact(self, only: _Ticket | None = None, *, again: bool = True) -> None:
        stage = _Stage.LOCKING
        tickets: list[_Ticket] = []
        outcomes: list[Outcome] = []
        self._watch(self._database.patience.turn)
        try:
            with self._database.writing(self._gives_way(), may_idle=True) as connection:
                log = LogTransaction(connection, self._timekeeper)
                self._watch(0)
                tickets, stage = self._drain() if only is None else [only], _Stage.WRITING
                outcomes = log.append([t.request for t in tickets], self._projections)
                stage = _Stage.COMMITTING
        except BaseException as error:
            if again and stage is _Stage.LOCKING and was_closed_by_server(error):
                self._transact(only, again=False)
                return
            self._fail(tickets or (self._take_all() if only is None else [only]), stage, error)
            if not isinstance(error, Exception):
                raise
        else:
            self.trouble = None
            self.transactions += any(isinstance(outcome, list) for outcome in outcomes)
            for ticket, outcome in zip(tickets, outcomes, strict=True):
                ticket.outcome = outcome

    def _fail(self, tickets: list[_Ticket], stage: _Stage, error: BaseException) -> None:
        if isinstance(error, SQLAlchemyError):
            self.refused = sum(map(_size, tickets))
            self.trouble = str(getattr(error, "orig", None) or error)
        one_by_one = (
            stage is _Stage.WRITING
            and len(tickets) > 1
            and isinstance(error, Exception)
            and not is_connection_lost(error)
        )
        try:
            for ticket in tickets if one_by_one else ():
                self._transact(ticket)
        finally:
            for ticket in tickets:
                ticket.outcome = _cause(error, stage) if ticket.outcome is None else ticket.outcome


def _size(ticket: _Ticket) -> int:
    """About how many bytes a request takes: its payloads, in the log and in the projections, and their pages."""
    payloads = sum(len(stored.state) for stored in ticket.request.events)
    return BYTES_A_REQUEST + PAGES * len(ticket.request.events) + 4 * payloads


def _cause(error: BaseException, stage: _Stage) -> BaseException:
    if not isinstance(error, Exception):
        return OperationalError("writing was interrupted: try again")
    cause = as_persistence_error(error)
    if stage is not _Stage.COMMITTING:
        return cause
    unknown = OutcomeUnknownError(str(cause))
    unknown.__cause__ = error
    return unknown
