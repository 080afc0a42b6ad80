"""If an erasure needs two people, nobody erases alone, and nothing is left of the proposal."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.proofs.verification import verify
from infrastructure.tables.record import confidential_part
from tests.api.asking import TALKS, Answer, authorize
from tests.api.secrecy.erasures.erased import REASON, SAID, WHY, WORD, Desk

pytestmark = pytest.mark.usefixtures("small_shares")


def propose_erasure(desk: Desk, body: object = REASON) -> tuple[str, Answer]:
    """A fact, and the change request to erase it or its sources."""
    id_ = desk.record_fact()
    assert desk.client.post(f"{TALKS}/settings", {"review_erasure": True}).status == 200
    answer = desk.change(id_, "erasure", body, idempotency_key="proposed")
    assert answer.status == 202, answer.json
    assert (answer.json["op"], answer.json["fact"]) == ("erase", id_)
    return id_, answer


def approve_erasure(desk: Desk, change_request: Answer, **headers: str) -> Answer:
    headers = {"if_match": change_request.headers["etag"], **headers}
    return desk.client.post(
        f"/v1/change-requests/{change_request.json['id']}/approval", {}, **headers
    )


def test_where_an_erasure_takes_two_persons_nobody_erases_alone(desk: Desk) -> None:
    id_, change_request = propose_erasure(desk)
    assert approve_erasure(desk, change_request).status == 403
    reader = authorize(desk.parley, "Bo", "fact:correct")
    assert approve_erasure(desk, change_request, **reader).status == 403
    assert desk.client.get(f"/v1/facts/{id_}").status == 200
    assert desk.client.get("/v1/changes").json["items"][-1]["event"] == "change.proposed"


def test_another_person_lets_it_be_erased_and_nothing_that_was_proposed_is_left(
    desk: Desk,
) -> None:
    id_, change_request = propose_erasure(desk, {"reason": f"{WORD} is in danger"})
    body = {**WHY, "changes": {"summary": f"{WORD} proposed"}, "citation": SAID["citations"][0]}
    assert desk.client.post(f"{TALKS}/settings", {"review_record": True}).status == 200
    assert desk.change(id_, "corrections", body).status == 202
    other = authorize(desk.parley, "Bo")
    answer = approve_erasure(desk, change_request, idempotency_key="yes", **other)
    assert answer.status == 200, answer.json
    assert (answer.json["actor"], answer.json["approvers"]) == ("Ann", ["Bo"])
    assert desk.client.get(f"/v1/facts/{id_}").status == 410
    again = approve_erasure(desk, change_request, idempotency_key="yes", **other)
    assert (again.status, again.body) == (200, answer.body)
    assert desk.change(id_, "erasure", REASON, idempotency_key="proposed").status == 410
    for address in (f"/v1/change-requests/{change_request.json['id']}", f"{TALKS}/change-requests"):
        found = desk.client.get(address)
        assert WORD.encode() not in found.body
    assert desk.client.get(f"{TALKS}/change-requests").json["items"] == []
    items = desk.client.get("/v1/changes?after=8").json["items"]
    told = [(item["event"], item["data"].get("erased", False)) for item in items]
    assert told == [
        ("change.proposed", True),
        ("negotiation.settings_changed", False),
        ("change.proposed", True),
        ("change.approved", True),
        ("fact.erased", False),
    ]
    with desk.parley.database.reading() as connection:
        assert connection.execute(confidential_part.select()).all() == []
        assert verify(connection).wrong is None
        codec, now = desk.parley.ledger.codec, desk.parley.clock()
        assert compare_with_log(connection, codec, now) == []
    assert desk.parley.rebuild().differences == ()


def test_the_sources_of_a_fact_and_of_what_is_proposed_are_erased_together(desk: Desk) -> None:
    id_, change_request = propose_erasure(desk, {**REASON, "what": "sources"})
    answer = approve_erasure(desk, change_request, **authorize(desk.parley, "Bo"))
    assert (answer.json["what"], answer.json["approvers"]) == ("sources", ["Bo"])
    with desk.parley.database.reading() as connection:
        parts = connection.execute(confidential_part.select()).mappings().all()
        assert verify(connection).wrong is None
    assert [row["sealed"] for row in parts] == [None] * 2
    shown = desk.client.get(f"/v1/facts/{id_}").json["fact"]["citations"]
    assert all("confidential" not in each for each in shown)


def test_what_is_erased_is_not_told_of_by_its_change_requests_in_a_private_negotiation(
    desk: Desk,
) -> None:
    _, change_request = propose_erasure(desk)
    assert approve_erasure(desk, change_request, **authorize(desk.parley, "Bo")).status == 200
    private = {"visibility": "private", "members": ["Ann"]}
    assert desk.client.post(f"{TALKS}/settings", private).status == 200
    outsider = authorize(desk.parley, "Cy")
    http = TestClient(desk.client.http.app, headers=outsider, raise_server_exceptions=False)
    assert http.get("/v1/changes").json()["items"] == []
