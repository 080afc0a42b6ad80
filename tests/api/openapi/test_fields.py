"""Which role is shown which guarded field, for every operation."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import pytest
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from domain.access import SCOPES, Scope
from tests.api.asking import TALKS, Client, authorize
from tests.api.secrecy.roles import HELD, TABLE, WHY, find_needed_query
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Guarded field → the scope that it needs, besides the scope of the operation.
GUARDED: Final[dict[str, Scope]] = {
    "confidential": "source:read",
    "identity": "source:read",
    "contact": "source:read",
    "members": "admin",
    "actor": "audit:read",
    "approvers": "audit:read",
}
#: Guarded field → the operations that show it to callers with its scope; calls about one's own changes are exempt.
SHOWN: Final[dict[str, set[str]]] = {
    "confidential": {"get /v1/facts/{fact_id}"},
    "identity": {"get /v1/facts/{fact_id}"},
    "contact": {"get /v1/facts/{fact_id}"},
    "members": {
        "get /v1/negotiations/{slug}/settings",
        "post /v1/negotiations/{slug}/settings",
    },
    "actor": {
        "get /v1/changes",
        "get /v1/negotiations/{slug}/audit",
        "get /v1/negotiations/{slug}/history",
        "get /v1/facts/{fact_id}/history",
        "get /v1/facts/{fact_id}/proof",
    },
    "approvers": {"get /v1/changes", "get /v1/negotiations/{slug}/audit"},
}
OWN: Final = {"post /v1/facts/{fact_id}/erasure": {"actor", "approvers"}}
"""Fields that an operation shows to the caller about the caller's own change."""
ROLES: Final = [
    (),
    *((scope,) for scope in SCOPES),
    *combinations(SCOPES, 2),
    SCOPES,
]
SOURCE: Final = {"identity": "Jane", "contact": "+48", "note": None}


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Parley, TestClient, str, str]]:
    """A record that has every guarded field somewhere, and a fact that has a source."""
    folder: Path = tmp_path_factory.mktemp("fields")
    settings = settings_of(
        f"sqlite:///{folder / 'parley.db'}", PARLEY_LOG_KEY_FILE=str(folder / "key")
    )
    parley = compose(settings, signs=True)
    http = TestClient(create_app(parley), raise_server_exceptions=False)
    client = Client(TestClient(http.app, headers=authorize(parley)))
    client.open()
    ruled = {"review_erasure": False, "members": ["editor", "Ann"]}
    assert client.post(f"{TALKS}/settings", ruled).status == 200
    cited = {"publisher": "Desk", "confidential": SOURCE}
    id_ = client.record(**HELD, citations=[cited]).json["id"]
    gone = client.record(**HELD).json["id"]
    agreed = {"reason": "asked for", "approvers": ["Bo"]}
    erased = client.post(f"/v1/facts/{gone}/erasure", agreed, if_match="*")
    assert erased.status == 200
    ended = client.post(f"/v1/facts/{id_}/end", {"ended": "2025-06", **WHY}, if_match="*")
    assert ended.status == 200
    assert client.post(f"{TALKS}/snapshots", {"name": "first"}).status == 201
    assert parley.publisher is not None
    parley.publisher.publish()
    assert client.post(f"{TALKS}/settings", {"review_record": True}).status == 200
    body = {"reason": "refinement", **WHY, "changes": {"citations": [cited], "note": "x"}}
    proposed = client.post(f"/v1/facts/{id_}/corrections", body, if_match="*")
    assert proposed.status == 202
    yield parley, http, id_, proposed.json["id"]
    parley.close()


def fields(part: Any) -> set[str]:  # noqa: ANN401 -- JSON is anything
    """Every name in a response that has a value."""
    if isinstance(part, list):
        return {name for each in part for name in fields(each)}
    if not isinstance(part, dict):
        return set()
    names = {name for name, value in part.items() if value not in (None, [])}
    return names.union(*(fields(each) for each in part.values()))


def list_shown_fields(
    http: TestClient, fact_id: str, change_request_id: str, headers: dict[str, str]
) -> dict[str, set[str]]:
    """The guarded fields in the response of each GET, and of each POST that changes nothing lasting."""
    names = {
        "slug": "talks",
        "fact_id": fact_id,
        "name": "first",
        "level": "0",
        "section": "custody",
        "chart": "releases",
    }
    names["change_request_id"] = change_request_id
    shown = {}
    for method, path in TABLE:
        address = path.format(**names, index="000.p/5") + find_needed_query(path)
        if method == "get":
            answer = http.get(address, headers=headers)
        elif path.endswith("settings"):
            answer = http.post(address, json={"review_record": True}, headers=headers)
        else:
            continue
        assert answer.status_code < 500, address
        json = "json" in answer.headers.get("content-type", "")
        shown[f"{method} {path}"] = fields(answer.json() if json else None) & set(GUARDED)
    return shown


@pytest.mark.cases(12)
@pytest.mark.parametrize("role", ROLES, ids=lambda role: "+".join(role) or "nobody")
def test_a_role_is_shown_the_guarded_fields_that_are_its_own_and_no_others(
    place: tuple[Parley, TestClient, str, str], role: tuple[Scope, ...]
) -> None:
    parley, http, fact_id, change_request_id = place
    headers = authorize(parley, "Ann", *role) if role else {}
    open_to_anybody = ("fact:read", "audit:read") if not role else ()
    may = {*role, *open_to_anybody}
    for operation, found in list_shown_fields(http, fact_id, change_request_id, headers).items():
        method, _, path = operation.partition(" ")
        takes = TABLE[method, path][0]
        admitted = takes is None or takes in may
        expected = {
            field
            for field, scope in GUARDED.items()
            if admitted and scope in may and operation in SHOWN[field]
        }
        assert found == expected, operation


def test_every_change_answers_without_guarded_fields_but_those_of_ones_own_doing(
    tmp_path: Path,
) -> None:
    settings = settings_of(f"sqlite:///{tmp_path / 'parley.db'}")
    parley = compose(settings)
    every = tuple(scope for scope in SCOPES if scope not in {"source:read", "audit:read"})
    headers = authorize(parley, "editor", *every)
    client = Client(TestClient(create_app(parley), headers=headers))
    client.open()
    client.post(f"{TALKS}/settings", {"review_erasure": False})
    cited = {"publisher": "Desk", "confidential": SOURCE}
    for (method, path), (_, body) in TABLE.items():
        if method == "get" or path.endswith("settings") or "{change_request_id}" in path:
            continue
        id_ = client.record(**HELD, citations=[cited]).json["id"]
        if path.endswith("reinstatement"):
            body_ = {"reason": "coding_error", **WHY}
            assert client.post(f"/v1/facts/{id_}/retraction", body_, if_match="*").status == 200
        address = path.format(slug="talks", fact_id=id_)
        media = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        headers = {"if_match": "*"} if "{fact_id}" in path or "corrections" in path else {}
        if isinstance(body, bytes):
            answer = client.post(address, body, content_type=media, **headers)
        else:
            answer = client.post(address, body, **headers)
        if path != "/v1/certificates":
            assert answer.status in {200, 201}, (path, answer.json)
        found = fields(answer.json) & set(GUARDED)
        assert found <= OWN.get(f"{method} {path}", set()), path
    parley.close()
