"""Rivals: which of the facts that answer one question is shown, and when they disagree."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kinds.diplomacy import NEXT_MEETING
from domain.kinds.prisoners import CUSTODY, HELD
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.register import Register, Rivalry, Succession
from domain.time.instant import END
from domain.time.perspective import Perspective
from domain.views.known.timeslices import fold_versions, timeslice
from domain.views.naming import Names
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.rivals import Resolved, resolve
from tests.examples import REUTERS, count, fact
from tests.strategies import SOME, histories
from tests.written_log import Log

if TYPE_CHECKING:
    from domain.fact import Fact
    from domain.streams.entry import Entry

POST = Register("posts")
TERMS = Register("posts", succession=Succession.YIELDING)
TALK = Register("statements", rivalry=Rivalry.MATTER)
AP = Citation(publisher="AP", published="2025-09-12")
REPRINT = Citation(publisher="LIGA.net", origin="Reuters", published="2025-09-30")


def candidates(log: Log, **perspective: Any) -> list[Candidate]:  # noqa: ANN401 -- as a log takes it
    found = []
    for seen in log.slice(**perspective):
        if seen.certainty is not None:
            answers = list(seen.version.record.fact.register_entries())
            answer = answers[-1] if answers else None
            shows = {} if answer is None else {**answer.key, **answer.shows}
            found.append(
                Candidate(
                    seen,
                    shows,
                    answer.compared if answer else (),
                    begun=seen.certainty == "certain",
                )
            )
    return found


def resolved(log: Log, register: Register = POST, **perspective: Any) -> Resolved:  # noqa: ANN401 -- as a log takes it
    found = resolve(candidates(log, **perspective), register)
    assert found is not None
    return found


def fact_shown(found: Resolved) -> Fact:
    assert found.shown is not None
    return found.shown.fact


def shown(log: Log, register: Register = POST, **perspective: Any) -> str:  # noqa: ANN401 -- as a log takes it
    return fact_shown(resolved(log, register, **perspective)).summary


def written(*facts: Fact) -> Log:
    log = Log()
    for each in facts:
        log.record(each)
    return log


def freed(summary: str, value: int | None = None, **fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    quantities = count(**{"value": value, **fields.pop("counted", {})})
    return fact("release", summary=summary, matter="sep11", quantities=quantities, **fields)


def conflict(one: Fact, other: Fact) -> bool:
    same = (replace(each, matter="m") for each in (one, other))
    return resolved(written(*same)).contested


def test_of_one_matter_the_most_distinct_origins_are_shown() -> None:
    log = written(freed("52", 52, citations=(REUTERS, AP)), freed("50", 50, citations=(AP,)))
    assert shown(log) == "52"


def test_a_reprint_is_not_a_second_origin() -> None:
    log = written(
        freed("twice printed", 52, citations=(REUTERS, REPRINT)),
        freed("twice found", 50, citations=(REUTERS, AP)),
    )
    assert shown(log) == "twice found"


@pytest.mark.parametrize(
    ("cited", "origins"),
    [
        ((REUTERS, REPRINT, replace(REPRINT, publisher="Meduza")), 1),
        ((REUTERS, Citation(publisher="LIGA.net", origin=" REUTERS ")), 1),
        ((Citation(publisher="The  Times"), Citation(publisher="The Times")), 1),
        ((REUTERS, Citation(publisher="Viasna"), AP), 3),
        ((AP, Citation(publisher="Associated Press")), 1),
        ((AP, Citation(publisher="A paper", origin="ASSOCIATED PRESS")), 1),
    ],
)
def test_a_report_is_one_origin_under_all_names_of_who_made_it(
    cited: tuple[Citation, ...], origins: int
) -> None:
    alias = fact("alias", of="organisation", name="AP", same_as="Associated Press")
    log = written(fact("release", citations=cited), alias)
    slice_ = log.slice()
    assert len(Candidate(slice_[0], {}, names=Names.of(slice_)).origins) == origins


def test_of_as_many_origins_the_latest_published_is_shown() -> None:
    late = replace(REUTERS, published="2025-09-13")
    assert shown(written(freed("late", 52, citations=(late,)), freed("early", 50))) == "late"


@pytest.mark.parametrize("order", [1, -1])
def test_a_source_without_a_day_comes_after_those_with_one(order: int) -> None:
    undated = Citation(publisher="Viasna")
    facts = (freed("undated", 52, citations=(undated,)), freed("dated", 50))
    assert shown(written(*facts[::order])) == "dated"


def test_the_order_of_recording_decides_nothing() -> None:
    one, other = freed("one", 52), freed("other", 50)
    assert shown(written(one, other)) == shown(written(other, one))


@pytest.mark.parametrize("order", [1, -1])
def test_of_as_many_origins_a_number_with_bounds_is_shown_beside_an_approximate_one(
    order: int,
) -> None:
    about = freed("about", counted={"comparator": "approx", "value": 50})
    for sharper in ({"value": 52}, {"comparator": "ge", "value": 40}, {"text": "dozens"}):
        total = total_of(*(about, freed("sharper", counted=sharper))[::order])
        assert total["parts"][0]["fact"]["summary"] == "sharper"
        assert not total["contested"]
        assert total["low"] >= 24
    twice = replace(about, summary="twice", citations=(REUTERS, AP))
    total = total_of(*(twice, freed("once", 52))[::order])
    assert total["parts"][0]["fact"]["summary"] == "twice"
    assert (total["low"], total["text"]) == (0, "about 50")


def total_of(*facts: Fact) -> dict[str, Any]:
    """How many were released, with what it rests on."""
    total: dict[str, Any] = written(*facts).state()["prisoners"]["released"]
    return total


def test_an_editors_mark_outweighs_origins_and_days() -> None:
    log = written(freed("many", 52, citations=(REUTERS, AP)))
    marked = log.record(freed("marked", 50))
    log.prefer(marked)
    assert shown(log) == "marked"
    log.prefer(marked, preferred=False)
    assert shown(log) == "many"


def test_rivals_stay_visible() -> None:
    entry = resolved(written(freed("52", 52), freed("50", 50), freed("51", 51)))
    rivals = [rival.fact.summary for rival in entry.rivals]
    assert sorted([fact_shown(entry).summary, *rivals]) == ["50", "51", "52"]


@pytest.mark.parametrize(
    ("other", "contested"),
    [
        ({"value": 50}, True),
        ({"value": 52}, False),
        ({"text": "dozens"}, False),
        ({"comparator": "approx", "value": 50}, False),
        ({"comparator": "gt", "value": 52}, True),
        ({"comparator": "ge", "value": 52}, False),
        ({"text": "hundreds"}, True),
        ({"low": 50, "high": 53}, False),
        ({"what": "women", "value": 8}, False),
        ({"basis": "cumulative", "value": 1400}, False),
        ({"basis": None, "value": 50}, True),
    ],
)
def test_counts_are_contested_where_no_number_satisfies_both(
    other: dict[str, Any], contested: bool
) -> None:
    log = written(freed("52", 52), freed("other", counted=other))
    assert resolved(log).contested is contested


def test_a_fact_that_gives_several_figures_for_one_thing_agrees_by_any_of_them() -> None:
    about = Quantity(what="released", comparator="approx", value=100, basis="increment")
    both = fact("release", quantities=(about, *count(100, comparator="ge")))
    fifty = fact("release", quantities=count(50))
    two = fact("release", quantities=(*count(50), *count(52)))
    assert not conflict(both, fifty)
    assert not conflict(fifty, both)
    assert not conflict(two, fifty)
    assert not conflict(fifty, two)
    assert not conflict(two, fact("release", quantities=count(51)))
    assert conflict(two, fact("release", quantities=count(53)))


def test_beginnings_that_exclude_each_other_are_contested_within_a_matter() -> None:
    log = written(
        freed("11", valid="2025-09-11", value=52), freed("12", valid="2025-09-12", value=52)
    )
    assert resolved(log).contested
    vague = written(freed("11", 52, valid="2025-09-11"), freed("Sept", 52, valid="2025-09"))
    assert not resolved(vague).contested


def test_a_link_that_says_so_makes_facts_contested_in_either_direction() -> None:
    against = (Link(relation="conflicts_with", fact="external:BY-2"),)
    one = freed("one", 52, links=against, external_id="BY-1")
    other = freed("other", 52, external_id="BY-2")
    assert resolved(written(one, other)).contested
    assert resolved(written(other, one)).contested
    confirms = replace(one, links=(Link(relation="confirms", fact="external:BY-2"),))
    assert not resolved(written(confirms, other)).contested


def test_a_link_to_a_strange_id_is_not_a_link_to_facts_without_one() -> None:
    against = (Link(relation="conflicts_with", fact="external:None"),)
    assert not resolved(written(freed("one", 52, links=against), freed("other", 52))).contested


def test_a_link_by_id_counts_as_one_by_external_id() -> None:
    log = Log()
    other = log.record(freed("other", 52))
    log.record(freed("one", 52, links=(Link(relation="conflicts_with", fact=str(other)),)))
    assert resolved(log).contested


def test_counts_of_different_things_do_not_disagree() -> None:
    held = Quantity(what="held", value=1150, basis="stock")
    women = Quantity(what="women", value=170, basis="stock")
    log = written(
        fact("prisoner_count", quantities=(held,)), fact("prisoner_count", quantities=(women,))
    )
    assert not resolved(log, HELD).contested


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    log = written(
        fact("custody", summary="held", valid="2021-06/.."),
        fact("release", summary="free", people=("Ihar Losik",), valid="2025-09-11"),
    )
    assert shown(log, CUSTODY) == "free"
    assert not resolved(log, CUSTODY).rivals
    assert shown(log, CUSTODY, as_of="2025-09-10") == "held"


@pytest.mark.parametrize(
    ("earlier", "later", "standing"),
    [
        ("2025-07-01", "2025-08-01", {"later"}),
        ("2025-07", "2025-08-01", {"later"}),
        ("2025-07", "2025-07-15", {"earlier", "later"}),
        ("2025-07-15", "2025-07-15", {"earlier", "later"}),
        ("2025", "2025-07-15", {"earlier", "later"}),
        ("2025-07-31", "2025-08", {"later"}),
        ("2025-10-01", "2025-11/2025-12", {"earlier", "later"}),
    ],
)
def test_only_what_has_surely_been_succeeded_gives_way(
    earlier: str, later: str, standing: set[str]
) -> None:
    log = written(
        fact("prisoner_count", summary="later", valid=later, quantities=count(1, what="held")),
        fact("prisoner_count", summary="earlier", valid=earlier, quantities=count(2, what="held")),
    )
    entry = resolved(log, HELD, as_of="2025-11-22")
    assert {fact_shown(entry).summary, *(c.fact.summary for c in entry.rivals)} == standing


def test_of_two_terms_that_both_surely_go_on_the_latest_to_begin_is_shown() -> None:
    log = written(
        fact("appointment", summary="new", valid="2025-11-09/..", person="John Coale"),
        fact("appointment", summary="old", valid="2025-06-01/..", person="Keith Kellogg"),
    )
    entry = resolved(log, TERMS)
    assert (fact_shown(entry).summary, entry.contested) == ("new", True)


def test_where_only_the_matter_is_contested_other_matters_are_no_rivals() -> None:
    log = written(
        fact("statement", summary="on A", matter="A", valid="2025-11-01"),
        fact("statement", summary="on A too", matter="A", valid="2025-10"),
        fact("statement", summary="on B", matter="B", valid="2025-10-01"),
    )
    entry = resolved(log, TALK)
    assert (fact_shown(entry).summary, [r.fact.summary for r in entry.rivals]) == (
        "on A",
        ["on A too"],
    )


def test_what_lies_ahead_is_shown_earliest_first() -> None:
    log = written(
        fact("meeting", summary="in January", stage="planned", valid="2026-01-15"),
        fact("meeting", summary="in December", stage="planned", valid="2025-12-15"),
    )
    assert shown(log, NEXT_MEETING, as_of="2026-02-01") == "in December"


def test_the_order_of_the_candidates_decides_nothing() -> None:
    log = written(
        freed("a", 52, valid="2025-09-11"),
        freed("b", 50, valid="2025-09-11"),
        replace(freed("c", 51), matter=None),
        replace(freed("d", 51), matter="other"),
        replace(freed("e", 51), matter=None),
    )
    answers = {
        (fact_shown(found).summary, tuple(rival.fact.summary for rival in found.rivals))
        for order in permutations(candidates(log))
        for found in [resolve(order, POST)]
        if found is not None
    }
    assert len(answers) == 1


@SOME
@given(histories(), st.sampled_from(Succession))
def test_no_candidate_is_shown_twice_and_only_succession_drops_any(
    entries: list[Entry], succession: Succession
) -> None:
    whole = everything(entries)
    if whole:
        answer = resolve(whole, Register("any", succession=succession))
        if answer is None:
            assert succession is not Succession.NONE
            return
        assert answer.shown is not None
        ids = [c.version.record.id for c in (answer.shown, *answer.rivals)]
        assert len(ids) == len(set(ids))
        if succession is Succession.NONE:
            assert set(ids) == {c.version.record.id for c in whole}


@SOME
@given(histories())
def test_what_is_certain_is_shown_before_what_is_possible(entries: list[Entry]) -> None:
    whole = everything(entries)
    answer = resolve(whole, POST) if whole else None
    if (
        answer is not None
        and answer.shown is not None
        and not answer.shown.version.record.preferred
    ):
        assert answer.shown.certain or not any(each.certain for each in whole)


def everything(entries: list[Entry]) -> list[Candidate]:
    """Every fact that stands at the end of a history, as if all answered one question."""
    at = Perspective(
        as_of=END, as_known_at=None, clock="recorded", match="possible", position=len(entries)
    )
    return [
        Candidate(
            seen,
            {"quantity": next(iter(fact.quantities), None)},
            ("quantity",),
            begun=seen.certainty == "certain",
        )
        for seen in timeslice(fold_versions(entries), at)
        for fact in [seen.version.record.fact]
    ]
