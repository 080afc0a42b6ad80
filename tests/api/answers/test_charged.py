"""A charge does not say where a person is: someone charged may be held, free or missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.answers.test_true_together import make_custody
from tests.api.asking import TALKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

WAYS = {
    "charged alone": ["charged 2025-02-01"],
    "held, then charged": ["detained 2025-01-01", "charged 2025-02-01"],
    "charged twice": ["detained 2025-01-01", "charged 2025-02-01", "charged 2025-03-01"],
    "freed, then charged": ["detained 2025-01-01", "free 2025-01-10", "charged 2025-02-01"],
    "freed in a month of a charge": ["detained 2025-01-01", "free 2025-02", "charged 2025-02-01"],
    "held until the charge": ["detained 2025-01-01/2025-01-31", "charged 2025-02-01"],
    "missing, then charged": ["missing 2025-01-01", "charged 2025-02-01"],
    "charged, then held": ["charged 2025-02-01", "remanded 2025-02-02"],
    "charged and held": ["charged 2025-02-01", "detained 2025-02-01"],
    "charged and free": ["charged 2025-02-01", "free 2025-02-01"],
    "perhaps held, then charged": ["detained 2025-01-01/", "charged 2025-02-01"],
    "held, then charged for a while": ["sentenced 2025-01-01/..", "charged 2025-02-01/2025-03-01"],
    "freed, then charged for a while": [
        "detained 2025-01-01",
        "free 2025-01-10",
        "charged 2025-02-01/2025-03-01",
    ],
    "held until a charge for a while": [
        "detained 2025-01-01/2025-01-31",
        "charged 2025-02-01/2025-03-01",
    ],
    "charged for a while, then freed": [
        "detained 2025-01-01",
        "charged 2025-02-01/2025-03-01",
        "free 2025-04-01",
    ],
    "free or held, then charged": [
        "free 2025-01-02",
        "detained 2025-01-02",
        "charged 2025-02-01",
    ],
    "held or free, then charged": [
        "detained 2025-01-02",
        "free 2025-01-02",
        "charged 2025-02-01",
    ],
    "held or remanded, then charged": [
        "detained 2025-01-02",
        "remanded 2025-01",
        "charged 2025-02-01",
    ],
    "free or held, then charged for a while": [
        "free 2025-01-02",
        "detained 2025-01",
        "charged 2025-02-01/2025-03-01",
    ],
}


def record(client: Client, ways: dict[str, list[str]]) -> None:
    """Record what happened to some people; each person's name says what."""
    client.open()
    for person, way in ways.items():
        for number, said in enumerate(way):
            status, valid = said.split(" ")
            named = {"people": [person]} if status == "free" else {"person": person}
            fact = {**make_custody(status, f"Paper {number}", valid=valid), **named}
            answer = client.post(f"{TALKS}/facts", fact)
            assert answer.status == 201, answer.json


def list_people(client: Client, query: str) -> dict[str, dict[str, Any]]:
    items = client.get(f"{TALKS}/people?{query}").json["items"]
    return {each["name"]: each for each in items}


def statuses(people: dict[str, dict[str, Any]], names: Iterable[str]) -> dict[str, str]:
    return {name: people[name]["status"] for name in names}


def test_who_is_charged_is_held_only_if_they_would_be_without_the_charge(client: Client) -> None:
    record(client, WAYS)
    assert set(list_people(client, "as_of=2025-06&status=held")) == {
        "held, then charged",
        "charged twice",
        "charged, then held",
        "charged and held",
        "perhaps held, then charged",
        "held, then charged for a while",
        "free or held, then charged",
        "held or free, then charged",
        "held or remanded, then charged",
        "free or held, then charged for a while",
    }
    surely = list_people(client, "as_of=2025-06&status=held&match=certain")
    assert "held, then charged" in surely
    assert "held or remanded, then charged" in surely
    assert not [name for name in surely if "for a while" in name or "free" in name]
    everyone = list_people(client, "as_of=2025-06")
    assert not [name for name, each in everyone.items() if each["contested"]]
    said = {
        "charged, then held": "remanded",
        "charged and free": "free",
        "freed in a month of a charge": "free",
        "held, then charged for a while": None,
        "freed, then charged for a while": None,
        "held until a charge for a while": None,
        "charged for a while, then freed": "free",
        "free or held, then charged for a while": None,
    }
    assert statuses(everyone, WAYS) == {**dict.fromkeys(WAYS, "charged"), **said}
    then = statuses(list_people(client, "as_of=2025-01-20"), WAYS)
    assert then["freed, then charged"] == "free"
    assert then["charged alone"] is None


def test_who_may_be_freed_later_than_they_were_charged_is_shown_as_such(client: Client) -> None:
    record(client, {"Ann": ["detained 2025-01-01", "charged 2025-02-01", "free 2025-02"]})
    entry = client.get(f"{TALKS}?as_of=2025-06").json["custody"][0]
    assert (entry["status"], entry["contested"]) == ("free", False)
    assert [each["summary"] for each in entry["rivals"]] == ["charged"]


def test_a_charge_under_a_name_that_two_bear_frees_neither(client: Client) -> None:
    client.open()
    for number in ("1", "2"):
        held = make_custody("detained", valid="2025-01-01")
        client.post(f"{TALKS}/facts", {**held, "person": {"name": "Ann", "id": number}})
    client.post(f"{TALKS}/facts", {**make_custody("charged", valid="2025-02-01"), "person": "Ann"})
    found = client.get(f"{TALKS}/people?as_of=2025-06&status=held").json["items"]
    assert [(each["id"], each["certainty"]) for each in found] == [
        ("1", "possible"),
        ("2", "possible"),
    ]
    surely = client.get(f"{TALKS}/people?as_of=2025-06&status=held&match=certain").json["items"]
    assert surely == []


@pytest.mark.parametrize("status", ["held", "charged", "free", "detained", "missing"])
def test_pages_of_a_status_hold_each_of_those_who_have_it_once(client: Client, status: str) -> None:
    record(client, WAYS)
    query = f"as_of=2025-06&status={status}"
    whole = client.get(f"{TALKS}/people?{query}").json["items"]
    paged: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = client.get(f"{TALKS}/people?{cursor or query + '&limit=1'}").json
        paged += page["items"]
        if page["next"] is None:
            break
        assert len(page["items"]) == 1
        cursor = f"limit=1&cursor={page['next']}"
    assert paged == whole
    if status != "held":
        assert all(each["status"] == status for each in whole)


def test_a_denial_of_custody_before_a_charge_makes_it_uncertain(client: Client) -> None:
    record(client, {"Ann": ["detained 2025-01-01", "charged 2025-02-01"]})
    held = client.get(f"{TALKS}/timeline?kind=custody").json["items"][0]
    denial = {
        "kind": "statement",
        "speaker": "A minister",
        "summary": "Ann was never detained",
        "links": [{"relation": "conflicts_with", "fact": held["id"]}],
    }
    fact = {**make_custody("detained", valid="2025-01-15"), **denial}
    del fact["person"], fact["status"]
    assert client.post(f"{TALKS}/facts", fact).status == 201
    assert list(list_people(client, "as_of=2025-06&status=held")) == ["Ann"]
    assert not list_people(client, "as_of=2025-06&status=held&match=certain")
