from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from domain.rules import FIRST_READING, READING
from infrastructure.tables.record import snapshot
from tests.api.asking import TALKS, count
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

SNAPSHOTS = f"{TALKS}/snapshots"


def test_a_snapshot_is_the_state_replayed_from_the_log(client: Client) -> None:
    client.open()
    client.open("others")
    address = client.record(quantities=count(50), people=["A"]).headers["location"]
    client.record(kind="appointment", person="A", post="envoy", valid="2025-11")
    taken = client.post(SNAPSHOTS, {"name": "first", "as_of": "2025-11-15"})
    assert taken.status == 201
    assert taken.headers["location"] == f"{SNAPSHOTS}/first"
    body = {"reason": "coding_error", "why": "Misread"}
    client.post(f"{address}/retraction", body, if_match="1")
    read = client.get(f"{SNAPSHOTS}/first")
    assert read.status == 200
    assert {k: read.json[k] for k in taken.json} == taken.json
    content = json.dumps(
        read.json["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256(content.encode()).hexdigest() == taken.json["sha256"]
    assert read.json["content"] == client.get(f"{TALKS}?as_of=2025-11-15&position=4").json
    assert "max-age=600" in read.headers["cache-control"]


def test_a_snapshot_that_no_longer_matches_its_hash_is_never_shown(
    client: Client, parley: Parley
) -> None:
    client.open()
    client.post(SNAPSHOTS, {"name": "first"})
    with parley.database.writing() as connection:
        connection.execute(update(snapshot).values(sha256="0" * 64))
    answer = client.get(f"{SNAPSHOTS}/first")
    assert answer.status == 500
    assert answer.json["type"] == "urn:parley:problem:integrity"


def test_the_name_of_a_snapshot_is_taken_once(client: Client) -> None:
    client.open()
    assert client.post(SNAPSHOTS, {"name": "first"}).status == 201
    again = client.post(SNAPSHOTS, {"name": "first"})
    assert again.status == 409
    assert again.pointers == ["/name"]


def test_snapshots_taken_at_once_are_all_kept(client: Client) -> None:
    client.open()

    def take(number: int) -> int:
        return client.post(SNAPSHOTS, {"name": f"s{number}"}).status

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(take, range(4))) == [201] * 4


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": "a/b"}, "/name"),
        ({"name": "a", "as_of": "soon"}, "/as_of"),
        ({"name": "a", "position": -1}, "/position"),
        ({"name": "a", "clock": "wall"}, "/clock"),
        ({"name": "a", "until": "2025"}, "/until"),
    ],
)
def test_what_is_wrong_with_a_snapshot_is_pointed_at(
    light_client: Client, body: dict[str, object], pointer: str
) -> None:
    light_client.open()
    answer = light_client.post(SNAPSHOTS, body)
    assert answer.status == 422
    assert answer.pointers == [pointer]


@on_sqlite
def test_an_unknown_snapshot_is_unknown(client: Client) -> None:
    client.open()
    for path in (f"{SNAPSHOTS}/none", f"{SNAPSHOTS}/%00", "/v1/negotiations/none/snapshots/x"):
        assert client.get(path).status == 404
    assert client.post("/v1/negotiations/none/snapshots", {"name": "a"}).status == 404


def test_one_that_was_taken_by_an_older_reading_is_said_neither_to_hold_nor_to_be_forged(
    client: Client, parley: Parley
) -> None:
    client.open()
    taken = client.post(SNAPSHOTS, {"name": "first"}).json
    assert taken["perspective"]["reading"] == READING
    assert client.get(f"{SNAPSHOTS}/first").json["verified"] is True
    with parley.database.writing() as connection:
        stored = connection.execute(select(snapshot.c.perspective)).scalar_one()
        older = json.dumps({k: v for k, v in json.loads(stored).items() if k != "reading"})
        connection.execute(update(snapshot).values(perspective=older, sha256="0" * 64))
    read = client.get(f"{SNAPSHOTS}/first")
    assert (read.status, read.json["verified"]) == (200, None)
    assert read.json["perspective"]["reading"] == FIRST_READING
    assert read.json["content"]["perspective"]["reading"] == READING
    assert read.json["sha256"] == "0" * 64


def test_snapshots_are_listed_by_name_as_of_a_position(client: Client) -> None:
    client.open()
    client.record()
    assert client.get(SNAPSHOTS).json["items"] == []
    for name in ("b", "a", "c"):
        assert client.post(SNAPSHOTS, {"name": name}).status == 201
    whole = client.get(SNAPSHOTS).json["items"]
    assert [each["name"] for each in whole] == ["a", "b", "c"]
    for each in whole:
        shown = client.get(f"{SNAPSHOTS}/{each['name']}").json
        assert each == {name: shown[name] for name in ("name", "perspective", "sha256")}
    assert [item["name"] for item in client.get(f"{SNAPSHOTS}?position=3").json["items"]] == ["b"]
    first = client.get(f"{SNAPSHOTS}?limit=2").json
    assert first["items"] == whole[:2]
    assert client.get(f"{SNAPSHOTS}?cursor={first['next']}").json["items"] == whole[2:]
    assert client.get("/v1/negotiations/none/snapshots").status == 404
