"""The tally: increments bucket by bucket, each matter once, the vague wherever they may be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.history import Entry, timeslice, versions
from domain.quantity import Quantity
from domain.views.state import state
from domain.views.tally import By, tally
from tests.examples import count, fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log


def tallied(log: Log, what: str = "released", by: By = "month", **at: Any) -> dict[str, Any]:  # noqa: ANN401 -- as a log takes it
    return tally(log.slice(**at), log.perspective(**at), what, by)


def points(answer: dict[str, Any]) -> list[tuple[str, int, int | None]]:
    return [(point["at"], point["low"], point["high"]) for point in answer["points"]]


def written(*releases: tuple[str, Any]) -> Log:
    log = Log()
    for valid, value in releases:
        quantities = value if isinstance(value, tuple) else count(value)
        log.record(fact("release", valid=valid, quantities=quantities))
    return log


def test_increments_add_up_bucket_by_bucket() -> None:
    log = written(("2025-09-11", 52), ("2025-06-21", 14), ("2025-09-20", 1))
    assert points(tallied(log)) == [("2025-06", 14, 14), ("2025-09", 53, 53)]
    assert points(tallied(log, by="day")) == [
        ("2025-06-21", 14, 14),
        ("2025-09-11", 52, 52),
        ("2025-09-20", 1, 1),
    ]
    assert points(tallied(log, by="year")) == [("2025", 67, 67)]
    assert tallied(log)["total"] == {"low": 67, "high": 67, "approximate": False}


def test_a_fact_that_may_fall_in_several_buckets_is_sure_in_none_of_them() -> None:
    log = written(("[2025-08-31,2025-09-01]", 5))
    assert points(tallied(log)) == [("2025-08", 0, 5), ("2025-09", 0, 5)]
    assert points(tallied(log, by="year")) == [("2025", 5, 5)]
    assert tallied(log)["total"]["low"] == 5


def test_a_happening_spreads_over_all_that_it_took() -> None:
    log = written(("2025-07-30/2025-09-02", 8))
    assert points(tallied(log)) == [("2025-07", 0, 8), ("2025-08", 0, 8), ("2025-09", 0, 8)]


def test_what_nothing_counts_is_told_from_what_counts_nothing_yet() -> None:
    log = written(("2025-09-11", 52))
    log.record(fact("statement", quantities=(*count(9), *count(3, what="fined"))))
    log.record(fact("release", quantities=count(1_000, what="pardoned", basis="cumulative")))
    assert "known" not in tallied(log)
    assert "known" not in tallied(log, as_of="2020")
    for unheard_of in ("relased", "Released", "pardoned"):
        answer = tallied(log, unheard_of)
        assert (answer["points"], answer["known"]) == ([], ["fined", "released"])
    assert tallied(Log(), "released")["known"] == []


def test_a_matter_counts_once_and_says_that_it_is_contested() -> None:
    log = Log()
    for value in (52, 50, 51):
        log.record(fact("release", matter="sep11", quantities=count(value)))
    (point,) = tallied(log)["points"]
    assert (point["low"], point["high"], point["contested"]) == (52, 52, True)
    assert len(point["facts"]) == 1


def test_what_has_not_happened_by_the_cut_is_not_counted() -> None:
    log = written(("2025-09-11", 52), ("2026-01-01", 9))
    assert points(tallied(log, as_of="2025-11-22")) == [("2025-09", 52, 52)]


def test_no_bucket_lies_after_the_cut() -> None:
    log = written(("2025", 5))
    months = [at for at, _, _ in points(tallied(log, as_of="2025-03-15"))]
    assert months == ["2025-01", "2025-02", "2025-03"]


def test_an_open_ended_happening_is_counted_up_to_the_cut() -> None:
    log = written(("2025-09-11/..", 5))
    assert points(tallied(log, as_of="2025-10-05")) == [("2025-09", 0, 5), ("2025-10", 0, 5)]


def test_what_is_only_possible_adds_to_the_high_bound_alone() -> None:
    log = written(("2025-11", 5), ("2025-11-01", 2))
    assert points(tallied(log, as_of="2025-11-22")) == [("2025-11", 2, 7)]
    assert points(tallied(log, as_of="2025-11-22", match="certain")) == [("2025-11", 2, 2)]


@pytest.mark.parametrize("valid", ["18XX", "-0044-03-15", "../2025-09-30", "0000"])
def test_what_is_too_vague_or_too_old_for_buckets_is_listed_apart(valid: str) -> None:
    log = written((valid, 3))
    answer = tallied(log, by="day")
    assert answer["points"] == []
    assert len(answer["undated"]) == 1
    assert answer["total"]["high"] == 3


def test_words_and_approximate_counts_are_said_to_be_so() -> None:
    log = written(
        ("2025-09-11", count(text="dozens")), ("2025-10-01", count(9, comparator="approx"))
    )
    september, october = tallied(log)["points"]
    assert (september["low"], september["high"], september["approximate"]) == (24, None, False)
    assert (october["low"], october["high"], october["approximate"]) == (0, None, True)


def test_a_cumulative_figure_is_never_tallied() -> None:
    assert tallied(written(("2025-09-11", count(99, basis="cumulative"))))["points"] == []


def test_a_promise_of_releases_is_no_release_even_where_none_has_happened() -> None:
    log = Log()
    log.record(fact("statement", quantities=count(100)))
    assert tallied(log)["points"] == []
    assert log.state()["prisoners"]["released"]["text"] == "0"


def test_what_no_kind_sums_is_tallied_from_every_kind() -> None:
    log = Log()
    aircraft = (Quantity(what="aircraft", value=3, basis="increment"),)
    log.record(fact("measure", quantities=aircraft))
    assert points(tallied(log, what="aircraft")) == [("2025-09", 3, 3)]


@SOME
@given(histories(), st.data(), st.sampled_from(("released", "pardoned")))
def test_a_tally_and_the_state_agree_on_the_total(
    entries: list[Entry], data: st.DataObject, what: str
) -> None:
    at = data.draw(perspectives(len(entries)))
    seen = timeslice(versions(entries), at)
    answer = tally(seen, at, what, "year")
    total = state(Log().negotiation, seen, {}, at)["prisoners"][what]
    assert answer["total"] == {name: total[name] for name in ("low", "high", "approximate")}
    dated = {id_ for point in answer["points"] for id_ in point["facts"]}
    assert dated | set(answer["undated"]) == set(total["facts"])
    assert not dated & set(answer["undated"])
    for point in answer["points"]:
        assert point["high"] is None or point["low"] <= point["high"]
