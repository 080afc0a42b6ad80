"""A request asks its database a bounded number of statements, however long a fact's history is."""

from __future__ import annotations

import os
import re
import sqlite3
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import Pool, event
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from tests.api.asking import FACTS, Client, count, entered, fact
from tests.databases import UNBOUNDED, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


POST: Final = 15
GET: Final = 2
CHANGE: Final = 20
SENT: Final = re.compile(r"\tF\t\d+\t(?:Query\t \"(.*)\"|(Execute)\t)")


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    parley = compose(settings_of(database_url, **UNBOUNDED), upgrade=False)
    yield parley
    parley.close()


@pytest.fixture
def client(parley: Parley) -> Client:
    """A client of a record that nothing follows, and that counts no rates."""
    return Client(TestClient(create_app(parley), headers=entered(parley)))


@pytest.fixture
def statements(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """What every connection has sent since it was last called: BEGIN, COMMIT and pings too."""
    sent: list[str] = []
    log = tmp_path / "sent"
    file = os.open(log, os.O_CREAT | os.O_RDWR)
    read = 0

    def trace(connection: object, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(sent.append)
        else:
            connection.pgconn.trace(file)  # type: ignore[attr-defined]

    def since() -> list[str]:
        nonlocal read
        lines = log.read_text()[read:]
        read += len(lines)
        found = [*sent, *(found[0] or found[1] for found in SENT.findall(lines))]
        sent.clear()
        return found

    event.listen(Pool, "checkout", trace)
    yield since
    event.remove(Pool, "checkout", trace)
    os.close(file)


def written(sent: Sequence[str]) -> int:
    """How many writing transactions there were; one that commits began."""
    return sum(each == "COMMIT" for each in sent)


def test_one_post_writes_in_one_transaction_and_reads_nothing_again(
    client: Client, statements: Callable[[], list[str]]
) -> None:
    client.open()
    for name in ("first", "second"):
        body = fact(summary=name, external_id=name, destination="Vilnius", quantities=count(1))
        statements()
        assert client.post(FACTS, body, idempotency_key=name).status == 201
    sent = statements()
    assert len(sent) <= POST, sent
    assert written(sent) == 1


def test_a_fact_is_read_by_one_statement_besides_its_reader_s_key(
    client: Client, statements: Callable[[], list[str]]
) -> None:
    client.open()
    at = client.record(external_id="A").headers["location"]
    tag = client.get(at).headers["etag"]
    statements()
    assert client.get(at, if_none_match=tag).status in {200, 304}
    assert len(statements()) == GET
    statements()
    assert client.get(f"{at}?position=2").status == 200
    assert len(statements()) == GET


def test_a_change_of_a_fact_with_a_long_history_asks_no_more(
    client: Client, statements: Callable[[], list[str]]
) -> None:
    client.open()
    at = client.record(external_id="A").headers["location"]

    def preferred(turn: int) -> list[str]:
        statements()
        body = {"preferred": bool(turn % 2), "why": "so"}
        assert client.post(f"{at}/preference", body, if_match="*").status == 200
        return statements()

    sent = [len(preferred(turn)) for turn in range(1, 30)]
    assert sent[3] == sent[-1] <= CHANGE, sent
