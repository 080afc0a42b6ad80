"""A new kind of fact needs one class and no other edit: it is stored, served, imported and documented."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.fact import KINDS, Fact, kind
from domain.register import Register, RegisterEntry, Succession
from domain.time.holding import Holding
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.databases import settings_of
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from api.composition import Parley

pytestmark = pytest.mark.either_database

MEDIATION = Register("mediation", succession=Succession.LATER)
SENT = {"kind": "mediation", "mediator": "Holy See", "stage": "offered"}


def _mediation() -> None:
    @kind(holds=Holding.UNTIL_NEXT, registers=(MEDIATION,))
    @dataclass(frozen=True, kw_only=True)
    class Mediation(Fact):
        """A third party offers to mediate, or mediates."""

        kind: Literal["mediation"] = "mediation"
        mediator: str
        stage: Literal["offered", "accepted"]

        def register_entries(self) -> Iterable[RegisterEntry]:
            """The entry that names the mediator."""
            yield RegisterEntry(MEDIATION, {"mediator": self.mediator}, {"stage": self.stage})


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    """A record that is opened after the kind is registered."""
    _mediation()
    settings = settings_of(database_url)
    parley = compose(settings, upgrade=False)
    yield parley
    parley.close()
    del KINDS["mediation"]


@pytest.fixture
def client(parley: Parley) -> Iterator[Client]:
    """A client of an application that is made after the kind is registered."""
    with TestClient(create_app(parley), headers=authorize(parley)) as http:
        yield Client(http)


def test_it_is_stored_and_served_in_its_own_section(client: Client) -> None:
    client.open()
    record = client.record(**SENT)
    assert client.get(record.headers["location"]).json["fact"]["mediator"] == "Holy See"
    section = client.get(TALKS).json["mediation"]
    assert [(each["mediator"], each["stage"]) for each in section] == [("Holy See", "offered")]
    assert (
        client.get(f"{TALKS}/timeline?kind=mediation").json["items"][0]["id"] == record.json["id"]
    )
    assert client.post(f"{TALKS}/snapshots", {"name": "s"}).status == 201
    content = client.get(f"{TALKS}/snapshots/s").json["content"]
    assert content["mediation"] == section


@on_sqlite
def test_its_rules_are_checked(client: Client) -> None:
    client.open()
    answer = client.post(FACTS, fact(**{**SENT, "stage": "rumoured"}))
    assert answer.pointers == ["/stage"]


@on_sqlite
def test_it_is_listed_in_openapi(client: Client) -> None:
    document = client.get("/openapi.json").json
    schemas = document["components"]["schemas"]
    assert "mediation" in schemas["Fact"]["discriminator"]["mapping"]
    assert schemas["StateResponse"]["properties"]["mediation"]["type"] == "array"
    timeline = document["paths"]["/v1/negotiations/{slug}/timeline"]["get"]
    kinds = next(parameter for parameter in timeline["parameters"] if parameter["name"] == "kind")
    assert "mediation" in kinds["schema"]["enum"]


def test_it_is_imported_from_lines_and_from_a_table(client: Client) -> None:
    client.open()
    line = json.dumps({**fact(**SENT), "external_id": "m1"}).encode()
    ndjson = client.post(f"{TALKS}/import", line, content_type="application/x-ndjson")
    assert ndjson.json["recorded"] == 1
    table = (
        b"external_id,kind,valid,summary,mediator,stage,citation.publisher\n"
        b"m2,mediation,2025-11,Accepted,Qatar,accepted,Reuters\n"
    )
    imported = client.post(f"{TALKS}/import", table, content_type="text/csv")
    assert imported.json["recorded"] == 1, imported.json
    assert len(client.get(TALKS).json["mediation"]) == 2


def test_it_is_gone_when_the_test_is() -> None:
    assert "mediation" not in KINDS
