"""A fact to erase, and a record in which one person may erase it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.composition import Parley
from infrastructure.proofs.verification import verify
from tests.api.asking import TALKS, Answer, Client

WORD: Final = "Zanzibarcanary"
SAID: Final = {
    "summary": f"{WORD} is freed",
    "people": [f"{WORD} Person"],
    "places": [f"{WORD} Place"],
    "matter": f"{WORD} matter",
    "note": f"{WORD} note",
    "external_id": f"{WORD}-1",
    "quantities": [{"what": "released", "value": 52, "basis": "increment"}],
    "citations": [
        {"publisher": f"{WORD} Wire", "published": "2025-09-11", "confidential": {"note": WORD}}
    ],
}
REASON: Final = {"reason": "The family asked for it"}
WHY: Final = {"reason": "refinement", "why": f"{WORD} was misspelt"}


@dataclass
class Desk:
    """A record in which one person may erase."""

    parley: Parley
    client: Client

    def change(self, id_: str, change: str, body: object, **headers: str) -> Answer:
        headers.setdefault("if_match", "*")
        return self.client.post(f"/v1/facts/{id_}/{change}", body, **headers)

    def make_change(self, id_: str, change: str, body: object, **headers: str) -> Answer:
        answer = self.change(id_, change, body, **headers)
        assert answer.status == 200, answer.json
        return answer

    def record_fact(self) -> str:
        """Record a fact with a history, and a snapshot that holds it; gives its id."""
        id_ = str(self.client.record(**SAID).json["id"])
        self.make_change(id_, "corrections", {**WHY, "changes": {"summary": f"{WORD} was freed"}})
        assert self.client.post(f"{TALKS}/snapshots", {"name": "held"}).status == 201
        citation = {"publisher": f"{WORD} Radio", "confidential": {"identity": WORD}}
        self.make_change(id_, "corroborations", {"citation": citation}, idempotency_key="cited")
        self.client.record(summary="Another stays", external_id="other")
        return id_

    def sign(self) -> None:
        """Sign the log now, since a request for a proof does not wait for it."""
        assert self.parley.publisher is not None
        self.parley.publisher.publish()

    def words(self) -> int:
        answer = self.client.get(f"{TALKS}/timeline?q={WORD}")
        return len(answer.json["items"])

    @property
    def root(self) -> bytes:
        with self.parley.database.reading() as connection:
            verification = verify(connection)
        assert verification.wrong is None
        return verification.root
