"""No GET writes to the database or waits for a writer, on both databases."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import event, select
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from domain.time.instant import format_instant
from infrastructure.database.pools import BEGIN_OPTION
from infrastructure.tables.record import log_head
from tests.api.asking import TALKS, Client, authorize
from tests.api.everything import list_addresses
from tests.databases import UNBOUNDED, open_database, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

NAMES: Final = {
    "slug": ["talks"],
    "name": ["kept"],
    "chart": ["releases", "held"],
    "section": ["posts"],
    "level": ["0"],
    "index": ["000.p/1"],
}
MISSING: Final = {404, 410}


@pytest.fixture
def parley(database_url: str, tmp_path: Path) -> Iterator[Parley]:
    """A signed record that nothing follows, so that a GET could find work left to do."""
    named = {"PARLEY_LOG_KEY_FILE": str(tmp_path / "parley.key"), **UNBOUNDED}
    parley = compose(settings_of(database_url, **named), upgrade=False, signs=True)
    yield parley
    parley.close()


@pytest.fixture
def client(parley: Parley) -> Client:
    client = Client(TestClient(create_app(parley), headers=authorize(parley)))
    client.open()
    client.record(summary="Fifty-two freed", external_id="A")
    assert client.post(f"{TALKS}/snapshots", {"name": "kept"}).status == 201
    return client


@contextmanager
def writing(url: str) -> Iterator[None]:
    """Hold the log's lock on another connection while the block runs."""
    other = open_database(url)
    with other.writing() as connection:
        connection.execute(select(log_head).with_for_update())
        yield
    other.close()


@contextmanager
def watch_writing(parley: Parley) -> Iterator[list[str]]:
    """The statements sent meanwhile to the database in transactions that may write."""
    sent: list[str] = []

    def keep(connection: Connection, _: object, statement: str, *__: Any) -> None:  # noqa: ANN401
        options = connection.get_execution_options()
        reads = options.get("postgresql_readonly") or options.get(BEGIN_OPTION) == "BEGIN"
        if not reads and not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(parley.database.engine, "before_cursor_execute", keep)
    yield sent
    event.remove(parley.database.engine, "before_cursor_execute", keep)


def test_no_get_of_any_route_writes_or_waits_for_who_does(
    parley: Parley, client: Client, database_url: str
) -> None:
    assert parley.publisher is not None
    fact = client.record(summary="More freed").json["id"]
    parley.publisher.publish()
    client.record(summary="Not signed yet")
    just_now = format_instant(parley.clock() - 1)
    addresses = list(list_addresses(client.http, {**NAMES, "fact_id": [fact]}))
    addresses += [f"{TALKS}?as_known_at={just_now}", f"{TALKS}/diff?from=2020&to={just_now}"]
    with writing(database_url), watch_writing(parley) as sent:
        statuses = {address: client.get(address).status for address in addresses}
    assert {s for s in statuses.values() if s != 200} <= MISSING, statuses
    assert sum(status == 200 for status in statuses.values()) > len(statuses) // 2
    assert len(statuses) > 60
    assert sent == []


def test_a_search_sees_what_was_just_written_while_others_write(
    client: Client, database_url: str
) -> None:
    with writing(database_url):
        found = client.get(f"{TALKS}/timeline?q=fifty")
        assert [fact["summary"] for fact in _facts(found.json)] == ["Fifty-two freed"]
        assert found.json["perspective"]["position"] == 3


def test_a_cut_that_the_log_has_not_recorded_past_is_answered_and_not_called_fixed(
    parley: Parley, client: Client
) -> None:
    just_now = format_instant(parley.clock() - 1)
    answer = client.get(f"{TALKS}?as_known_at={just_now}")
    assert answer.json["perspective"]["position"] == 3
    assert "no-cache" in answer.headers["cache-control"]
    fixed = client.get(answer.headers["link"].removeprefix("<").partition(">")[0])
    assert fixed.body == answer.body
    assert "link" not in fixed.headers


def _facts(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [item["fact"] for item in content["items"]]
