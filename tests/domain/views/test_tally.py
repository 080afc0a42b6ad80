"""The tally: increments bucket by bucket, each matter once, the vague wherever they may be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.kinds.prisoners import Pardon, Release
from domain.named import Named
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.time.instant import parse_cut
from domain.views.counting.contributions import Contributions
from domain.views.counting.counted import find_counting
from domain.views.counting.groups import MOST_SHARED, split
from domain.views.counting.parts import Part, add_parts
from domain.views.counting.points import By, bucket, bucket_name
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import Tally, add_hints, tally
from domain.views.counting.totals import sum_facts
from domain.views.known.timeslices import fold_versions, timeslice
from domain.views.naming import Names
from domain.views.rivalry.candidates import Candidate
from domain.views.state import resolve_state
from domain.views.versions import Seen, find_counted, matches
from tests.domain.views.steps import steps
from tests.examples import count, fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.streams.entry import Entry
    from domain.time.perspective import Perspective


RELEASED = TallyQuery(what="released", by="day")


def tallied(log: Log, what: str = "released", by: By = "month", **at: Any) -> dict[str, Any]:  # noqa: ANN401 -- as a log takes it
    totals = tally(log.slice(**at), log.perspective(**at), TallyQuery(what=what, by=by))
    return whole(totals if totals.lists["facts"] else add_hints(totals, log.slice(**at)))


def whole(found: Tally) -> dict[str, Any]:
    """All pages as one."""
    answer, place = found.page(None, 2)
    while place is not None:
        page, place = found.page(place, 2)
        for name, listed in page.items():
            if isinstance(listed, list):
                answer[name] += listed
    return answer


def points(answer: dict[str, Any]) -> list[tuple[str, int, int | None]]:
    """Every bucket by itself, whatever was joined to its neighbours."""
    return [(at, point["low"], point["high"]) for at, point in each_shown(answer)]


def each_shown(answer: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    by = answer["by"]
    return [
        (bucket_name(number, by), point)
        for point in answer["points"]
        for number in range(
            bucket(parse_cut(point["at"]), by), bucket(parse_cut(point["until"]), by) + 1
        )
    ]


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
    assert tallied(log)["total"] == {
        "low": 67,
        "high": 67,
        "approximate": False,
        "text": "67",
        "contested": False,
        "rests_on": "3 numbers added",
    }


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
    for unheard_of in ("relased", "pardoned"):
        answer = tallied(log, unheard_of)
        assert (answer["points"], answer["known"]) == ([], ["fined", "released"])
    assert tallied(Log(), "released")["known"] == []


def test_what_is_counted_goes_by_its_folded_name() -> None:
    log = written(("2025-09-11", 52))
    log.record(fact("release", valid="2025-09-12", quantities=count(3, what="RELEASED ")))
    log.record(fact("release", valid="2025-09-13", quantities=count(4, what="\uff32eleased")))
    for what in ("released", "Released"):
        assert tallied(log, what)["total"]["low"] == 59
    assert log.state()["prisoners"]["released"]["low"] == 59


def test_a_matter_counts_once_and_says_that_it_is_contested() -> None:
    log = Log()
    for value in (52, 50, 51):
        log.record(fact("release", matter="sep11", quantities=count(value)))
    (point,) = tallied(log)["points"]
    assert (point["low"], point["high"], point["contested"]) == (50, 52, True)
    assert len(tallied(log)["facts"]) == 1
    assert tallied(log)["total"]["contested"]


def test_the_parts_say_what_each_question_adds_and_who_contradicts_it() -> None:
    log = written(("2025-06-21", 14), ("2025-10/2025-11", 31))
    for value in (52, 50):
        log.record(fact("release", matter="sep11", quantities=count(value)))
    slice_, then = log.slice(as_of="2025-10-15"), log.perspective(as_of="2025-10-15")
    totals = tally(slice_, then, replace(RELEASED, parts=True))
    parts = whole(totals)["parts"]
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
    (part,) = whole(tally(log.slice(), log.perspective(), replace(RELEASED, parts=True)))["parts"]
    assert (len(part["rivals"]), part["rivals_more"]) == (10, 11)


def test_where_dates_disagree_each_of_them_is_only_possible() -> None:
    log = Log()
    for day in ("2025-08-30", "2025-09-11"):
        log.record(fact("release", matter="waves", valid=day, quantities=count(52)))
    (point,) = tallied(log)["points"]
    assert (point["at"], point["until"]) == ("2025-08", "2025-09")
    assert (point["low"], point["high"], point["contested"]) == (0, 52, True)


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
    assert tallied(log, as_of="2025-11-22", match="certain")["total"]["text"] == "at least 2"


@pytest.mark.parametrize("valid", ["Y-17E7", "-0044-03-15", "../2025-09-30", "0000"])
def test_what_no_bucket_has_a_name_for_is_listed_apart(valid: str) -> None:
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
    answer = tallied(written(("2025-09-11", count(99, basis="cumulative"))))
    assert (answer["points"], answer["total"]["text"]) == ([], "at least 99")


def test_a_promise_of_releases_is_no_release_even_where_none_has_happened() -> None:
    log = Log()
    log.record(fact("statement", quantities=count(100)))
    assert tallied(log)["points"] == []
    assert log.state()["prisoners"]["released"]["text"] == "nothing recorded"


def test_what_no_kind_sums_is_tallied_from_every_kind() -> None:
    log = Log()
    aircraft = (Quantity(what="aircraft", value=3, basis="increment"),)
    log.record(fact("measure", quantities=aircraft))
    assert points(tallied(log, what="aircraft")) == [("2025-09", 3, 3)]


def test_neighbours_that_have_the_same_are_one_point() -> None:
    log = written(("18XX", 3), ("1812-06/1812-09", 2))
    answer = tallied(log, by="month")
    assert [(p["at"], p["until"], p["text"]) for p in answer["points"]] == [
        ("1800-01", "1812-05", "0 to 3"),
        ("1812-06", "1812-09", "0 to 5"),
        ("1812-10", "1899-12", "0 to 3"),
    ]
    apart = written(("2025-09-11", 5), ("2025-09-12", 5), ("2025-09-14", 5))
    assert [(p["at"], p["until"]) for p in tallied(apart, by="day")["points"]] == [
        ("2025-09-11", "2025-09-12"),
        ("2025-09-14", "2025-09-14"),
    ]


def test_cumulative_figures_and_uncounted_facts_are_listed_beside_a_total() -> None:
    log = Log()
    so_far = log.record(fact("release", quantities=count(99, basis="cumulative")))
    unsaid = log.record(fact("release", quantities=count(9, what="women")))
    log.record(fact("release", quantities=count(3)))
    answer = tallied(log)
    assert answer["total"]["text"] == "at least 99"
    ((figure),) = answer["cumulative"]
    assert (figure["quantity"]["value"], figure["fact"]["id"]) == (99, str(so_far))
    assert answer["uncounted"] == [str(unsaid)]


def beside(log: Log, what: str) -> list[tuple[str, int | None]]:
    """What a tally lists as also counted."""
    totals = tally(log.slice(), log.perspective(), TallyQuery(what=what, parts=True))
    listed = whole(totals)["also_counted"]
    return [(each["quantity"]["what"], each["quantity"]["value"]) for each in listed]


def test_what_the_facts_of_a_total_count_besides_is_listed_and_not_added() -> None:
    log = Log()
    women = count(14, what="women", basis=None)
    log.record(fact("release", quantities=(*count(52), *women)))
    log.record(fact("release", valid="2025-01", quantities=count(2, what="foreigners", basis=None)))
    log.record(fact("pardon", quantities=(*count(16, what="pardoned"), *women)))
    assert beside(log, "released") == [("foreigners", 2), ("women", 14)]
    assert beside(log, "pardoned") == [("women", 14)]
    assert beside(log, "women") == [("women", 14), ("women", 14)]
    assert beside(log, "children") == []
    assert tallied(log)["total"]["text"] == "at least 52"
    assert "also_counted" not in tallied(log)


def test_a_number_that_is_added_is_not_listed_as_also_counted() -> None:
    log = Log()
    log.record(fact("release", quantities=(*count(52), *count(14, what="women"))))
    assert beside(log, "women") == []
    assert tallied(log, what="women")["total"]["text"] == "14"


def test_what_a_count_counts_besides_stays_listed_after_the_next_count() -> None:
    log = Log()
    of_viasna = {"population": "prisoners", "counted_by": "Viasna"}
    both = (*count(1255, what="held", basis="stock"), *count(29, what="clergy", basis=None))
    log.record(fact("prisoner_count", **of_viasna, valid="2025-09-01", quantities=both))
    later = count(1184, what="held", basis="stock")
    log.record(fact("prisoner_count", **of_viasna, valid="2025-09-02", quantities=later))
    assert beside(log, "held") == [("clergy", 29)]
    assert beside(log, "clergy") == [("held", 1255)]


def test_a_page_has_a_hundred_facts_and_says_how_many_there_are() -> None:
    totals = tally(
        (log := written(*[("2025-09-11", 1)] * 250)).slice(), log.perspective(), RELEASED
    )
    first, place = totals.page(None, 100)
    assert (len(first["facts"]), first["facts_more"], len(first["points"])) == (100, 250, 1)
    assert place is not None
    second, third = totals.page(place, 100), totals.page((place[0], 200), 100)
    assert (len(second[0]["facts"]), second[0]["points"]) == (100, [])
    assert (len(third[0]["facts"]), "facts_more" in third[0], third[1]) == (50, False, None)
    assert len(set(whole(totals)["facts"])) == 250


def each_bucket(slice_: Sequence[Seen], at: Perspective, what: str) -> list[tuple[Any, ...]]:
    """The rule as it reads: every part added to each bucket that it touches, bucket by bucket."""
    names = Names.of(slice_)
    counted = [
        replace(s, certainty=find_counted(s.version.record.fact, s.certainty)) for s in slice_
    ]
    held = [Candidate(s, {}, holds=True, names=names) for s in counted if matches(s.certainty, at)]
    kind = {"released": Release, "pardoned": Pardon}[what]
    sum_ = sum_facts([each for each in held if isinstance(each.fact, kind)], what, at)
    inside: dict[int, list[Part]] = defaultdict(list)
    silent: dict[int, list[int | None]] = defaultdict(list)
    for shown, part, most in (
        *((part.shown, part, None) for part in sum_.parts),
        *((each.candidate, None, each.most) for each in sum_.uncounted),
    ):
        valid = shown.fact.valid_time
        last = min(
            (valid.bounds.end_latest if valid.spans else valid.bounds.start_latest) - 1, at.as_of
        )
        first = valid.bounds.start_earliest
        if parse_cut("0000") < first and last <= parse_cut("9999"):
            touched = range(bucket(first, "month"), bucket(last, "month") + 1)
            for number in touched:
                if part is None:
                    silent[number].append(most)
                else:
                    sure = part.certain and len(touched) == 1
                    inside[number].append(replace(part, certain=sure))
    return [
        (bucket_name(number, "month"), *_shown(inside[number], silent[number]))
        for number in sorted({*inside, *silent})
    ]


def _shown(parts: list[Part], silent: list[int | None]) -> tuple[int, int | None, bool, str, bool]:
    total = add_parts(parts)
    unbounded = total.high is None or None in silent
    high = None if unbounded else (total.high or 0) + sum(each or 0 for each in silent)
    text = replace(total, high=high).text if parts else "not counted"
    return total.low, high, total.about > 0, text, any(part.contested for part in parts)


def test_many_vague_facts_cost_and_fill_no_more_than_they_are() -> None:
    def vague(number: int) -> tuple[Callable[[], Tally], Tally]:
        days = [f"{1900 + n % 100}-{1 + n % 12:02}/2{n % 1000:03}" for n in range(number)]
        log = Log()
        for valid in days:
            log.store(replace(fact("release", quantities=count(1)), valid=valid))
        slice_, at = log.slice(as_of="3000"), log.perspective(as_of="3000")
        return lambda: tally(slice_, at, RELEASED), tally(slice_, at, RELEASED)

    small, _ = vague(150)
    large, found = vague(300)
    assert len(found.points) <= 2 * 300
    assert steps(large) < 3 * steps(small)


def test_many_populations_cost_and_fill_no_more_than_they_are() -> None:
    query = TallyQuery(what="released", per="population")

    def freed(number: int) -> tuple[Callable[[], object], Tally]:
        log = Log()
        for n in range(number):
            links = (Link(relation="confirms", fact="external:0"),) if n % 5 == 1 else ()
            stored = fact("release", quantities=count(1), population=f"group {n}")
            log.store(replace(stored, external_id=str(n), links=links))
        slice_, at = log.slice(), log.perspective()
        telling = find_counting(slice_, at, query, Names.of(slice_), Contributions())
        return lambda: split(telling, "population", "released"), tally(slice_, at, query)

    small, _ = freed(150)
    large, found = freed(300)
    first, _ = found.page(None, 100)
    assert (len(first["totals"]), first["totals_more"]) == (100, len(found.lists["totals"]))
    assert whole(found)["totals"] == found.lists["totals"]
    assert steps(large) < 3 * steps(small)


def test_facts_that_name_no_population_are_shared_among_a_bounded_number() -> None:
    def shared(silent: int, named: int) -> Tally:
        log = Log()
        for n in range(silent + named):
            population = f"group {n}" if n < named else None
            log.record(fact("release", quantities=count(1), population=population, matter="m"))
        query = TallyQuery(what="released", per="population")
        return tally(log.slice(), log.perspective(), query)

    assert len(shared(3, 20).lists["totals"]) == 20
    with pytest.raises(ContentError, match="/query/per: leave this out"):
        shared(101, MOST_SHARED // 100)


@SOME
@given(histories(), st.data(), st.sampled_from(("released", "pardoned")))
def test_a_tally_is_what_the_state_says_and_what_adding_up_bucket_by_bucket_gives(
    entries: list[Entry], data: st.DataObject, what: str
) -> None:
    at = data.draw(perspectives(len(entries)))
    slice_ = timeslice(fold_versions(entries), at)
    answer = whole(tally(slice_, at, TallyQuery(what=what)))
    total = resolve_state(Log().negotiation, slice_, {}, at)["prisoners"][what]
    shown = ("low", "high", "approximate", "text", "contested")
    assert answer["total"] == {name: total[name] for name in (*shown, "rests_on")}
    assert sorted(answer["facts"]) == sorted(total["facts"])
    assert sorted(answer["uncounted"]) == sorted(total["uncounted"])
    assert set(answer["undated"]) <= set(answer["facts"])
    assert [
        (at, *(point[name] for name in shown)) for at, point in each_shown(answer)
    ] == each_bucket(slice_, at, what)


def until(log: Log, to: str) -> dict[str, Any]:
    """The total of those released by the end of a day, as of a later one."""
    query = TallyQuery(what="released", by="month", to=parse_cut(to))
    total: dict[str, Any] = whole(tally(log.slice(), log.perspective(), query))["total"]
    return total


def test_a_running_figure_of_a_later_day_says_nothing_of_an_earlier_one() -> None:
    log = written(("2025-02-12", 3), ("2025-06-21", 14))
    figure = (Quantity(what="released", comparator="ge", value=24, basis="cumulative"),)
    log.record(fact("release", valid="2025-01-20/2025-10-26", quantities=figure))
    assert [until(log, to)["text"] for to in ("2025-01", "2025-05", "2025-10-25")] == [
        "at least 0",
        "at least 3",
        "at least 17",
    ]
    assert until(log, "2025-10-26")["text"] == "at least 24"


@given(histories(), st.data(), st.integers(2_000, 2_030))
def test_what_had_happened_by_a_day_is_no_sharper_when_one_looks_back(
    entries: list[Entry], data: st.DataObject, year: int
) -> None:
    """Looking back from a later day at all until a day claims no more than standing on that day did."""
    later = data.draw(perspectives(len(entries)))
    to = min(parse_cut(f"{year}"), later.as_of)
    seen = fold_versions(entries)
    query = TallyQuery(what="released", to=to)
    back = whole(tally(timeslice(seen, later), later, query))["total"]
    then = replace(later, as_of=to)
    stood = whole(tally(timeslice(seen, then), then, TallyQuery(what="released")))["total"]
    assert (back["low"] or 0) <= (stood["low"] or 0)


def test_the_order_of_recording_does_not_decide_by_which_name_a_counter_or_a_word_is_shown() -> (
    None
):
    held = (Quantity(what="Held", value=1_000), Quantity(what="held", value=1_000))
    counted = [
        fact("prisoner_count", counted_by=Named(name=name, id="1"), quantities=(each,))
        for name, each in zip(("Viasna", "Human Rights Center Viasna"), held, strict=True)
    ]
    for recorded in (counted, counted[::-1]):
        log = Log()
        for each in recorded:
            log.record(each)
        (point,) = tallied(log, "held", "year", as_of="2025-12")["points"]
        assert point["counted_by"] == "Human Rights Center Viasna"
        assert tallied(log, "sought")["known"] == ["Held"]


def test_of_two_reports_of_one_number_the_one_with_the_sharper_date_is_shown() -> None:
    log = Log()
    for valid, published in (("2025-09-11", "2025-09-12"), ("2025-09", "2025-09-20")):
        cited = (Citation(publisher=f"Of {valid}", published=published),)
        stored = fact("release", quantities=count(52), matter="m", valid=valid, citations=cited)
        log.record(stored)
    (point,) = tally(log.slice(), log.perspective(), TallyQuery(what="released", by="day")).points
    assert (point["at"], point["until"], point["text"]) == ("2025-09-11", "2025-09-11", "52")
