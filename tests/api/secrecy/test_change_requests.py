"""What one person proposes is done once another approves it, having seen it."""

from __future__ import annotations

import csv
import json
from typing import Final
from uuid import UUID, uuid4

import pytest

from domain.streams.change_request import stream_of
from tests.api.asking import TALKS
from tests.api.asking import fact as fact_sent
from tests.api.desk import CHANGE_REQUESTS, CITED, CORRECTION, RETRACTION, WHY, Desk, kind_of
from tests.on_sqlite import on_sqlite

pytestmark = pytest.mark.either_database

SUMMARY: Final = "Fifty-two prisoners freed"


def test_a_change_is_proposed_seen_approved_and_done(desk: Desk) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    id_, digest = proposed.json["id"], proposed.json["digest"]
    assert proposed.headers["location"] == f"/v1/change-requests/{id_}"
    assert proposed.headers["etag"] == f'"{digest}"'
    assert proposed.headers["cache-control"] == "no-store"
    assert proposed.json == {
        "id": id_,
        "negotiation": "talks",
        "fact": fact.rpartition("/")[2],
        "fact_version": 1,
        "summary": SUMMARY,
        "valid": "2025-09-11",
        "op": "correct",
        "body": {**CORRECTION, "citation": None, "published": None},
        "changes": [{"field": "summary", "before": SUMMARY, "after": "Fifty-one freed"}],
        "proposer": "Ann",
        "proposed_at": "2025-11-22T12:00:00.000003Z",
        "position": 4,
        "expires_at": "2025-11-29T12:00:00.000002Z",
        "digest": digest,
        "status": "open",
        "decided": None,
    }
    assert desk.get(fact).json["version"] == 1
    seen = desk.get(proposed.headers["location"], "Bo")
    assert seen.body == proposed.body
    approved = desk.decide(seen)
    assert approved.status == 200
    assert approved.headers["etag"] == proposed.headers["etag"]
    assert approved.json == {
        **proposed.json,
        "status": "approved",
        "decided": {"by": "Bo", "at": "2025-11-22T12:00:00.000004Z", "position": 5, **WHY},
    }
    done = desk.get(fact).json
    assert (done["version"], done["status"], done["position"]) == (2, "corrected", 6)
    assert done["fact"]["summary"] == "Fifty-one freed"
    history = desk.get(f"{fact}/history").json["items"]
    assert [each["actor"] for each in history] == ["Ann", "Ann"]
    assert history[-1]["why"] == WHY["why"]


def test_the_audit_names_who_agreed_and_only_where_somebody_did(desk: Desk) -> None:
    fact, other = desk.fact(), desk.fact(external_id="other")
    corrected = desk.propose(fact)
    assert desk.post(f"{other}/preference", {"preferred": True, **WHY}, if_match="*").status == 200
    assert desk.decide(corrected).status == 200
    preferred = desk.post(f"{other}/preference", {"preferred": False, **WHY}, if_match="*")
    assert preferred.status == 200
    erasure = {"reason": "Asked for", "what": "sources"}
    assert desk.decide(desk.propose(other, "erasure", erasure, "Cy"), who="Di").status == 200
    audit = f"{TALKS}/audit"
    found = [(item["event"], item["approvers"]) for item in desk.get(audit).json["items"]]
    assert found == [
        ("fact.preferred", []),
        ("fact.corrected", ["Bo"]),
        ("fact.preferred", []),
        ("fact.sources_erased", ["Di"]),
    ]
    table = desk.client.get(audit, accept="text/csv").body.decode()
    assert [row["approvers"] for row in csv.DictReader(table.splitlines())] == ["", "Bo", "", "Di"]
    agreed = {"reason": "Asked for", "approvers": ["Eve"]}
    assert desk.decide(desk.propose(fact, "erasure", agreed)).status == 200
    items = desk.get(audit).json["items"]
    assert (items[-1]["event"], items[-1]["approvers"]) == ("fact.erased", ["Eve", "Bo"])
    assert len(items) == len(found)


def test_what_is_withdrawn_and_put_back_takes_two_as_well(desk: Desk) -> None:
    fact = desk.fact()
    retraction = desk.propose(fact, "retraction", RETRACTION)
    assert (retraction.json["op"], retraction.json["changes"]) == ("retract", [])
    assert desk.get(fact).status == 200
    assert desk.decide(retraction).status == 200
    assert desk.get(fact).status == 410
    back = desk.propose(fact, "reinstatement", WHY, "Bo")
    assert back.json["op"] == "reinstate"
    assert desk.decide(back, who="Ann").json["status"] == "approved"
    assert desk.get(fact).json["status"] == "recorded"


@on_sqlite
def test_what_one_person_may_do_is_done_at_once(desk: Desk) -> None:
    fact = desk.fact(kind="custody", person="A", status="detained", valid="2025-01")
    for what, body in (
        ("corroborations", CITED),
        ("preference", {"preferred": True, **WHY}),
        ("end", {"ended": "2025-10"}),
    ):
        assert desk.post(f"{fact}/{what}", body, if_match="*").status == 200
    assert not [event for event in desk.events() if event.startswith("change.")]


@on_sqlite
def test_without_the_setting_nothing_is_proposed(desk: Desk) -> None:
    desk.review(asked=False)
    answer = desk.post(f"{desk.fact()}/corrections", CORRECTION, if_match="1")
    assert (answer.status, answer.json["version"]) == (200, 2)


@on_sqlite
@pytest.mark.parametrize(
    ("what", "body", "headers", "status"),
    [
        ("corrections", CORRECTION, {}, 428),
        ("corrections", CORRECTION, {"if_match": "2"}, 412),
        ("corrections", {**CORRECTION, "changes": {}}, {"if_match": "1"}, 422),
        ("corrections", {**CORRECTION, "why": " "}, {"if_match": "1"}, 422),
        ("corrections", {**CORRECTION, "changes": {"valid": "x"}}, {"if_match": "1"}, 422),
        ("reinstatement", WHY, {"if_match": "1"}, 409),
        ("retraction", {"why": "x"}, {"if_match": "1"}, 422),
    ],
)
def test_what_could_not_be_done_is_not_proposed(
    desk: Desk, what: str, body: object, headers: dict[str, str], status: int
) -> None:
    assert desk.post(f"{desk.fact()}/{what}", body, **headers).status == status
    assert desk.get(CHANGE_REQUESTS).json == {"items": [], "next": None}


@on_sqlite
@pytest.mark.parametrize("first", ["approval", "refusal", "withdrawal"])
def test_what_was_decided_is_not_decided_again(desk: Desk, first: str) -> None:
    proposed = desk.propose(desk.fact())
    assert desk.decide(proposed, first, "Ann" if first == "withdrawal" else "Bo").status == 200
    before = desk.events()
    for what, who in (
        ("approval", "Cy"),
        ("refusal", "Cy"),
        ("withdrawal", "Ann"),
        ("revision", "Ann"),
    ):
        answer = desk.decide(proposed, what, who)
        assert (answer.status, kind_of(answer)) == (409, "state"), answer.json
    assert desk.events() == before


@pytest.mark.parametrize(("what", "who"), [("approval", "Bo"), ("withdrawal", "Ann")])
def test_what_is_open_when_the_setting_is_turned_off_is_decided_on_as_before(
    desk: Desk, what: str, who: str
) -> None:
    proposed = desk.propose(desk.fact())
    desk.review(asked=False)
    assert desk.decide(proposed, who="Ann").status == 403
    assert desk.decide(proposed, what, who).status == 200


def test_what_was_not_proposed_is_unknown(desk: Desk) -> None:
    for id_ in ("x", str(uuid4())):
        assert desk.get(f"/v1/change-requests/{id_}").status == 404
        sent = {"if_match": f'"{"0" * 64}"'}
        for what in ("approval", "refusal", "withdrawal", "revision"):
            assert desk.post(f"/v1/change-requests/{id_}/{what}", WHY, **sent).status == 404
    assert desk.get("/v1/negotiations/none/proposals").status == 404
    assert desk.get("/v1/negotiations/No/proposals").status == 404


def test_a_change_requests_stream_is_no_fact_and_a_fact_in_its_place_takes_no_proposal(
    desk: Desk,
) -> None:
    proposed = desk.propose(desk.fact())
    stream = next(
        item["stream"]
        for item in desk.get("/v1/changes").json["items"]
        if item["event"] == "change.proposed"
    )
    assert desk.get(f"/v1/facts/{stream}").status == 404
    assert desk.post(f"/v1/facts/{stream}/retraction", RETRACTION, if_match="*").status == 404
    assert desk.get(f"/v1/facts/{stream}/proof").status == 404
    assert desk.status(proposed) == "open"
    other = desk.fact()
    squatter = {"id": str(stream_of(UUID(other.rpartition("/")[2]))), **fact_sent()}
    line = json.dumps(squatter).encode()
    sent = {"content_type": "application/x-ndjson"}
    rejected = desk.post(f"{TALKS}/import", line, **sent).json["rejected"]
    assert [each["pointer"] for each in rejected] == ["/id"]
    assert desk.post(f"{other}/corrections", CORRECTION, if_match="1").status == 202


def test_an_import_corrects_nothing_where_that_takes_two(desk: Desk) -> None:
    fact = desk.fact(external_id="A")
    desk.decide(desk.propose(fact))
    lines = (
        b'{"op": "correct", "external_id": "A", "reason": "refinement", "why": "Better known now",'
        b' "changes": {"summary": "Fifty-one freed"}}\n'
        b'{"op": "retract", "external_id": "A", "reason": "coding_error", "why": "x"}\n'
        b'{"op": "corroborate", "external_id": "A", "citation": {"publisher": "B"}}\n'
    )
    sent = {"content_type": "application/x-ndjson"}
    refused = desk.post(f"{TALKS}/import", lines, **sent).json
    detail = (
        "in this negotiation a second person must approve it, for which an import cannot wait:"
        f" retract the fact {fact.rpartition('/')[2]} without an import"
    )
    assert refused["rejected"] == [{"line": 2, "pointer": "/op", "detail": detail}]
    assert (refused["unchanged"], refused["corroborated"]) == (1, 0)
    partial = desk.post(f"{TALKS}/import?partial=true", lines, **sent).json
    assert (partial["unchanged"], partial["retracted"], partial["corroborated"]) == (1, 0, 1)
    assert desk.get(fact).json["version"] == 3
