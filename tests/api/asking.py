"""Short ways to send a test's requests to the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.testclient import TestClient

from domain.access import SCOPES, Scope
from tests.api.models import JSON, hold

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.composition import Parley

TALKS: Final = "/v1/negotiations/talks"
FACTS: Final = f"{TALKS}/facts"


@dataclass(frozen=True)
class Answer:
    """A response, with its body as JSON."""

    status: int
    headers: dict[str, str]
    body: bytes
    json: Any

    @property
    def pointers(self) -> list[str]:
        """The pointers of a problem's errors."""
        return [error["pointer"] for error in self.json["errors"]]


@dataclass(frozen=True)
class Client:
    """An HTTP client."""

    http: TestClient

    def get(self, path: str, /, **headers: str) -> Answer:
        """GET; headers by name, with `_` for `-`."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: object = None, /, **headers: str) -> Answer:
        """POST a JSON body, or bytes unchanged."""
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        if isinstance(body, bytes) and "content_type" not in headers:
            headers["content_type"] = "application/json"
        return self.send("POST", path, sent, **headers)

    def send(self, method: str, path: str, sent: Any = None, /, **headers: str) -> Answer:  # noqa: ANN401
        """Send a request of any method."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        response = self.http.request(method, path, headers=named, **(sent or {}))
        media = response.headers.get("content-type", "")
        has_json = media.partition(";")[0] in JSON and response.content
        json = response.json() if has_json else None
        if has_json:
            app = cast("FastAPI", self.http.app)
            hold(app, method, path, response.status_code, response.content)
        return Answer(response.status_code, dict(response.headers), response.content, json)

    def open(self, slug: str = "talks") -> None:
        """Open a negotiation."""
        body = {"slug": slug, "title": "Talks", "parties": ["A", "B"]}
        assert self.post("/v1/negotiations", body).status == 201

    def record(self, **fields: Any) -> Answer:  # noqa: ANN401 -- a fact's fields
        """Record a fact in the open negotiation."""
        answer = self.post(FACTS, fact(**fields))
        assert answer.status == 201, answer.json
        return answer


def authorize(parley: Parley, person: str = "editor", *scopes: Scope) -> dict[str, str]:
    """The header of a person with a new key; all scopes unless some are given."""
    key, _ = parley.keys.create(person, scopes or SCOPES)
    return {"Authorization": f"Bearer {key}"}


def without_credentials(client: Client) -> Client:
    """A client of the same application that sends no credentials."""
    return Client(TestClient(client.http.app, raise_server_exceptions=False))


def fact(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- a fact's fields
    """A release, unless the fields say otherwise."""
    return {
        "kind": "release",
        "valid": "2025-09-11",
        "summary": "Fifty-two prisoners freed",
        "citations": [{"publisher": "Kyiv Independent", "published": "2025-09-11"}],
        **fields,
    }


def count(number: int) -> list[dict[str, Any]]:
    """The quantities of a release."""
    return [{"what": "released", "comparator": "eq", "value": number, "basis": "increment"}]
