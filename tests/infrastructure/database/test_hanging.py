"""Parley does not wait for ever for a PostgreSQL whose processes hang while their connections stay open."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from time import sleep
from typing import TYPE_CHECKING, Final

import psycopg
import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.database.database import Database
from infrastructure.database.kept_connections import QUIET_SECONDS
from infrastructure.database.lanes import IDLE_SECONDS, TimeLimits, in_lane
from infrastructure.log import group_commit
from infrastructure.log.under_lock import lock_head
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from tests.databases import Kind

SHORT = TimeLimits(statement=1, log=1)


@pytest.fixture
def url(fresh_database: Callable[[Kind], str]) -> str:
    return fresh_database("postgresql")


@pytest.fixture
def stop() -> Iterator[Callable[[int], None]]:
    """Stop processes until the test ends."""
    stopped: list[int] = []

    def stop(process: int) -> None:
        os.kill(process, signal.SIGSTOP)
        stopped.append(process)

    yield stop
    for process in stopped:
        os.kill(process, signal.SIGCONT)


def pid_of(connection: Connection) -> int:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver.info.backend_pid


@contextmanager
def hanging_commits(stop: Callable[[int], None]) -> Iterator[None]:
    """The next process that is to commit a write hangs before it gets the COMMIT."""
    left = [stop]

    def hang(connection: Connection) -> None:
        if left and not connection.get_execution_options().get("postgresql_readonly"):
            left.pop()(pid_of(connection))

    event.listen(Engine, "commit", hang)
    try:
        yield
    finally:
        event.remove(Engine, "commit", hang)


def test_a_statement_whose_process_hangs_ends_and_the_next_one_is_answered(
    url: str, stop: Callable[[int], None]
) -> None:
    def hang(database: Database) -> None:
        with database.reading() as connection:
            stop(pid_of(connection))
            connection.execute(text("SELECT 1"))

    with closing(Database(url, limits=SHORT)) as database:
        for _ in range(2):
            with pytest.raises(OperationalError, match=r"has said nothing for 1\.5 s"):
                hang(database)
            with database.reading() as connection:
                assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_statement_that_takes_too_long_is_ended_by_the_server(url: str) -> None:
    with closing(Database(url, limits=SHORT)) as database:
        with (
            pytest.raises(OperationalError, match="statement timeout"),
            database.reading() as connection,
        ):
            connection.execute(text("SELECT pg_sleep(60)"))
        with in_lane("unhurried"), database.reading() as connection:
            connection.execute(text("SELECT pg_sleep(2)"))


def test_connections_that_hung_meanwhile_are_made_anew(
    url: str, stop: Callable[[int], None]
) -> None:
    with closing(Database(url, limits=SHORT)) as database:
        with database.reading() as one, database.reading() as other:
            hanging = [pid_of(one), pid_of(other)]
        for process in hanging:
            stop(process)
        sleep(QUIET_SECONDS)
        with database.reading() as one, database.reading() as other:
            assert not {pid_of(one), pid_of(other)} & set(hanging)


def test_a_change_whose_commit_hangs_is_answered_and_readiness_says_so(
    url: str, stop: Callable[[int], None]
) -> None:
    settings = settings_of(url, PARLEY_STATEMENT_SECONDS="1", PARLEY_LOG_SECONDS="1")
    with closing(compose(settings, upgrade=False)) as parley:
        client = Client(
            TestClient(create_app(parley), headers=authorize(parley), raise_server_exceptions=False)
        )
        client.open()
        parley.follow()
        with hanging_commits(stop):
            answer = client.post(FACTS, fact(), idempotency_key="one")
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json["type"] == "urn:parley:problem:outcome-unknown"
        held = client.post(FACTS, fact(), idempotency_key="one")
        assert (held.status, held.json["type"]) == (503, "urn:parley:problem:unavailable")
        ready = client.get("/readyz")
        lack = "the database takes no writes: another process holds the lock that a write needs"
        assert (ready.status, ready.json["lacks"]) == (503, [lack])
        assert client.get(TALKS).status == 200
        assert client.get("/healthz").status == 200


def test_while_a_change_has_no_answer_readiness_says_so(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "STALLED_SECONDS", 0.0)
    hung: list[int] = []

    def stop(process: int) -> None:
        os.kill(process, signal.SIGSTOP)
        hung.append(process)

    with (
        closing(compose(settings_of(url, PARLEY_STATEMENT_SECONDS="60"), upgrade=False)) as parley,
        ThreadPoolExecutor(1) as threads,
    ):
        client = Client(TestClient(create_app(parley), headers=authorize(parley)))
        client.open()
        parley.follow()
        with hanging_commits(stop):
            answering = threads.submit(client.post, FACTS, fact())
            ready = client.get("/readyz")
            while ready.status == 200:
                ready = client.get("/readyz")
            [lacking] = ready.json["lacks"]
            assert lacking == "the database takes no writes: it leaves one without an answer"
            assert not answering.done()
            while not hung:  # the commit may not have come so far yet
                sleep(0.01)
            os.kill(hung[0], signal.SIGCONT)
            assert answering.result(60).status == 201
        parley.follow()
        assert client.get("/readyz").status == 200


IDLE: Final = "idle_in_transaction_session_timeout"


def test_a_writer_that_is_stopped_holds_no_lock_for_long(url: str) -> None:
    show = text(f"SHOW {IDLE}")
    with closing(Database(url)) as database:
        with database.writing() as connection:
            assert connection.execute(show).scalar() == f"{IDLE_SECONDS}s"
        with database.writing(may_idle=True) as connection:
            assert connection.execute(show).scalar() == "0"
            lock_head(connection)
            assert connection.execute(show).scalar() == f"{IDLE_SECONDS}s"
        with database.reading() as connection:
            assert connection.execute(show).scalar() == "0"


def wait_too_long(connection: Connection) -> None:
    """Say nothing in a transaction until the server has ended it, and then a statement."""
    connection.exec_driver_sql(f"SET LOCAL {IDLE} = '10ms'")
    sleep(0.2)
    connection.exec_driver_sql("SELECT 1")


def test_a_transaction_that_was_ended_for_idling_is_out_of_reach(url: str) -> None:
    with closing(Database(url)) as database:
        for begin in (database.reading, database.writing):
            with pytest.raises(OperationalError, match="idle"), begin() as connection:
                wait_too_long(connection)
            with begin() as connection:
                assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_change_whose_writer_goes_on_too_late_is_told_so(url: str) -> None:
    def hang(connection: Connection) -> None:
        if left and not connection.get_execution_options().get("postgresql_readonly"):
            left.pop()
            connection.exec_driver_sql(f"SET LOCAL {IDLE} = '10ms'")
            sleep(0.2)

    with closing(compose(settings_of(url), upgrade=False)) as parley:
        client = Client(TestClient(create_app(parley), headers=authorize(parley)))
        client.open()
        left = [True]
        event.listen(Engine, "commit", hang)
        try:
            answer = client.post(FACTS, fact(), idempotency_key="one")
        finally:
            event.remove(Engine, "commit", hang)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert client.post(FACTS, fact(), idempotency_key="one").status == 201
