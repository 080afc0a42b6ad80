from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.commands import readiness
from api.composition import compose
from api.http.app import create_app
from infrastructure.database.pools import BEGIN_OPTION
from infrastructure.database.schema import downgrade
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.api.full_disk import NDJSON, files_up_to, make_lines
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from api.composition import Parley
    from tests.databases import Kind

pytestmark = pytest.mark.either_database


def test_a_server_with_an_upgraded_database_is_alive_and_ready(client: Client) -> None:
    client.open()
    client.record()
    assert client.get("/healthz").json == {"status": "alive"}
    ready = client.get("/readyz")
    assert ready.status == 200
    assert ready.json["log"] == 2
    assert ready.json["projections"]["facts"] == 2


def test_projections_far_behind_are_said_and_no_question_brings_them_up(
    parley: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing follows the log here, since no server has started."""
    client = Client(TestClient(create_app(parley), headers=authorize(parley)))
    client.open()
    client.record()
    answer = client.get("/readyz")
    assert (answer.status, answer.json["projections"]["fact_text"]) == (200, 0)
    monkeypatch.setattr(readiness, "MOST_UNINDEXED", 1)
    answer = client.get("/readyz")
    behind = [f"the projection {name} is behind the log" for name in ("fact_text", "tile")]
    assert (answer.status, answer.json["lacks"]) == (503, behind)
    parley.follow()
    assert client.get("/readyz").status == 200


def test_the_bare_address_says_where_to_go_on(light_client: Client) -> None:
    found = light_client.get("/")
    assert (found.status, found.json["name"]) == (200, "Parley")
    assert light_client.get(found.json["openapi"]).json["info"]["version"] == found.json["version"]
    for name in ("negotiations", "health"):
        assert light_client.get(found.json[name]).status == 200
    assert light_client.get("/", if_none_match=found.headers["etag"]).status == 304
    assert light_client.get("/?as_of=2025").status == 422
    assert "/" not in light_client.get("/openapi.json").json["paths"]


def test_without_its_schema_it_is_alive_and_not_ready(client: Client, parley: Parley) -> None:
    downgrade(parley.database, "base")
    assert client.get("/healthz").status == 200
    answer = client.get("/readyz")
    assert answer.status == 503
    assert answer.json["type"] == "urn:parley:problem:unavailable"


def test_readiness_says_that_the_schema_is_missing(client: Client, parley: Parley) -> None:
    downgrade(parley.database, "base")
    answer = client.get("/readyz")
    assert answer.json["lacks"] == ["the schema is not at its head"]
    assert answer.json["schema"] is False
    assert int(answer.headers["retry-after"]) > 0


def make_failing(message: str) -> Callable[[Connection], None]:
    """Make every writing transaction fail at its commit, as a full disk does."""

    def fail(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("postgresql_readonly") or options.get(BEGIN_OPTION) == "BEGIN":
            return
        raise OperationalError("COMMIT", None, OSError(message))

    return fail


@pytest.mark.parametrize(
    ("message", "lacks"),
    [
        ("database or disk is full", "the database takes no writes: the disk is full"),
        ("disk I/O error", "the database takes no writes: the disk reports errors"),
        ("/var/lib/secret: odd", "the database takes no writes"),
    ],
)
def test_a_disk_that_takes_no_writes_is_said_until_it_does(
    client: Client, message: str, lacks: str
) -> None:
    client.open()
    fail = make_failing(message)
    event.listen(Engine, "commit", fail)
    refused = client.post(FACTS, fact(external_id="A"), idempotency_key="one")
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert refused.json["type"] == "urn:parley:problem:outcome-unknown"
    answer = client.get("/readyz")
    assert (answer.status, answer.json["lacks"]) == (503, [lacks])
    event.remove(Engine, "commit", fail)
    assert client.get("/readyz").json["status"] == "ready"
    assert client.post(FACTS, fact(external_id="A"), idempotency_key="one").status == 201


def test_a_database_that_cannot_be_reached_is_out_of_reach_and_no_error_of_the_server(
    client: Client, parley: Parley
) -> None:
    client.open()

    def refuse(*_: object) -> None:
        raise OperationalError("connect", None, OSError("no route to db.example"))

    parley.database._pools.dispose()
    event.listen(Engine, "do_connect", refuse)
    for answer in (client.get(TALKS), client.post(FACTS, fact(), idempotency_key="two")):
        assert answer.status == 503
        assert answer.headers["retry-after"] == "1"
        assert answer.json["type"] == "urn:parley:problem:unavailable"
        assert b"db.example" not in answer.body
    ready = client.get("/readyz")
    assert ready.json["lacks"] == ["the database cannot be read"]
    assert b"db.example" not in ready.body
    assert client.get("/healthz").status == 200
    event.remove(Engine, "do_connect", refuse)
    assert client.get("/readyz").status == 200
    assert client.post(FACTS, fact(), idempotency_key="two").status == 201


def test_a_write_that_was_refused_for_room_is_remembered_until_as_much_fits(
    fresh_database: Callable[[Kind], str],
) -> None:
    url = fresh_database("sqlite-file")
    lines = make_lines(100, 1_000)
    with closing(compose(settings_of(url), upgrade=False)) as parley:
        client = Client(TestClient(create_app(parley), headers=authorize(parley)))
        client.open()
        parley.follow()
        with files_up_to(400_000):
            assert client.post(f"{TALKS}/import", lines, **NDJSON).status == 503
            for _ in range(3):
                ready = client.get("/readyz")
                assert ready.json["lacks"] == [
                    "the database takes no writes: the disk reports errors"
                ]
        assert client.get("/readyz").status == 200
        with files_up_to(400_000):
            assert client.post(f"{TALKS}/import", lines, **NDJSON).status == 503
            assert client.get("/readyz").status == 503
            assert client.post(FACTS, fact(summary="Small")).status == 201
            parley.follow()
            assert client.get("/readyz").status == 200, "a write has succeeded since"
        assert client.post(f"{TALKS}/import", lines, **NDJSON).status == 200
