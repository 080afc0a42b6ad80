"""Appends events under one lock: positions have no gaps, `recorded_at` rises, and a refused request leaves nothing.

The lock is the row of `log_head`, or SQLite's write lock, held until the commit: anyone who sees a
position sees every lower one, with any number of writing processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from sqlalchemy import Connection, Row, update

from domain.confidential import Source
from domain.streams.conflicts import (
    ConflictError,
    DeadlinePassedError,
    StandingMovedError,
    VersionTakenError,
)
from infrastructure.hot_statements import HotStatement, insert_rows
from infrastructure.log.clock_corrections import last_right_time
from infrastructure.log.entry import (
    AlreadyAnswered,
    AuthoredEvent,
    InlineProjection,
    LogEntry,
    stream_name,
)
from infrastructure.log.erasure import ERASED_ANSWER, ERASING, erase_rows, is_erased
from infrastructure.log.leaves import hash_row, new_secret, salt_of
from infrastructure.log.under_lock import FIRST_VERSIONS, LOCK_HEAD, last_versions, lock_head
from infrastructure.sealing.confidential_parts import seal_part
from infrastructure.sealing.seals import read_own_keys, seals_of
from infrastructure.sealing.stamps import begin_stamps, change_total, total_columns
from infrastructure.sealing.stored_responses import (
    IdempotencyClaim,
    StoredResponse,
    find_response,
    store_response,
)
from infrastructure.tables.record import confidential_part, event, log_head
from infrastructure.transaction_memo import forget

if TYPE_CHECKING:
    from infrastructure.database.timekeeping import Timekeeper
    from infrastructure.sealing.seals import BatchKeys

MOVE_HEAD = update(log_head).where(log_head.c.id == 1)
_MOVE_HEAD: Final = HotStatement(MOVE_HEAD, ("position", "recorded_at"))
_MOVE_HEAD_AND_TOTAL: Final = HotStatement(
    MOVE_HEAD, ("position", "recorded_at", "total_key_id", "total_stamp")
)
GONE = 410
"""The status of a refusal that says that the fact was erased."""
Sources = Mapping[tuple[UUID | str, int], Sequence[Source]]
Within = Callable[[Connection, Sequence[LogEntry]], None]
"""A function that is called with a request's entries in their transaction, once everything is written."""


@dataclass(frozen=True)
class AppendRequest:
    """The events that one caller wants recorded, all or none; `sources` are by the stream and version of their event.

    It is refused if one of the streams in `standing` has left its version, or if the instant `until` has come.
    """

    events: Sequence[StoredEvent]
    claim: IdempotencyClaim | None = None
    sources: Sources = field(default_factory=dict)
    standing: Mapping[UUID | str, int] = field(default_factory=dict)
    until: int | None = None
    within: Within | None = None


Outcome = list[LogEntry] | ConflictError | AlreadyAnswered


def lock_log(connection: Connection) -> Row[int, int]:
    """Lock the log for sealed or stamped writes, and return its head; SealKeyError without the database's keys."""
    head = connection.execute(LOCK_HEAD).one()
    forget(connection, read_own_keys)
    seals_of(connection).check(connection)
    return head


class LogTransaction:
    """One writing transaction on the log: locks it at once, then takes any number of requests.

    Raises as `lock_log` does, and ClockInDoubtError while its clock is in doubt. A transaction that `corrects` the
    log's record times continues from the last right one.
    """

    def __init__(
        self, connection: Connection, timekeeper: Timekeeper, *, corrects: bool = False
    ) -> None:
        self._connection = connection
        head = lock_head(connection)
        self.now = timekeeper.now(connection, None if corrects else head.recorded_at, head.server)
        self._begun = bool(head.position)
        self._added = 0
        """What this transaction adds to the total of the stored responses."""
        self._erased: set[str] = set()
        self._position: int = head.position
        self._recorded_at: int = (
            last_right_time(connection, self.now) if corrects else head.recorded_at
        )
        self._sources: dict[int, Sequence[Source]] = {}

    def append(
        self, requests: Sequence[AppendRequest], projections: Sequence[InlineProjection]
    ) -> list[Outcome]:
        """Record the requests that are not refused; a request's outcome is its entries or its refusal."""
        named = {
            stream_name(id_): None
            for request in requests
            for id_ in (*(stored.originator_id for stored in request.events), *request.standing)
        }
        versions = last_versions(self._connection, list(named))
        older = list(versions)
        outcomes = [self._admit(request, versions) for request in requests]
        entries = [entry for outcome in outcomes if isinstance(outcome, list) for entry in outcome]
        if entries:
            self._write(entries, older)
            for projection in projections:
                projection.apply(self._connection, entries)
        self._stamp(entries)
        for request, outcome in zip(requests, outcomes, strict=True):
            if request.within is not None and isinstance(outcome, list):
                request.within(self._connection, outcome)
        return outcomes

    def _stamp(self, entries: Sequence[LogEntry]) -> None:
        if not self._begun and (entries or self._added):
            begin_stamps(self._connection, self._added)
        elif self._added:
            change_total(self._connection, self._added)
        self._begun, self._added = bool(self._position), 0

    def _admit(self, request: AppendRequest, versions: dict[str, int]) -> Outcome:
        try:
            self._refuse_late(request, versions)
            reached = _follow(versions, request.events)
            if request.claim is not None:
                self._keep(request.claim, len(request.events))
        except AlreadyAnswered as refusal:
            return refusal
        except ConflictError as refusal:
            kept = self._find_response(request.claim)
            return refusal if kept is None else AlreadyAnswered(kept)
        versions.update(reached)
        entries = [self._number(stored, request.sources) for stored in request.events]
        self._erased |= {stream_name(e.originator_id) for e in entries if e.topic in ERASING}
        return entries

    def _number(self, stored: StoredEvent, sources: Sources) -> LogEntry:
        self._position += 1
        self._recorded_at = self._next_recorded_at
        parts = sources.get((stored.originator_id, stored.originator_version))
        if parts:
            self._sources[self._position] = parts
        authored = stored if isinstance(stored, AuthoredEvent) else None
        return LogEntry(
            originator_id=stored.originator_id,
            originator_version=stored.originator_version,
            topic=stored.topic,
            state=stored.state,
            id=self._position,
            recorded_at=self._recorded_at,
            actor="" if authored is None else authored.actor,
            event=None if authored is None else authored.event,
        )

    def _write(self, entries: Sequence[LogEntry], older: Sequence[str]) -> None:
        """Insert the entries; before one that erases, those before it are inserted, because it may erase them."""
        started = [*older]
        begin = 0
        for at, entry in enumerate(entries):
            if entry.topic in ERASING:
                self._insert(entries[begin:at], started)
                self._added += erase_rows(self._connection, entry, self._recorded_at)
                begin = at
        self._insert(entries[begin:], started)
        head = {"position": self._position, "recorded_at": self._recorded_at}
        self._move_head(head)

    def _move_head(self, head: Mapping[str, Any]) -> None:
        """Move the log's head, and change with it the total of the stored responses."""
        total = total_columns(self._connection, self._added) if self._begun and self._added else {}
        if not total:
            _MOVE_HEAD.run(self._connection, head)
            return
        _MOVE_HEAD_AND_TOTAL.run(self._connection, {**head, **total})
        forget(self._connection, read_own_keys)
        self._added = 0

    def _insert(self, entries: Sequence[LogEntry], started: list[str]) -> None:
        """Insert entries; only the streams in `started` can have a data key already."""
        if not entries:
            return
        keys = seals_of(self._connection).keys_for_batch(self._connection, started)
        parts = self._parts(entries, keys) if self._sources else {}
        rows = [_row(entry, keys, parts.get(entry.id, ())) for entry in entries]
        insert_rows(self._connection, event, rows)
        started += [row["stream"] for row in rows]

    def _parts(
        self, entries: Sequence[LogEntry], keys: BatchKeys
    ) -> dict[int, list[dict[str, Any]]]:
        """Insert the confidential parts of the entries; returns their rows by position."""
        rows_by_position = {
            entry.id: [
                seal_part(keys.wrapping, stream_name(entry.originator_id), entry.id, *numbered)
                for numbered in enumerate(self._sources[entry.id])
            ]
            for entry in entries
            if entry.id in self._sources
        }
        rows = [row for parts in rows_by_position.values() for row in parts]
        if rows:
            self._connection.execute(confidential_part.insert(), rows)
        return rows_by_position

    def _refuse_late(self, request: AppendRequest, versions: Mapping[str, int]) -> None:
        for id_, version in request.standing.items():
            stream = stream_name(id_)
            last = versions.get(stream)
            if last != version:
                raise StandingMovedError(stream, version, last)
        if request.until is not None and self._next_recorded_at >= request.until:
            raise DeadlinePassedError

    @property
    def _next_recorded_at(self) -> int:
        return max(self.now, self._recorded_at + 1)

    def _find_response(self, claim: IdempotencyClaim | None) -> StoredResponse | None:
        return None if claim is None else find_response(self._connection, claim.caller, claim.key)

    def _keep(self, claim: IdempotencyClaim, events: int) -> None:
        """Store the response to a request with so many events; AlreadyAnswered if its key has a response already.

        A refusal has no events; if its fact was erased meanwhile, it is stored empty.
        """
        at = self._next_recorded_at + events - 1 if events else self._recorded_at
        answer = {**vars(claim), "answered_at": at, "kept_at": self.now}
        if not events and claim.status != GONE and self._is_erased(claim.fact_id):
            answer |= ERASED_ANSWER
        added = store_response(self._connection, answer)
        if added is None:
            kept = self._find_response(claim)
            if kept is None:
                raise AssertionError
            raise AlreadyAnswered(kept)
        self._added += added

    def _is_erased(self, fact: str | None) -> bool:
        if fact is None:
            return False
        return fact in self._erased or is_erased(self._connection, fact)


def _follow(versions: dict[str, int], events: Sequence[StoredEvent]) -> dict[str, int]:
    """The version that each stream reaches with `events`; VersionTakenError at a hole or repeat."""
    reached: dict[str, int] = {}
    for stored in events:
        stream, version = stream_name(stored.originator_id), stored.originator_version
        last = reached.get(stream, versions.get(stream))
        if version != last + 1 if last is not None else version not in FIRST_VERSIONS:
            raise VersionTakenError(stream, version, last)
        reached[stream] = version
    return reached


def _row(entry: LogEntry, keys: BatchKeys, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The row of an event, with its leaf and its sealed payload."""
    row = {
        "position": entry.id,
        "recorded_at": entry.recorded_at,
        "stream": stream_name(entry.originator_id),
        "version": entry.originator_version,
        "type": entry.topic,
        "actor": entry.actor,
        "payload": entry.state,
    }
    secret = new_secret()
    row |= hash_row(row, salt_of(secret, [part["digest"] for part in parts]))
    return row | keys.seal_payload({**row, "secret": secret})
