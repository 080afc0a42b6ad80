"""A rebuild derives spare tables beside those in use, reports differences, and switches while others write."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import func, select, text

from domain.fact import fact_id
from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from domain.time.perspective import PerspectiveQuery
from infrastructure.database.schema import check
from infrastructure.database.working_alone import NotAloneError
from infrastructure.ledger import StoredLedger
from infrastructure.projections import fact_text, filling
from infrastructure.projections import rebuild as rebuilding
from infrastructure.projections.rebuild import RebuildReport, rebuild
from infrastructure.readers.reading import Reading
from infrastructure.tables.facts import SIDES, serving_side
from tests.benchmarks.population import populate
from tests.databases import open_database
from tests.examples import OWNER, fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infrastructure.database.database import Database
    from tests.databases import PostgreSQL

TALKS: Final = negotiation_id("talks")


@pytest.fixture
def ledger(database: Database) -> Iterator[StoredLedger]:
    """A ledger with one negotiation and fifty facts, one of them corrected and one retracted."""
    found = StoredLedger(database)
    found.open_negotiation(slug="talks", title="Talks", parties=(), summary=None, actor="desk")
    events = [
        decide_new_fact(TALKS, fact("appointment", external_id=f"F-{n}"), "desk") for n in range(50)
    ]
    found.append(events)
    first = found.fact(events[0].originator_id)
    found.change(
        first.decide_retract(reason="coding_error", why="misread", published=None, actor="desk")
    )
    yield found
    found.close()


def test_a_rebuild_of_a_sound_record_finds_nothing_and_switches(
    database: Database, ledger: StoredLedger
) -> None:
    reports = [rebuild(database, ledger.codec) for _ in range(2)]
    assert [report.differences for report in reports] == [(), ()]
    assert [(report.position, report.versions) for report in reports] == [(52, 51), (52, 51)]
    with database.reading() as connection:
        assert serving_side(connection) == "first"
        idle = SIDES["second"].version
        assert connection.execute(select(func.count()).select_from(idle)).scalar_one() == 0
    check(database)


@pytest.mark.parametrize(
    ("forgery", "table"),
    [
        ("UPDATE fact_version SET status = 'retracted' WHERE version = 1", "fact_version"),
        ("DELETE FROM fact_term", "fact_term"),
        ("DELETE FROM fact_answer", "fact_answer"),
        ("DELETE FROM fact_name", "fact_name"),
        ("UPDATE negotiation SET title = 'Forged'", "negotiation"),
    ],
)
def test_a_rebuild_says_what_differs_and_puts_it_right(
    database: Database, ledger: StoredLedger, forgery: str, table: str
) -> None:
    before = _state(database, ledger)
    with database.writing() as connection:
        connection.execute(text(forgery))
    report = rebuild(database, ledger.codec)
    assert {difference.table for difference in report.differences} == {table}
    difference = report.differences[0]
    assert difference.served != difference.derived
    assert difference.derived is not None
    assert _state(database, ledger) == before
    assert rebuild(database, ledger.codec).differences == ()


@pytest.mark.either_database
def test_writers_go_on_during_a_rebuild_and_lose_nothing(
    database: Database, ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 5)
    monkeypatch.setattr(rebuilding, "NEAR", 10)
    written: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set() and len(written) < 2_000:
            external_id = f"W-{len(written)}"
            ledger.record(
                negotiation_id=TALKS,
                fact=fact("appointment", external_id=external_id),
                actor="desk",
            )
            written.append(external_id)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        reports = [rebuild(database, ledger.codec) for _ in range(4)]
    finally:
        stop.set()
        writer.join()
    assert [report.differences for report in reports] == [()] * 4
    assert reports[-1].versions > 51
    with database.reading() as connection:
        reading = Reading(connection, ledger.codec, 0, OWNER)
        known = reading.list_known(TALKS, reading.perspective(PerspectiveQuery()))
    named = {version.record.fact.external_id for version in known}
    assert named == {f"F-{n}" for n in range(50)} | set(written)


def test_postgresql_plans_by_what_was_rebuilt_at_once(
    postgresql: PostgreSQL,
) -> None:
    database = open_database(postgresql.fresh())
    filled = StoredLedger(database)
    populate(filled, "talks", 100)
    rebuild(database, filled.codec)
    counted = text("SELECT reltuples FROM pg_class WHERE relname = :name")
    with database.reading() as connection:
        serving = SIDES[serving_side(connection)].version.name
        assert connection.execute(counted, {"name": serving}).scalar_one() == 100
    filled.close()
    database.close()


@pytest.mark.parametrize("at", ["begun", "filled"])
def test_of_two_rebuilds_that_know_nothing_of_each_other_none_serves_what_is_not_whole(
    database: Database, ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """As if the first had lost its lock: the second empties the tables that the first was filling, and fills them."""
    monkeypatch.setattr(rebuilding, "BATCH", 5)
    monkeypatch.setattr(rebuilding, "NEAR", 10)
    before = _state(database, ledger)
    told: list[int] = []

    def append_another(reached: int, last: int) -> None:
        told.append(reached)
        if told == [reached] if at == "begun" else last - reached <= 10:
            with database.writing() as connection:
                filling.begin(connection)

    with pytest.raises(NotAloneError, match="another rebuild has begun meanwhile"):
        rebuild(database, ledger.codec, append_another)
    with database.reading() as connection:
        assert serving_side(connection) == "first"
    assert _state(database, ledger) == before
    assert rebuild(database, ledger.codec).versions == 51
    assert _state(database, ledger) == before


def test_rows_that_were_taken_from_what_a_rebuild_fills_are_missed(
    database: Database, ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "BATCH", 5)
    monkeypatch.setattr(rebuilding, "NEAR", 10)

    def take(reached: int, _last: int) -> None:
        if reached > 5:
            return
        with database.writing() as connection:
            connection.execute(text("DELETE FROM fact_version_spare WHERE external_id = 'F-3'"))

    with pytest.raises(NotAloneError):
        rebuild(database, ledger.codec, take)
    with database.reading() as connection:
        assert serving_side(connection) == "first"


class _BrokenOffError(Exception):
    """Ends a rebuild between two of its batches, as a kill does."""


def _break_off(
    database: Database, ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Rebuild until a position is reached, in small batches."""
    monkeypatch.setattr(rebuilding, "BATCH", 5)
    monkeypatch.setattr(rebuilding, "NEAR", 10)

    def stop(reached: int, _last: int) -> None:
        if reached >= at:
            raise _BrokenOffError

    with pytest.raises(_BrokenOffError):
        rebuild(database, ledger.codec, stop)


def _rebuild_and_tell(database: Database, ledger: StoredLedger) -> tuple[list[int], RebuildReport]:
    """Rebuild; gives the positions that it reported, and its report."""
    told: list[int] = []
    return told, rebuild(database, ledger.codec, lambda reached, _: told.append(reached))


def test_a_rebuild_goes_on_where_the_one_before_it_broke_off(
    database: Database, ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _state(database, ledger)
    _break_off(database, ledger, monkeypatch, 20)
    assert _state(database, ledger) == before
    _break_off(database, ledger, monkeypatch, 30)
    told, report = _rebuild_and_tell(database, ledger)
    assert told[0] == 35
    assert (report.position, report.versions, report.differences) == (52, 51, ())
    assert _state(database, ledger) == before
    told, report = _rebuild_and_tell(database, ledger)
    assert (told[0], report.differences) == (5, ())


def test_what_is_erased_while_a_rebuild_is_broken_off_is_in_none_of_its_tables(
    database: Database, ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_off(database, ledger, monkeypatch, 30)
    erased = ledger.fact(fact_id(TALKS, "F-3"))
    ledger.change(erased.decide_erase(why="asked for", approvers=(), actor="desk"))
    spare = SIDES["second"].version.c
    left = select(func.count()).where(spare.fact_id == erased.id.hex, ~spare.erased)
    with database.reading() as connection:
        assert connection.execute(left).scalar_one() == 0
    assert rebuild(database, ledger.codec).differences == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE projection SET state = '0001' || substr(state, 5) WHERE name = 'spare'",
        "DELETE FROM fact_version_spare WHERE external_id = 'F-3'",
    ],
)
def test_a_rebuild_begins_anew_under_another_schema_and_if_rows_were_lost(
    database: Database, ledger: StoredLedger, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    _break_off(database, ledger, monkeypatch, 30)
    with database.writing() as connection:
        connection.execute(text(change))
    told, report = _rebuild_and_tell(database, ledger)
    assert (told[0], report.versions, report.differences) == (5, 51, ())


def test_nothing_is_switched_to_once_the_lock_is_lost(
    database: Database, ledger: StoredLedger
) -> None:
    def raise_lost() -> None:
        raise NotAloneError

    with pytest.raises(NotAloneError):
        rebuild(database, ledger.codec, None, raise_lost)
    with database.reading() as connection:
        assert serving_side(connection) == "first"


@pytest.mark.usefixtures("ledger")
def test_words_that_were_read_before_a_reset_are_not_written_after_it(database: Database) -> None:
    read = fact_text._batch(database, 52)
    assert read is not None
    fact_text.reset(database)
    assert not fact_text._write_batch(database, read)
    assert fact_text.catch_up(database) == 52


def _state(database: Database, ledger: StoredLedger) -> object:
    with database.reading() as connection:
        reading = Reading(connection, ledger.codec, 0, OWNER)
        pinned = reading.perspective(PerspectiveQuery(position=reading.head))
        return reading.state(reading.negotiation("talks"), pinned)
