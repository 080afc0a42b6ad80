"""Every operation with its scope and a body, and a record to call as any role."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import make_url
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from domain.access import SCOPES
from tests.api.asking import FACTS, TALKS, Answer, Client, authorize, fact
from tests.databases import settings_of, sqlite_file_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infrastructure.settings import Settings

JSON: Final[dict[str, Any]] = {"content_type": "application/json"}
WHY: Final = {"why": "recounted"}
CORRECTION: Final = {"reason": "refinement", **WHY, "changes": {"summary": "Fifty-two freed"}}
CITED: Final = {"citation": {"publisher": "AP", "published": "2025-09-12"}}
HELD: Final = {"kind": "custody", "person": "A", "status": "detained", "valid": "2025-01"}
LINE: Final = (
    b'{"kind": "release", "valid": "2025", "summary": "Freed", "citations": [{"publisher": "AP"}]}'
)
NEGOTIATION: Final = {"slug": "more", "title": "More", "parties": []}
RETITLING: Final = {"reason": "refinement", **WHY, "changes": {"title": "Better talks"}}

#: (method, path) in the document → (the scope that it needs, its body).
TABLE: Final[dict[tuple[str, str], tuple[str | None, object]]] = {
    ("get", "/healthz"): (None, None),
    ("get", "/readyz"): (None, None),
    ("get", "/checkpoint"): (None, None),
    ("get", "/tile/{level}/{index}"): (None, None),
    ("get", "/tile/entries/{index}"): ("audit:read", None),
    ("get", "/verifier-key"): (None, None),
    ("post", "/v1/certificates"): ("fact:read", {"question": TALKS}),
    ("get", "/v1/changes"): ("audit:read", None),
    ("get", "/v1/negotiations"): ("fact:read", None),
    ("get", "/v1/search"): ("fact:read", None),
    ("post", "/v1/negotiations"): ("fact:write", NEGOTIATION),
    ("get", "/v1/negotiations/{slug}"): ("fact:read", None),
    ("post", "/v1/negotiations/{slug}/corrections"): ("fact:correct", RETITLING),
    ("get", "/v1/negotiations/{slug}/state/{section}"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/people"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/export"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/timeline"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/tally"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/diff"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/moments"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/charts/{chart}.svg"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/charts/{chart}.png"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/charts/{chart}.vl.json"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/audit"): ("audit:read", None),
    ("get", "/v1/negotiations/{slug}/history"): ("audit:read", None),
    ("get", "/v1/negotiations/{slug}/settings"): ("admin", None),
    ("post", "/v1/negotiations/{slug}/settings"): ("admin", {"review_record": False}),
    ("get", "/v1/negotiations/{slug}/snapshots"): ("fact:read", None),
    ("get", "/v1/negotiations/{slug}/snapshots/{name}"): ("fact:read", None),
    ("post", "/v1/negotiations/{slug}/snapshots"): ("fact:write", {"name": "second"}),
    ("post", "/v1/negotiations/{slug}/facts"): ("fact:write", fact()),
    ("post", "/v1/negotiations/{slug}/import"): ("fact:write", LINE),
    ("get", "/v1/facts/{fact_id}"): ("fact:read", None),
    ("get", "/v1/facts/{fact_id}/history"): ("audit:read", None),
    ("get", "/v1/facts/{fact_id}/proof"): ("audit:read", None),
    ("get", "/v1/negotiations/{slug}/change-requests"): ("fact:correct", None),
    ("get", "/v1/change-requests/{change_request_id}"): ("fact:correct", None),
    ("post", "/v1/change-requests/{change_request_id}/approval"): ("fact:correct", WHY),
    ("post", "/v1/change-requests/{change_request_id}/refusal"): ("fact:correct", WHY),
    ("post", "/v1/change-requests/{change_request_id}/revision"): ("fact:correct", CORRECTION),
    ("post", "/v1/change-requests/{change_request_id}/withdrawal"): ("fact:correct", WHY),
    ("post", "/v1/facts/{fact_id}/corroborations"): ("fact:write", CITED),
    ("post", "/v1/facts/{fact_id}/corrections"): ("fact:correct", CORRECTION),
    ("post", "/v1/facts/{fact_id}/end"): ("fact:correct", {"ended": "2025-10"}),
    ("post", "/v1/facts/{fact_id}/reinstatement"): ("fact:correct", WHY),
    ("post", "/v1/facts/{fact_id}/preference"): ("fact:correct", {"preferred": True, **WHY}),
    ("post", "/v1/facts/{fact_id}/retraction"): ("fact:correct", {"reason": "coding_error", **WHY}),
    ("post", "/v1/facts/{fact_id}/erasure"): ("erase", {"reason": "They asked for it"}),
}


def find_needed_query(path: str) -> str:
    """The query parameters that a path requires."""
    last = path.rpartition("/")[2]
    return {"tally": "?what=released", "diff": "?from=2020", "search": "?q=fre*"}.get(last, "")


def needs_if_match(method: str, path: str) -> bool:
    """Whether a call must name the version that it changes."""
    return method == "post" and ("{fact_id}" in path or path.endswith("/corrections"))


@dataclass
class Kept:
    """Where the record is stored, and what a client of it needs."""

    path: Path
    folder: Path
    headers: dict[str | None, dict[str, str]]
    facts: tuple[str, str]
    change_requests: dict[tuple[str, str], Answer] = field(default_factory=dict)


@dataclass
class Record:
    """A record with a fact, a retracted fact, a snapshot and change requests, to call as any role."""

    parley: Parley
    http: TestClient
    facts: tuple[str, str]
    headers: dict[str | None, dict[str, str]]
    change_requests: dict[tuple[str, str], Answer]

    def ask(self, role: str | None, method: str, path: str, body: object) -> Any:  # noqa: ANN401
        headers = {**self.headers[role]}
        withdrawn = path.endswith("reinstatement")
        names = {"slug": "talks", "name": "first", "level": "0", "index": "000.p/5"}
        names["section"] = "custody"
        names["chart"] = "held"
        person = "editor" if role == "all" else "Ann"
        change_request = self.change_requests.get(
            (person, path.rpartition("/")[2]), self.change_requests["Zoe", ""]
        )
        names["change_request_id"] = change_request.json["id"]
        address = path.format(**names, fact_id=self.facts[1 if withdrawn else 0])
        query = find_needed_query(path)
        if needs_if_match(method, path):
            headers["if-match"] = "*"
        if path.endswith("approval"):
            headers["if-match"] = change_request.headers["etag"]
        if isinstance(body, bytes):
            headers["content-type"] = "application/x-ndjson"
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.http.request(
            method, address + query, headers=headers, **(sent if body is not None else {})
        )

    @property
    def head(self) -> int:
        with self.parley.reading(self.parley.owner) as reading:
            return reading.head


def keep(url: str, folder: Path) -> Kept:
    """Make the record in a migrated SQLite file and close it; its key is in the folder."""
    parley = compose(_settings(url, folder), upgrade=False, signs=True)
    http = TestClient(create_app(parley), raise_server_exceptions=False)
    every = authorize(parley, "editor")
    client = Client(http)
    client.http.headers.update(every)
    client.open()
    facts = tuple(client.record(**HELD).headers["location"].rsplit("/")[-1] for _ in range(2))
    assert client.post(f"{TALKS}/snapshots", {"name": "first"}).status == 201
    retraction = {"reason": "coding_error", **WHY}
    gone = client.post(f"/v1/facts/{facts[1]}/retraction", retraction, if_match="*")
    assert gone.status == 200
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200
    assert parley.publisher is not None
    parley.publisher.publish()
    del client.http.headers["authorization"]
    headers: dict[str | None, dict[str, str]] = {None: {}, "all": every}
    headers |= {scope: authorize(parley, "Ann", scope) for scope in SCOPES}
    keys = {"editor": every, "Ann": headers["fact:correct"], "Zoe": authorize(parley, "Zoe")}
    found = Kept(Path(str(make_url(url).database)), folder, headers, (facts[0], facts[1]))
    found.change_requests |= propose_for_each(http, keys)
    parley.close()
    return found


def copy_record(kept: Kept, folder: Path, **settings: str) -> Iterator[Record]:
    """A copy of the record, and of its key."""
    shutil.copytree(kept.folder, folder)
    path = shutil.copyfile(kept.path, folder / "parley.db")
    parley = compose(
        _settings(sqlite_file_url(path), folder, **settings), upgrade=False, signs=True
    )
    http = TestClient(create_app(parley), raise_server_exceptions=False)
    headers = {role: {**each} for role, each in kept.headers.items()}
    yield Record(parley, http, kept.facts, headers, kept.change_requests)
    parley.close()


def _settings(url: str, folder: Path, **more: str) -> Settings:
    return settings_of(url, PARLEY_LOG_KEY_FILE=str(folder / "parley.key"), **more)


def propose_for_each(
    http: TestClient, keys: dict[str, dict[str, str]]
) -> dict[tuple[str, str], Answer]:
    """{(person, decision): change request}: a person's own to revise or withdraw, and Zoe's to approve or refuse."""
    every = keys["editor"]
    http.post(f"{TALKS}/settings", json={"review_record": True}, headers=every)
    requests = {}
    for person in ("editor", "Ann"):
        for what in ("approval", "refusal", "revision", "withdrawal"):
            by = person if what in ("revision", "withdrawal") else "Zoe"
            requests[person, what] = propose(http, every, keys[by])
    requests["Zoe", ""] = propose(http, every, keys["Zoe"])
    http.post(f"{TALKS}/settings", json={"review_record": False}, headers=every)
    return requests


def propose(http: TestClient, recorder: dict[str, str], proposer: dict[str, str]) -> Answer:
    place = http.post(FACTS, json=fact(**HELD), headers=recorder).headers["location"]
    headers = {name.lower(): text for name, text in proposer.items()}
    answer = Client(http).post(f"{place}/corrections", CORRECTION, if_match="*", **headers)
    assert answer.status == 202, answer.json
    return answer
