from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from time import process_time, sleep
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    PersistenceError,
    StoredEvent,
)

from infrastructure.database.timekeeping import TOLERANCE
from infrastructure.log.entry import AlreadyAnswered, LogEntry
from infrastructure.log.factory import EventFactory
from infrastructure.log.recorder import EventRecorder
from tests.databases import open_database
from tests.infrastructure.recording import DAY, NOON, claim, clock_of, events

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from infrastructure.database.database import Database
    from tests.databases import Kind


@pytest.fixture
def recorder(database: Database) -> EventRecorder:
    return EventRecorder(database)


def test_an_entry_comes_back_as_it_was_appended(recorder: EventRecorder) -> None:
    stream, payload = uuid4(), bytes(range(256))
    appended = recorder.append(events(stream, 1, 2, payload=payload))
    assert [entry.id for entry in appended] == [1, 2]
    assert appended[0].state == payload
    assert {entry.actor for entry in appended} == {"editor"}
    assert recorder.entries_between(0, 10) == appended
    assert recorder.entries_between(1, 10) == appended[1:]
    assert recorder.select_notifications(start=1, limit=1) == appended[:1]
    assert recorder.head() == (2, appended[1].recorded_at)


def test_a_plain_stored_event_has_no_actor(recorder: EventRecorder) -> None:
    (entry,) = recorder.append([StoredEvent(uuid4(), 0, "type", b"")])
    assert entry.actor == ""
    assert recorder.entries_between(0, 1) == [entry]


@pytest.mark.parametrize("versions", [(2,), (-1,), (0, 2), (1, 3), (1, 1), (2, 1), (1, 2, 4)])
def test_a_stream_begins_at_0_or_1_and_has_no_holes(
    recorder: EventRecorder, versions: tuple[int, ...]
) -> None:
    with pytest.raises(IntegrityError, match="does not follow"):
        recorder.append(events(uuid4(), *versions))
    assert recorder.head() == (0, 0)


@pytest.mark.parametrize("version", [1, 2, 4])
def test_a_version_follows_the_last_one_recorded(recorder: EventRecorder, version: int) -> None:
    stream = uuid4()
    recorder.append(events(stream, 1, 2))
    with pytest.raises(IntegrityError):
        recorder.append([*events(), *events(stream, version)])
    assert recorder.insert_events(events(stream, 3)) == [3]


def test_recorded_at_rises_while_the_clock_steps_back_a_little(database: Database) -> None:
    shown = [NOON, NOON + 1, NOON - TOLERANCE // 2, NOON - 5, NOON + 9]
    recorder = EventRecorder(database, clock=clock_of(shown))
    for _ in range(4):
        recorder.append(events(None, 1, 2))
    recorder.append(events())
    recorded = [entry.recorded_at for entry in recorder.entries_between(0, 20)]
    assert recorded == [NOON + step for step in (0, 1, 2, 3, 4, 5, 6, 7, 9)]


def test_a_position_is_found_by_its_instant(database: Database) -> None:
    recorder = EventRecorder(database, clock=clock_of([NOON, NOON + 100]))
    recorder.append(events(None, 1, 2))
    recorder.append(events())
    cuts = [NOON - 1, NOON, NOON + 1, NOON + 99, NOON + 100, NOON + DAY]
    assert [recorder.position_at(cut) for cut in cuts] == [0, 1, 2, 2, 3, 3]


def test_a_misspelt_keyword_is_not_ignored(recorder: EventRecorder) -> None:
    with pytest.raises(TypeError, match="trackings"):
        recorder.insert_events(events(), trackings=1)


def test_streams_may_be_named_by_text(database: Database) -> None:
    factory = EventFactory({"ORIGINATOR_ID_TYPE": "text"}, database=database)
    recorder = factory.application_recorder()
    recorder.insert_events([StoredEvent("nego-é", 1, "type", b"x")])
    assert recorder.select_events("nego-é") == [StoredEvent("nego-é", 1, "type", b"x")]
    assert recorder.select_notifications(1, 1)[0].originator_id == "nego-é"


@pytest.mark.parametrize(
    "environment",
    [{}, {"PARLEY_DATABASE_URL": ""}, {"ORIGINATOR_ID_TYPE": "int"}],
)
def test_a_factory_refuses_an_environment_with_meaningless_settings(
    environment: dict[str, str],
) -> None:
    with pytest.raises(OSError, match=r"PARLEY_DATABASE_URL|ORIGINATOR_ID_TYPE"):
        EventFactory(environment)


def test_a_database_that_was_handed_in_stays_open_when_the_factory_closes(
    database: Database,
) -> None:
    with EventFactory({}, database=database) as factory:
        factory.close()
    assert not database._pools._closed.is_set()


@pytest.mark.parametrize("actor", ["lone \ud800 surrogate"])
def test_what_a_database_cannot_store_is_a_data_error(recorder: EventRecorder, actor: str) -> None:
    (event,) = events()
    with pytest.raises(DataError):
        recorder.append([type(event)(event.originator_id, 1, "type", b"", actor)])
    assert recorder.head() == (0, 0)


def test_a_database_without_its_tables_gives_a_persistence_error(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    with pytest.raises(PersistenceError, match="log_head"):
        EventRecorder(database).append(events())
    with pytest.raises(PersistenceError, match="event"):
        EventRecorder(database).select_events(uuid4())
    database.close()


def test_a_projection_is_written_in_the_transaction_of_its_events(database: Database) -> None:
    applied: list[LogEntry] = []

    class Refusing:
        def apply(self, connection: Connection, entries: Sequence[LogEntry]) -> None:
            found = connection.exec_driver_sql("SELECT max(position) FROM event").scalar()
            assert found == entries[-1].id
            if entries[-1].state == b"refuse":
                raise ArithmeticError
            applied.extend(entries)

    recorder = EventRecorder(database, [Refusing()])
    kept = recorder.append(events(None, 1, 2))
    with pytest.raises(ArithmeticError):
        recorder.append(events(payload=b"refuse"))
    assert applied == kept == recorder.entries_between(0, 10)


def test_a_claim_is_kept_with_its_events_and_replayed_without_them(
    recorder: EventRecorder,
) -> None:
    (entry,) = recorder.append(events(), claim=claim("key"))
    recorder.append(events())
    with pytest.raises(AlreadyAnswered) as refused:
        recorder.append(events(), claim=claim("key", "another"))
    answer = refused.value.answer
    assert (answer.fingerprint, answer.status, answer.body) == ("print", 201, b"body")
    assert recorder.position_at(answer.answered_at) == entry.id
    assert recorder.head()[0] == 2


def test_a_claim_whose_events_are_refused_is_not_kept(recorder: EventRecorder) -> None:
    with pytest.raises(IntegrityError):
        recorder.append(events(uuid4(), 7), claim=claim("key"))
    assert len(recorder.append(events(), claim=claim("key"))) == 1


def test_a_replay_wins_over_the_conflict_that_the_first_answer_made(
    recorder: EventRecorder,
) -> None:
    stream = uuid4()
    recorder.append(events(stream), claim=claim("key"))
    with pytest.raises(AlreadyAnswered):
        recorder.append(events(stream), claim=claim("key"))


def test_of_sixteen_racers_for_a_key_one_records(database: Database) -> None:
    recorders = [EventRecorder(database), EventRecorder(database)]
    start = Barrier(16)

    def race(racer: int) -> str:
        start.wait(10)
        try:
            recorders[racer % 2].append(events(), claim=claim("key", str(racer)))
        except AlreadyAnswered as refused:
            return refused.answer.fingerprint
        return "recorded"

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(race, range(16)))
    assert outcomes.count("recorded") == 1
    winner = str(outcomes.index("recorded"))
    assert outcomes.count(winner) == 15
    assert recorders[0].head()[0] == 1


def test_two_appends_that_follow_the_same_version_race_and_one_wins(database: Database) -> None:
    recorders = [EventRecorder(open_database(database.url)) for _ in range(2)]
    stream = uuid4()
    start = Barrier(8)

    def race(racer: int) -> bool:
        start.wait(10)
        try:
            recorders[racer % 2].append(events(stream, 1))
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(race, range(8))) == 1
    for recorder in recorders:
        recorder.database.close()


def test_a_subscriber_hears_of_other_processes_and_sleeps_between(database: Database) -> None:
    recorder = EventRecorder(database)
    elsewhere = open_database(database.url)
    heard: list[int] = []
    with recorder.subscribe() as subscription:
        thread = Thread(target=lambda: heard.extend(entry.id for entry in subscription))
        thread.start()
        before = process_time()
        sleep(0.5)
        assert process_time() - before < 0.2
        EventRecorder(elsewhere).append(events(None, 1, 2))
        recorder.append(events())
        for _ in range(100):
            if len(heard) == 3:
                break
            sleep(0.05)
    thread.join(5)
    elsewhere.close()
    assert heard == [1, 2, 3]
    assert not thread.is_alive()


def test_a_subscriber_to_some_types_passes_over_the_others(recorder: EventRecorder) -> None:
    for number in range(6):
        recorder.append([StoredEvent(uuid4(), 1, "odd" if number % 2 else "even", b"")])
    with recorder.subscribe(gt=1, topics=["odd"]) as subscription:
        assert [next(subscription).id for _ in range(3)] == [2, 4, 6]


def test_the_factory_makes_no_recorder_that_the_record_has_no_use_for(
    fresh_database: Callable[[Kind], str],
) -> None:
    database = open_database(fresh_database("sqlite-file"))
    factory = EventFactory({}, database=database)
    assert type(factory.application_recorder()) is EventRecorder
    refused: dict[str, Callable[[], object]] = {
        "of snapshots": lambda: factory.aggregate_recorder("snapshots"),
        "of events": factory.aggregate_recorder,
        "tracking": factory.tracking_recorder,
        "process": factory.process_recorder,
    }
    for named, make in refused.items():
        with pytest.raises(OSError, match=named):
            make()
    database.close()
