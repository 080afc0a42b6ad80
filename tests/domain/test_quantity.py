"""Quantities: what a source's words bound, and what bounds add up to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.quantity import (
    LARGEST,
    Comparator,
    Interval,
    Quantity,
    bounded,
    of_comparator,
    total,
)
from tests.strategies import SOME, quantities


def interval(**fields: object) -> Interval:
    return bounded(Quantity(what="released", **fields)).interval  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("50 to 60", 50, 60),
        ("Between 1,400 and 1,500", 1400, 1500),
        ("from 3 to 11", 3, 11),
        ("50-60", 50, 60),
        ("50 \N{EN DASH} 60", 50, 60),
        ("52 to 52", 52, 52),
    ],
)
def test_a_range_in_words_bounds_itself(text: str, low: int, high: int) -> None:
    assert interval(text=text) == interval(text=text, comparator="approx") == Interval(low, high)
    assert interval(text=text, value=55) == Interval(55, 55)


@pytest.mark.parametrize(
    "text",
    [
        "60 to 50",
        "between 50 to 60",
        "50 and 60",
        "1 to 1,000,000,000,000,000",
        "14 to 18 years",
        "1,40 to 1,500",
        "5-",
        "\u0665-\u0669",
    ],
)
def test_other_words_are_no_range(text: str) -> None:
    with pytest.raises(ContentError):
        interval(text=text)


def test_a_comparator_other_than_eq_has_no_range() -> None:
    with pytest.raises(ContentError):
        interval(text="50 to 60", comparator="ge")


@pytest.mark.parametrize(
    ("comparator", "value", "low", "high"),
    [
        ("eq", 52, 52, 52),
        ("ge", 100, 100, None),
        ("gt", 1000, 1001, None),
        ("le", 80, None, 80),
        ("lt", 1200, None, 1199),
        ("approx", 40, None, None),
        ("eq", 0, 0, 0),
    ],
)
def test_a_comparator_bounds_a_value(
    comparator: Comparator, value: int, low: int | None, high: int | None
) -> None:
    assert interval(comparator=comparator, value=value) == Interval(low, high)


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("dozens", 24),
        ("Dozens, in several waves", 24),
        ("scores / a slew", 40),
        ("HUNDREDS", 200),
        ("thousands", 2000),
        ("hundreds, perhaps thousands", 200),
        ("millions", 2_000_000),
    ],
)
def test_words_give_the_least_that_they_can_mean_and_no_most(text: str, low: int) -> None:
    assert interval(text=text) == Interval(low, None)


def test_a_word_inside_another_word_bounds_nothing() -> None:
    with pytest.raises(ContentError):
        interval(text="underscores")


def test_a_range_is_its_own_bounds() -> None:
    assert interval(low=1400, high=1500) == Interval(1400, 1500)
    assert interval(low=1400) == Interval(1400, None)
    assert interval(high=0) == Interval(None, 0)


def test_a_value_outweighs_the_words_around_it() -> None:
    assert interval(value=52, text="dozens, 52 in all") == Interval(52, 52)


@pytest.mark.parametrize("comparator", ["le", "lt"])
def test_fewer_than_dozens_is_not_at_least_two_dozen(comparator: Comparator) -> None:
    with pytest.raises(ContentError) as refused:
        interval(comparator=comparator, text="fewer than dozens")
    assert [fault.pointer for fault in refused.value.faults] == ["/value"]


def test_an_approximate_number_without_bounds_needs_words_at_least() -> None:
    assert interval(comparator="approx", text="a good many") == Interval(None, None)
    with pytest.raises(ContentError):
        interval(comparator="approx")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/value"),
        ({"text": "many"}, "/value"),
        ({"low": 5, "high": 4}, "/high"),
        ({"value": 52, "low": 50, "high": 52}, "/low"),
        ({"value": 52, "low": 52}, "/low"),
        ({"comparator": "approx", "value": 52, "low": 52, "high": 52}, "/low"),
        ({"value": LARGEST + 1}, "/value"),
        ({"value": -1}, "/value"),
        ({"value": -5, "comparator": "approx"}, "/value"),
        ({"value": -LARGEST - 1}, "/value"),
        ({"value": 0, "comparator": "lt"}, "/value"),
        ({"value": 0, "text": "fewer than 0"}, "/value"),
        ({"low": -1}, "/low"),
        ({"low": -2, "high": -1}, "/low"),
        ({"high": -1}, "/high"),
        ({"low": -1, "text": "dozens", "comparator": "approx"}, "/low"),
        ({"low": LARGEST + 1}, "/low"),
        ({"low": 1, "high": LARGEST + 1}, "/high"),
    ],
)
def test_what_cannot_be_bounded_is_refused_with_its_place(
    fields: dict[str, object], pointer: str
) -> None:
    with pytest.raises(ContentError) as refused:
        interval(**fields)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_bounds_that_follow_may_be_sent_along() -> None:
    assert interval(comparator="ge", value=100, low=100) == Interval(100, None)


@SOME
@given(quantities())
def test_bounding_twice_is_bounding_once(quantity: Quantity) -> None:
    once = bounded(quantity)
    assert bounded(once) == once


@pytest.mark.parametrize("comparator", ["gt", "ge", "eq", "le", "lt"])
@pytest.mark.parametrize("value", [LARGEST, 1])
def test_the_largest_numbers_can_be_read_back(comparator: Comparator, value: int) -> None:
    once = bounded(Quantity(what="held", comparator=comparator, value=value))
    assert bounded(once) == once


@SOME
@given(quantities())
def test_bounding_keeps_the_words(quantity: Quantity) -> None:
    kept = bounded(quantity)
    assert quantity.comparator in (None, kept.comparator)
    assert kept == replace(quantity, low=kept.low, high=kept.high, comparator=kept.comparator)


def test_intervals_meet_where_one_number_lies_in_both() -> None:
    assert Interval(52, 52).meets(Interval(24, None))
    assert Interval(None, 52).meets(Interval(52, None))
    assert Interval(None, None).meets(Interval(1, 1))
    assert not Interval(52, 52).meets(Interval(50, 50))
    assert not Interval(None, 51).meets(Interval(52, None))


@SOME
@given(quantities(), quantities())
def test_meeting_is_mutual(one: Quantity, other: Quantity) -> None:
    mine, theirs = bounded(one).interval, bounded(other).interval
    assert mine.meets(theirs) == theirs.meets(mine)
    assert mine.meets(mine)


def counted(certain: bool = True, **fields: object) -> tuple[Quantity, bool]:
    return bounded(Quantity(what="released", **fields)), certain  # type: ignore[arg-type]


def stored(**fields: object) -> tuple[Quantity, bool]:
    """As it was recorded before numbers below zero were refused."""
    return Quantity(what="released", comparator="eq", **fields), True  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "low", "high", "approximate", "text"),
    [
        ([], 0, 0, False, "0"),
        ([counted(value=52), counted(value=14)], 66, 66, False, "66"),
        ([counted(value=52), counted(value=14, certain=False)], 52, 66, False, "52 to 66"),
        ([counted(value=52), counted(text="dozens")], 76, None, False, "at least 76"),
        ([counted(text="dozens", certain=False)], 0, None, False, "at least 0"),
        ([counted(comparator="le", value=5)], 0, 5, False, "0 to 5"),
        ([stored(value=-3, low=-3, high=-3), counted(value=4)], 4, 4, False, "4"),
        (
            [counted(value=52), counted(comparator="approx", value=40)],
            52,
            None,
            True,
            "at least 52, parts of it approximate",
        ),
    ],
)
def test_a_total_is_an_interval_sum(
    parts: list[tuple[Quantity, bool]], low: int, high: int | None, approximate: bool, text: str
) -> None:
    summed = total(parts)
    assert (summed.low, summed.high, summed.approximate) == (low, high, approximate)
    assert summed.text == text


@SOME
@given(st.lists(st.tuples(quantities().map(bounded), st.booleans()), max_size=5))
def test_a_total_does_not_depend_on_the_order_of_its_parts(
    parts: list[tuple[Quantity, bool]],
) -> None:
    summed = total(parts)
    assert summed == total(reversed(parts))
    assert summed.high is None or 0 <= summed.low <= summed.high


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("at least 100", "ge"),
        ("More than 100 people", "gt"),
        ("almost 100", "lt"),
        ("some 100", "approx"),
        ("100", "eq"),
        ("100, more than 14 of them foreigners", "eq"),
        (None, "eq"),
    ],
)
def test_a_comparator_left_out_is_read_from_the_words(text: str | None, meant: Comparator) -> None:
    kept = bounded(Quantity(what="freed", value=100, text=text))
    assert (kept.comparator, kept.interval) == (meant, of_comparator(meant, 100))
    said = bounded(Quantity(what="freed", comparator="eq", value=100, text=text))
    assert said.interval == Interval(100, 100)
