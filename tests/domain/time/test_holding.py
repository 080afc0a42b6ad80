"""When a fact of each kind may hold, and when it surely holds, at a cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.time.holding import Holding, Window, window
from domain.time.instant import parse_cut, parse_instant
from domain.time.valid_time import ValidTime
from tests.drawn_facts import instants, valid_times
from tests.strategies import SOME

ONWARD, PERIOD, NEXT = Holding.ONWARD, Holding.PERIOD, Holding.UNTIL_NEXT


def at(valid: str, holding: Holding, as_of: str) -> str | None:
    return window(ValidTime.parse(valid), holding).at(parse_cut(as_of))


@pytest.mark.parametrize(
    ("valid", "holding", "as_of", "certainty"),
    [
        ("2025-09-11", ONWARD, "2025-09-10", None),
        ("2025-09-11", ONWARD, "2025-09-11T00:00:00Z", "possible"),
        ("2025-09-11", ONWARD, "2025-09-11", "certain"),
        ("2025-09-11", ONWARD, "2099", "certain"),
        ("2025-09", ONWARD, "2025-09-20", "possible"),
        ("2025-09", ONWARD, "2025-09", "certain"),
        ("2025-09-11/2025-09-20", ONWARD, "2025-09-15", "possible"),
        ("2025-09-11/2025-09-20", ONWARD, "2025-09-20", "certain"),
        ("2025-09-11/2025-09-20", ONWARD, "2026", "certain"),
        ("{2025-09-11,2025-11-09}", ONWARD, "2025-10", "possible"),
        ("{2025-09-11,2025-11-09}", ONWARD, "2025-11-09", "certain"),
        ("[2025-09-11,2025-11-09]", ONWARD, "2025-10", "possible"),
        ("2025-09-11/..", ONWARD, "2025-09-11", "certain"),
        ("2025-11-09", PERIOD, "2025-11-08", None),
        ("2025-11-09", PERIOD, "2025-11-09", "certain"),
        ("2025-11-09", PERIOD, "2099", "certain"),
        ("2025-09/2025-11", PERIOD, "2025-08", None),
        ("2025-09/2025-11", PERIOD, "2025-09-15", "possible"),
        ("2025-09/2025-11", PERIOD, "2025-09", "certain"),
        ("2025-09/2025-11", PERIOD, "2025-10", "certain"),
        ("2025-09/2025-11", PERIOD, "2025-11-15", "possible"),
        ("2025-09/2025-11", PERIOD, "2025-12-01", None),
        ("2025-09-11/", PERIOD, "2025-09-11", "certain"),
        ("2025-09-11/", PERIOD, "2025-09-12", "possible"),
        ("2025-09-11/", PERIOD, "2099", "possible"),
        ("2025-09-11/..", PERIOD, "2099", "certain"),
        ("../2025-09-30", PERIOD, "1000", "certain"),
        ("../2025-09-30", PERIOD, "2025-10-01", None),
        ("/2025-10", PERIOD, "1000", "possible"),
        ("2025-07-01", NEXT, "2025-06", None),
        ("2025-07-01", NEXT, "2099", "certain"),
        ("2025-07-01/2025-07-31", NEXT, "2025-08-01", None),
    ],
)
def test_a_fact_holds_certainly_possibly_or_not(
    valid: str, holding: Holding, as_of: str, certainty: str | None
) -> None:
    assert at(valid, holding, as_of) == certainty


def test_an_open_end_is_not_an_unknown_end() -> None:
    assert at("2025-09-11/..", PERIOD, "2025-12") == "certain"
    assert at("2025-09-11/", PERIOD, "2025-12") == "possible"


def test_a_window_is_half_open() -> None:
    drawn = Window(10, 20, 30, 40)
    known = {9: None, 10: "possible", 19: "possible", 20: "certain", 29: "certain"}
    known |= {30: "possible", 39: "possible", 40: None}
    assert {instant: drawn.at(instant) for instant in known} == known


def test_what_has_begun_stays_begun_after_its_end() -> None:
    drawn = Window(10, 20, 30, 40)
    assert [drawn.begun(instant) for instant in (9, 10, 20, 40)] == [
        None,
        "possible",
        "certain",
        "certain",
    ]


@SOME
@given(valid_times(), st.sampled_from(Holding), instants())
def test_what_surely_holds_may_hold_and_has_surely_begun(
    valid: str, holding: Holding, as_of: int
) -> None:
    found = window(ValidTime.parse(valid), holding)
    assert found.possible_from <= found.certain_from + 1
    assert found.certain_to <= found.possible_to
    if found.at(as_of) is not None:
        assert found.begun(as_of) is not None
    if found.at(as_of) == "certain":
        assert found.begun(as_of) == "certain"


@SOME
@given(valid_times(), instants())
def test_what_happened_once_never_ceases(valid: str, as_of: int) -> None:
    found = window(ValidTime.parse(valid), Holding.ONWARD)
    order = [None, "possible", "certain"]
    later = as_of + parse_instant("1971-01-01T00:00:00Z")
    assert order.index(found.at(later)) >= order.index(found.at(as_of))
