"""Every response has the shape that the document gives, for a full record and for an empty one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.http.app import create_app
from domain.fact import KINDS, as_primitives
from tests.api.asking import TALKS, Client, authorize
from tests.api.everything import list_addresses
from tests.api.models import JSON, hold, list_models
from tests.examples import fact, full_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI

    from api.composition import Parley

pytestmark = pytest.mark.either_database
REAL: Final = Path(__file__).resolve().parents[3] / "data" / "us-belarus.ndjson"
WHY: Final = {"why": "Better known now"}
CITED: Final = {"citation": {"publisher": "AP", "published": "2025-09-12"}}
POSTED: Final = {
    "CertificateResponse",
    "ChangeRequestResponse",
    "DryChangeRequestResponse",
    "DryErasureResponse",
    "DryRunResponse",
    "ErasureResponse",
    "FactResponse",
    "ImportResponse",
    "NegotiationResponse",
    "SettingsResponse",
    "SnapshotResponse",
}
"""The models of the response of a POST."""


@pytest.fixture
def app(signing: Parley) -> FastAPI:
    return create_app(signing)


@pytest.fixture
def signing_client(app: FastAPI, signing: Parley) -> Iterator[Client]:
    with TestClient(app, headers=authorize(signing), raise_server_exceptions=False) as http:
        yield Client(http)


def post_checked(client: Client, path: str, body: object, **headers: str) -> tuple[Any, set[str]]:
    """The response of a POST, and the names of the models that it matches."""
    answer = client.post(path, body, **headers)
    assert answer.status < 300, answer.json
    names = hold(client.http.app, "POST", path, answer.status, answer.body)  # type: ignore[arg-type]
    return answer, set((names or "").split(" | "))


def record_and_change(client: Client) -> tuple[list[str], str, set[str]]:
    """Record every kind with its fewest and all of its fields, and make every sort of change."""
    client.open()
    every = [as_primitives(each) for kind in KINDS for each in (fact(kind), full_fact(kind))]
    ids, models = [], set[str]()
    for each in every:
        answer, names = post_checked(client, f"{TALKS}/facts", {**each, "external_id": None})
        ids.append(answer.json["id"])
        models |= names
    mission = ids[2 * list(KINDS).index("mission")]
    changes: list[tuple[str, dict[str, Any]]] = [
        ("corrections", {"reason": "refinement", **WHY, "changes": {"matter": "the same"}}),
        ("corroborations", CITED),
        ("end", {"ended": "2025-12", **WHY}),
        ("retraction", {"reason": "coding_error", **WHY}),
        ("reinstatement", WHY),
        ("preference", {"preferred": True, **WHY}),
    ]
    for what, body in changes:
        for query in ("?dry_run=true", ""):
            address = f"/v1/facts/{mission}/{what}{query}"
            models |= post_checked(client, address, body, if_match="*")[1]
    models |= post_checked(client, f"{TALKS}/facts?dry_run=true", every[1])[1]
    models |= post_checked(client, f"{TALKS}/settings", {"review_erasure": False})[1]
    erased = {"reason": "asked for", "approvers": ["Bo"]}
    address = f"/v1/facts/{ids.pop()}/erasure"
    for query in ("?dry_run=true", ""):
        models |= post_checked(client, f"{address}{query}", erased, if_match="*")[1]
    models |= post_checked(client, f"{TALKS}/settings", {"review_record": True})[1]
    correction = {"reason": "refinement", **WHY, "changes": {"note": "x"}}
    for address in (f"/v1/facts/{ids[1]}/corrections", f"{TALKS}/corrections"):
        body = correction if "facts" in address else {**correction, "changes": {"title": "Of two"}}
        for query in ("?dry_run=true", ""):
            answer, names = post_checked(client, f"{address}{query}", body, if_match="*")
            models |= names
    models |= post_checked(client, f"{TALKS}/snapshots", {"name": "first"})[1]
    return ids, answer.json["id"], models


def test_every_answer_is_held_by_its_model(
    app: FastAPI, signing_client: Client, signing: Parley
) -> None:
    ids, request, met = record_and_change(signing_client)
    signing_client.post(
        "/v1/negotiations", {"slug": "real", "title": "Real", "parties": ["A", "B"]}
    )
    signing_client.post("/v1/negotiations", {"slug": "bare", "title": "Bare", "parties": []})
    report, names = post_checked(
        signing_client,
        "/v1/negotiations/real/import",
        REAL.read_bytes(),
        content_type="application/ndjson",
    )
    assert report.json["recorded"] > 50
    assert signing.publisher is not None
    signing.publisher.publish()
    met |= (
        names
        | post_checked(signing_client, "/v1/certificates", {"question": f"{TALKS}?as_of=2025"})[1]
    )
    assert met == POSTED
    places: dict[str, list[str]] = {
        "slug": ["talks", "bare"],
        "fact_id": ids[:1],
        "name": ["first"],
        "section": ["custody", "posts", "prisoners.released", "prisoners.released.facts", "erased"],
        "change_request_id": [request],
        "chart": ["releases", "held", "known", "activity"],
        "level": [],
        "index": [],
    }
    held: set[str] = set()
    real = [f"/v1/negotiations/real{each}" for each in ("", "/people", "/timeline?limit=1000")]
    for address in (*list_addresses(signing_client.http, places), *real):
        answer = signing_client.http.get(address)
        assert answer.status_code in {200, 404, 409, 422}, (address, answer.text)
        if answer.headers["content-type"] in JSON:
            held |= set(
                str(hold(app, "GET", address, answer.status_code, answer.content)).split(" | ")
            )
    assert held - {"ProblemResponse"} == _answers(app)


def test_a_parameter_of_the_perspective_that_is_not_offered_changes_nothing(
    app: FastAPI, signing_client: Client
) -> None:
    """A parameter that the operation does not offer is ignored."""
    ids, _, _ = record_and_change(signing_client)
    places = {"slug": "talks", "fact_id": ids[2 * list(KINDS).index("mission")], "name": "first"}
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for path, methods in app.openapi()["paths"].items():
        names = {parameter["name"] for parameter in methods.get("get", {}).get("parameters", ())}
        if "as_known_at" not in names and "diff" not in path:
            continue
        address = path.replace("{section}", "missions").replace("{chart}", "held").format(**places)
        address += {
            "changes": "?after=0",
            "tally": "?what=released",
            "diff": "?from=2020",
            "search": "?q=a",
        }.get(path.rpartition("/")[2], "?")
        for more in ("as_of=1990", "match=certain"):
            if more.partition("=")[0] not in names:
                both = f"{address}&{more}", address
                twice = (
                    [read_without_cuts(signing_client, each) for each in both] for _ in range(2)
                )  # the minute may change
                found[any(one == other for one, other in twice)].add(path)
    assert found[False] == set()
    assert len(found[True]) == 10


def read_without_cuts(client: Client, address: str) -> Any:  # noqa: ANN401 -- JSON is anything
    """A response without the perspectives that it names."""
    answer = client.get(address)
    named = {"perspective", "from", "to", "next"}
    content = answer.json if isinstance(answer.json, dict) else {}
    return answer.status, {name: part for name, part in content.items() if name not in named}


def _answers(app: FastAPI) -> set[str]:
    """The models of the response of a GET."""
    operations = [path["get"] for path in app.openapi()["paths"].values() if "get" in path]
    return {
        name
        for operation in operations
        if "application/json" in operation["responses"]["200"]["content"]
        for name in list_models(operation, 200)
    }


def test_a_field_that_the_document_does_not_name_is_found(
    app: FastAPI, signing_client: Client
) -> None:
    signing_client.open()
    body = signing_client.get(TALKS).json
    with pytest.raises(ValidationError):
        hold(app, "GET", TALKS, 200, json.dumps({**body, "mood": "good"}).encode())
    with pytest.raises(ValidationError):
        hold(app, "GET", TALKS, 200, json.dumps({**body, "posts": [{"post": "A"}]}).encode())
