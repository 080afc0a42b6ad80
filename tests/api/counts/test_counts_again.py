"""A tally of people held shows at each date the number that the state shows then, however the count was worded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.asking import TALKS, Client

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.either_database

COUNTER: Final = {"population": "political prisoners", "counted_by": "Viasna"}
DATES: Final = ("2025-09-30", "2025-10-31", "2025-12-31")


def record_counts(client: Client, valid: str, **numbers: int) -> None:
    quantities = [
        {"what": what.replace("_", " "), "value": number} for what, number in numbers.items()
    ]
    client.record(kind="prisoner_count", valid=valid, quantities=quantities, **COUNTER)


def read_number(client: Client, as_of: str, what: str) -> int | None:
    """The number of `what` in the state."""
    (entry,) = client.get(f"{TALKS}?as_of={as_of}").json["prisoners"]["held"]
    numbers = [entry["quantity"], *(each["quantity"] for each in entry["also_counted"])]
    every = {"held": numbers[0], **{number["what"]: number for number in numbers}}
    number: int | None = every[what]["low"] if what in every else None
    return number


def read_tally(client: Client, as_of: str, what: str, **parameters: str) -> int | None:
    """The number of `what` in the last month of a tally."""
    query = "".join(f"&{name}={value}" for name, value in parameters.items())
    points: list[Mapping[str, Any]] = client.get(
        f"{TALKS}/tally?what={what}&as_of={as_of}{query}"
    ).json["points"]
    lows = [point["low"] for point in points if point["until"] == as_of[:7]]
    return lows[-1] if lows else None


@pytest.mark.parametrize("word", ["held", "prisoners", "political_prisoners", "заключённых"])
def test_a_count_in_other_words_follows_the_one_before(client: Client, word: str) -> None:
    client.open()
    record_counts(client, "2025-09-01", held=1_200, women=100)
    record_counts(client, "2025-10-01", **{word: 1_100})
    record_counts(client, "2025-11-01", held=1_000, women=90)
    for what, numbers in (("held", (1_200, 1_100, 1_000)), ("women", (100, None, 90))):
        for as_of, number in zip(DATES, numbers, strict=True):
            assert read_number(client, as_of, what) == number
            assert read_tally(client, as_of, what) == number
            assert read_tally(client, as_of, what, **{"from": "2025-09-15"}) == number


def test_a_word_that_was_used_once_does_not_outlast_the_next_count(client: Client) -> None:
    client.open()
    record_counts(client, "2025-09-01", prisoners=1_200)
    record_counts(client, "2025-10-01", held=1_100)
    assert [read_tally(client, each, "prisoners") for each in DATES] == [1_200, None, None]
    assert [read_tally(client, each, "held") for each in DATES] == [1_200, 1_100, 1_100]


def test_a_count_of_women_alone_ends_no_count_of_all(client: Client) -> None:
    client.open()
    record_counts(client, "2025-09-01", held=1_200)
    record_counts(client, "2025-10-01", women=90)
    assert [read_tally(client, each, "held") for each in DATES] == [1_200, 1_200, 1_200]
    assert [read_tally(client, each, "women") for each in DATES] == [None, 90, 90]


def test_the_number_of_all_is_not_listed_beside_itself(client: Client) -> None:
    client.open()
    record_counts(client, "2025-09-01", prisoners=1_200, women=100)
    answer = client.get(f"{TALKS}/tally?what=held&parts=true&as_of=2025-12").json
    assert [each["quantity"]["what"] for each in answer["also_counted"]] == ["women"]
    assert "known" not in answer
    unknown = client.get(f"{TALKS}/tally?what=men&as_of=2025-12").json
    assert unknown["known"] == ["held", "prisoners", "women"]


def test_a_number_of_some_is_not_certain_if_all_may_have_been_counted_since(client: Client) -> None:
    client.open()
    record_counts(client, "2025-09", women=90)
    record_counts(client, "2025-09-11/2025-09-15", held=1_200)
    assert [read_tally(client, each, "women") for each in DATES] == [90, 90, 90]
    assert [read_tally(client, each, "women", match="certain") for each in DATES] == [None] * 3
    state = client.get(f"{TALKS}?as_of=2025-12-31&match=certain").json
    assert state["prisoners"]["held"] == []
