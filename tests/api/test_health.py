from __future__ import annotations

from typing import TYPE_CHECKING

from infrastructure.schema import downgrade

if TYPE_CHECKING:
    from api.composition import Parley
    from tests.api.asking import Client


def test_what_is_alive_and_complete_is_ready(client: Client) -> None:
    client.open()
    client.record()
    assert client.get("/healthz").json == {"status": "alive"}
    ready = client.get("/readyz")
    assert ready.status == 200
    assert ready.json["log"] == 2
    assert set(ready.json["projections"].values()) == {2}


def test_without_its_schema_it_is_alive_and_not_ready(client: Client, parley: Parley) -> None:
    downgrade(parley.database, "base")
    assert client.get("/healthz").status == 200
    answer = client.get("/readyz")
    assert answer.status == 503
    assert answer.json["type"] == "urn:parley:problem:unavailable"
