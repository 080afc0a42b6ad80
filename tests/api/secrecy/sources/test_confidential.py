"""A confidential source is shown to those who may read sources, whichever change brought it."""

from __future__ import annotations

import json
from typing import Final

import pytest

from api.commands.json_text import write_json
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.api.secrecy.sources.cited import CANARY, DESK, JANE, MAX, Desk, find_wrong, make_citation


def test_who_may_read_sources_is_told_and_an_editor_is_not(desk: Desk) -> None:
    id_ = desk.record(citations=[fact()["citations"][0], make_citation(JANE)])
    assert desk.sources(id_) == [None, JANE]
    for headers in desk.others.values():
        answer = desk.plain.get(f"/v1/facts/{id_}", headers=headers)
        citations = answer.json()["fact"]["citations"]
        assert [sorted(citation) for citation in citations] == [sorted(citations[0])] * 2


def test_what_is_left_out_is_null(desk: Desk) -> None:
    id_ = desk.record(citations=[make_citation(MAX)])
    assert desk.sources(id_) == [{**dict.fromkeys(JANE), **MAX}]


def test_every_change_may_bring_a_source_and_keeps_those_of_the_citations_that_stay(
    desk: Desk,
) -> None:
    custody = {"kind": "custody", "person": "A", "status": "detained", "valid": "2025-01"}
    id_ = desk.record(**custody, citations=[make_citation(JANE)])
    max_ = {**dict.fromkeys(JANE), **MAX}
    desk.change(id_, "corroborations", {"citation": make_citation(MAX, title="Second")})
    assert desk.sources(id_) == [JANE, max_]
    desk.change(id_, "end", {"ended": "2025-02", "citation": make_citation(JANE, title="Third")})
    assert desk.sources(id_) == [JANE, max_, JANE]
    corrected = {
        "reason": "refinement",
        "why": "closer",
        "changes": {"citations": [{**DESK, "title": "Second"}, make_citation(MAX, title="New")]},
        "citation": make_citation(JANE, title="Own"),
    }
    desk.change(id_, "corrections", corrected)
    assert desk.sources(id_) == [max_, max_, JANE]
    assert desk.sources(id_, "?position=2") == [JANE]
    assert desk.sources(id_, "?position=3") == [JANE, max_]


def test_a_correction_that_takes_two_persons_keeps_its_source_to_itself_until_then(
    desk: Desk,
) -> None:
    id_ = desk.record(citations=[make_citation(JANE)])
    assert desk.client.post(f"{TALKS}/settings", {"review_record": True}).status == 200
    body = {
        "reason": "refinement",
        "why": "closer",
        "changes": {"citations": [make_citation(MAX, title="New")]},
        "citation": make_citation(JANE, title="Own"),
    }
    answer = desk.client.post(f"/v1/facts/{id_}/corrections", body, if_match="*")
    assert answer.status == 202
    change_request = f"/v1/change-requests/{answer.json['id']}"
    everywhere = (
        answer.body,
        desk.client.get(change_request).body,
        desk.client.get(f"{TALKS}/change-requests").body,
        desk.client.get("/v1/changes").body,
    )
    assert CANARY.encode() not in b"".join(everywhere)
    assert desk.sources(id_) == [JANE]
    other = authorize(desk.parley, "second", "fact:correct")
    seen = {"if_match": answer.headers["etag"], **other}
    agreed = desk.client.post(f"{change_request}/approval", {}, **seen)
    assert agreed.status == 200
    assert CANARY.encode() not in agreed.body
    assert desk.identities(id_) == ["Canary Max", "Canary Jane"]
    assert find_wrong(desk.parley) is None


def test_two_sources_behind_the_same_words_keep_their_order(desk: Desk) -> None:
    id_ = desk.record(citations=[make_citation(JANE), make_citation(None), make_citation(MAX)])
    assert desk.identities(id_) == ["Canary Jane", "Canary Max", None]


def test_an_import_may_bring_sources_and_says_nothing_of_them(desk: Desk) -> None:
    line = {**fact(external_id="A"), "citations": [make_citation(JANE)]}
    change = {
        "op": "corroborate",
        "external_id": "A",
        "citation": make_citation(MAX, title="Second"),
    }
    lines = b"\n".join(write_json(each) for each in (line, change))
    media = "application/x-ndjson"
    first = desk.client.post(f"{TALKS}/import", lines, content_type=media)
    assert (first.json["recorded"], first.json["corroborated"]) == (1, 1)
    again = desk.client.post(f"{TALKS}/import", lines, content_type=media)
    assert again.json["unchanged"] == 2
    items = desk.client.get(f"{TALKS}/timeline").json["items"]
    assert desk.identities(items[0]["id"]) == ["Canary Jane", "Canary Max"]


BAD: Final[tuple[tuple[object, str], ...]] = (
    ("Canary", ""),
    ({}, ""),
    ({"identity": None}, ""),
    ({"Canary": "x"}, ""),
    ({"identity": 7}, "/identity"),
    ({"identity": "Canary\u0000"}, "/identity"),
    ({"contact": " "}, "/contact"),
    ({"note": ["Canary"]}, "/note"),
)


def test_a_name_in_it_that_comes_twice_or_is_no_text_is_not_repeated_either(
    light_client: Client,
) -> None:
    light_client.open()
    text = json.dumps(fact(citations=[{**make_citation(None), "confidential": {"X": 1}}]))
    repeated = ('"Canary":1,"Canary":2', '"Canary\\ud800":1', '"a":{"Canary":{"b":1,"b":2}}')
    for number, broken in enumerate(repeated):
        body = text.replace('"X": 1', broken).encode()
        keyed = {"content_type": "application/json", "idempotency_key": f"key-{number}"}
        answer = light_client.post(FACTS, body, **keyed)
        assert (answer.status, {*answer.pointers}) == (422, {"/citations/0/confidential"})
        assert CANARY.encode() not in answer.body


@pytest.mark.parametrize(("sent", "at"), BAD)
def test_a_malformed_part_is_pointed_at_and_never_repeated(
    light_client: Client, sent: object, at: str
) -> None:
    light_client.open()
    answer = light_client.post(FACTS, fact(citations=[make_citation(None), make_citation(sent)]))
    assert answer.status == 422
    assert answer.pointers == [f"/citations/1/confidential{at}"]
    assert CANARY.encode() not in answer.body
    bodies = {
        "corroborations": ({"citation": make_citation(sent)}, "/citation"),
        "corrections": (
            {"reason": "refinement", "why": "x", "changes": {"citations": [make_citation(sent)]}},
            "/changes/citations/0",
        ),
    }
    light_client.record()
    id_ = light_client.get(f"{TALKS}/timeline").json["items"][0]["id"]
    for change, (body, place) in bodies.items():
        answer = light_client.post(f"/v1/facts/{id_}/{change}", body, if_match="*")
        assert answer.pointers == [f"{place}/confidential{at}"]
        assert CANARY.encode() not in answer.body
