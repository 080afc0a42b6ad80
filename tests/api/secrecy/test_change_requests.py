"""What one person proposes is done once another approves it, having seen it."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.streams.change_request import stream_of
from tests.api.asking import TALKS, Client, without_credentials
from tests.api.asking import fact as fact_sent
from tests.api.desk import CHANGE_REQUESTS, CITED, CORRECTION, DAY, RETRACTION, WHY, Desk, HeldClock
from tests.api.secrecy.test_tokens import bearing
from tests.databases import settings_of
from tests.infrastructure.identity.issuing import AUDIENCE, ISSUER, publish_keys
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.asking import Answer

pytestmark = pytest.mark.either_database

SUMMARY: Final = "Fifty-two prisoners freed"


def kind_of(answer: Answer) -> str:
    """The kind of problem that an answer is."""
    return str(answer.json["type"].removeprefix("urn:parley:problem:"))


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
@pytest.mark.parametrize("what", ["approval", "refusal"])
def test_the_same_person_by_another_key_or_name_does_not_decide(desk: Desk, what: str) -> None:
    proposed = desk.propose(desk.fact())
    for name in ("Ann", "ANN", "ann", "Ａｎｎ"):  # noqa: RUF001 -- full-width letters are the point
        answer = desk.decide(proposed, what, authorization=desk.key(name))
        assert (answer.status, kind_of(answer)) == (403, "own-proposal")
    assert desk.status(proposed) == "open"
    assert desk.decide(proposed, what).status == 200


@on_sqlite
def test_the_same_person_by_an_issuers_token_does_not_decide(
    database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "keys.json").write_bytes(publish_keys())
    settings = settings_of(
        database_url,
        PARLEY_OIDC_ISSUER=ISSUER,
        PARLEY_OIDC_AUDIENCE=AUDIENCE,
        PARLEY_OIDC_JWKS=str(tmp_path / "keys.json"),
    )
    parley = compose(settings, upgrade=False)
    with TestClient(create_app(parley)) as http:
        desk = Desk(parley, Client(http), HeldClock())
        desk.open()
        proposed = desk.propose(desk.fact())
        for sub, status in (("ann", 403), ("Bo", 200)):
            token = bearing(sub=sub, scope="fact:correct")["Authorization"]
            answer = desk.decide(proposed, authorization=token)
            assert answer.status == status, answer.json
    parley.close()
    assert answer.json["decided"]["by"] == "Bo"


@on_sqlite
def test_nobody_in_particular_decides_nothing(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    anybody = without_credentials(desk.client)
    for what in ("approval", "refusal", "withdrawal", "revision"):
        address = f"/v1/change-requests/{proposed.json['id']}/{what}"
        assert anybody.post(address, WHY, if_match=proposed.headers["etag"]).status == 401
    assert desk.status(proposed) == "open"


def test_only_who_proposed_it_revises_and_withdraws_it(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    for what in ("withdrawal", "revision"):
        answer = desk.decide(proposed, what)
        assert (answer.status, kind_of(answer)) == (403, "others-proposal")
    answer = desk.decide(proposed, "withdrawal", authorization=desk.key("ANN"))
    assert (answer.status, answer.json["status"]) == (200, "withdrawn")


@on_sqlite
@pytest.mark.parametrize(
    ("if_match", "status", "kind"),
    [
        ("*", 428, "precondition-required"),
        ("", 400, "malformed"),
        ("1", 400, "malformed"),
        ('"1"', 412, "revised"),
        (f'"{"0" * 64}"', 412, "revised"),
    ],
)
def test_an_approval_names_what_was_seen(desk: Desk, if_match: str, status: int, kind: str) -> None:
    proposed = desk.propose(desk.fact())
    answer = desk.decide(proposed, if_match=if_match)
    assert (answer.status, kind_of(answer)) == (status, kind)
    assert answer.pointers == ["/header/If-Match"]
    address = f"/v1/change-requests/{proposed.json['id']}/approval"
    assert desk.post(address, {}, "Bo").status == 428
    assert desk.decide(proposed, if_match=f"W/{proposed.headers['etag']}").status == 412
    several = f'"1", {proposed.headers["etag"]}'
    assert desk.decide(proposed, if_match=several).status == 200


@on_sqlite
@pytest.mark.parametrize("what", ["refusal", "withdrawal", "revision"])
def test_what_is_named_is_what_is_decided_on_elsewhere_too(desk: Desk, what: str) -> None:
    who = "Bo" if what == "refusal" else "Ann"
    proposed = desk.propose(desk.fact())
    answer = desk.decide(proposed, what, who, if_match=f'"{"0" * 64}"')
    assert (answer.status, kind_of(answer)) == (412, "revised")
    assert desk.decide(proposed, what, who, if_match="*").status == 200


def test_a_revision_voids_what_was_seen(desk: Desk, clock: HeldClock) -> None:
    fact = desk.fact()
    proposed = desk.propose(fact)
    clock.now += DAY
    other = {**CORRECTION, "changes": {"summary": "Fifty freed"}}
    address = proposed.headers["location"]
    revised = desk.post(f"{address}/revision", other)
    assert revised.status == 200
    assert revised.headers["etag"] != proposed.headers["etag"]
    assert (revised.json["id"], revised.json["position"]) == (proposed.json["id"], 4)
    assert revised.json["changes"][0]["after"] == "Fifty freed"
    assert revised.json["expires_at"].startswith("2025-11-30T12:00:00")
    assert revised.json["proposed_at"] == proposed.json["proposed_at"]
    answer = desk.decide(proposed)
    assert (answer.status, kind_of(answer)) == (412, "revised")
    assert desk.decide(revised).status == 200
    assert desk.get(fact).json["fact"]["summary"] == "Fifty freed"


@on_sqlite
@pytest.mark.parametrize("body", [RETRACTION, {**CORRECTION, "changes": {}}, {}])
def test_a_revision_is_another_body_of_the_same_op(desk: Desk, body: dict[str, Any]) -> None:
    proposed = desk.propose(desk.fact())
    assert desk.post(f"{proposed.headers['location']}/revision", body).status == 422
    assert desk.get(proposed.headers["location"]).body == proposed.body


def test_a_fact_that_moves_on_leaves_its_change_requests_void(desk: Desk) -> None:
    fact = desk.fact()
    first, second = desk.propose(fact), desk.propose(fact, "retraction", RETRACTION, "Bo")
    assert desk.post(f"{fact}/corroborations", CITED, if_match="1").status == 200
    assert [desk.status(each) for each in (first, second)] == ["void", "void"]
    answer = desk.decide(first)
    assert (answer.status, kind_of(answer)) == (412, "stale")
    assert answer.json["version"] == 2
    for what, who in (("refusal", "Bo"), ("withdrawal", "Ann"), ("revision", "Ann")):
        answer = desk.decide(first, what, who)
        assert (answer.status, kind_of(answer)) == (409, "state")
        assert "void" in answer.json["detail"]
    assert desk.decide(desk.propose(fact)).status == 200


def test_of_two_change_requests_of_one_version_one_is_done(desk: Desk) -> None:
    fact = desk.fact()
    first, second = desk.propose(fact), desk.propose(fact, body=CORRECTION, who="Cy")
    assert desk.decide(first).status == 200
    assert desk.decide(second).status == 412
    assert (desk.status(first), desk.status(second)) == ("approved", "void")


def _listed(desk: Desk, status: str) -> list[str]:
    return [item["id"] for item in desk.get(f"{CHANGE_REQUESTS}?status={status}").json["items"]]


def test_it_expires_at_the_very_microsecond(desk: Desk, clock: HeldClock) -> None:
    late, early = desk.propose(desk.fact()), desk.propose(desk.fact())
    assert late.json["expires_at"] == "2025-11-29T12:00:00.000002Z"
    expiry = 1_763_812_800_000_002 + 7 * DAY
    clock.now = expiry - 3
    assert desk.decide(early).status == 200
    clock.now = expiry - 1
    assert (desk.status(late), _listed(desk, "open")) == ("open", [late.json["id"]])
    clock.now = expiry
    assert (desk.status(late), _listed(desk, "expired")) == ("expired", [late.json["id"]])
    assert _listed(desk, "open") == []
    for what, who in (
        ("approval", "Bo"),
        ("refusal", "Bo"),
        ("withdrawal", "Ann"),
        ("revision", "Ann"),
    ):
        answer = desk.decide(late, what, who)
        assert (answer.status, kind_of(answer)) == (409, "state")
        assert "expired at 2025-11-29T12:00:00.000002Z" in answer.json["detail"]


@on_sqlite
def test_how_long_it_waits_is_a_setting(database_url: str) -> None:
    clock = HeldClock()
    settings = settings_of(database_url, PARLEY_CHANGE_REQUEST_DAYS="1")
    parley = compose(settings, clock=clock, upgrade=False)
    with TestClient(create_app(parley)) as http:
        desk = Desk(parley, Client(http), clock)
        desk.open()
        proposed = desk.propose(desk.fact())
    parley.close()
    assert proposed.json["expires_at"].startswith("2025-11-23T12:00:00")


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


@on_sqlite
def test_who_approves_needs_the_scope_of_what_is_done(desk: Desk) -> None:
    proposed = desk.propose(desk.fact())
    writer = desk.key("Bo", "fact:write", "fact:read", "audit:read", "admin", "erase")
    assert desk.decide(proposed, authorization=writer).status == 403
    corrector = desk.key("Bo", "fact:correct")
    assert desk.decide(proposed, authorization=corrector).status == 200


def test_they_are_listed_newest_last_by_what_has_become_of_them(
    desk: Desk, clock: HeldClock
) -> None:
    facts = [desk.fact() for _ in range(6)]
    made = [desk.propose(fact) for fact in facts]
    ids = [each.json["id"] for each in made]
    desk.decide(made[0])
    desk.decide(made[1], "refusal")
    desk.decide(made[2], "withdrawal", "Ann")
    desk.post(f"{facts[3]}/corroborations", CITED, if_match="1")
    clock.now += 7 * DAY + 1_000
    ids.append(desk.propose(facts[4]).json["id"])
    statuses = ("approved", "refused", "withdrawn", "void", "expired", "open")
    listed = {status: _listed(desk, status) for status in statuses}
    assert listed == {
        "approved": ids[:1],
        "refused": ids[1:2],
        "withdrawn": ids[2:3],
        "void": ids[3:4],
        "expired": ids[4:6],
        "open": ids[6:],
    }
    every = desk.get(CHANGE_REQUESTS).json["items"]
    assert [each["id"] for each in every] == ids
    assert [desk.get(f"/v1/change-requests/{id_}").json for id_ in ids] == every
    about = desk.get(f"{CHANGE_REQUESTS}?fact={facts[4].rpartition('/')[2]}").json["items"]
    assert [each["id"] for each in about] == [ids[4], ids[6]]
    paged, cursor = [], 0
    while cursor is not None:
        page = desk.get(f"{CHANGE_REQUESTS}?limit=3&cursor={cursor}").json
        paged += page["items"]
        cursor = page["next"]
    assert paged == every


@on_sqlite
@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("status=done", "/query/status"),
        ("fact=x", "/query/fact"),
        ("cursor=x", "/query/cursor"),
        ("limit=0", "/query/limit"),
        ("as_of=2025", "/query/as_of"),
    ],
)
def test_a_malformed_question_is_pointed_at(desk: Desk, query: str, at: str) -> None:
    assert desk.get(f"{CHANGE_REQUESTS}?{query}").pointers == [at]


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
