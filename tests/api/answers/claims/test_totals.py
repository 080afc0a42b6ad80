"""A total is as exact as its sources, and can be split by who counted and who was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.api.answers.claims.reports import Body, make_report, states, tell_release
from tests.api.answers.claims.sums import SUMS

if TYPE_CHECKING:
    from tests.api.asking import Client


def test_a_total_is_as_sharp_as_what_was_said(client: Client) -> None:
    cases = {name: facts for name, (facts, _) in SUMS.items()}
    found = {
        name: state["prisoners"]["released"]
        for name, state in states(client, cases, "2025-12-15").items()
    }
    said = {
        name: (*(each[k] for k in ("low", "high", "text", "contested")), len(each["uncounted"]))
        for name, each in found.items()
    }
    assert said == {name: expected for name, (_, expected) in SUMS.items()}
    shown = {name: each["parts"][0]["quantity"] for name, each in found.items() if each["parts"]}
    assert shown["one question, three claims"]["value"] in (50, 52)
    assert shown["three agencies and one"]["value"] == 52
    assert shown["three say less sharply"]["text"] == "at least 50"
    waves = found["increments and waves since January"]["cumulative"]
    assert [wave["quantity"]["text"] for wave in waves] == ["dozens"]
    higher = found["every day of a month, and a figure that is higher"]
    assert [each["quantity"]["value"] for each in higher["cumulative"]] == [8_393]
    assert [part["quantity"]["value"] for part in higher["parts"]] == [269] * 30
    (less,) = found["three say less sharply"]["parts"]
    assert {rival["citations"][0]["publisher"] for rival in less["rivals"]} > {"Blog"}


def test_a_tally_follows_aliases_and_ids_of_what_it_is_split_by(client: Client) -> None:
    client.open("talks")
    viasna = {"name": "Viasna", "id": "wikidata:Q2"}
    counted: Body = {"population": "political prisoners", "counted_by": viasna}
    held = [{"what": "held", "value": 1_200}]
    alias = make_report("alias", name="politzeki", same_as="political prisoners", of="population")
    namesake = {**counted, "counted_by": {**viasna, "id": "wikidata:Q3"}}
    for each in (
        tell_release(52, population="political prisoners"),
        tell_release(14, population="Politzeki", valid="2025-06-21"),
        alias,
        make_report("prisoner_count", quantities=held, **counted),
        make_report("prisoner_count", quantities=held, **namesake),
        make_report("prisoner_count", quantities=held, **{**counted, "counted_by": "Amnesty"}),
    ):
        assert client.post("/v1/negotiations/talks/facts", each).status == 201
    asked = "/v1/negotiations/talks/tally?as_of=2025-12-31"
    (total,) = client.get(f"{asked}&what=released&per=population").json["totals"]
    assert (total["population"], total["low"]) == ("political prisoners", 66)
    for question in ("what=held", "count=facts&kind=prisoner_count&per=counted_by"):
        points: list[Body] = []
        answer = client.get(f"{asked}&{question}&limit=1").json
        while answer["next"]:
            points += answer["points"]
            answer = client.get(f"/v1/negotiations/talks/tally?cursor={answer['next']}").json
        points += answer["points"]
        counters = [(point["counted_by"], point.get("counted_by_id")) for point in points]
        assert counters == [
            ("Amnesty", None),
            ("Viasna", "wikidata:Q2"),
            ("Viasna", "wikidata:Q3"),
        ]
