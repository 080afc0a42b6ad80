"""A request sends its database a bounded number of statements."""

from __future__ import annotations

import os
import re
import sqlite3
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import Pool, event, text
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from api.http.workers import Workers
from infrastructure.projections.rebuild import rebuild
from infrastructure.tables.facts import SIDES
from infrastructure.transaction_memo import read_once
from tests.api.asking import FACTS, TALKS, Client, authorize, count, fact
from tests.databases import UNBOUNDED, settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


POST: Final = 12
GET: Final = 1
CHANGE: Final = 20
OWN_WAIT: Final = "PRAGMA busy_timeout"
"""The beginning of the statement that sets a SQLite connection's wait, which does not read the file."""
SENT: Final = re.compile(r"\tF\t\d+\t(?:Query\t \"([^\"]*)\"|(Execute)\t)")


@pytest.fixture
def parley(
    database_url: str,
    statements: Callable[[], list[str]],  # noqa: ARG001 -- it hears each connection from the first
) -> Iterator[Parley]:
    parley = compose(settings_of(database_url, **UNBOUNDED), upgrade=False)
    yield parley
    parley.close()


@pytest.fixture
def client(parley: Parley) -> Client:
    """A client of a record without a follower and without rate limits."""
    return Client(TestClient(create_app(parley), headers=authorize(parley)))


@pytest.fixture
def statements(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    """All that every connection has sent since the last call, BEGIN, COMMIT and pings included."""
    sent: list[str] = []
    log = tmp_path / "sent"
    file = os.open(log, os.O_CREAT | os.O_RDWR)
    read = 0

    def trace(connection: object, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(sent.append)
        else:
            connection.pgconn.trace(file)  # type: ignore[attr-defined]

    def read_new() -> list[str]:
        nonlocal read
        lines = log.read_text()[read:]
        read += len(lines)
        own = (each for each in sent if not each.startswith(OWN_WAIT))
        statements = [*own, *(match[0] or match[1] for match in SENT.findall(lines))]
        sent.clear()
        return statements

    event.listen(Pool, "checkout", trace)
    yield read_new
    event.remove(Pool, "checkout", trace)
    os.close(file)


def count_commits(sent: Sequence[str]) -> int:
    """The number of writing transactions; one that commits has begun."""
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
    assert count_commits(sent) == 1


def test_a_fact_is_read_by_one_statement_together_with_its_reader_s_key(
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


def test_a_fact_is_read_by_one_statement_whichever_side_serves(
    client: Client, parley: Parley, statements: Callable[[], list[str]]
) -> None:
    client.open()
    at = client.record(external_id="A").headers["location"]
    for _ in SIDES:
        rebuild(parley.database, parley.ledger.codec)
        assert client.get(f"{at}?position=2").status == 200
        statements()
        assert client.get(f"{at}?position=2").status == 200
        assert len(statements()) == GET


def test_a_request_is_handed_over_to_a_thread_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over: list[object] = []
    hand_over = Workers.run

    async def note_hand_over(workers: Workers, call: Callable[[], Any]) -> Any:  # noqa: ANN401
        handed_over.append(call)
        return await hand_over(workers, call)

    client.open()
    monkeypatch.setattr(Workers, "run", note_hand_over)
    at = client.record(external_id="A").headers["location"]
    tag = client.get(f"{at}?position=2").headers["etag"]
    assert len(handed_over) == 2
    assert client.get(f"{at}?position=2", if_none_match=tag).status == 304
    assert (
        client.post(f"{at}/preference", {"preferred": True, "why": "so"}, if_match="*").status
        == 200
    )
    assert client.get(TALKS).status == 200
    assert client.get("/v1/nowhere").status == 404
    assert client.get(f"{at}?position=x").status == 422
    assert len(handed_over) == 7


def test_a_change_of_a_fact_with_a_long_history_asks_no_more(
    client: Client, statements: Callable[[], list[str]]
) -> None:
    client.open()
    at = client.record(external_id="A").headers["location"]

    def prefer_fact(turn: int) -> list[str]:
        statements()
        body = {"preferred": bool(turn % 2), "why": "so"}
        assert client.post(f"{at}/preference", body, if_match="*").status == 200
        return statements()

    sent = [len(prefer_fact(turn)) for turn in range(1, 30)]
    assert sent[3] == sent[-1] <= CHANGE, sent


def test_a_fact_of_a_thousand_questions_is_recorded_and_changed(client: Client) -> None:
    client.open()
    body = fact(external_id="A", people=[f"Person {n}" for n in range(1_000)], quantities=count(1))
    recorded = client.post(FACTS, body)
    assert recorded.status == 201, recorded.json
    alike = client.post(FACTS, {**body, "external_id": "B"})
    assert alike.json["similar"] == [recorded.json["id"]]
    at = recorded.headers["location"]
    sent = {"preferred": True, "why": "so"}
    assert client.post(f"{at}/preference", sent, if_match="*").status == 200


def test_what_was_made_private_meanwhile_is_named_to_no_writer_as_similar(
    client: Client, parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.open()
    append = parley.ledger.append
    settings = {"visibility": "private", "members": ["Ann"]}

    def append_overtaken(events: Sequence[Any], **more: Any) -> list[int]:  # noqa: ANN401
        monkeypatch.undo()
        member = Client(TestClient(create_app(parley), headers=authorize(parley, "Ann")))
        assert member.post("/v1/negotiations/talks/settings", settings, if_match="*").status == 200
        assert member.post(FACTS, fact(external_id="G", quantities=count(1))).status == 201
        return append(events, **more)

    monkeypatch.setattr(parley.ledger, "append", append_overtaken)
    answer = client.post(FACTS, fact(external_id="F", quantities=count(1)))
    assert answer.status == 201
    assert "similar" not in answer.json


def test_a_database_that_does_not_say_where_facts_stand_is_not_taken_to_have_none(
    client: Client, parley: Parley
) -> None:
    client.open()
    at = client.record(external_id="A").headers["location"]
    broken = text("UPDATE projection SET state = 'broken' WHERE name = 'facts'")
    with parley.database.writing() as connection:
        connection.execute(broken)
    sent = {"preferred": True, "why": "so"}
    changed = client.post(f"{at}/preference", sent, if_match="*", idempotency_key="k")
    assert changed.status >= 500
    with parley.database.writing() as connection:
        connection.execute(text("UPDATE projection SET state = 'first' WHERE name = 'facts'"))
    again = client.post(f"{at}/preference", sent, if_match="*", idempotency_key="k")
    assert again.status == 200


def test_a_look_sees_each_time_what_stands(parley: Parley) -> None:
    numbers = iter(range(9))

    def give_number(_: object) -> int:
        return next(numbers)

    with parley.database.looking() as connection:
        connection.execute(text("SELECT 1"))
        assert [read_once(connection, give_number) for _ in range(2)] == [0, 1]
    with parley.database.reading() as connection:
        assert [read_once(connection, give_number) for _ in range(2)] == [2, 2]
