"""A server that is told to stop finishes what it began; an overloaded server says so."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, text

from tests.api.asking import FACTS, fact
from tests.databases import open_database
from tests.faults.watched.checking import check
from tests.faults.watched.serving import CREDENTIAL, Server
from tests.faults.watched.writers import Writers
from tests.thorough import some_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

pytestmark = pytest.mark.either_database

LOCK = text("UPDATE log_head SET position = position")
AT_ONCE = 8
BOUND = 5


def post(port: int, name: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {**CREDENTIAL, "Content-Type": "application/json", "Idempotency-Key": name}
    connection.request("POST", FACTS, json.dumps(fact(external_id=name)), headers)
    answer = connection.getresponse()
    assert answer.read()
    assert answer.status == 201 or int(answer.headers["Retry-After"]) > 0
    connection.close()
    return answer.status


def get(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_what_was_begun_is_finished_and_the_database_closed(
    database_url: str, tmp_path: Path
) -> None:
    database = open_database(database_url)
    names = [f"F{number}" for number in range(AT_ONCE)]
    with (
        Server(database_url, tmp_path / "errors") as server,
        ThreadPoolExecutor(AT_ONCE + 1) as threads,
    ):
        server.start()
        Writers().open(server.port)
        with database.writing() as connection:
            connection.execute(LOCK)
            answers = [threads.submit(post, server.port, name) for name in names]
            time.sleep(1)
            stopped = threads.submit(server.stop)
            time.sleep(0.5)
            assert not stopped.done()
            assert not any(answer.done() for answer in answers)
        assert [answer.result(30) for answer in answers] == [201] * AT_ONCE
        assert stopped.result(30) == 0
    database.close()
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        assert not list(tmp_path.glob("*-wal"))
    check(database_url, names)


def test_more_requests_than_may_wait_are_shed_and_health_is_still_told(
    database_url: str, tmp_path: Path
) -> None:
    database = open_database(database_url)
    names = [f"F{number}" for number in range(4 * BOUND)]
    settings = {"PARLEY_MAX_WAITING": str(BOUND)}
    with (
        Server(database_url, tmp_path / "errors", settings=settings) as server,
        ThreadPoolExecutor(len(names)) as threads,
    ):
        server.start()
        Writers().open(server.port)
        time.sleep(1.5)  # the projections have caught up, so readiness needs no write
        with database.writing() as connection:
            connection.execute(LOCK)
            answers = [threads.submit(post, server.port, name) for name in names]
            time.sleep(1.5)
            shed = [answer.result(0) for answer in answers if answer.done()]
            assert shed == [503] * (len(names) - BOUND)
            assert get(server.port, "/healthz") == 200
            assert get(server.port, "/readyz") == 200
        taken = [
            name for name, answer in zip(names, answers, strict=True) if answer.result() == 201
        ]
        assert len(taken) == BOUND
        assert server.stop() == 0
    database.close()
    check(database_url, taken)


def test_a_server_that_is_told_to_stop_while_it_begins_ends_too(
    fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    with Server(fresh_database("sqlite-file"), tmp_path / "errors") as server:
        for milliseconds in some_of(range(0, 60, 5), 6):
            server.start()
            time.sleep(milliseconds / 1_000)
            assert server.stop() == 0
