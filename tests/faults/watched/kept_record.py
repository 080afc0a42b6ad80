"""A record with rows in every table: real and private negotiations, settings, snapshots, stored responses, keys.

It has more than 256 events, so that there are complete tiles, and all of it is signed; the checkpoint is saved.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.access import SCOPES
from domain.time.instant import parse_cut
from infrastructure.settings import Settings
from tests.databases import SEAL_KEY, UNBOUNDED

if TYPE_CHECKING:
    from api.composition import Parley
    from domain.access import Scope

RECORD: Final = Path(__file__).parents[3] / "data" / "us-belarus.ndjson"
PUBLIC: Final = "us-belarus"
PRIVATE: Final = "quiet-talks"
EMPTY: Final = "later-talks"
BEGUN: Final = parse_cut("2026-01-01")
NOW: Final = parse_cut("2026-03-01")
"""The time of all questions, after all events."""
DAY: Final = 86_400_000_000
FACTS: Final = 6
CHANGES: Final = 20
_READS: Final[tuple[Scope, ...]] = ("fact:read", "audit:read")
_CITATION: Final = {"publisher": "Reuters", "published": "2025-10-01"}
_SOURCE: Final = {"identity": "Jane", "contact": "+48 555 0100", "note": "at night"}


@dataclass(frozen=True)
class Answered:
    """A request that was sent under an idempotency key, to be sent again."""

    path: str
    body: bytes
    headers: dict[str, str]


@dataclass
class KeptRecord:
    """Where the record is stored, and what a client needs; `keys` are the readers' keys, by person."""

    url: str
    folder: Path
    keys: dict[str, str] = field(default_factory=dict)
    answered: list[Answered] = field(default_factory=list)
    facts: dict[str, list[str]] = field(default_factory=dict)
    change_requests: list[str] = field(default_factory=list)
    snapshots: list[str] = field(default_factory=list)
    now: int = BEGUN

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a process with the record's keys, without rate limits."""
        return {
            "PARLEY_DATABASE_URL": self.url,
            "PARLEY_SEAL_KEY": SEAL_KEY,
            "PARLEY_LOG_KEY_FILE": str(self.folder / "parley.key"),
            "PARLEY_IDEMPOTENCY_HOURS": "8760",
            **UNBOUNDED,
        }

    @property
    def saved_checkpoint(self) -> Path:
        """The text of the checkpoint that was saved elsewhere."""
        return self.folder / "saved"

    def open_record(self) -> Parley:
        """The record, opened with the clock at `now`."""
        settings = Settings.from_env(self.settings)
        return compose(settings, clock=lambda: self.now, upgrade=False, signs=True)

    def save_checkpoint(self, parley: Parley) -> None:
        """Sign the log, and save the checkpoint."""
        parley.follow()
        assert parley.publisher is not None
        parley.publisher.publish()
        shutil.copyfile(self.folder / "parley.key.checkpoint", self.saved_checkpoint)


class _Desk:
    """Sends changes, each an hour later, under idempotency keys that are kept, so that they can be sent again."""

    def __init__(self, record: KeptRecord, parley: Parley) -> None:
        self._record = record
        self.http = TestClient(create_app(parley), raise_server_exceptions=False)

    def send(self, path: str, body: Any, *, status: int = 201, **headers: str) -> Any:  # noqa: ANN401 -- JSON
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {
            "Authorization": f"Bearer {self._record.keys['editor']}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"sent-{len(self._record.answered)}",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        self._record.now += DAY // 24
        answer = self.http.post(path, content=sent, headers=named)
        assert answer.status_code == status, answer.text
        self._record.answered.append(Answered(path, sent, named))
        return answer.json()

    def record(self, slug: str, number: int, **fields: Any) -> str:  # noqa: ANN401 -- a fact's fields
        fact = {
            "kind": "custody",
            "valid": f"2025-{number % 12 + 1:02d}",
            "summary": f"Person {number} is held in Minsk",
            "citations": [_CITATION],
            "person": f"Person {number}",
            "status": "detained",
            "place": "Minsk",
            "external_id": f"{slug}-{number}",
            **fields,
        }
        id_: str = self.send(f"/v1/negotiations/{slug}/facts", fact)["id"]
        self._record.facts.setdefault(slug, []).append(id_)
        return id_

    def change(self, fact: str, version: int) -> None:
        """Correct, corroborate, prefer, retract and reinstate, in turn."""
        what = ("corrections", "corroborations", "preference", "retraction", "reinstatement")
        name = what[version % len(what)]
        publisher = {"publisher": f"Outlet {version}", "published": "2025-11"}
        bodies: dict[str, dict[str, Any]] = {
            "corrections": {"reason": "refinement", "changes": {"note": f"no. {version}"}},
            "corroborations": {"citation": publisher},
            "preference": {"preferred": version % 2 == 0},
            "retraction": {"reason": "source_retracted", "published": "2025-12"},
            "reinstatement": {},
        }
        sent = {"why": f"so says no. {version}", **bodies[name]}
        self.send(f"/v1/facts/{fact}/{name}", sent, status=200, If_Match=f'"{version}"')


def keep(url: str, folder: Path, *, rebuilt: bool = False) -> KeptRecord:
    """Record all of it in a migrated database; keys and checkpoints are in the folder."""
    record = KeptRecord(url, folder)
    parley = record.open_record()
    record.keys = {
        "editor": parley.keys.create("editor", SCOPES)[0],
        "Ann": parley.keys.create("Ann", _READS)[0],
        "Zoe": parley.keys.create("Zoe", _READS)[0],
        "gone": parley.keys.create("editor", SCOPES)[0],
    }
    parley.keys.revoke(record.keys["gone"].split("_")[1])
    desk = _Desk(record, parley)
    _open(desk, record)
    for number in range(FACTS):
        cited = {**_CITATION, "confidential": {**_SOURCE, "note": f"no. {number}"}}
        desk.record(PRIVATE, number, citations=[cited, _CITATION])
    for version in range(1, CHANGES + 1):
        for fact in record.facts[PRIVATE]:
            desk.change(fact, version)
    _propose(desk, record)
    _erase(desk, record)
    record.save_checkpoint(parley)
    if rebuilt:
        parley.rebuild()
    parley.close()
    return record


def keep_more(record: KeptRecord, parley: Parley) -> None:
    """Record more in a record that is open, and save its checkpoint anew."""
    desk = _Desk(record, parley)
    for number in range(FACTS, FACTS + 4):
        desk.change(desk.record(PUBLIC, number, person="Ihar Losik"), 1)
    record.save_checkpoint(parley)


def _open(desk: _Desk, record: KeptRecord) -> None:
    """Open three negotiations, of which one is private and one has no facts."""
    for slug in (PUBLIC, PRIVATE, EMPTY):
        body = {"slug": slug, "title": f"Title of {slug}", "parties": ["Belarus", "United States"]}
        desk.send("/v1/negotiations", body)
    settings = {"visibility": "private", "members": ["Ann", "editor"]}
    desk.send(f"/v1/negotiations/{PRIVATE}/settings", settings, status=200)
    lines = RECORD.read_bytes().splitlines(keepends=True)
    at = f"/v1/negotiations/{PUBLIC}/import"
    for query, some in (("?batch=first", lines[:9]), ("", lines[9:])):
        desk.send(at + query, b"".join(some), status=200, Content_Type="application/x-ndjson")
    items = desk.http.get(f"/v1/negotiations/{PUBLIC}/timeline?limit=1000&include=retracted")
    record.facts[PUBLIC] = [item["id"] for item in items.json()["items"]]
    better = {"title": f"Better title of {PUBLIC}"}
    nearer = {"reason": "refinement", "why": "nearer", "changes": better, "published": "2025-11"}
    desk.send(f"/v1/negotiations/{PUBLIC}/corrections", nearer, status=200, If_Match="*")
    papers = {"name": "papers", "clock": "published", "as_known_at": "2025-11"}
    for snapshot in ({"name": "all"}, papers):
        desk.send(f"/v1/negotiations/{PUBLIC}/snapshots", snapshot)
        record.snapshots.append(snapshot["name"])
    desk.send("/v1/negotiations", {"slug": PUBLIC, "title": "T", "parties": ["A"]}, status=409)


def _propose(desk: _Desk, record: KeptRecord) -> None:
    """Propose some corrections, and withdraw one."""
    desk.send(f"/v1/negotiations/{PRIVATE}/settings", {"review_record": True}, status=200)
    for fact in record.facts[PRIVATE][:4]:
        cited = {**_CITATION, "title": "proposed", "confidential": _SOURCE}
        body = {
            "reason": "refinement",
            "why": "nearer",
            "changes": {"note": "x"},
            "citation": cited,
        }
        made = desk.send(f"/v1/facts/{fact}/corrections", body, status=202, If_Match="*")
        record.change_requests.append(made["id"])
    desk.send(
        f"/v1/change-requests/{record.change_requests[0]}/withdrawal", {"why": "older"}, status=200
    )


def _erase(desk: _Desk, record: KeptRecord) -> None:
    """Erase a fact of each negotiation, and some sources in one of them."""
    for slug in (PUBLIC, PRIVATE):
        settings = {"review_erasure": False}
        desk.send(f"/v1/negotiations/{slug}/settings", settings, status=200)
        gone, kept = record.facts[slug][-1], record.facts[slug][-2]
        reason = {"reason": "They asked for it"}
        desk.send(f"/v1/facts/{gone}/erasure", reason, status=200, If_Match="*")
        sources = {**reason, "what": "sources"}
        desk.send(f"/v1/facts/{kept}/erasure", sources, status=200, If_Match="*")
