from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import current_thread
from time import sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError
from sqlalchemy import event as listening
from sqlalchemy import text
from sqlalchemy.exc import OperationalError as DriverError

from infrastructure.log.entry import AlreadyAnswered, AuthoredEvent, LogEntry
from infrastructure.log.group_commit import EVENTS_OF_LARGE, SMALL_A_TRANSACTION
from infrastructure.log.recorder import EventRecorder
from tests.databases import open_database
from tests.infrastructure.recording import claim, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, PoolProxiedConnection

    from infrastructure.database.database import Database
    from tests.databases import Kind, PostgreSQL


class PoisonError(Exception):
    """The error of a projection for an event that it cannot apply."""


class Poisonable:
    def apply(self, _: Connection, entries: Sequence[LogEntry]) -> None:
        if any(entry.state == b"poison" for entry in entries):
            raise PoisonError


@contextmanager
def append_while_locked(
    database: Database, recorder: EventRecorder, requests: Sequence[Sequence[AuthoredEvent]]
) -> Iterator[list[Future[list[LogEntry]]]]:
    """Let every request queue up behind a lock, then give their outcomes."""
    with ThreadPoolExecutor(len(requests)) as threads:
        with database.writing() as connection:
            connection.execute(text("UPDATE log_head SET position = position"))
            outcomes = [threads.submit(recorder.append, request) for request in requests]
            for _ in range(500):
                if len(recorder._queue._queue) == len(requests):
                    break
                sleep(0.01)
        yield outcomes


def test_32_concurrent_appends_share_a_transaction(database: Database) -> None:
    recorder = EventRecorder(database)
    requests = [events() for _ in range(32)]
    with append_while_locked(database, recorder, requests) as outcomes:
        positions = [entry.id for outcome in outcomes for entry in outcome.result(20)]
    assert sorted(positions) == list(range(1, 33))
    assert recorder.committed_transactions == 1
    recorded = recorder.entries_between(0, 50)
    assert [entry.id for entry in recorded] == list(range(1, 33))
    assert {e.originator_id for e in recorded} == {r[0].originator_id for r in requests}


def test_appends_that_nobody_holds_up_share_transactions_too(database: Database) -> None:
    recorder = EventRecorder(database)
    with ThreadPoolExecutor(32) as threads:
        outcomes = list(threads.map(recorder.append, [events() for _ in range(320)]))
    assert sorted(entry.id for (entry,) in outcomes) == list(range(1, 321))
    assert recorder.committed_transactions < 320


def test_a_conflicting_append_fails_alone(database: Database) -> None:
    recorder = EventRecorder(database)
    stream = uuid4()
    recorder.append(events(stream))
    requests = [events(stream) if number == 7 else events() for number in range(32)]
    with append_while_locked(database, recorder, requests) as outcomes:
        failures = [outcome.exception(20) for outcome in outcomes]
    assert [number for number, failure in enumerate(failures) if failure] == [7]
    assert isinstance(failures[7], IntegrityError)
    assert recorder.head()[0] == 32
    assert recorder.committed_transactions == 2


def test_appends_that_conflict_in_one_transaction_are_one_winner_and_losers(
    database: Database,
) -> None:
    recorder = EventRecorder(database)
    stream = uuid4()
    requests = [events(stream) for _ in range(8)]
    with append_while_locked(database, recorder, requests) as outcomes:
        failures = [outcome.exception(20) for outcome in outcomes]
    assert failures.count(None) == 1
    assert all(isinstance(failure, IntegrityError) for failure in failures if failure)
    assert recorder.head()[0] == 1


def test_a_poisonous_append_fails_alone(database: Database) -> None:
    recorder = EventRecorder(database, [Poisonable()])
    requests = [events(payload=b"poison" if number == 3 else b"") for number in range(8)]
    with append_while_locked(database, recorder, requests) as outcomes:
        failures = [outcome.exception(20) for outcome in outcomes]
    assert [number for number, failure in enumerate(failures) if failure] == [3]
    assert isinstance(failures[3], PoisonError)
    assert [entry.id for entry in recorder.entries_between(0, 20)] == list(range(1, 8))
    assert recorder.head()[0] == 7


def test_a_request_larger_than_a_transaction_may_be_goes_alone(database: Database) -> None:
    recorder = EventRecorder(database)
    requests = [events(), events(None, *range(2_500)), events()]
    with append_while_locked(database, recorder, requests) as outcomes:
        for outcome in outcomes:
            outcome.result(20)
    assert recorder.head()[0] == 2_502
    assert recorder.committed_transactions > 1


def test_small_requests_and_large_ones_go_by_turns(database: Database) -> None:
    recorder = EventRecorder(database)
    large = [events(None, *range(EVENTS_OF_LARGE)) for _ in range(2)]
    small = [events() for _ in range(SMALL_A_TRANSACTION + 5)]
    requests = [*large, *small]
    with append_while_locked(database, recorder, requests) as outcomes:
        firsts = [outcome.result(20)[0].id for outcome in outcomes]
    after = SMALL_A_TRANSACTION + EVENTS_OF_LARGE
    assert sorted(firsts[:2]) == [SMALL_A_TRANSACTION + 1, after + 6]
    assert sorted(firsts[2:]) == [
        *range(1, SMALL_A_TRANSACTION + 1),
        *range(after + 1, after + 6),
    ]


@contextmanager
def failing_commits(database: Database) -> Iterator[None]:
    def fail(_: Connection) -> None:
        raise DriverError("COMMIT", None, OSError("the disk is full"))

    listening.listen(database.engine, "commit", fail)
    try:
        yield
    finally:
        listening.remove(database.engine, "commit", fail)


def test_nothing_is_acknowledged_when_the_commit_fails(database: Database) -> None:
    recorder = EventRecorder(database)
    recorder.append(events())
    with failing_commits(database), pytest.raises(OperationalError, match="disk is full"):
        recorder.append(events(), claim=claim("key"))
    assert recorder.committed_transactions == 1
    assert recorder.head()[0] == 1
    assert recorder.insert_events(events(), claim=claim("key")) == [2]


def test_all_who_shared_a_failed_commit_are_told(database: Database) -> None:
    recorder = EventRecorder(database)
    start = [events() for _ in range(8)]
    with failing_commits(database), ThreadPoolExecutor(8) as threads:
        outcomes = [threads.submit(recorder.append, request) for request in start]
        failures = [outcome.exception(20) for outcome in outcomes]
    assert all(isinstance(failure, OperationalError) for failure in failures)
    assert len({id(failure) for failure in failures}) == 8
    assert recorder.head() == (0, 0)


def test_a_commit_that_nobody_knows_the_outcome_of_is_not_tried_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, main = database.engine.dialect.do_commit, current_thread()
    lost: list[str] = []

    def commit_unheard(connection: PoolProxiedConnection) -> None:
        commit(connection)
        if current_thread() is not main and not lost:
            lost.append("answer")
            raise DriverError("COMMIT", None, OSError("the answer was lost"))

    recorder = EventRecorder(database)
    monkeypatch.setattr(database.engine.dialect, "do_commit", commit_unheard)
    requests = [events() for _ in range(8)]
    with append_while_locked(database, recorder, requests) as outcomes:
        failures = [outcome.exception(20) for outcome in outcomes]
    assert all(isinstance(failure, OperationalError) for failure in failures)
    assert recorder.head()[0] == 8
    assert recorder.committed_transactions == 0


def test_a_leader_that_is_interrupted_leaves_nobody_waiting(database: Database) -> None:
    class Interrupting:
        def apply(self, _: Connection, entries: Sequence[LogEntry]) -> None:
            if any(entry.state == b"interrupt" for entry in entries):
                raise KeyboardInterrupt

    recorder = EventRecorder(database, [Interrupting()])
    requests = [events(payload=b"interrupt") for _ in range(8)]
    with append_while_locked(database, recorder, requests) as outcomes:
        failures = [outcome.exception(20) for outcome in outcomes]
    assert sum(isinstance(failure, KeyboardInterrupt) for failure in failures) == 1
    assert sum(isinstance(failure, OperationalError) for failure in failures) == 7
    assert recorder.insert_events(events()) == [1]


def test_a_connection_lost_in_a_transaction_fails_it_whole_and_the_next_one_works(
    fresh_database: Callable[[Kind], str],
) -> None:
    class Disconnecting:
        def apply(self, connection: Connection, entries: Sequence[LogEntry]) -> None:
            if any(entry.state == b"lose" for entry in entries):
                connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    database = open_database(fresh_database("postgresql"))
    recorder = EventRecorder(database, [Disconnecting()])
    requests = [events(payload=b"lose"), events(), events()]
    with append_while_locked(database, recorder, requests) as outcomes:
        assert all(isinstance(o.exception(20), OperationalError) for o in outcomes)
    assert recorder.insert_events(events()) == [1]
    database.close()


def test_a_restart_of_the_server_between_appends_goes_unnoticed(
    fresh_database: Callable[[Kind], str], postgresql: PostgreSQL
) -> None:
    database = open_database(fresh_database("postgresql"))
    recorder = EventRecorder(database)
    recorder.append(events())
    postgresql.disconnect_everyone()
    assert recorder.insert_events(events()) == [2]
    database.close()


def test_a_server_that_closes_the_connection_as_the_log_is_locked_goes_unnoticed(
    fresh_database: Callable[[Kind], str], postgresql: PostgreSQL
) -> None:
    database = open_database(fresh_database("postgresql"))
    recorder = EventRecorder(database)
    recorder.append(events())
    ended: list[int] = []

    def end_first(connection: Connection, _: object, statement: str, *_rest: object) -> None:
        if not ended and "FOR UPDATE" in statement:
            driver: Any = connection.connection.driver_connection
            ended.append(driver.info.backend_pid)
            postgresql.end_backend(ended[0])

    listening.listen(database.engine, "before_cursor_execute", end_first)
    assert recorder.insert_events(events()) == [2]
    assert ended
    database.close()


def test_one_key_claimed_twice_in_a_transaction_is_answered_once(database: Database) -> None:
    recorder = EventRecorder(database)

    def append(number: int) -> list[LogEntry]:
        return recorder.append(events(), claim=claim("key", str(number)))

    with ThreadPoolExecutor(8) as threads:
        with database.writing() as connection:
            connection.execute(text("UPDATE log_head SET position = position"))
            outcomes = [threads.submit(append, number) for number in range(8)]
            sleep(0.2)
        failures = [outcome.exception(20) for outcome in outcomes]
    assert failures.count(None) == 1
    assert sum(isinstance(failure, AlreadyAnswered) for failure in failures) == 7
    assert recorder.head()[0] == 1
