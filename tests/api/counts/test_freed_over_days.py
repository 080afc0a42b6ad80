"""Someone freed in the course of several days was freed on one of them, and nobody knows on which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.asking import TALKS, Client, count

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS = "2025-09-11/2025-09-13"
ANN = "Ann Example"


def read_custody(client: Client, as_of: str) -> Mapping[str, Any]:
    """The only entry in custody."""
    entries: list[Mapping[str, Any]] = client.get(f"{TALKS}?as_of={as_of}").json["custody"]
    assert len(entries) == 1
    return entries[0]


def summaries(entry: Mapping[str, Any]) -> set[str]:
    return {each["summary"] for each in (entry["fact"], *entry["rivals"])}


@pytest.mark.parametrize("days", [DAYS, "{2025-09-11,2025-09-13}", "{2025-09-11..2025-09-13}"])
def test_custody_on_one_of_these_days_may_come_before_the_release(
    client: Client, days: str
) -> None:
    client.open()
    client.record(valid=days, people=[ANN], summary="freed")
    client.record(
        kind="custody", valid="2025-09-12", person=ANN, status="detained", summary="detained"
    )
    entry = read_custody(client, "2025-10")
    assert entry["contested"]
    assert summaries(entry) == {"freed", "detained"}
    (person,) = client.get(f"{TALKS}/people?as_of=2025-10").json["items"]
    assert person["contested"]


def test_custody_before_and_after_these_days_is_clear(client: Client) -> None:
    client.open()
    client.record(valid=DAYS, people=[ANN])
    for day, status in (("2025-09-10", "remanded"), ("2025-09-14", "detained")):
        client.record(kind="custody", valid=day, person=ANN, status=status)
    shown = [(day, read_custody(client, f"2025-09-{day}")) for day in (10, 12, 13, 14)]
    assert [(day, entry["status"], entry["contested"]) for day, entry in shown] == [
        (10, "remanded", False),
        (12, "remanded", False),
        (13, "free", False),
        (14, "detained", False),
    ]


@pytest.mark.parametrize(
    ("days", "since"),
    [
        (DAYS, "[2025-09-11..2025-09-13]"),
        ("2025-09-11?/2025-10", "[2025-09-10..2025-10-31]"),
        ("[2025-09-10,2025-09-11]/2025-10", "[2025-09-10..2025-10-31]"),
        ("{2025-09-11,2025-09-13}", "[2025-09-11,2025-09-13]"),
        ("/2025-09-13", "[..2025-09-13]"),
        ("../2025-09-13", "[..2025-09-13]"),
        ("2025-09-11/..", "[2025-09-11..]"),
        ("2025-09-11/", "[2025-09-11..]"),
        ("2025-09~/..", "[2025-08-01..]"),
        ("/..", ".."),
        ("2025-09", "2025-09"),
    ],
)
@pytest.mark.parametrize("kind", ["release", "pardon"])
def test_since_when_somebody_is_free_is_no_sharper_than_the_report(
    light_client: Client, kind: str, days: str, since: str
) -> None:
    light_client.open()
    more = {"granted_by": "Lukashenka"} if kind == "pardon" else {}
    light_client.record(kind=kind, valid=days, people=[ANN], **more)
    assert read_custody(light_client, "2026")["since"] == since
    (person,) = light_client.get(f"{TALKS}/people?as_of=2026&person={ANN}").json["items"]
    assert person["since"] == since


def test_a_pardon_of_these_days_stands_beside_a_sentence_of_one_of_them(client: Client) -> None:
    client.open()
    client.record(kind="pardon", valid=DAYS, people=[ANN], granted_by="Lukashenka")
    client.record(kind="custody", valid="2025-09-12", person=ANN, status="sentenced")
    entry = read_custody(client, "2025-10")
    assert (entry["status"], entry["pardoned"]["valid"]) == ("sentenced", DAYS)


def test_a_number_of_these_days_and_one_of_a_day_among_them_can_both_be_right(
    client: Client,
) -> None:
    client.open()
    for valid in (DAYS, "2025-09-12"):
        client.record(valid=valid, matter="september", quantities=count(52))
    client.record(valid="2025-09-15/2025-09-16", matter="later", quantities=count(14))
    client.record(valid="2025-09-17", matter="later", quantities=count(14))
    released = client.get(f"{TALKS}?as_of=2025-10").json["prisoners"]["released"]
    assert (released["low"], released["high"]) == (66, 66)
    assert [part["contested"] for part in released["parts"]] == [False, True]


@pytest.mark.parametrize("goes_on", ["2025-09-11/..", "2025-09-11/"])
@pytest.mark.parametrize(("kind", "status"), [("release", "free"), ("pardon", "pardoned")])
def test_a_release_that_goes_on_makes_its_people_and_its_number_only_possible(
    client: Client, kind: str, status: str, goes_on: str
) -> None:
    client.open()
    more = {"granted_by": "Lukashenka"} if kind == "pardon" else {}
    what = kind + ("d" if kind == "release" else "ed")
    counted = [{**count(1)[0], "what": what}]
    client.record(kind=kind, valid=goes_on, people=[ANN], quantities=counted, **more)
    for day in ("2025-09-11", "2026"):
        entry = read_custody(client, day)
        assert (entry["status"], entry["certainty"]) == (status, "possible")
        total = client.get(f"{TALKS}?as_of={day}").json["prisoners"][what]
        assert (total["low"], total["high"]) == (0, 1)
        assert client.get(f"{TALKS}?as_of={day}&match=certain").json["custody"] == []
        found = client.get(f"{TALKS}/people?as_of={day}&status={status}&match=certain").json
        assert found["items"] == []


@pytest.mark.parametrize("goes_on", ["2025-09-11/..", "2025-09-11/"])
def test_a_release_that_goes_on_ends_no_custody_and_no_custody_surely_follows_it(
    client: Client, goes_on: str
) -> None:
    client.open()
    client.record(valid=goes_on, people=[ANN], summary="freed")
    for day, status in (("2025-09-01", "remanded"), ("2025-09-20", "detained")):
        client.record(kind="custody", valid=day, person=ANN, status=status, summary=status)
    shown = [(day, read_custody(client, f"2025-09-{day}")) for day in (10, 12, 20)]
    assert [
        (day, entry["status"], entry["certainty"], summaries(entry)) for day, entry in shown
    ] == [
        (10, "remanded", "certain", {"remanded"}),
        (12, "remanded", "certain", {"remanded", "freed"}),
        (20, "detained", "certain", {"detained", "freed"}),
    ]


def test_a_release_that_goes_on_has_surely_begun(client: Client) -> None:
    client.open()
    client.record(valid="2025-09-11/..", people=[ANN])
    (entry,) = client.get(f"{TALKS}/timeline?as_of=2025-10").json["items"]
    assert entry["certainty"] == "certain"
