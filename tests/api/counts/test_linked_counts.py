"""Linked reports are counted once: a part of a population is not added again, in whichever direction links lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.answers.claims.reports import tell_release, tie
from tests.api.asking import TALKS
from tests.api.counts.linked_cases import ALL, CASES, PART

if TYPE_CHECKING:
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


@pytest.mark.parametrize("case", CASES)
def test_what_links_tie_counts_once(client: Client, case: str) -> None:
    facts, text, contested, populations = CASES[case]
    client.open()
    for fact in facts:
        assert client.post(f"{TALKS}/facts", fact).status == 201
    total = client.get(f"{TALKS}?as_of=2025-12-31").json["prisoners"]["released"]
    assert (total["text"], total["contested"]) == (text, contested)
    split = client.get(f"{TALKS}/tally?what=released&per=population&as_of=2025-12-31").json
    told = [(each["population"], each["text"], each["contested"]) for each in split["totals"]]
    assert told == populations


@pytest.mark.parametrize("number", [14, 52])
def test_of_two_that_refine_one_another_no_number_is_lost(client: Client, number: int) -> None:
    client.open()
    for fact in (ALL, {**PART, "quantities": tell_release(number)["quantities"]}):
        assert client.post(f"{TALKS}/facts", fact).status == 201
    (first,) = client.get(f"{TALKS}/timeline?q=Reuters").json["items"]
    back = {"reason": "refinement", "why": "A link", "changes": {"links": tie("refines", "P")}}
    changed = client.post(f"/v1/facts/{first['id']}/corrections", back, if_match="*")
    assert changed.status == 200
    total = client.get(f"{TALKS}?as_of=2025-12-31").json["prisoners"]["released"]
    assert (total["text"], total["contested"]) == ("52", False)


def test_a_total_says_which_numbers_others_include(client: Client) -> None:
    client.open()
    facts = [
        ALL,
        PART,
        tell_release(52, "AP", external_id="B"),
        tell_release(52, "AFP", links=tie("confirms", "A", "B")),
    ]
    for fact in facts:
        assert client.post(f"{TALKS}/facts", fact).status == 201
    answer = client.get(f"{TALKS}/tally?what=released&parts=true&as_of=2025-12-31").json
    assert answer["total"]["text"] == "52 to 104"
    assert answer["total"]["rests_on"] == (
        "2 numbers added, 1 of which another may include, 2 numbers that others include"
    )
    beside = [each["fact"]["citations"][0]["publisher"] for each in answer["also_counted"]]
    assert beside == ["AP", "AFP"]
    assert sorted(part["text"] for part in answer["parts"]) == ["0 to 52", "52"]
