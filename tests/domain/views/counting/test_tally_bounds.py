"""A tally costs no more than its facts need, and agrees with the state of each day, also of past days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.kinds.prisoners import Pardon, Release
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.time.instant import parse_cut
from domain.views.counting.contributions import Contributions
from domain.views.counting.counted import find_counting
from domain.views.counting.groups import MOST_SHARED, split
from domain.views.counting.parts import Part, add_parts
from domain.views.counting.points import bucket, bucket_name
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import Tally, tally
from domain.views.counting.totals import sum_facts
from domain.views.counting.unnumbered import MOST_NAMES
from domain.views.known.timeslices import fold_versions, timeslice
from domain.views.naming import Names
from domain.views.rivalry.candidates import Candidate
from domain.views.state import resolve_state
from domain.views.versions import Seen, find_counted, matches
from tests.domain.views.counting.tallies import (
    RELEASED,
    read_whole,
    spread_points,
    sum_until,
    tally_log,
    write_releases,
)
from tests.domain.views.steps import steps
from tests.examples import count, fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from domain.streams.entry import Entry
    from domain.time.perspective import Perspective


def fill_buckets(slice_: Sequence[Seen], at: Perspective, what: str) -> list[tuple[Any, ...]]:
    """The definition of a tally, computed directly: every part is added to each bucket that it touches."""
    names = Names.of(slice_)
    counted = [
        replace(s, certainty=find_counted(s.version.record.fact, s.certainty)) for s in slice_
    ]
    candidates = [
        Candidate(s, {}, holds=True, names=names) for s in counted if matches(s.certainty, at)
    ]
    kind = {"released": Release, "pardoned": Pardon}[what]
    sum_ = sum_facts([each for each in candidates if isinstance(each.fact, kind)], what, at)
    inside: dict[int, list[Part]] = defaultdict(list)
    silent: dict[int, list[int | None]] = defaultdict(list)
    for candidate, part, most in (
        *((part.shown, part, None) for part in sum_.parts),
        *((each.candidate, None, each.most) for each in sum_.uncounted),
    ):
        valid = candidate.fact.valid_time
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
        (bucket_name(number, "month"), *_describe_total(inside[number], silent[number]))
        for number in sorted({*inside, *silent})
    ]


def _describe_total(
    parts: list[Part], silent: list[int | None]
) -> tuple[int, int | None, bool, str, bool]:
    total = add_parts(parts)
    unbounded = total.high is None or None in silent
    high = None if unbounded else (total.high or 0) + sum(each or 0 for each in silent)
    text = replace(total, high=high).text if parts else "not counted"
    return total.low, high, total.about > 0, text, any(part.contested for part in parts)


def test_many_vague_facts_cost_and_fill_no_more_than_they_are() -> None:
    def prepare_vague(number: int) -> tuple[Callable[[], Tally], Tally]:
        days = [f"{1900 + n % 100}-{1 + n % 12:02}/2{n % 1000:03}" for n in range(number)]
        log = Log()
        for valid in days:
            log.store(replace(fact("release", quantities=count(1)), valid=valid))
        slice_, at = log.slice(as_of="3000"), log.perspective(as_of="3000")
        return lambda: tally(slice_, at, RELEASED), tally(slice_, at, RELEASED)

    small, _ = prepare_vague(150)
    large, found = prepare_vague(300)
    assert len(found.points) <= 2 * 300
    assert steps(large) < 3 * steps(small)


def test_many_populations_cost_and_fill_no_more_than_they_are() -> None:
    query = TallyQuery(what="released", per="population")

    def prepare_split(number: int) -> tuple[Callable[[], object], Tally]:
        log = Log()
        for n in range(number):
            links = (Link(relation="confirms", fact="external:0"),) if n % 5 == 1 else ()
            stored = fact("release", quantities=count(1), population=f"group {n}")
            log.store(replace(stored, external_id=str(n), links=links))
        slice_, at = log.slice(), log.perspective()
        telling = find_counting(slice_, at, query, Names.of(slice_), Contributions())
        return lambda: split(telling, "population", "released", Contributions()), tally(
            slice_, at, query
        )

    small, _ = prepare_split(150)
    large, found = prepare_split(300)
    first, _ = found.page(None, 100)
    assert (len(first["totals"]), first["totals_more"]) == (100, len(found.lists["totals"]))
    assert read_whole(found)["totals"] == found.lists["totals"]
    assert steps(large) < 3 * steps(small)


def test_facts_that_name_no_population_are_shared_among_a_bounded_number() -> None:
    def tally_matter(silent: int, named: int) -> Tally:
        log = Log()
        for n in range(silent + named):
            population = f"group {n}" if n < named else None
            log.record(fact("release", quantities=count(1), population=population, matter="m"))
        query = TallyQuery(what="released", per="population")
        return tally(log.slice(), log.perspective(), query)

    assert len(tally_matter(3, 20).lists["totals"]) == 20
    with pytest.raises(ContentError, match="/query/per: leave this out"):
        tally_matter(101, MOST_SHARED // 100)


@SOME
@given(histories(), st.data(), st.sampled_from(("released", "pardoned")))
def test_a_tally_is_what_the_state_says_and_what_adding_up_bucket_by_bucket_gives(
    entries: list[Entry], data: st.DataObject, what: str
) -> None:
    at = data.draw(perspectives(len(entries)))
    slice_ = timeslice(fold_versions(entries), at)
    answer = read_whole(tally(slice_, at, TallyQuery(what=what)))
    total = resolve_state(Log().negotiation, slice_, {}, at)["prisoners"][what]
    shown = ("low", "high", "approximate", "text", "contested")
    assert answer["total"] == {name: total[name] for name in (*shown, "rests_on")}
    assert sorted(answer["facts"]) == sorted(total["facts"])
    assert sorted(answer["uncounted"]) == sorted(total["uncounted"])
    assert set(answer["undated"]) <= set(answer["facts"])
    assert [
        (at, *(point[name] for name in shown)) for at, point in spread_points(answer)
    ] == fill_buckets(slice_, at, what)


def test_a_running_figure_of_a_later_day_says_nothing_of_an_earlier_one() -> None:
    log = write_releases(("2025-02-12", 3), ("2025-06-21", 14))
    figure = (Quantity(what="released", comparator="ge", value=24, basis="cumulative"),)
    log.record(fact("release", valid="2025-01-20/2025-10-26", quantities=figure))
    assert [sum_until(log, to)["text"] for to in ("2025-01", "2025-05", "2025-10-25")] == [
        "at least 0",
        "at least 3",
        "at least 17",
    ]
    assert sum_until(log, "2025-10-26")["text"] == "at least 24"


@given(histories(), st.data(), st.integers(2_000, 2_030))
def test_what_had_happened_by_a_day_is_no_sharper_when_one_looks_back(
    entries: list[Entry], data: st.DataObject, year: int
) -> None:
    """A total up to a day claims no more when seen from a later day than when seen on that day."""
    later = data.draw(perspectives(len(entries)))
    to = min(parse_cut(f"{year}"), later.as_of)
    seen = fold_versions(entries)
    query = TallyQuery(what="released", to=to)
    back = read_whole(tally(timeslice(seen, later), later, query))["total"]
    then = replace(later, as_of=to)
    stood = read_whole(tally(timeslice(seen, then), then, TallyQuery(what="released")))["total"]
    assert (back["low"] or 0) <= (stood["low"] or 0)


def test_an_approximate_number_of_another_date_bounds_nothing() -> None:
    log = Log()
    about = Quantity(what="released", comparator="approx", value=50, text="about 50")
    two = tuple(Citation(publisher=name, published="2025-06-02") for name in ("A", "B"))
    log.record(fact("release", valid="2025-06-01", quantities=(about,), matter="m", citations=two))
    log.record(fact("release", valid="2025-09-01", quantities=count(49), matter="m"))
    total = tally_log(log)["total"]
    assert (total["low"], total["high"], total["text"]) == (0, None, "about 49 to 50")
    assert total["contested"] is True


def test_all_groups_of_a_tally_count_a_bounded_number_of_names() -> None:
    log, random = Log(), Random(1)
    facts, each = 60, 100
    for number in range(facts):
        people = tuple(
            " ".join("".join(random.sample("bdfhklmnrst", 7)) for _ in "12") for _ in range(each)
        )
        log.record(fact("release", valid="2020", people=people, population=f"of {number % 4}"))
    query = TallyQuery(what="released", per="population")
    found = read_whole(tally(log.slice(), log.perspective(), query))
    assert len(found["uncounted"]) == facts - MOST_NAMES // each
    assert 0.9 * MOST_NAMES < found["total"]["low"] <= MOST_NAMES
    assert [total["rests_on"] for total in found["totals"]] == [
        "5 numbers added, 10 facts not counted"
    ] * 4
