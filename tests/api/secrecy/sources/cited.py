"""Confidential sources, and the roles that read a record with some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.testclient import TestClient

from api.composition import Parley
from domain.access import SCOPES
from infrastructure.proofs.verification import verify
from tests.api.asking import FACTS, Client, fact

CANARY: Final = "Canary"
JANE: Final = {"identity": "Canary Jane", "contact": "+48 555 Canary", "note": "Canary: at night"}
MAX: Final = {"identity": "Canary Max"}
DESK: Final = {"publisher": "Own reporting", "published": "2025-09-11", "attribution": "anonymous"}
NO_SOURCES: Final = tuple(scope for scope in SCOPES if scope != "source:read")


def make_citation(confidential: object, **more: object) -> dict[str, Any]:
    return {**DESK, **more, "confidential": confidential}


@dataclass
class Desk:
    """A record that one person with `source:read` reads, and others without it."""

    parley: Parley
    client: Client
    plain: TestClient
    reading: dict[str, str]
    others: dict[str, dict[str, str]]

    def sources(self, fact_id: str, query: str = "") -> list[Any]:
        answer = self.client.get(f"/v1/facts/{fact_id}{query}", **self.reading)
        assert answer.status == 200, answer.json
        return [citation.get("confidential") for citation in answer.json["fact"]["citations"]]

    def identities(self, fact_id: str) -> list[str | None]:
        return [source and source["identity"] for source in self.sources(fact_id)]

    def record(self, **fields: object) -> str:
        answer = self.client.post(FACTS, fact(**fields))
        assert answer.status == 201, answer.json
        assert CANARY.encode() not in answer.body
        return str(answer.json["id"])

    def change(self, fact_id: str, change: str, body: object) -> None:
        answer = self.client.post(f"/v1/facts/{fact_id}/{change}", body, if_match="*")
        assert answer.status == 200, answer.json
        assert CANARY.encode() not in answer.body


def find_wrong(parley: Parley) -> int | None:
    with parley.database.reading() as connection:
        wrong = verify(connection).wrong
    return None if wrong is None else wrong.position
