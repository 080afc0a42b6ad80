"""Quantities: the bounds that a source's words give, and the sums of bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from domain.errors import ContentError
from domain.number.total import Total
from domain.quantity import LARGEST, Interval, Quantity, fill_bounds
from tests.drawn_facts import quantities
from tests.strategies import SOME

if TYPE_CHECKING:
    from domain.number.language import Comparator


def interval(**fields: object) -> Interval:
    return fill_bounds(Quantity(what="released", **fields)).interval  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "comparator", "value", "low", "high"),
    [
        ({"text": "at least 100"}, "ge", 100, 100, None),
        ({"text": "at least 100", "value": 100}, "ge", 100, 100, None),
        ({"text": "at least 100", "comparator": "ge"}, "ge", 100, 100, None),
        ({"text": "more than 99", "comparator": "ge", "value": 100}, "ge", 100, 100, None),
        ({"text": "50 to 60"}, "eq", None, 50, 60),
        ({"text": "50 to 60", "low": 50, "high": 60}, "eq", None, 50, 60),
        ({"text": "some 1,400-1,500", "low": 1400, "high": 1500}, "approx", None, 1400, 1500),
        ({"text": "dozens"}, "ge", None, 24, None),
        ({"text": "about 50"}, "approx", 50, None, None),
        ({"text": "dozens of busloads", "comparator": "approx"}, "approx", None, None, None),
    ],
)
def test_what_is_left_out_is_read_from_the_text(
    fields: dict[str, Any], comparator: str, value: int | None, low: int | None, high: int | None
) -> None:
    kept = fill_bounds(Quantity(what="released", **fields))
    assert (kept.comparator, kept.value, kept.low, kept.high) == (comparator, value, low, high)
    assert fill_bounds(kept) == kept


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"text": "at least 100", "value": 7}, "/comparator"),
        ({"text": "at least 100", "value": 100, "comparator": "le"}, "/comparator"),
        ({"text": "at least 100", "comparator": "eq"}, "/comparator"),
        ({"text": "50 to 60", "value": 50}, "/comparator"),
        ({"text": "50 to 60", "comparator": "ge"}, "/comparator"),
        ({"text": "50 to 60", "comparator": "approx"}, "/comparator"),
        ({"text": "50 to 60", "low": 50, "high": 61}, "/low"),
        ({"text": "about 50", "value": 51}, "/comparator"),
        ({"text": "about 50", "value": 50, "comparator": "eq"}, "/comparator"),
        ({"text": "50", "value": 50, "comparator": "approx"}, "/comparator"),
        ({"text": "dozens", "comparator": "le"}, "/comparator"),
        ({"text": "dozens", "low": 20}, "/low"),
        ({"text": "not dozens", "comparator": "ge"}, "/text"),
        ({"text": "fewer than dozens, several waves", "comparator": "ge"}, "/text"),
        ({"text": "nearly hundreds of them", "comparator": "eq"}, "/text"),
        ({"text": "at most dozens in all of them", "comparator": "ge"}, "/text"),
    ],
)
def test_a_comparator_or_value_that_contradicts_the_text_is_refused(
    fields: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ContentError) as refused:
        fill_bounds(Quantity(what="released", **fields))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


@pytest.mark.parametrize(
    "text", ["a good many", "52 of the 60", "a handful of people", "14 years", "52, ongoing"]
)
def test_a_text_that_is_not_understood_needs_a_number_beside_it(text: str) -> None:
    for fields in ({}, {"value": 5}, {"comparator": "approx"}, {"comparator": "ge"}):
        with pytest.raises(ContentError) as refused:
            interval(text=text, **fields)
        assert [fault.pointer for fault in refused.value.faults] == ["/text"]
    assert interval(text=text, comparator="gt", value=5) == Interval(6, None)
    assert interval(text=text, low=3, high=5) == Interval(3, 5)
    assert interval(text=text, low=3, comparator="approx") == Interval(3, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("52, ongoing", "what stands beside the number may change it"),
        ("fifty (believed)", "what stands beside the number may change it"),
        ("a good many", "this is not understood as a number"),
        (", pending", "this is not understood as a number"),
        ("", "this is not understood as a number"),
    ],
)
def test_a_refusal_says_whether_the_number_or_a_remark_is_not_understood(
    text: str, why: str
) -> None:
    with pytest.raises(ContentError) as refused:
        interval(text=text)
    assert [fault.detail.split(":")[0] for fault in refused.value.faults] == [why]
    assert (
        "if the source gives no number, leave this quantity out" in refused.value.faults[0].detail
    )


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
        ("dozens of people", 24),
        ("dozens, but not hundreds of people", 24),
        ("scores / a slew", 40),
        ("HUNDREDS in some waves", 200),
        ("thousands and thousands of men", 2000),
        ("hundreds or perhaps thousands of them", 200),
    ],
)
def test_a_word_with_bounds_is_found_in_a_text_where_a_comparator_is_sent(
    text: str, low: int
) -> None:
    assert interval(text=text, comparator="ge") == Interval(low, None)
    with pytest.raises(ContentError):
        interval(text=text)
    with pytest.raises(ContentError):
        interval(text=text, comparator="lt")


@pytest.mark.parametrize(
    "text",
    [
        "none of the hundreds of men",
        "half of the dozens that were held",
        "some of the thousands of them",
        "10 of the dozens of men",
        "up to dozens of people",
        "far from hundreds of people",
        "nowhere near thousands of people",
        "neither dozens nor hundreds of them",
        "dozens fewer than before",
        "dozens per week in all",
        "dozens of years of prison",
        "hundreds of dollars a head",
    ],
)
def test_a_word_that_other_words_may_lessen_bounds_nothing(text: str) -> None:
    for comparator in ("ge", "gt", "eq", "approx"):
        with pytest.raises(ContentError):
            interval(text=text, comparator=comparator)


def test_a_word_inside_another_word_bounds_nothing() -> None:
    with pytest.raises(ContentError):
        interval(text="underscores", comparator="ge")


def test_a_range_is_its_own_bounds() -> None:
    assert interval(low=1400, high=1500) == Interval(1400, 1500)
    assert interval(low=1400) == Interval(1400, None)
    assert interval(high=0) == Interval(None, 0)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "/value"),
        ({"text": "many"}, "/text"),
        ({"low": 5, "high": 4}, "/high"),
        ({"value": 52, "low": 50, "high": 52}, "/low"),
        ({"value": 52, "low": 52}, "/low"),
        ({"comparator": "approx", "value": 52, "low": 52, "high": 52}, "/low"),
        ({"value": LARGEST + 1}, "/value"),
        ({"value": -1}, "/value"),
        ({"value": -5, "comparator": "approx"}, "/value"),
        ({"value": -LARGEST - 1}, "/value"),
        ({"value": 0, "comparator": "lt"}, "/value"),
        ({"value": 0, "comparator": "approx"}, "/value"),
        ({"text": "about zero"}, "/text"),
        ({"text": "около нуля"}, "/text"),
        ({"text": "близько нуля"}, "/text"),
        ({"value": 0, "text": "fewer than 0"}, "/text"),
        ({"low": -1}, "/low"),
        ({"low": -2, "high": -1}, "/low /high"),
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
    assert [fault.pointer for fault in refused.value.faults] == pointer.split()


def test_bounds_that_follow_may_be_sent_along() -> None:
    assert interval(comparator="ge", value=100, low=100) == Interval(100, None)


@SOME
@given(quantities())
def test_bounding_twice_is_bounding_once(quantity: Quantity) -> None:
    once = fill_bounds(quantity)
    assert fill_bounds(once) == once


@pytest.mark.parametrize("comparator", ["gt", "ge", "eq", "le", "lt"])
@pytest.mark.parametrize("value", [LARGEST, 1])
def test_the_largest_numbers_can_be_read_back(comparator: Comparator, value: int) -> None:
    once = fill_bounds(Quantity(what="held", comparator=comparator, value=value))
    assert fill_bounds(once) == once


@SOME
@given(quantities())
def test_bounding_keeps_the_words(quantity: Quantity) -> None:
    kept = fill_bounds(quantity)
    assert quantity.comparator in (None, kept.comparator)
    assert quantity.value in (None, kept.value)
    read = {name: getattr(kept, name) for name in ("low", "high", "comparator", "value")}
    assert kept == replace(quantity, **read)


def test_intervals_meet_where_one_number_lies_in_both() -> None:
    assert Interval(52, 52).meets(Interval(24, None))
    assert Interval(None, 52).meets(Interval(52, None))
    assert Interval(None, None).meets(Interval(1, 1))
    assert not Interval(52, 52).meets(Interval(50, 50))
    assert not Interval(None, 51).meets(Interval(52, None))


@SOME
@given(quantities(), quantities())
def test_meeting_is_mutual(one: Quantity, other: Quantity) -> None:
    mine, theirs = fill_bounds(one).interval, fill_bounds(other).interval
    assert mine.meets(theirs) == theirs.meets(mine)
    assert mine.meets(mine)


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (Total(0, 0), "0"),
        (Total(66, 66), "66"),
        (Total(52, 66), "52 to 66"),
        (Total(76, None), "at least 76"),
        (Total(3, None, 50), "at least 3, and about 50"),
        (Total(0, None, 50), "about 50"),
        (Total(0, None, 50, 52), "about 50 to 52"),
        (Total(0, None, 50, None), "about 50 or more"),
        (Total(3, None, 0, 50), "at least 3, and up to about 50"),
        (Total(0, None, 0, None), "at least 0"),
        (Total(60, None, 50, 50, including=True), "at least 60, which may include about 50"),
        (Total(24, None, 240, None, including=True), "at least 24, perhaps about 240 or more"),
        (Total(24, None, 20, 50, including=True), "at least 24, which may include about 20 to 50"),
        (Total(3, 9, 50, 52), "3 to 9, and about 50 to 52"),
        (Total(0, None), "at least 0"),
    ],
)
def test_a_total_is_said_in_words(total: Total, text: str) -> None:
    assert total.text == text
