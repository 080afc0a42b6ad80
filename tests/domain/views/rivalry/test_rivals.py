"""Among facts that answer one question, the preferred one is shown, then the one with most origins, then the latest."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from domain.provenance import Citation
from domain.register import Register, Rivalry
from domain.views.naming import Names
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.rivals import resolve
from tests.domain.views.rivalry.resolving import (
    AP,
    POST,
    REPRINT,
    find_shown_fact,
    find_shown_summary,
    list_candidates,
    release_of,
    resolve_log,
)
from tests.examples import REUTERS, fact
from tests.written_log import write_log

if TYPE_CHECKING:
    from domain.fact import Fact

TALK = Register("statements", rivalry=Rivalry.MATTER)


def test_of_one_matter_the_most_distinct_origins_are_shown() -> None:
    log = write_log(
        release_of("52", 52, citations=(REUTERS, AP)), release_of("50", 50, citations=(AP,))
    )
    assert find_shown_summary(log) == "52"


def test_a_reprint_is_not_a_second_origin() -> None:
    log = write_log(
        release_of("twice printed", 52, citations=(REUTERS, REPRINT)),
        release_of("twice found", 50, citations=(REUTERS, AP)),
    )
    assert find_shown_summary(log) == "twice found"


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
    log = write_log(fact("release", citations=cited), alias)
    slice_ = log.slice()
    assert len(Candidate(slice_[0], {}, names=Names.of(slice_)).origins) == origins


def test_of_as_many_origins_the_latest_published_is_shown() -> None:
    late = replace(REUTERS, published="2025-09-13")
    assert (
        find_shown_summary(
            write_log(release_of("late", 52, citations=(late,)), release_of("early", 50))
        )
        == "late"
    )


@pytest.mark.parametrize("order", [1, -1])
def test_a_source_without_a_day_comes_after_those_with_one(order: int) -> None:
    undated = Citation(publisher="Viasna")
    facts = (release_of("undated", 52, citations=(undated,)), release_of("dated", 50))
    assert find_shown_summary(write_log(*facts[::order])) == "dated"


def test_the_order_of_recording_decides_nothing() -> None:
    one, other = release_of("one", 52), release_of("other", 50)
    assert find_shown_summary(write_log(one, other)) == find_shown_summary(write_log(other, one))


@pytest.mark.parametrize("order", [1, -1])
def test_of_as_many_origins_a_number_with_bounds_is_shown_beside_an_approximate_one(
    order: int,
) -> None:
    about = release_of("about", counted={"comparator": "approx", "value": 50})
    for sharper in ({"value": 52}, {"comparator": "ge", "value": 40}, {"text": "dozens"}):
        total = total_of(*(about, release_of("sharper", counted=sharper))[::order])
        assert total["parts"][0]["fact"]["summary"] == "sharper"
        assert not total["contested"]
        assert total["low"] >= 24
    twice = replace(about, summary="twice", citations=(REUTERS, AP))
    total = total_of(*(twice, release_of("once", 52))[::order])
    assert total["parts"][0]["fact"]["summary"] == "twice"
    assert (total["low"], total["text"]) == (0, "about 50")


def total_of(*facts: Fact) -> dict[str, Any]:
    """The total of those released, with the facts that it rests on."""
    total: dict[str, Any] = write_log(*facts).state()["prisoners"]["released"]
    return total


def test_an_editors_mark_outweighs_origins_and_days() -> None:
    log = write_log(release_of("many", 52, citations=(REUTERS, AP)))
    marked = log.record(release_of("marked", 50))
    log.prefer(marked)
    assert find_shown_summary(log) == "marked"
    log.prefer(marked, preferred=False)
    assert find_shown_summary(log) == "many"


def test_rivals_stay_visible() -> None:
    entry = resolve_log(write_log(release_of("52", 52), release_of("50", 50), release_of("51", 51)))
    rivals = [rival.fact.summary for rival in entry.rivals]
    assert sorted([find_shown_fact(entry).summary, *rivals]) == ["50", "51", "52"]


def test_where_only_the_matter_is_contested_other_matters_are_no_rivals() -> None:
    log = write_log(
        fact("statement", summary="on A", matter="A", valid="2025-11-01"),
        fact("statement", summary="on A too", matter="A", valid="2025-10"),
        fact("statement", summary="on B", matter="B", valid="2025-10-01"),
    )
    entry = resolve_log(log, TALK)
    assert (find_shown_fact(entry).summary, [r.fact.summary for r in entry.rivals]) == (
        "on A",
        ["on A too"],
    )


def test_the_order_of_the_candidates_decides_nothing() -> None:
    log = write_log(
        release_of("a", 52, valid="2025-09-11"),
        release_of("b", 50, valid="2025-09-11"),
        replace(release_of("c", 51), matter=None),
        replace(release_of("d", 51), matter="other"),
        replace(release_of("e", 51), matter=None),
    )
    answers = {
        (find_shown_fact(found).summary, tuple(rival.fact.summary for rival in found.rivals))
        for order in permutations(list_candidates(log))
        for found in [resolve(order, POST)]
        if found is not None
    }
    assert len(answers) == 1
