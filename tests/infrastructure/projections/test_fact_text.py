"""The full text holds each version once, with any number of followers of the log, and never half a batch."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event
from typing import TYPE_CHECKING, Final, cast

import pytest
from sqlalchemy.exc import SQLAlchemyError

from domain.errors import ContentError
from domain.fact import fact_id
from domain.time.perspective import PerspectiveQuery
from domain.views.timeline import TimelineFilter
from infrastructure.ledger import StoredLedger
from infrastructure.projections import fact_text as follower
from infrastructure.projections import following
from infrastructure.tables.text import fact_text
from tests.benchmarks.population import populate
from tests.databases import open_database as database_at
from tests.examples import NEGOTIATION
from tests.readers.full_texts import (
    RECORDED,
    decide_recording,
    find_facts,
    list_indexed,
    open_parley,
    open_record,
    record_all,
    rows_read,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.composition import Parley
    from infrastructure.log.recorder import EventRecorder
    from tests.databases import Kind

MANY: Final = 4_000
FEW: Final = 100


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    with open_record(database_url) as parley:
        yield parley


def test_a_search_sees_what_was_just_written_and_indexes_nothing(parley: Parley) -> None:
    for count, (name, content) in enumerate(RECORDED.items(), start=2):
        parley.ledger.append([decide_recording(content, name)])
        assert name in find_facts(parley, content.summary)
        with parley.reading(parley.owner, searched=True) as reading:
            assert (reading.head, reading.projections()["fact_text"]) == (count, 0)


def test_a_search_past_what_it_makes_up_for_says_where_it_ends(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "MOST_UNINDEXED", 3)
    parley.ledger.append([decide_recording(RECORDED["envoy"], f"no {n}") for n in range(6)])
    with parley.reading(parley.owner, searched=True) as reading:
        assert reading.head == reading.perspective(PerspectiveQuery()).position == 3
        with pytest.raises(ContentError, match="full text"):
            reading.perspective(PerspectiveQuery(position=5))
        assert not reading.is_settled(PerspectiveQuery(as_known_at=parley.clock()))
    assert find_facts(parley, "coale") == ["no 0", "no 1"]
    parley.catch_up()
    assert len(find_facts(parley, "coale")) == 6


def test_a_search_reads_few_large_texts_past_the_index_and_says_where_it_ends(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "MOST_UNREAD", 1)
    parley.ledger.append([decide_recording(RECORDED["envoy"], f"no {n}") for n in range(3)])
    with parley.reading(parley.owner, searched=True) as reading:
        assert reading.head == 2
    assert find_facts(parley, "coale") == ["no 0"]
    parley.catch_up()
    assert len(find_facts(parley, "coale")) == 3


def test_a_batch_of_large_texts_ends_early(parley: Parley, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "MOST_CHARACTERS", 1)
    parley.ledger.append([decide_recording(RECORDED["envoy"], f"no {n}") for n in range(3)])
    reached: list[tuple[int, int]] = []
    parley.catch_up(lambda *progress: reached.append(progress))
    assert reached == [(2, 4), (3, 4), (4, 4)]
    assert len(find_facts(parley, "coale")) == 3


def test_a_batch_reads_its_own_facts_just_after_many_came(
    fresh_database: Callable[[Kind], str],
) -> None:
    database = database_at(fresh_database("postgresql"))
    ledger = StoredLedger(database)
    populate(ledger, "talks", MANY)
    follower.catch_up(database)
    with database.reading() as connection:
        before = rows_read(connection)
        assert len(list(follower._rows(connection, MANY // 2, MANY // 2 + FEW))) == FEW
        assert rows_read(connection) - before < 5 * FEW
    ledger.close()
    database.close()


@pytest.mark.parametrize("indexed_to", [1, 3, 4])
def test_what_is_indexed_and_what_is_not_come_in_one_order(parley: Parley, indexed_to: int) -> None:
    days = ("2025-05", "2025-02", "2025-09", "2025-01", "2025-03", "2025-07")
    contents = [replace(RECORDED["release"], valid=day) for day in days]
    events = [decide_recording(content, content.valid) for content in contents]
    parley.ledger.append(events[:indexed_to])
    parley.catch_up()
    parley.ledger.append(events[indexed_to:])
    with parley.reading(parley.owner, searched=True) as reading:
        perspective = reading.perspective(PerspectiveQuery())
        for limit in (1, 2, 4, 10):
            ask = reading.timeline
            seen, more = ask(NEGOTIATION, perspective, TimelineFilter(), q="nauseda", limit=limit)
            assert more is (limit < len(days))
            given = [str(each.version.record.fact.external_id) for each in seen]
            assert given == sorted(days)[:limit]


def test_catching_up_at_once_indexes_once(
    parley: Parley, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 3)
    wanted = 60
    parley.ledger.append([decide_recording(RECORDED["envoy"], f"no {n}") for n in range(wanted)])
    both = (parley, open_parley(database_url))
    together = Barrier(4)

    def catch_up(turn: int) -> int:
        together.wait()
        return both[turn % 2].catch_up()

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(catch_up, range(4))) == {wanted + 1}
    rows = list_indexed(parley)
    assert len(rows) == len(set(rows)) == wanted
    assert len(find_facts(parley, "coale")) == wanted
    both[1].close()


def test_a_batch_that_fails_leaves_neither_rows_nor_checkpoint(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_all(parley)
    monkeypatch.setattr(follower, "BATCH", 2)
    with monkeypatch.context() as patched:
        patched.setattr(follower, "list_fact_words", lambda _: ["\ud800"])
        with pytest.raises((UnicodeError, SQLAlchemyError)):
            parley.catch_up()
    with parley.database.reading() as connection:
        assert follower.checkpoint(connection) == 0
    assert list_indexed(parley) == []
    assert parley.catch_up() == len(RECORDED) + 1
    assert len(list_indexed(parley)) == len(RECORDED)


def test_words_of_a_fact_that_was_erased_after_they_were_read_are_not_written(
    parley: Parley,
) -> None:
    record_all(parley)
    read = follower._batch(parley.database, 100)
    assert read is not None
    erased = parley.ledger.fact(fact_id(NEGOTIATION, "envoy"))
    parley.ledger.change(erased.decide_erase(why="asked for", approvers=(), actor="desk"))
    assert follower._write_batch(parley.database, read)
    indexed = {id_ for id_, _ in list_indexed(parley)}
    others = {fact_id(NEGOTIATION, name).hex for name in RECORDED if name != "envoy"}
    assert indexed == others


def test_a_rebuild_derives_the_full_text_again(parley: Parley) -> None:
    record_all(parley)
    parley.catch_up()
    assert find_facts(parley, "coale") == ["envoy", "spelling"]
    with parley.database.writing() as connection:
        connection.execute(fact_text.delete().where(fact_text.c.body.like("%coale%")))
    assert find_facts(parley, "coale") == []
    reached: list[tuple[int, int]] = []
    parley.rebuild(lambda position, last: reached.append((position, last)))
    assert find_facts(parley, "coale") == ["envoy", "spelling"]
    assert len(list_indexed(parley)) == len(RECORDED)
    assert reached[-1] == (5, 5)


def test_a_search_during_a_rebuild_misses_nothing(parley: Parley) -> None:
    record_all(parley)
    parley.catch_up()
    follower.reset(parley.database)
    assert find_facts(parley, "coale") == ["envoy", "spelling"]
    assert list_indexed(parley) == []


def test_the_full_text_is_followed_without_being_asked(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PAUSE_SECONDS", 0.01)
    with parley.keep_following():
        record_all(parley)
        until = time.monotonic() + 10
        while len(list_indexed(parley)) < len(RECORDED) and time.monotonic() < until:
            time.sleep(0.01)
        assert len(list_indexed(parley)) == len(RECORDED)


def test_what_follows_the_log_ends_after_its_batch_when_it_is_told_to_and_goes_on_later(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "BATCH", 1)
    record_all(parley)
    reached: list[int] = []
    begun = Event()

    def hold(position: int, _last: int) -> None:
        reached.append(position)
        begun.set()
        until = time.monotonic() + 60
        while not following.is_ending() and time.monotonic() < until:
            time.sleep(0.01)

    recorder = cast("EventRecorder", parley.ledger.recorder)
    with following.follow(recorder.wakeup, lambda: parley.catch_up(hold)):
        assert begun.wait(60)
    assert reached == [1]
    assert not following.is_ending()
    parley.catch_up()
    assert len(list_indexed(parley)) == len(RECORDED)
