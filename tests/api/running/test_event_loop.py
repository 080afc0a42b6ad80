"""No request uses the database on the event loop, which all requests share."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Pool, event, text
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.web.site import create_site
from infrastructure.database.bounded_connection import BoundedConnection
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """For each statement since the fixture was made, whether its thread runs an event loop."""
    sent: list[bool] = []
    wait = BoundedConnection.wait

    def note(*_: object) -> None:
        sent.append(asyncio._get_running_loop() is not None)

    def wait_and_note(connection: BoundedConnection, *args: Any, **named: Any) -> Any:  # noqa: ANN401 -- psycopg's
        note()
        return wait(connection, *args, **named)

    def trace(connection: object, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(note)

    monkeypatch.setattr(BoundedConnection, "wait", wait_and_note)
    event.listen(Pool, "checkout", trace)
    yield sent
    event.remove(Pool, "checkout", trace)


@pytest.fixture
def parley(database_url: str, sent: list[bool]) -> Iterator[Parley]:  # noqa: ARG001 -- it hears the first statement
    parley = compose(settings_of(database_url), upgrade=False)
    yield parley
    parley.close()


def test_a_statement_on_the_event_loop_is_noticed(parley: Parley, sent: list[bool]) -> None:
    async def ask() -> None:
        with parley.database.reading() as connection:
            connection.execute(text("SELECT 1"))

    assert not any(sent)
    asyncio.run(ask())
    assert any(sent)


def test_no_request_asks_the_database_on_the_event_loop(parley: Parley, sent: list[bool]) -> None:
    client = Client(TestClient(create_site(parley), headers=authorize(parley)))
    client.open()
    at = client.record(external_id="A").headers["location"]
    tag = client.get(f"{at}?position=2").headers["etag"]
    sent.clear()
    answers = [
        client.get(f"{at}?position=2", if_none_match=tag),
        client.get(TALKS),
        client.get("/n/talks", accept="text/html"),
        client.post(FACTS, fact(external_id="B"), idempotency_key="b"),
        client.post(FACTS, fact(external_id="B"), idempotency_key="b"),
        client.post(f"{at}/preference", {"preferred": True, "why": "so"}, if_match="*"),
        client.post(
            f"{TALKS}/import", b'{"kind": "pardon"}\n', content_type="application/x-ndjson"
        ),
        client.get("/v1/changes"),
        client.get("/healthz"),
        client.get("/readyz"),
        client.get("/v1/nowhere"),
        client.get(TALKS, authorization="Bearer parley_0_0"),
    ]
    assert [answer.status for answer in answers] == [
        *(304, 200, 200, 201, 201, 200, 200, 200, 200, 200, 404, 401),
    ]
    assert len(sent) > len(answers)
    assert not any(sent)
