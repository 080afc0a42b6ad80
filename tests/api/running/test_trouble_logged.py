"""The server logs one line for each problem of its database or disk, and a traceback for a defect."""

from __future__ import annotations

import errno
import logging
import os
from contextlib import closing, contextmanager
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.commands import export as exporting
from api.composition import compose
from api.http.app import create_app
from infrastructure.log.subscription import Wakeup
from infrastructure.projections.following import follow
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.api.full_disk import NDJSON, files_up_to, make_lines
from tests.databases import open_database, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from api.composition import Parley
    from tests.databases import Kind

IMPATIENT: Final = {"PARLEY_STATEMENT_SECONDS": "1", "PARLEY_LOG_SECONDS": "1"}


@contextmanager
def open_client(url: str, **settings: str) -> Iterator[tuple[Parley, Client]]:
    """A client that raises the unexpected errors that a server would log."""
    with closing(compose(settings_of(url, **settings), upgrade=False)) as parley:
        client = Client(TestClient(create_app(parley), headers=authorize(parley)))
        client.open()
        yield parley, client


def assert_a_line_each(caplog: pytest.LogCaptureFixture, refusals: int) -> None:
    """Check that one line without a traceback was logged for each refusal."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == refusals
    assert not any(error.exc_info or "\n" in error.getMessage() for error in errors)


def test_a_full_disk(
    fresh_database: Callable[[Kind], str], caplog: pytest.LogCaptureFixture
) -> None:
    with open_client(fresh_database("sqlite-file")) as (_, client), files_up_to(400_000):
        answers = [
            client.post(f"{TALKS}/import", make_lines(80, 9_000), **NDJSON) for _ in range(3)
        ]
    assert [answer.status for answer in answers] == [503] * 3
    assert_a_line_each(caplog, 3)


def test_a_full_disk_for_temporary_files(
    fresh_database: Callable[[Kind], str], caplog: pytest.LogCaptureFixture
) -> None:
    with open_client(fresh_database("sqlite-file")) as (_, client), files_up_to(1_500_000):
        answer = client.post(f"{TALKS}/import", make_lines(300, 9_000), **NDJSON)
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert_a_line_each(caplog, 1)


def test_a_database_that_others_hold(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with (
        open_client(database_url, **IMPATIENT) as (_, client),
        closing(open_database(database_url)) as other,
        other.writing() as connection,
    ):
        connection.execute(text("UPDATE log_head SET position = position"))
        if not other.is_sqlite:
            connection.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
        assert client.post(FACTS, fact()).status == 503
    assert_a_line_each(caplog, 1)


def test_a_database_out_of_reach(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("connect", None, OSError("no route to db.example\nnone at all"))

    with open_client(database_url) as (parley, client):
        parley.database._pools.dispose()
        event.listen(Engine, "do_connect", refuse)
        try:
            assert (client.get(TALKS).status, client.post(FACTS, fact()).status) == (503, 503)
        finally:
            event.remove(Engine, "do_connect", refuse)
    assert_a_line_each(caplog, 2)


def test_an_export_that_breaks_off(
    database_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = count(1)

    def refuse(*_: object) -> None:
        if next(begun) > 5:
            raise OperationalError("BEGIN", None, OSError("the server is gone"))

    monkeypatch.setattr(exporting, "FACTS_A_READ", 1)
    with open_client(database_url) as (_, client):
        for number in range(5):
            client.record(external_id=f"F{number}")
        event.listen(Engine, "begin", refuse)
        try:
            answer = client.get(f"{TALKS}/export")
        finally:
            event.remove(Engine, "begin", refuse)
    assert answer.status == 200
    assert 0 < answer.body.count(b"\n") < 5
    assert_a_line_each(caplog, 1)


@pytest.mark.parametrize(
    ("statement", "address"),
    [
        ("UPDATE fact_version SET content = '{]'", TALKS),
        ("UPDATE negotiation SET parties = '[3'", TALKS),
        ("UPDATE event SET payload = payload || payload", "/v1/changes"),
    ],
)
def test_damage(
    database_url: str, statement: str, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    with open_client(database_url) as (parley, client):
        client.record()
        with parley.database.writing() as connection:
            connection.execute(text(statement))
        assert client.get(address).status == 500
    assert_a_line_each(caplog, 1)


def test_a_defect_has_its_traceback(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with open_client(database_url) as (parley, client):
        client.record()
        with parley.database.writing() as connection:
            connection.execute(text("ALTER TABLE fact_version RENAME COLUMN content TO other"))
        lenient = TestClient(
            client.http.app, headers=authorize(parley), raise_server_exceptions=False
        )
        assert lenient.get(TALKS).status_code in {500, 503}
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    ("error", "traced"),
    [(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), False), (ValueError("a defect"), True)],
)
def test_what_fails_in_the_background_again_and_again_is_said_once(
    error: Exception, traced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    enough, tried = Event(), []

    def fail() -> None:
        tried.append(1)
        if len(tried) == 3:
            enough.set()
        raise error

    with follow(Wakeup(), fail, 0.01):
        assert enough.wait(30)
    (record,) = caplog.records
    assert bool(record.exc_info) is traced
