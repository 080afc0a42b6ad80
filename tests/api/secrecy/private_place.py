"""A record with a private negotiation, and clients of its member and of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from domain.access import SCOPES
from tests.api.asking import Answer, Client, authorize, fact
from tests.api.secrecy.roles import CORRECTION, HELD, find_needed_query, needs_if_match
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HIDDEN: Final = "quiet-talks"


@dataclass
class Place:
    """A record with a private negotiation of Ann's, and requests to it as several people."""

    parley: Parley
    http: TestClient
    headers: dict[str | None, dict[str, str]]
    fact: str
    change_request: Answer

    @property
    def names(self) -> dict[str, str]:
        """The values for the parts of addresses that name what is there."""
        return {
            "slug": HIDDEN,
            "fact_id": self.fact,
            "change_request_id": self.change_request.json["id"],
        }

    def ask(
        self,
        who: str | None,
        method: str,
        path: str,
        body: object,
        names: dict[str, str],
        **more: str,
    ) -> Any:  # noqa: ANN401
        names = {**names, "name": "first", "level": "0", "section": "custody", "chart": "held"}
        address = path.format(**names, index="000.p/1") + find_needed_query(path)
        headers = {**self.headers[who], **more}
        if needs_if_match(method, path):
            headers["if-match"] = "*"
        if path.endswith("approval"):
            headers["if-match"] = self.change_request.headers["etag"]
        if isinstance(body, bytes):
            imported = "application/x-ndjson" if path.endswith("import") else "application/json"
            headers["content-type"] = imported
            return self.http.request(method, address, headers=headers, content=body)
        sent: dict[str, Any] = {} if body is None else {"json": body}
        return self.http.request(method, address, headers=headers, **sent)


def make_place(database_url: str, folder: Path) -> Iterator[Place]:
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=str(folder / "key"))
    parley = compose(settings, upgrade=False, signs=True)
    http = TestClient(create_app(parley), raise_server_exceptions=False)
    no_admin = tuple(scope for scope in SCOPES if scope != "admin")
    headers: dict[str | None, dict[str, str]] = {
        None: {},
        "Ann": authorize(parley, "Ann"),
        "outsider": authorize(parley, "Bo", *no_admin),
        "reader": authorize(parley, "Cy", "fact:read", "audit:read"),
        "admin": authorize(parley, "Di", "admin"),
    }
    body = {"slug": HIDDEN, "title": "Canary title", "parties": [], "visibility": "private"}
    ann = headers["Ann"]
    assert http.post("/v1/negotiations", json=body, headers=ann).status_code == 201
    custody = {**HELD, "person": "Canary Person", "summary": "Canary summary"}
    recorded = http.post(
        f"/v1/negotiations/{HIDDEN}/facts",
        json=fact(**custody, external_id="canary-id"),
        headers=ann,
    )
    assert recorded.status_code == 201
    snapshot = {"name": "first"}
    saved = http.post(f"/v1/negotiations/{HIDDEN}/snapshots", json=snapshot, headers=ann)
    assert saved.status_code == 201
    settings_at = f"/v1/negotiations/{HIDDEN}/settings"
    change_requests = []
    for reviewed in (True, False):
        answer = http.post(settings_at, json={"review_record": reviewed}, headers=headers["admin"])
        assert answer.status_code == 200
        sent = {"if_match": "*", "authorization": ann["Authorization"]}
        address = f"/v1/facts/{recorded.json()['id']}/corrections"
        change_requests += [Client(http).post(address, CORRECTION, **sent)] if reviewed else []
    assert change_requests[0].status == 202
    assert parley.publisher is not None
    parley.publisher.publish()
    yield Place(parley, http, headers, recorded.json()["id"], change_requests[0])
    parley.close()
