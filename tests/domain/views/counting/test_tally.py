"""A tally adds increments bucket by bucket, counts each matter once, and spreads vague facts over their buckets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.quantity import Quantity
from domain.views.counting.tally import tally
from tests.domain.views.counting.tallies import (
    RELEASED,
    list_points,
    read_whole,
    tally_log,
    write_releases,
)
from tests.examples import count, fact
from tests.written_log import Log


def test_increments_add_up_bucket_by_bucket() -> None:
    log = write_releases(("2025-09-11", 52), ("2025-06-21", 14), ("2025-09-20", 1))
    assert list_points(tally_log(log)) == [("2025-06", 14, 14), ("2025-09", 53, 53)]
    assert list_points(tally_log(log, by="day")) == [
        ("2025-06-21", 14, 14),
        ("2025-09-11", 52, 52),
        ("2025-09-20", 1, 1),
    ]
    assert list_points(tally_log(log, by="year")) == [("2025", 67, 67)]
    assert tally_log(log)["total"] == {
        "low": 67,
        "high": 67,
        "approximate": False,
        "text": "67",
        "contested": False,
        "rests_on": "3 numbers added",
    }


def test_a_fact_that_may_fall_in_several_buckets_is_sure_in_none_of_them() -> None:
    log = write_releases(("[2025-08-31,2025-09-01]", 5))
    assert list_points(tally_log(log)) == [("2025-08", 0, 5), ("2025-09", 0, 5)]
    assert list_points(tally_log(log, by="year")) == [("2025", 5, 5)]
    assert tally_log(log)["total"]["low"] == 5


def test_a_happening_spreads_over_all_that_it_took() -> None:
    log = write_releases(("2025-07-30/2025-09-02", 8))
    assert list_points(tally_log(log)) == [("2025-07", 0, 8), ("2025-08", 0, 8), ("2025-09", 0, 8)]


def test_what_nothing_counts_is_told_from_what_counts_nothing_yet() -> None:
    log = write_releases(("2025-09-11", 52))
    log.record(fact("statement", quantities=(*count(9), *count(3, what="fined"))))
    log.record(fact("release", quantities=count(1_000, what="pardoned", basis="cumulative")))
    assert "known" not in tally_log(log)
    assert "known" not in tally_log(log, as_of="2020")
    for unheard_of in ("relased", "pardoned"):
        answer = tally_log(log, unheard_of)
        assert (answer["points"], answer["known"]) == ([], ["fined", "released"])
    assert tally_log(Log(), "released")["known"] == []


def test_what_is_counted_goes_by_its_folded_name() -> None:
    log = write_releases(("2025-09-11", 52))
    log.record(fact("release", valid="2025-09-12", quantities=count(3, what="RELEASED ")))
    log.record(fact("release", valid="2025-09-13", quantities=count(4, what="\uff32eleased")))
    for what in ("released", "Released"):
        assert tally_log(log, what)["total"]["low"] == 59
    assert log.state()["prisoners"]["released"]["low"] == 59


def test_a_matter_counts_once_and_says_that_it_is_contested() -> None:
    log = Log()
    for value in (52, 50, 51):
        log.record(fact("release", matter="sep11", quantities=count(value)))
    (point,) = tally_log(log)["points"]
    assert (point["low"], point["high"], point["contested"]) == (50, 52, True)
    assert len(tally_log(log)["facts"]) == 1
    assert tally_log(log)["total"]["contested"]


def test_the_parts_say_what_each_question_adds_and_who_contradicts_it() -> None:
    log = write_releases(("2025-06-21", 14), ("2025-10/2025-11", 31))
    for value in (52, 50):
        log.record(fact("release", matter="sep11", quantities=count(value)))
    slice_, then = log.slice(as_of="2025-10-15"), log.perspective(as_of="2025-10-15")
    totals = tally(slice_, then, replace(RELEASED, parts=True))
    parts = read_whole(totals)["parts"]
    assert [part["text"] for part in parts] == ["14", "50 to 52", "0 to 31"]
    assert [(part["matter"], part["contested"], len(part["rivals"])) for part in parts] == [
        (None, False, 0),
        ("sep11", True, 1),
        (None, False, 0),
    ]
    assert sum(part["low"] for part in parts) == totals.content["total"]["low"]
    assert sum(part["high"] for part in parts) == totals.content["total"]["high"]
    assert "parts" not in tally(slice_, then, RELEASED).lists


def test_a_part_lists_ten_rivals_and_says_how_many_there_are() -> None:
    log = Log()
    for value in range(20, 32):
        log.record(fact("release", matter="sep11", quantities=count(value)))
    (part,) = read_whole(tally(log.slice(), log.perspective(), replace(RELEASED, parts=True)))[
        "parts"
    ]
    assert (len(part["rivals"]), part["rivals_more"]) == (10, 11)


def test_where_dates_disagree_each_of_them_is_only_possible() -> None:
    log = Log()
    for day in ("2025-08-30", "2025-09-11"):
        log.record(fact("release", matter="waves", valid=day, quantities=count(52)))
    (point,) = tally_log(log)["points"]
    assert (point["at"], point["until"]) == ("2025-08", "2025-09")
    assert (point["low"], point["high"], point["contested"]) == (0, 52, True)


def test_what_has_not_happened_by_the_cut_is_not_counted() -> None:
    log = write_releases(("2025-09-11", 52), ("2026-01-01", 9))
    assert list_points(tally_log(log, as_of="2025-11-22")) == [("2025-09", 52, 52)]


def test_no_bucket_lies_after_the_cut() -> None:
    log = write_releases(("2025", 5))
    months = [at for at, _, _ in list_points(tally_log(log, as_of="2025-03-15"))]
    assert months == ["2025-01", "2025-02", "2025-03"]


def test_an_open_ended_happening_is_counted_up_to_the_cut() -> None:
    log = write_releases(("2025-09-11/..", 5))
    assert list_points(tally_log(log, as_of="2025-10-05")) == [("2025-09", 0, 5), ("2025-10", 0, 5)]


def test_what_is_only_possible_adds_to_the_high_bound_alone() -> None:
    log = write_releases(("2025-11", 5), ("2025-11-01", 2))
    assert list_points(tally_log(log, as_of="2025-11-22")) == [("2025-11", 2, 7)]
    assert list_points(tally_log(log, as_of="2025-11-22", match="certain")) == [("2025-11", 2, 2)]
    assert tally_log(log, as_of="2025-11-22", match="certain")["total"]["text"] == "at least 2"


@pytest.mark.parametrize("valid", ["Y-17E7", "-0044-03-15", "../2025-09-30", "0000"])
def test_what_no_bucket_has_a_name_for_is_listed_apart(valid: str) -> None:
    log = write_releases((valid, 3))
    answer = tally_log(log, by="day")
    assert answer["points"] == []
    assert len(answer["undated"]) == 1
    assert answer["total"]["high"] == 3


def test_words_and_approximate_counts_are_said_to_be_so() -> None:
    log = write_releases(
        ("2025-09-11", count(text="dozens")), ("2025-10-01", count(9, comparator="approx"))
    )
    september, october = tally_log(log)["points"]
    assert (september["low"], september["high"], september["approximate"]) == (24, None, False)
    assert (october["low"], october["high"], october["approximate"]) == (0, None, True)


def test_a_cumulative_figure_is_never_tallied() -> None:
    answer = tally_log(write_releases(("2025-09-11", count(99, basis="cumulative"))))
    assert (answer["points"], answer["total"]["text"]) == ([], "at least 99")


def test_a_promise_of_releases_is_no_release_even_where_none_has_happened() -> None:
    log = Log()
    log.record(fact("statement", quantities=count(100)))
    assert tally_log(log)["points"] == []
    assert log.state()["prisoners"]["released"]["text"] == "nothing recorded"


def test_what_no_kind_sums_is_tallied_from_every_kind() -> None:
    log = Log()
    aircraft = (Quantity(what="aircraft", value=3, basis="increment"),)
    log.record(fact("measure", quantities=aircraft))
    assert list_points(tally_log(log, what="aircraft")) == [("2025-09", 3, 3)]


def test_neighbours_that_have_the_same_are_one_point() -> None:
    log = write_releases(("18XX", 3), ("1812-06/1812-09", 2))
    answer = tally_log(log, by="month")
    assert [(p["at"], p["until"], p["text"]) for p in answer["points"]] == [
        ("1800-01", "1812-05", "0 to 3"),
        ("1812-06", "1812-09", "0 to 5"),
        ("1812-10", "1899-12", "0 to 3"),
    ]
    apart = write_releases(("2025-09-11", 5), ("2025-09-12", 5), ("2025-09-14", 5))
    assert [(p["at"], p["until"]) for p in tally_log(apart, by="day")["points"]] == [
        ("2025-09-11", "2025-09-12"),
        ("2025-09-14", "2025-09-14"),
    ]
