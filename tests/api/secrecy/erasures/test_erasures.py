"""Erased content is gone at every perspective; the log says when, why and by whom it was erased."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.commands.json_text import write_json
from infrastructure.proofs.verification import verify
from infrastructure.tables.record import confidential_part, idempotency_answer
from tests.api.asking import FACTS, TALKS, authorize, fact
from tests.api.secrecy.erasures.erased import REASON, SAID, WHY, WORD, Desk

pytestmark = pytest.mark.usefixtures("small_shares")


def test_an_erasure_says_what_where_when_why_and_by_whom(desk: Desk) -> None:
    id_ = desk.record_fact()
    answer = desk.make_change(id_, "erasure", {**REASON, "approvers": ["Bo"]})
    assert {**answer.json, "recorded_at": "then"} == {
        "fact": id_,
        "negotiation": "talks",
        "what": "fact",
        **REASON,
        "approvers": ["Bo"],
        "actor": "Ann",
        "position": 8,
        "recorded_at": "then",
    }
    told = desk.client.get("/v1/changes?after=7").json["items"][0]
    assert (told["event"], told["actor"], told["fact"]) == ("fact.erased", "Ann", id_)
    assert (told["data"]["why"], told["data"]["approvers"]) == (REASON["reason"], ["Bo"])
    audit = desk.client.get(f"{TALKS}/audit").json["items"]
    assert [each["event"] for each in audit] == ["fact.erased"]
    assert (audit[0]["why"], audit[0]["fact"]["summary"]) == (REASON["reason"], "")
    assert desk.client.get(f"{TALKS}/audit?person={WORD}%20Person").json["items"] == []


def test_the_fact_is_gone_at_every_perspective(desk: Desk) -> None:
    id_ = desk.record_fact()
    erased_at = desk.make_change(id_, "erasure", REASON).json["recorded_at"]
    for query in ("", "?position=4", "?as_known_at=2027&as_of=2025-10", "?clock=published"):
        for path in (f"/v1/facts/{id_}", f"/v1/facts/{id_}/history"):
            answer = desk.client.get(path + query)
            assert answer.status == 410, path + query
            assert answer.json["type"] == "urn:parley:problem:erased"
            assert answer.json["fact"] == id_
            assert (answer.json["position"], answer.json["erased_at"]) == (8, erased_at)
            assert answer.json["why"] == REASON["reason"]
    assert desk.client.get(f"/v1/facts/{id_}?position=2").status == 404


def test_an_answer_that_held_it_says_so_and_one_from_after_does_not(desk: Desk) -> None:
    id_ = desk.record_fact()
    desk.make_change(id_, "erasure", REASON)
    views = (
        "",
        "/timeline",
        "/people",
        "/tally?what=released",
        "/diff?from=2020",
        "/audit",
        "/moments",
    )
    for view in views:
        joined = "&" if "?" in view else "?"
        held = desk.client.get(f"{TALKS}{view}{joined}position=7")
        assert [each["fact"] for each in held.json["erased"]] == [id_], view
        assert held.json["erased"][0]["position"] == 8
        for other in (f"{joined}position=8", f"{joined}position=2", ""):
            assert "erased" not in desk.client.get(f"{TALKS}{view}{other}").json, view + other
        published = f"{TALKS}{view}{joined}clock=published&as_known_at=2025-12"
        if "diff" not in view:
            assert len(desk.client.get(published).json["erased"]) == 1
    before = desk.client.get("/v1/changes?after=6").json["items"][0]["recorded_at"]
    diff = desk.client.get(f"{TALKS}/diff?from={before}")
    assert [each["fact"] for each in diff.json["erased"]] == [id_], "it was there at the beginning"
    snapshot = desk.client.get(f"{TALKS}/snapshots/held")
    assert snapshot.status == 200
    assert [each["fact"] for each in snapshot.json["erased"]] == [id_]
    assert len(snapshot.json["sha256"]) == 64
    assert desk.client.post(f"{TALKS}/snapshots", {"name": "after"}).status == 201
    assert "erased" not in desk.client.get(f"{TALKS}/snapshots/after").json


def test_counts_of_what_was_recorded_do_not_change(desk: Desk) -> None:
    id_ = desk.record_fact()
    before = [desk.client.get(f"{TALKS}?position={at}").json["facts"] for at in range(2, 8)]
    desk.make_change(id_, "erasure", REASON)
    after = [desk.client.get(f"{TALKS}?position={at}").json["facts"] for at in range(2, 9)]
    assert after == [*before, before[-1]]


def test_nothing_more_is_done_with_it_and_its_name_stays_taken(desk: Desk) -> None:
    id_ = desk.record_fact()
    desk.make_change(id_, "erasure", REASON)
    head = desk.client.get("/v1/changes?after=7").json["items"][-1]["position"]
    bodies = {
        "corrections": {**WHY, "changes": {"summary": "x"}},
        "corroborations": {"citation": {"publisher": "AP"}},
        "end": {"ended": "2025-10"},
        "retraction": {"reason": "coding_error", "why": "x"},
        "reinstatement": {"why": "x"},
        "preference": {"preferred": True, "why": "x"},
        "erasure": REASON,
    }
    for change, body in bodies.items():
        assert desk.change(id_, change, body).status == 410, change
    again = desk.client.post(FACTS, fact(**SAID))
    assert (again.status, again.json["fact"]) == (409, id_)
    line = write_json(fact(**SAID))
    media = "application/x-ndjson"
    imported = desk.client.post(f"{TALKS}/import", line, content_type=media)
    assert imported.json["rejected"] == [
        {"line": 1, "pointer": "", "detail": f"fact {id_} was erased"}
    ]
    assert desk.client.get("/v1/changes?after=7").json["items"][-1]["position"] == head


def test_what_was_answered_under_a_key_is_not_told_again_and_not_done_again(desk: Desk) -> None:
    first = desk.client.post(FACTS, fact(summary=WORD), idempotency_key="one")
    id_ = first.json["id"]
    bad = {**WHY, "changes": {"valid": WORD}}
    refused = desk.change(id_, "corrections", bad, idempotency_key="two")
    assert refused.status == 422
    other = desk.client.post(FACTS, fact(summary="Other"), idempotency_key="three")
    desk.make_change(id_, "erasure", REASON)
    head = desk.client.get("/v1/changes").json["items"][-1]["position"]
    for again in (
        desk.client.post(FACTS, fact(summary=WORD), idempotency_key="one"),
        desk.client.post(FACTS, fact(summary="Something else"), idempotency_key="one"),
        desk.change(id_, "corrections", bad, idempotency_key="two"),
    ):
        assert again.status == 410
        assert again.json["type"] == "urn:parley:problem:erased"
        assert WORD.encode() not in again.body
    replayed = desk.client.post(FACTS, fact(summary="Other"), idempotency_key="three")
    assert (replayed.status, replayed.body) == (201, other.body)
    assert desk.client.get("/v1/changes").json["items"][-1]["position"] == head
    with desk.parley.database.reading() as connection:
        rows = connection.execute(idempotency_answer.select()).mappings().all()
    emptied = [bytes(row["body"]) for row in rows if not row["fingerprint"]]
    assert (emptied, len(rows)) == ([b"", b""], 3)


def test_an_erasure_sent_again_under_its_key_is_told_again(desk: Desk) -> None:
    id_ = desk.record_fact()
    first = desk.make_change(id_, "erasure", REASON, idempotency_key="gone")
    again = desk.change(id_, "erasure", REASON, idempotency_key="gone")
    assert (again.status, again.body) == (200, first.body)
    assert again.headers["idempotency-replayed"] == "true"


def test_only_the_sources_of_a_fact_may_be_erased(desk: Desk) -> None:
    id_ = desk.record_fact()
    shown = desk.client.get(f"/v1/facts/{id_}").json["fact"]
    assert [citation["confidential"]["note"] for citation in shown["citations"]] == [WORD, None]
    answer = desk.make_change(id_, "erasure", {**REASON, "what": "sources"})
    assert (answer.json["what"], answer.json["position"]) == ("sources", 8)
    record = desk.client.get(f"/v1/facts/{id_}")
    assert record.json["version"] == 4
    assert record.json["fact"]["summary"] == f"{WORD} was freed"
    for at in (5, 7, 8):
        found = desk.client.get(f"/v1/facts/{id_}?position={at}").json["fact"]
        assert all("confidential" not in citation for citation in found["citations"])
    with desk.parley.database.reading() as connection:
        parts = connection.execute(confidential_part.select()).mappings().all()
        assert verify(connection).wrong is None
        answers = connection.execute(idempotency_answer.select()).mappings().all()
    assert [(row["sealed"], row["data_key"]) for row in parts] == [(None, None)] * 2
    assert [row["fingerprint"] for row in answers] == [""], (
        "a fingerprint is made from the words that were sent"
    )
    cited = {"publisher": f"{WORD} Radio", "confidential": {"identity": WORD}}
    again = desk.change(id_, "corroborations", {"citation": cited}, idempotency_key="cited")
    assert again.status == 410
    later = {"citation": {"publisher": "Third", "confidential": {"note": "later"}}}
    desk.make_change(id_, "corroborations", later)
    found = desk.client.get(f"/v1/facts/{id_}").json["fact"]["citations"]
    assert [each.get("confidential", {}).get("note") for each in found] == [None, None, "later"]
    desk.make_change(id_, "erasure", REASON)
    with desk.parley.database.reading() as connection:
        assert verify(connection).wrong is None


def test_an_erasure_takes_the_version_that_was_seen_and_its_scope(desk: Desk) -> None:
    id_ = desk.record_fact()
    assert desk.client.post(f"/v1/facts/{id_}/erasure", REASON).status == 428
    assert desk.change(id_, "erasure", REASON, if_match='"1"').status == 412
    for bad, at in (
        ({}, "/reason"),
        ({"reason": " "}, "/reason"),
        ({**REASON, "approvers": [""]}, "/approvers/0"),
        ({**REASON, "what": "all"}, "/what"),
        ({**REASON, "why": "x"}, "/why"),
    ):
        answer = desk.change(id_, "erasure", bad)
        assert (answer.status, answer.pointers) == (422, [at])
    assert desk.client.get(f"/v1/facts/{id_}").json["version"] == 3


def test_an_erased_fact_of_a_private_negotiation_is_not_told_of(desk: Desk) -> None:
    id_ = desk.record_fact()
    desk.make_change(id_, "erasure", REASON)
    private = {"visibility": "private", "members": ["Ann"]}
    assert desk.client.post(f"{TALKS}/settings", private).status == 200
    outsider = authorize(desk.parley, "Bo")
    http = TestClient(desk.client.http.app, headers=outsider, raise_server_exceptions=False)
    for path in (f"/v1/facts/{id_}", f"/v1/facts/{id_}/history", f"/v1/facts/{id_}/proof"):
        answer = http.get(path)
        unknown = http.get(path.replace(id_, "00000000-0000-4000-8000-000000000000"))
        assert answer.status_code == unknown.status_code == 404
        assert answer.json()["type"] == unknown.json()["type"]
    assert http.get("/v1/changes").json()["items"] == []
    body = {"if-match": "*", **outsider}
    assert http.post(f"/v1/facts/{id_}/erasure", json=REASON, headers=body).status_code == 404
