"""A refusal lists all faults of a body: of its shape, of its changes, and of names that occur twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.asking import FACTS, TALKS, fact

if TYPE_CHECKING:
    from tests.api.asking import Client

CITATION = {"publisher": "Reuters"}
CHANGES: dict[str, Any] = {
    "valid": "2025-13",
    "summary": 5,
    "citations": [CITATION, {"publisher": 7, "url": "ftp://x"}],
    "quantities": [{"what": "released", "text": "umpteen"}],
    "nonsense": 1,
}
WRONG = [
    *("/changes/citations/1/publisher", "/changes/citations/1/url", "/changes/nonsense"),
    *("/changes/quantities/0/text", "/changes/summary", "/changes/valid"),
]


def test_a_correction_of_the_wrong_shape_tells_what_is_wrong_in_its_changes_too(
    light_client: Client,
) -> None:
    light_client.open()
    recorded = light_client.record()
    address, tag = f"/v1/facts/{recorded.json['id']}/corrections", recorded.headers["etag"]
    whole = {"reason": "refinement", "why": "It is better", "changes": CHANGES}
    for body, pointers in (
        (whole, []),
        ({**whole, "reason": "mood"}, ["/reason"]),
        ({"changes": CHANGES}, ["/reason", "/why"]),
        ({**whole, "extra": 1, "why": 5}, ["/extra", "/why"]),
        ({**whole, "reason": "mood", "changes": {"person": 1}}, ["/reason"]),
    ):
        answer = light_client.post(address, body, if_match=tag)
        wrong = WRONG if body["changes"] is CHANGES else ["/changes/person"]
        assert (answer.status, sorted(answer.pointers)) == (422, sorted([*wrong, *pointers]))


def test_a_name_that_comes_twice_hides_no_other_fault(light_client: Client) -> None:
    light_client.open()
    recorded = light_client.record()
    text = json.dumps(fact(valid="2025-13", extra=1))
    repeated = text.replace('"summary"', '"kind": "release", "summary"').encode()
    answer = light_client.post(FACTS, repeated)
    assert (answer.status, sorted(answer.pointers)) == (422, ["/extra", "/kind", "/valid"])
    address, tag = f"/v1/facts/{recorded.json['id']}", recorded.headers["etag"]
    body = json.dumps({"reason": "refinement", "why": " ", "changes": CHANGES})
    for text, expected in (
        (body.replace('"why"', '"why": "x", "why"'), ["/why", *WRONG]),
        (body.replace('"valid"', '"valid": "x", "valid"'), [*WRONG[:-1], "/changes/valid", "/why"]),
        (body.replace('"refinement"', '"mood", "why": "x"'), ["/reason", "/why", *WRONG]),
    ):
        answer = light_client.post(f"{address}/corrections", text.encode(), if_match=tag)
        assert (answer.status, sorted(set(answer.pointers))) == (422, sorted(expected))
    end = b'{"ended": "2025-13", "ended": "2025-13", "extra": 1, "why": " "}'
    answer = light_client.post(f"{address}/end", end, if_match=tag)
    assert sorted(answer.pointers) == ["/ended", "/extra", "/why"]


def test_a_line_of_an_import_tells_all_its_faults_at_once(light_client: Client) -> None:
    light_client.open()
    fine = {**fact(), "external_id": "A"}
    again = json.dumps({**fact(valid="2025-13"), "extra": 1}).replace(
        '"kind"', '"kind": "x", "kind"'
    )
    correct = {"op": "correct", "external_id": "A", "reason": "mood", "changes": CHANGES}
    twice = json.dumps({**correct, "reason": "refinement", "why": "x"})
    lines = [
        json.dumps(fine),
        again,
        json.dumps(correct),
        twice.replace('"why"', '"op": "correct", "why"'),
    ]
    sent = "\n".join(lines).encode()
    report = light_client.post(f"{TALKS}/import", sent, content_type="application/x-ndjson").json
    told: dict[int, list[str]] = {}
    for each in report["rejected"]:
        told.setdefault(each["line"], []).append(each["pointer"])
    assert {line: sorted(pointers) for line, pointers in told.items()} == {
        2: ["/extra", "/kind", "/valid"],
        3: sorted(["/reason", "/why", *WRONG]),
        4: sorted(["/op", *WRONG]),
    }


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"status": 5, "person": ""}, ["/changes/person", "/changes/status"]),
        ({"status": "asleep"}, ["/changes/status"]),
        ({"status": "suspended"}, []),  # a mission has this status, but no custody
        ({"stage": "signed", "sentence_ends": "2025-13"}, ["/changes/sentence_ends"]),
        ({"participants": ["A", 7]}, ["/changes/participants/1"]),
        ({"kind": "custody", "asked": None, "answer": None}, []),
    ],
)
def test_of_a_fact_that_is_not_known_only_what_no_kind_may_say_is_a_fault(
    light_client: Client, changes: dict[str, Any], wrong: list[str]
) -> None:
    light_client.open()
    line = {"op": "correct", "external_id": "A", "reason": "mood", "why": "x", "changes": changes}
    sent = json.dumps(line).encode()
    report = light_client.post(f"{TALKS}/import", sent, content_type="application/x-ndjson").json
    assert sorted(each["pointer"] for each in report["rejected"]) == [*wrong, "/reason"]


def test_a_field_with_a_list_of_values_is_refused_with_that_list(light_client: Client) -> None:
    light_client.open()
    meeting = fact(kind="meeting", participants=["Ann Example"])
    forms, stages = "visit, talks, call or summit", "planned, held or cancelled"
    answer = light_client.post(FACTS, {**meeting, "stage": "over"})
    assert {error["pointer"]: error["detail"] for error in answer.json["errors"]} == {
        "/form": f"this field is required: write {forms}",
        "/stage": f"write {stages}",
    }
    opened = {"slug": "more", "title": "More", "parties": ["A", "B"], "visibility": "seen"}
    (wrong,) = light_client.post("/v1/negotiations", opened).json["errors"]
    assert wrong["detail"] == "write public or private"


def test_a_value_of_another_type_is_told_what_to_write(light_client: Client) -> None:
    light_client.open()
    sent = fact(summary=5, people="Ann", places=[1], citations=["AP"], quantities=[{"value": "5"}])
    answer = light_client.post(FACTS, sent)
    assert {each["pointer"]: each["detail"] for each in answer.json["errors"]} == {
        "/summary": "write a text, in quotes",
        "/people": "write a list, in [ ]",
        "/places/0": "write a text, in quotes",
        "/citations/0": "write an object, in { }",
        "/quantities/0/what": "this field is required: write it",
        "/quantities/0/value": "write a whole number in digits, without marks between them, such as 1259;"
        " write words, such as 'at least 12', in text",
    }
    named = light_client.post(FACTS, fact(people=[5])).json["errors"]
    assert named[0]["detail"] == "write a name: a text, or an object with name and id"
    recorded = light_client.record().json["id"]
    preference = {"preferred": "yes", "why": "x"}
    refused = light_client.post(f"/v1/facts/{recorded}/preference", preference, if_match="*")
    assert [each["detail"] for each in refused.json["errors"]] == ["write true or false"]
