"""Totals that are computed up to several instants at once equal the totals of a tally up to each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands.charts.sums import add_up
from domain.quantity import Basis, Quantity
from domain.time.edtf_calendar import DAY
from domain.views.counting.contributions import Contributions
from domain.views.counting.query import TallyQuery
from domain.views.counting.steps import SumSteps
from domain.views.counting.tally import NOT_ADDED, find_total
from domain.views.known.timeslices import fold_versions, timeslice
from domain.views.naming import Names
from tests.examples import count, fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.streams.entry import Entry
    from domain.time.perspective import Match, Perspective
    from domain.views.versions import Seen

SHOWN = ("low", "high", "text", "contested")


def _check(slice_: Sequence[Seen], what: str, at: Perspective) -> list[str]:
    """Compare the totals on the days on which facts begin or end, and on the days beside; gives the totals' words."""
    names = Names.of(slice_)
    told = [each.version.record.fact.told for each in slice_]
    days = {end + more for pair in told for end in pair for more in (-DAY, -1, 0, 1)}
    steps = SumSteps(slice_, what, at, names)
    texts = []
    for day in sorted({*days, at.as_of, at.as_of + DAY}):
        query = TallyQuery(what=what, to=min(day, at.as_of))
        expected = find_total(slice_, at, query, names, Contributions())
        total = steps.total(day)
        assert {name: total[name] for name in SHOWN} == {name: expected[name] for name in SHOWN}
        texts.append(str(total["text"]))
    return texts


@SOME
@given(histories(), st.data(), st.sampled_from(("released", "pardoned", "women")))
def test_each_step_is_the_total_of_a_tally_up_to_it(
    entries: list[Entry], data: st.DataObject, what: str
) -> None:
    at = data.draw(perspectives(len(entries)))
    _check(timeslice(fold_versions(entries), at), what, at)


@pytest.mark.parametrize("match", ["certain", "possible"])
def test_steps_of_rivals_vague_dates_names_and_running_figures(match: Match) -> None:
    log = Log()
    running = (Quantity(what="released", comparator="ge", value=24, basis="cumulative"),)
    for fields in (
        {"valid": "2025-01-10", "quantities": count(3), "matter": "a"},
        {"valid": "2025-02", "quantities": count(5), "matter": "a"},
        {"valid": "2025-03-01", "people": ("Ann", "Bo")},
        {"valid": "2025-03", "quantities": count(4), "people": ("Cy",)},
        {"valid": "2025-04-01/2025-06-01", "quantities": running},
        {"valid": "[2025-05-01..2025-07-01]", "quantities": count(2)},
        {"valid": "2025-06-01", "people": ("Dee",)},
    ):
        log.record(fact("release", **fields))
    texts = _check(
        log.slice(as_of="2026", match=match), "released", log.perspective(as_of="2026", match=match)
    )
    assert len({*texts}) > 4


def test_steps_before_a_number_is_added_count_a_stock() -> None:
    log = Log()
    given: tuple[tuple[str, str, Basis], ...] = (
        ("prisoner_count", "2025-01-01", "stock"),
        ("release", "2025-03-01", "increment"),
    )
    for kind, day, basis in given:
        number = Quantity(what="ill", comparator="eq", value=9, basis=basis)
        log.record(fact(kind, valid=day, quantities=(number,)))
    texts = _check(log.slice(as_of="2026"), "ill", log.perspective(as_of="2026"))
    assert NOT_ADDED["text"] in texts
    assert texts[-1] != NOT_ADDED["text"]


def test_steps_follow_the_aliases_of_what_is_counted() -> None:
    log = Log()
    alias = {"name": "the taken", "same_as": "hostages", "of": "population", "valid": "2025"}
    log.record(fact("alias", **alias))
    for what, day in (("hostages", "2025-01-01"), ("the taken", "2025-03-01")):
        number = Quantity(what=what, comparator="eq", value=9, basis="increment")
        log.record(fact("incident", valid=day, quantities=(number,)))
    slice_, at = log.slice(as_of="2026"), log.perspective(as_of="2026")
    for what in ("hostages", "the taken"):
        assert _check(slice_, what, at)[-1] == "18"
        sums = SumSteps(slice_, what, at, Names.of(slice_))
        assert len(sums.told) == 2
        drawn = add_up(sums)
        assert [(each["at"], each["text"]) for each in drawn] == [
            ("2025-01-01", "9"),
            ("2025-03-01", "18"),
        ]


def test_a_picture_of_many_names_takes_fewer_steps() -> None:
    def count_steps(names: int) -> int:
        log = Log()
        for month in range(24):
            people = tuple(f"B{month} d{number}" for number in range(names))
            valid = f"{2020 + month // 12}-{month % 12 + 1:02}-05"
            log.record(fact("release", valid=valid, people=people))
        slice_, at = log.slice(as_of="2026"), log.perspective(as_of="2026")
        return len(add_up(SumSteps(slice_, "released", at, Names.of(slice_))))

    assert (count_steps(10), count_steps(250)) == (24, 4)
