"""A later answer replaces an earlier one only if that is surely over, and certain facts come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kinds.diplomacy import NEXT_MEETING
from domain.kinds.prisoners import CUSTODY, HELD
from domain.register import Register, Succession
from domain.time.instant import END
from domain.time.perspective import Perspective
from domain.views.known.timeslices import fold_versions, timeslice
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.rivals import resolve
from tests.domain.views.rivalry.resolving import (
    POST,
    find_shown_fact,
    find_shown_summary,
    resolve_log,
)
from tests.examples import count, fact
from tests.strategies import SOME, histories
from tests.written_log import write_log

if TYPE_CHECKING:
    from domain.streams.entry import Entry

TERMS = Register("posts", succession=Succession.YIELDING)


def test_a_later_answer_takes_the_place_of_an_earlier_one() -> None:
    log = write_log(
        fact("custody", summary="held", valid="2021-06/.."),
        fact("release", summary="free", people=("Ihar Losik",), valid="2025-09-11"),
    )
    assert find_shown_summary(log, CUSTODY) == "free"
    assert not resolve_log(log, CUSTODY).rivals
    assert find_shown_summary(log, CUSTODY, as_of="2025-09-10") == "held"


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
    log = write_log(
        fact("prisoner_count", summary="later", valid=later, quantities=count(1, what="held")),
        fact("prisoner_count", summary="earlier", valid=earlier, quantities=count(2, what="held")),
    )
    entry = resolve_log(log, HELD, as_of="2025-11-22")
    assert {find_shown_fact(entry).summary, *(c.fact.summary for c in entry.rivals)} == standing


def test_of_two_terms_that_both_surely_go_on_the_latest_to_begin_is_shown() -> None:
    log = write_log(
        fact("appointment", summary="new", valid="2025-11-09/..", person="John Coale"),
        fact("appointment", summary="old", valid="2025-06-01/..", person="Keith Kellogg"),
    )
    entry = resolve_log(log, TERMS)
    assert (find_shown_fact(entry).summary, entry.contested) == ("new", True)


def test_what_lies_ahead_is_shown_earliest_first() -> None:
    log = write_log(
        fact("meeting", summary="in January", stage="planned", valid="2026-01-15"),
        fact("meeting", summary="in December", stage="planned", valid="2025-12-15"),
    )
    assert find_shown_summary(log, NEXT_MEETING, as_of="2026-02-01") == "in December"


@SOME
@given(histories(), st.sampled_from(Succession))
def test_no_candidate_is_shown_twice_and_only_succession_drops_any(
    entries: list[Entry], succession: Succession
) -> None:
    whole = list_candidates(entries)
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
    whole = list_candidates(entries)
    answer = resolve(whole, POST) if whole else None
    if (
        answer is not None
        and answer.shown is not None
        and not answer.shown.version.record.preferred
    ):
        assert answer.shown.certain or not any(each.certain for each in whole)


def list_candidates(entries: list[Entry]) -> list[Candidate]:
    """All facts that stand at the end of a history, as if they answered one question."""
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
