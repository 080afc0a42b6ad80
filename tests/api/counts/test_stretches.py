"""A tally of a part of the time claims no more than the sources say of the whole, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.answers.claims.reports import tell_release, tie

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database

MIDDLE: Final = "from=2025-08-31&to=2025-09-15"
LATER: Final = "from=2025-09-16"
SINCE: Final = "from=2025-08-31"
TWO_DAYS: Final = [
    tell_release(52, matter="m"),
    tell_release(50, "AP", matter="m", valid="2025-09-20"),
]
CASES: Final[dict[str, tuple[str, list[Body], tuple[int, int | None, bool]]]] = {
    "of one day by one, of a later day by another": (
        MIDDLE,
        TWO_DAYS,
        (0, 52, True),
    ),
    "the rest of that time": (
        LATER,
        TWO_DAYS,
        (0, 52, True),
    ),
    "the whole of that time": (
        SINCE,
        TWO_DAYS,
        (50, 52, True),
    ),
    "two matters that a link sets against each other": (
        MIDDLE,
        [
            tell_release(52, matter="a", external_id="A"),
            tell_release(
                *(50, "AP"), matter="b", valid="2025-09-20", links=tie("conflicts_with", "A")
            ),
        ],
        (0, 52, True),
    ),
    "some day of the month by one, a day of it by another": (
        MIDDLE,
        [tell_release(52, matter="m"), tell_release(52, "AP", matter="m", valid="2025-09")],
        (52, 52, False),
    ),
    "a round-up of a release before and of one inside": (
        MIDDLE,
        [
            tell_release(14, valid="2025-06-21", matter="a", external_id="A"),
            tell_release(52, matter="b", external_id="B"),
            tell_release(66, "AP", valid="2025-09-12", links=tie("confirms", "A", "B")),
        ],
        (52, 52, False),
    ),
    "a name by two reports of other days": (
        MIDDLE,
        [
            tell_release(people=["Ann Example"], matter="m"),
            tell_release(people=["Ann Example"], matter="m", valid="2025-09-20"),
        ],
        (0, None, False),
    ),
}


def test_a_part_of_the_time_is_counted_no_sharper_than_the_whole(client: Client) -> None:
    told: dict[str, Any] = {}
    for number, (name, (stretch, facts, _)) in enumerate(CASES.items()):
        client.open(f"case-{number}")
        for fact in facts:
            assert client.post(f"/v1/negotiations/case-{number}/facts", fact).status == 201
        asked = f"/v1/negotiations/case-{number}/tally?what=released&as_of=2025-12-31&{stretch}"
        total = client.get(asked).json["total"]
        told[name] = total["low"], total["high"], total["contested"]
        certain = client.get(f"{asked}&match=certain").json["total"]
        assert (certain["low"], certain["high"]) == (total["low"], None), name
    assert told == {name: expected for name, (_, _, expected) in CASES.items()}


def test_facts_are_counted_no_sharper_within_a_part_of_the_time(client: Client) -> None:
    client.open()
    for each in (
        tell_release(52, matter="m"),
        tell_release(50, "AP", matter="m", valid="2025-09-20"),
    ):
        client.record(**each)
    asked = "/v1/negotiations/talks/tally?count=facts&kind=release&as_of=2025-12-31&by=day"
    found = {at: client.get(f"{asked}&{at}").json for at in (MIDDLE, LATER, SINCE)}
    bounds = {at: (each["total"]["low"], each["total"]["high"]) for at, each in found.items()}
    assert bounds == {MIDDLE: (0, 1), LATER: (0, 1), SINCE: (1, 1)}
    (days,) = found[SINCE]["points"]
    assert (days["at"], days["until"], days["low"]) == ("2025-09-11", "2025-09-20", 0)


def test_a_count_that_has_ceased_is_told_until_its_end_and_no_longer(client: Client) -> None:
    client.open()
    counted = {"kind": "prisoner_count", "population": "miners", "counted_by": "Viasna"}
    held = [{"what": "held", "value": 1_200}]
    fact = client.record(**counted, quantities=held, valid="2025-09-01/..").headers["location"]
    asked = "/v1/negotiations/talks/tally?what=held&by=day&as_of=2025-12-31"

    def stands() -> list[tuple[str, str]]:
        points = client.get(asked).json["points"]
        return [(point["at"], point["until"]) for point in points]

    assert stands() == [("2025-09-01", "2025-12-31")]
    ended = client.post(f"{fact}/end", {"ended": "2025-10-05"}, if_match="*")
    assert ended.status == 200
    assert stands() == [("2025-09-01", "2025-10-05")]
    state = "/v1/negotiations/talks?as_of"
    shown = {
        day: len(client.get(f"{state}={day}").json["prisoners"]["held"])
        for day in ("2025-10-04", "2025-10-06")
    }
    assert shown == {"2025-10-04": 1, "2025-10-06": 0}
    later = f"{asked}&from=2025-11-01"
    assert (client.get(later).json["points"], client.get(later).json["facts"]) == ([], [])
    client.record(**counted, quantities=held, valid="2025-11-01/")
    assert stands()[1:] == [("2025-11-01", "2025-12-31")]
    certain = client.get(f"{asked}&match=certain").json["points"]
    days = [(point["at"], point["until"]) for point in certain]
    assert days == [("2025-09-01", "2025-10-04"), ("2025-11-01", "2025-11-01")]


def test_a_count_that_gives_two_numbers_means_either_or_one_between(client: Client) -> None:
    client.open()
    counted = {"kind": "prisoner_count", "population": "miners", "counted_by": "Viasna"}
    held = [{"what": "held", "value": 1_300}, {"what": "Held", "text": "more than 1,199"}]
    client.record(**counted, quantities=held, valid="2025-09-01")
    state = client.get("/v1/negotiations/talks?as_of=2025-12-31").json
    (entry,) = state["prisoners"]["held"]
    assert (entry["quantity"]["low"], entry["quantity"]["high"]) == (1_200, None)
