"""An answer at a cut of the published clock shows only what was public by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.asking import TALKS, count

if TYPE_CHECKING:
    from tests.api.asking import Client

FIRST: Final = {"publisher": "A", "published": "2025-01-11"}
MARCH: Final = {"publisher": "B", "published": "2025-03-01"}
LATER: Final[dict[str, dict[str, Any]]] = {
    "corroborations": {"citation": MARCH},
    "corrections": {
        "reason": "better_evidence",
        "why": "seen",
        "changes": {"note": "seen by two"},
        "published": "2025-03-01",
    },
    "end": {"ended": "2025-02", "published": "2025-03-01"},
    "retraction": {"reason": "coding_error", "why": "no", "published": "2025-03-01"},
}
COUNTED: Final = {
    "kind": "prisoner_count",
    "population": "political prisoners",
    "counted_by": "Viasna",
    "valid": "2025-01-10/..",
}


def record_count(client: Client, **fields: Any) -> str:  # noqa: ANN401 -- a fact's fields
    answer = client.record(
        **{"quantities": count_held(50), "citations": [FIRST], **COUNTED, **fields}
    )
    return f"/v1/facts/{answer.json['id']}"


def count_held(number: int) -> list[dict[str, Any]]:
    return [{"what": "held", "comparator": "eq", "value": number, "basis": "stock"}]


def change(client: Client, fact: str, call: str, **body: Any) -> None:  # noqa: ANN401 -- a change's fields
    answer = client.post(f"{fact}/{call}", body, if_match="*")
    assert answer.status == 200, answer.json


def correct(client: Client, fact: str, published: str, **changes: Any) -> None:  # noqa: ANN401 -- a fact's fields
    said = {"reason": "source_corrected", "why": "they say so", "published": published}
    change(client, fact, "corrections", **said, changes=changes)


def at(path: str, cut: str) -> str:
    return f"{path}?clock=published&as_known_at={cut}"


@pytest.mark.parametrize("call", LATER)
def test_what_was_public_in_march_brings_no_correction_of_september(
    client: Client, call: str
) -> None:
    client.open()
    fact = record_count(client)
    correct(client, fact, "2025-09-01", quantities=count_held(5))
    change(client, fact, call, **LATER[call])
    april = client.get(at(fact, "2025-04-01"))
    if call == "retraction":
        assert (april.status, "no" in april.json["detail"]) == (410, True)
        assert client.get(at(TALKS, "2025-04-01")).json["prisoners"]["held"] == []
        return
    said = april.json["fact"]
    assert said["quantities"][0]["value"] == 50
    papers = ["A", "B"] if call == "corroborations" else ["A"]
    assert [citation["publisher"] for citation in said["citations"]] == papers
    assert said["valid"] == ("2025-01-10/2025-02" if call == "end" else "2025-01-10/..")
    assert said["note"] == ("seen by two" if call == "corrections" else None)
    shown = {
        cut: client.get(f"{at(TALKS, cut)}&as_of=2025-01-20").json["prisoners"]["held"]
        for cut in ("2025-01-10", "2025-02-01", "2025-04-01", "2025-09-01")
    }
    values = {cut: [each["quantity"]["value"] for each in found] for cut, found in shown.items()}
    assert values == {"2025-01-10": [], "2025-02-01": [50], "2025-04-01": [50], "2025-09-01": [5]}
    assert client.get(fact).json["fact"]["quantities"][0]["value"] == 5
    timeline = client.get(at(f"{TALKS}/timeline", "2025-04-01")).json["items"]
    assert [item["fact"]["quantities"][0]["value"] for item in timeline] == [50]


def test_history_audit_and_diff_tell_the_public_events_alone(client: Client) -> None:
    client.open()
    fact = record_count(client)
    correct(client, fact, "2025-09-01", quantities=count_held(5))
    change(client, fact, "corroborations", citation=MARCH)
    correct(client, fact, "2025-04-01", note="seen")
    history = client.get(at(f"{fact}/history", "2025-05-01")).json["items"]
    assert [item["version"] for item in history] == [1, 3, 4]
    assert [[each["field"] for each in item["changes"]] for item in history] == [
        [],
        ["citations"],
        ["note", "status"],
    ]
    audit = client.get(at(f"{TALKS}/audit", "2025-05-01")).json["items"]
    assert [[each["field"] for each in item["changes"]] for item in audit] == [["note", "status"]]

    def list_changed_fields(from_: str, to: str) -> dict[str, Any]:
        answer = client.get(f"{TALKS}/diff?clock=published&from={from_}&to={to}").json
        names = ("added", "corrected", "corroborated", "preferred")
        return {
            name: [[each["field"] for each in item.get("changes", ())] for item in answer[name]]
            for name in names
            if answer[name]
        }

    assert list_changed_fields("2025-01-01", "2025-02-01") == {"added": [[]]}
    assert list_changed_fields("2025-02-01", "2025-03-15") == {"corroborated": [["citations"]]}
    assert list_changed_fields("2025-03-15", "2025-05-01") == {"corrected": [["note"]]}
    assert list_changed_fields("2025-05-01", "2025-10-01") == {"corrected": [["quantities"]]}
    reasons = client.get(f"{TALKS}/diff?clock=published&from=2025-05-01&to=2025-10-01").json
    assert reasons["corrected"][0]["reason"] == "source_corrected"


def test_a_paper_that_comes_out_is_a_corroboration_though_nothing_was_recorded(
    client: Client,
) -> None:
    client.open()
    fact = record_count(client, citations=[FIRST, MARCH])
    papers = {
        cut: [
            citation["publisher"]
            for citation in client.get(at(fact, cut)).json["fact"]["citations"]
        ]
        for cut in ("2025-02-01", "2025-03-01")
    }
    assert papers == {"2025-02-01": ["A"], "2025-03-01": ["A", "B"]}
    answer = client.get(f"{TALKS}/diff?clock=published&from=2025-02-01&to=2025-03-01").json
    assert [each["fact"]["id"] for each in answer["corroborated"]] == [fact.rpartition("/")[2]]


def test_an_earlier_paper_makes_a_fact_public_and_is_the_only_one_then(client: Client) -> None:
    client.open()
    late = [{"publisher": "C", "published": "2025-06-01"}, {"publisher": "undated"}]
    fact = record_count(client, citations=late)
    assert client.get(at(fact, "2025-04-01")).status == 404
    correct(client, fact, "2025-02-01", note="early")
    assert client.get(at(fact, "2025-04-01")).status == 404
    assert client.get(at(f"{fact}/history", "2025-04-01")).status == 404
    change(client, fact, "corroborations", citation=MARCH)
    april = client.get(at(fact, "2025-04-01")).json
    assert [citation["publisher"] for citation in april["fact"]["citations"]] == ["B"]
    assert (april["fact"]["note"], april["version"]) == ("early", 3)
    assert client.get(at(fact, "2025-02-15")).status == 404
    answer = client.get(f"{TALKS}/diff?clock=published&from=2025-02-15&to=2025-04-01").json
    assert [each["fact"]["id"] for each in answer["added"]] == [april["id"]]
    history = client.get(at(f"{fact}/history", "2025-04-01")).json["items"]
    changed = {item["version"]: [each["field"] for each in item["changes"]] for item in history}
    assert changed == {2: ["note", "status"], 3: ["citations"]}


def test_a_preference_that_changes_who_holds_a_post_is_told_on_both_clocks(client: Client) -> None:
    client.open()
    about = {"kind": "appointment", "post": "Envoy", "valid": "2025-01-10/..", "matter": "envoy"}
    facts = [
        client.record(**about, person=name, citations=[FIRST]).json for name in ("Cole", "Coale")
    ]
    before = client.get(TALKS).json["posts"][0]["holder"]
    other = next(fact for fact in facts if fact["fact"]["person"] != before)
    path = f"/v1/facts/{other['id']}"
    change(client, path, "preference", preferred=True, why="the article says so")
    assert client.get(TALKS).json["posts"][0]["holder"] == other["fact"]["person"]
    first = max(fact["recorded_at"] for fact in facts)
    for clock in ("recorded", "published"):
        answer = client.get(f"{TALKS}/diff?clock={clock}&from={first}").json
        assert [each["fact"]["id"] for each in answer["preferred"]] == [other["id"]]
        assert answer["preferred"][0]["why"] == "the article says so"


def test_what_was_not_public_is_not_found_by_its_words(client: Client) -> None:
    client.open()
    fact = record_count(
        client, summary="Fifty held", citations=[FIRST, {**MARCH, "title": "Zebra"}]
    )
    correct(client, fact, "2025-09-01", summary="Five held in Orsha")
    correct(client, fact, "2025-02-15", note="Walrus")

    def count_found(words: str, cut: str) -> int:
        items = client.get(f"{at(f'{TALKS}/timeline', cut)}&q={words}").json["items"]
        return len(items)

    assert [count_found("orsha", cut) for cut in ("2025-04-01", "2025-09-01")] == [0, 1]
    assert [count_found("fifty", cut) for cut in ("2025-04-01", "2025-09-01")] == [1, 0]
    assert [count_found("zebra", cut) for cut in ("2025-02-20", "2025-03-01")] == [0, 1]
    assert [count_found("walrus fifty", cut) for cut in ("2025-02-01", "2025-02-20")] == [0, 1]


def test_a_total_and_a_tally_count_what_was_public(client: Client) -> None:
    client.open()
    fact = client.record(valid="2025-01-10", quantities=count(50), citations=[FIRST]).json["id"]
    correct(client, f"/v1/facts/{fact}", "2025-09-01", quantities=count(5))
    change(client, f"/v1/facts/{fact}", "corroborations", citation=MARCH)
    for cut, number in (("2025-04-01", 50), ("2025-09-01", 5)):
        total = client.get(at(TALKS, cut)).json["prisoners"]["released"]
        assert (total["low"], total["high"]) == (number, number)
        tally = client.get(f"{at(f'{TALKS}/tally', cut)}&what=released").json["points"]
        assert [point["low"] for point in tally][-1] == number
