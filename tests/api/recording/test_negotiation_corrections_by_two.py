"""If corrections need two people, so does one of a negotiation; only its members see the change request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.asking import TALKS
from tests.api.desk import CHANGE_REQUESTS, MISREAD, OF_NEGOTIATION
from tests.on_sqlite import on_sqlite

if TYPE_CHECKING:
    from tests.api.desk import Desk

pytestmark = pytest.mark.either_database


@on_sqlite
def test_where_corrections_take_two_persons_so_does_this_one(desk: Desk) -> None:
    body = {**MISREAD, "changes": {"title": "Other talks", "parties": ["A"]}}
    tried = desk.post(f"{OF_NEGOTIATION}?dry_run=true", body, if_match="*")
    proposed = desk.post(OF_NEGOTIATION, body, if_match="*", idempotency_key="a")
    assert (tried.status, proposed.status) == (200, 202)
    unknown = dict.fromkeys(("id", "position", "proposed_at", "digest"))
    record = {"slug": "talks", "title": "Other talks", "parties": ["A"], "summary": None}
    assert tried.json == {**proposed.json, **unknown, "record": record}
    assert proposed.json["changes"] == [
        {"field": "title", "before": "Talks", "after": "Other talks"},
        {"field": "parties", "before": ["A", "B"], "after": ["A"]},
    ]
    named = {name: proposed.json[name] for name in ("op", "fact", "summary", "valid", "status")}
    assert named == {
        "op": "correct_negotiation",
        "fact": None,
        "summary": "Talks",
        "valid": None,
        "status": "open",
    }
    again = desk.post(OF_NEGOTIATION, body, if_match="*", idempotency_key="a")
    assert (again.status, again.body) == (202, proposed.body)
    assert desk.get(TALKS).json["negotiation"]["title"] == "Talks"
    assert desk.decide(proposed, who="Ann").status == 403
    desk.post(f"{TALKS}/snapshots", {"name": "meanwhile"})
    approved = desk.decide(proposed, idempotency_key="b")
    assert (approved.status, approved.json["status"]) == (200, "approved")
    assert desk.decide(proposed, idempotency_key="b").body == approved.body
    assert desk.get(TALKS).json["negotiation"]["title"] == "Other talks"
    [entry] = desk.get(f"{TALKS}/audit").json["items"]
    assert (entry["actor"], entry["approvers"]) == ("Ann", ["Bo"])


def test_a_change_request_of_a_negotiation_is_void_where_it_was_corrected_since(desk: Desk) -> None:
    first, second, third, fourth = (
        desk.post(OF_NEGOTIATION, {**MISREAD, "changes": {"title": f"Talks {n}"}}, if_match="*")
        for n in range(4)
    )
    revised = desk.decide(fourth, "revision", "Ann")
    assert revised.status == 200
    assert desk.decide(third, "withdrawal", "Ann").json["status"] == "withdrawn"
    assert desk.decide(second, "refusal").json["status"] == "refused"
    listed = desk.get(f"{CHANGE_REQUESTS}?status=open").json["items"]
    assert [each["id"] for each in listed] == [first.json["id"], fourth.json["id"]]
    assert desk.decide(first).status == 200
    stale = desk.decide(revised)
    assert (stale.status, "negotiation is at version" in stale.json["detail"]) == (412, True)
    assert desk.status(fourth) == "void"
    [void] = desk.get(f"{CHANGE_REQUESTS}?status=void").json["items"]
    assert (void["id"], void["summary"]) == (fourth.json["id"], "Talks")
    assert len(desk.get(CHANGE_REQUESTS).json["items"]) == 4
    assert desk.parley.rebuild().differences == ()


def test_a_change_request_of_a_private_negotiation_is_its_members_alone(desk: Desk) -> None:
    settings = {"visibility": "private", "members": ["Ann", "Bo"]}
    assert desk.post(f"{TALKS}/settings", settings).status == 200
    body = {**MISREAD, "changes": {"title": "Other talks"}}
    proposed = desk.post(OF_NEGOTIATION, body, if_match="*")
    address = f"/v1/change-requests/{proposed.json['id']}"
    assert desk.get(address, "Cy").status == 404
    assert desk.decide(proposed, who="Cy").status == 404
    assert not [e for e in desk.get("/v1/changes", "Cy").json["items"] if e["stream"]]
    assert desk.decide(proposed, who="Bo").status == 200
