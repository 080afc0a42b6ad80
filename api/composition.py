"""Puts all parts together, once, for the server and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Final, cast

from sqlalchemy import select

from domain.access import Principal, owner
from domain.streams.event import FactEvent, RecordEvent
from infrastructure.backup.backup import back_up, restore
from infrastructure.backup.file import Manifest
from infrastructure.clock import Clock, system_clock
from infrastructure.configured import seals_by
from infrastructure.database.database import Database
from infrastructure.database.replication import refuse_standby
from infrastructure.database.schema import refuse_newer, schema_at_head
from infrastructure.database.schema import upgrade as bring_to_head
from infrastructure.database.working_alone import work_alone
from infrastructure.identity.keys import Keys
from infrastructure.identity.sessions import Sessions
from infrastructure.ledger import StoredLedger
from infrastructure.log.clock_corrections import WrongTimes, wrong_times
from infrastructure.log.entry import LogEntry
from infrastructure.log.erasure import TABLES
from infrastructure.log.errors import persistence_errors
from infrastructure.log.expiring import drop_kept_before
from infrastructure.log.overwritten import Overwritten
from infrastructure.log.recorder import EventRecorder
from infrastructure.log.resealing import SealReport, reseal, take_as_is
from infrastructure.projections import fact_text
from infrastructure.projections.following import follow
from infrastructure.projections.inline import RecordProjection
from infrastructure.projections.outdated import is_outdated, unmark_outdated
from infrastructure.projections.rebuild import RebuildReport, rebuild
from infrastructure.proofs import integration
from infrastructure.proofs.configured import publisher_of
from infrastructure.proofs.publishing import POLL_SECONDS, Publisher
from infrastructure.readers.look import Look
from infrastructure.readers.reading import Reading
from infrastructure.readers.state.kept_facts import KeptSlices
from infrastructure.sealing.wrapping import SealKeyError
from infrastructure.settings import Settings
from infrastructure.tables.record import log_head

_HOUR: Final = 3_600_000_000


@dataclass(frozen=True)
class Parley:
    """The record on one database: `ledger` takes commands, `reading` answers, and the one `publisher` signs the log."""

    settings: Settings
    database: Database
    ledger: StoredLedger
    clock: Clock
    overwritten: Overwritten
    publisher: Publisher | None
    kept: KeptSlices
    stopping: Event = field(default_factory=Event)
    """Set once this process has been told to stop; long work then ends at its next step."""

    @property
    def keys(self) -> Keys:
        """The keys that people come in with."""
        return Keys(self.database, self.clock)

    @property
    def sessions(self) -> Sessions:
        """The sessions of people who are signed in to the pages."""
        return Sessions(self.database, self.clock, self.settings.session_hours)

    @property
    def owner(self) -> Principal:
        """The principal of a command that is run on the database itself."""
        return owner(self.settings.actor)

    @contextmanager
    def reading(
        self, principal: Principal, *, searched: bool = False, key_id: str | None = None
    ) -> Iterator[Reading]:
        """One consistent snapshot, read with the rights of a principal; `searched` if full text will be searched.

        `key_id` names the principal's key, whose columns are read with it (`Reading.cuts`).
        """
        context = self.ledger.codec, self.clock(), principal
        with self.database.reading() as connection:
            yield Reading(connection, *context, searched=searched, kept=self.kept, key_id=key_id)

    @contextmanager
    def looking(self, principal: Principal, key_id: str | None = None) -> Iterator[Look]:
        """Single reads with the rights of a principal, each of the newest state; `key_id` names the principal's key."""
        with self.database.looking() as connection:
            yield Look(connection, self.clock(), principal, key_id)

    def catch_up(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Let the full text hold all of the log; returns the last position when called."""
        return fact_text.catch_up(self.database, progress)

    def follow(self) -> None:
        """Let everything that follows the log in batches hold it all."""
        self.catch_up()
        integration.catch_up(self.database)
        self.overwritten.drop()
        self.sessions.drop_expired()
        with suppress(SealKeyError):
            self.drop_expired()

    def drop_expired(self) -> int:
        """Take away the answers that were kept under idempotency keys for as long as the settings say; how many."""
        kept_for = self.settings.idempotency_hours * _HOUR
        return drop_kept_before(self.database, self.clock() - kept_for)

    def erase(
        self,
        erasure: FactEvent,
        *before: RecordEvent,
        claim: object = None,
        until: int | None = None,
        within: object = None,
    ) -> int:
        """Carry out an erasure, after what led to it; its position. Raises as `Ledger.change` does.

        What it overwrote leaves the files of the database as soon as nobody reads an older state.
        """
        position = self.ledger.change(erasure, *before, claim=claim, until=until, within=within)
        self.overwritten.add()
        return position

    @contextmanager
    def keep_following(self) -> Iterator[None]:
        """While the block runs, what is written is taken up soon after, asked for or not, unless this only reads."""
        recorder = cast("EventRecorder", self.ledger.recorder)
        settings = self.settings
        with ExitStack() as stack:
            if settings.purge_url:
                from infrastructure.outbound.purging import Purger  # noqa: PLC0415 -- httpx takes 0.1 s

                purger = Purger(recorder, self.clock, settings.purge_url, settings.cache_seconds)
                stack.enter_context(follow(recorder.wakeup, purger.follow, purger.poll_seconds))
            if settings.read_only:
                yield
                return
            stack.enter_context(self.overwritten.keep_following())
            stack.enter_context(follow(recorder.wakeup, self.follow))
            if self.publisher is not None:
                publish = self.publisher.follow
                stack.enter_context(follow(recorder.wakeup, publish, POLL_SECONDS))
            yield

    def ready(self) -> dict[str, Any]:
        """{schema: whether it is at head, log: the last position, projections: {name: position held}}."""
        if not schema_at_head(self.database) or self.outdated:
            return {"schema": False, "log": None, "projections": {}}
        with self.reading(self.owner) as reading:
            return {"schema": True, "log": reading.head, "projections": reading.projections()}

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> RebuildReport:
        """Derive the fact versions beside those that serve, compare, switch; then the full text and the tiles."""
        with work_alone(self.database, "rebuild") as confirm:
            report = rebuild(self.database, self.ledger.codec, progress, confirm)
            fact_text.reset(self.database)
            fact_text.catch_up(self.database, progress)
            integration.rebuild(self.database)
            with self.database.writing() as connection:
                unmark_outdated(connection)
        return report

    @property
    def outdated(self) -> bool:
        """Whether an older Parley filled the tables, and they have to be derived again."""
        with self.database.reading() as connection:
            return is_outdated(connection)

    def back_up(self, target: Path, progress: Callable[[int, int], None] | None = None) -> Manifest:
        """Write a backup of the record as it stands; anyone who reads or writes goes on."""
        return back_up(self.database, target, progress)

    def restore(self, source: Path, progress: Callable[[int, int], None] | None = None) -> Manifest:
        """Put a backup into this record, which must be empty, and let every projection hold it."""
        projections = [RecordProjection(self.ledger.codec)]
        with work_alone(self.database, "restore"):
            manifest = restore(self.database, source, projections, progress)
            self.catch_up()
        return manifest

    def compact(self, patience: float) -> tuple[str, ...]:
        """Remove overwritten bytes from the database's files; returns the commands that still have to be run, in order.

        Who is in the way is waited for, `patience` seconds at most.
        """
        with work_alone(self.database, "compaction"):
            self.overwritten.merge()
            return self.database.compact(*TABLES, patience=patience)

    def seal(
        self,
        progress: Callable[[int, int], None] | None = None,
        *,
        new_key: bool = False,
        as_is: bool = False,
    ) -> tuple[SealReport, int]:
        """Seal what is unencrypted, and wrap every data key with the newest key, which `new_key` makes first.

        `as_is` first accepts and stamps the present rows; the number that is returned counts the responses dropped by
        that.
        """
        with work_alone(self.database, "sealing"):
            dropped = take_as_is(self.database) if as_is else 0
            with self.database.reading() as connection:
                keys = self.database.seals.check(connection)
            if new_key and keys is not None:
                self.database.seals.add_key()
            return reseal(self.database, progress), dropped

    def check_seals(self) -> None:
        """Raise `SealKeyError` where something is sealed by a key that is not given."""
        with self.database.reading() as connection:
            self.database.seals.check(connection)

    def check_clock(self) -> None:
        """Raise `ClockInDoubtError` where nothing would be recorded, as there is evidence against a clock."""
        with persistence_errors(), self.database.reading() as connection:
            head_at = connection.execute(select(log_head.c.recorded_at)).scalar_one()
            self.database.timekeeper.now(connection, head_at)

    def wrong_times(self) -> WrongTimes | None:
        """Which of the log's record times are in the future; None if none of them is."""
        with persistence_errors(), self.database.reading() as connection:
            return wrong_times(connection, self.database.timekeeper.now(connection))

    def correct_clock(self, seen: WrongTimes, why: str) -> LogEntry:
        """Record that the record times that were `seen` are wrong; raises as `EventRecorder.correct_clock` does."""
        recorder = cast("EventRecorder", self.ledger.recorder)
        return recorder.correct_clock(seen, why=why, actor=self.owner.actor)

    def withdraw_correction(self, position: int, why: str) -> LogEntry:
        """Record that a correction of the clock is void: raises as `EventRecorder.withdraw_correction`."""
        recorder = cast("EventRecorder", self.ledger.recorder)
        return recorder.withdraw_correction(position, why=why, actor=self.owner.actor)

    def close(self) -> None:
        """Let go of the database."""
        self.ledger.close()
        self.database.close()


def compose(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    upgrade: bool = True,
    signs: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Parley:
    """Open the database of the settings, upgrade it unless told not to, and put the record on it.

    One that `signs` makes a missing key, or raises `LogKeyError`; one that only reads signs and upgrades nothing.
    `progress` is told (position reached, last position) while an upgrade derives the tables again.
    """
    database = Database(
        settings.database_url,
        clock=clock,
        seals=seals_by(settings),
        limits=settings.limits,
        read_only=settings.read_only,
        prepare_threshold=settings.prepare_threshold,
    )
    upgrade, signs = upgrade and not settings.read_only, signs and not settings.read_only
    with ExitStack() as refused:
        refused.callback(database.close)
        if upgrade or signs:
            refuse_standby(database)
        if upgrade:
            bring_to_head(database)
        else:
            refuse_newer(database)
        publisher = publisher_of(settings, database) if signs else None
        ledger = StoredLedger(database)
        overwritten = Overwritten(database, partial(fact_text.merge_index, database))
        kept = KeptSlices(settings.max_kept_bytes)
        parley = Parley(settings, database, ledger, clock, overwritten, publisher, kept)
        if upgrade and parley.outdated:
            parley.rebuild(progress)
        refused.pop_all()
    return parley
