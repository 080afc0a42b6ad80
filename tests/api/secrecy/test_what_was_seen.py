"""A decision applies to the change request as the decider saw it, and to the fact's version that it was made for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.desk import CITED, CORRECTION, DAY, RETRACTION, Desk, HeldClock, kind_of
from tests.on_sqlite import on_sqlite

pytestmark = pytest.mark.either_database


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
