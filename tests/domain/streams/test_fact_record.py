"""The stream of a fact: every decision, every refusal, and the record after each event."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.errors import ContentError, StateError
from domain.quantity import Quantity
from domain.streams.fact import evolve
from tests.domain.streams.decisions import (
    AP,
    Decide,
    correct,
    corroborate,
    decide_all,
    end,
    make_record,
    prefer,
    reinstate,
    retract,
)
from tests.examples import NEGOTIATION, REUTERS, count, fact

if TYPE_CHECKING:
    from domain.provenance import Citation
    from domain.streams.fact import FactRecord


def faults(record: FactRecord, decide: Decide) -> list[str]:
    with pytest.raises(ContentError) as refused:
        decide(record)
    return [fault.pointer for fault in refused.value.faults]


def test_given_nothing_when_recorded_then_the_fact_stands_at_version_1() -> None:
    record = make_record()
    assert (record.version, record.status, record.standing) == (1, "recorded", "recorded")
    assert (record.corrected, record.preferred) == (False, False)
    assert record.negotiation_id == NEGOTIATION


def test_what_is_recorded_is_checked_and_bounded() -> None:
    counted = replace(fact("release"), quantities=(Quantity(what="released", text="dozens"),))
    assert make_record(counted).fact.quantities[0].low == 24
    with pytest.raises(ContentError):
        make_record(replace(counted, citations=()))


def test_given_a_fact_when_corrected_then_it_carries_the_new_content_whole() -> None:
    event = make_record().decide_correct(
        reason="better_evidence",
        why="the order is dated",
        fact=replace(make_record().fact, valid="2025-11-10/.."),
        citation=None,
        published="2025-11-12",
        actor="editor",
    )
    record = evolve(make_record(), event)
    assert (event.reason, event.why, event.published) == (
        "better_evidence",
        "the order is dated",
        "2025-11-12",
    )
    assert (event.originator_version, event.actor) == (2, "editor")
    assert record.fact == replace(make_record().fact, valid="2025-11-10/..")
    assert (record.status, record.corrected, record.version) == ("corrected", True, 2)


def test_the_source_of_a_correction_joins_the_citations() -> None:
    record = decide_all(make_record(), correct(person="J. Coale", citation=AP))
    assert record.fact.citations == (REUTERS, AP)


def test_a_source_that_the_fact_has_already_is_not_cited_twice() -> None:
    record = decide_all(make_record(), correct(person="J. Coale", citation=REUTERS))
    assert record.fact.citations == (REUTERS,)
    assert decide_all(make_record(), end(citation=REUTERS)).fact.citations == (REUTERS,)


def test_a_correction_that_changes_nothing_is_refused_whatever_it_cites() -> None:
    assert faults(make_record(), correct()) == ["/changes"]
    assert faults(make_record(), correct(citation=REUTERS)) == ["/changes"]


def test_a_correction_that_only_adds_a_source_is_kept_as_one() -> None:
    assert decide_all(make_record(), correct(citation=AP)).fact.citations == (REUTERS, AP)


def test_bounds_that_follow_from_a_value_are_no_change() -> None:
    counted = fact("release", quantities=count(52))
    same = (Quantity(what="released", value=52, basis="increment"),)
    assert faults(make_record(counted), correct(quantities=same)) == ["/changes"]


def test_a_correction_may_change_the_kind() -> None:
    record = make_record(fact("pardon"))
    changed = decide_all(record, lambda r: r.decide_correct(
        reason="coding_error", why="freed, not pardoned", fact=fact("release"),
        citation=None, published=None, actor="editor",
    ))  # fmt: skip
    assert changed.fact.kind == "release"


def test_an_external_id_names_the_fact_for_good() -> None:
    named = make_record(fact("release", external_id="BY-1"))
    for other in ("BY-2", None):
        assert faults(named, correct(external_id=other)) == ["/changes/external_id"]
    assert faults(make_record(), correct(external_id="BY-1")) == ["/changes/external_id"]


def test_the_faults_of_new_content_are_placed_under_the_changes() -> None:
    assert faults(make_record(), correct(valid="2025-13", summary=" ")) == [
        "/changes/summary",
        "/changes/valid",
    ]


def test_given_a_fact_when_corroborated_then_it_has_one_more_citation_and_the_same_status() -> None:
    record = decide_all(make_record(), corroborate())
    assert record.fact.citations == (REUTERS, AP)
    assert (record.status, record.corrected, record.version) == ("recorded", False, 2)


def test_the_same_citation_corroborates_once() -> None:
    assert faults(make_record(), corroborate(REUTERS)) == ["/citation"]
    assert faults(decide_all(make_record(), corroborate()), corroborate()) == ["/citation"]
    assert (
        decide_all(make_record(), corroborate(), corroborate(replace(AP, title="Late"))).version
        == 3
    )


def make_cited(number: int) -> FactRecord:
    """A record with so many citations, as one stored before their number was limited."""
    citations = tuple(replace(AP, title=str(n)) for n in range(number))
    return replace(make_record(), fact=replace(make_record().fact, citations=citations))


def test_no_change_gives_a_fact_more_than_two_hundred_citations() -> None:
    assert len(decide_all(make_cited(199), corroborate()).fact.citations) == 200
    for change in (corroborate(), end(citation=AP), correct(person="J. Coale", citation=AP)):
        assert faults(make_cited(200), change) == ["/citation"]
    for change in (corroborate(replace(AP, title="7")), end(citation=AP)):
        assert faults(make_cited(1_000), change) == ["/citation"]


def test_a_fact_that_was_stored_with_more_is_corrected_to_fewer() -> None:
    assert faults(make_cited(1_000), correct(person="J. Coale")) == ["/changes/citations"]
    assert decide_all(make_cited(1_000), correct(citations=(AP,))).fact.citations == (AP,)
    assert decide_all(make_cited(1_000), end()).status == "ended"


def test_given_a_period_when_ended_then_its_end_is_known() -> None:
    record = decide_all(make_record(), end("2025-12-01"))
    assert (record.fact.valid, record.status) == ("2025-11-09/2025-12-01", "ended")
    assert record.fact.citations == (REUTERS,)
    assert decide_all(make_record(), end(citation=AP)).fact.citations == (REUTERS, AP)


@pytest.mark.parametrize(
    ("valid", "ended", "left"),
    [
        ("2025-11-09", "2025-12", "2025-11-09/2025-12"),
        ("2025-11-09/..", "2025-12-01?", "2025-11-09/2025-12-01?"),
        ("2025-11-09/", "2025-12", "2025-11-09/2025-12"),
        ("2025-11/2025-12", "2025-11-20", "2025-11/2025-11-20"),
        ("/2025-12", "2025-11", "/2025-11"),
        ("../2025-12", "2025-11", "../2025-11"),
        ("2025-11-09?", "2025-11-09", "2025-11-09?/2025-11-09"),
    ],
)
def test_an_end_keeps_the_start_as_written(valid: str, ended: str, left: str) -> None:
    assert decide_all(make_record(fact("custody", valid=valid)), end(ended)).fact.valid == left


@pytest.mark.parametrize(
    ("valid", "ended"),
    [
        ("2025-11-09/..", "2025-11-08"),
        ("2025-11-09/..", ".."),
        ("2025-11-09/..", ""),
        ("2025-11-09/..", "2025-12/2026"),
        ("2025-11-09/..", "soon"),
        ("{2025-11-09,2025-11-10}", "2025-12"),
    ],
)
def test_an_end_that_is_none_or_lies_before_the_start_is_refused(valid: str, ended: str) -> None:
    assert faults(make_record(fact("custody", valid=valid)), end(ended)) == ["/ended"]


@pytest.mark.parametrize("kind", ["release", "pardon", "statement", "response", "meeting", "alias"])
def test_what_happened_once_cannot_cease(kind: str) -> None:
    assert faults(make_record(fact(kind)), end()) == ["/ended"]


@pytest.mark.parametrize("kind", ["appointment", "mission", "custody", "measure", "proposal"])
def test_what_holds_for_a_while_can_cease(kind: str) -> None:
    assert decide_all(make_record(fact(kind, valid="2025-11-09/..")), end()).status == "ended"


def test_given_a_retracted_fact_when_anything_else_is_asked_then_it_is_refused() -> None:
    gone = decide_all(make_record(), retract())
    assert gone.status == "retracted"
    for decide in (correct(person="X"), corroborate(), end(), retract(), prefer()):
        with pytest.raises(StateError, match=r"reinstate it first|retracted already"):
            decide(gone)


@pytest.mark.parametrize(
    ("before", "status"),
    [
        ((), "recorded"),
        ((correct(person="X"),), "corrected"),
        ((end(),), "ended"),
        ((correct(person="X"), end()), "ended"),
        ((end(), correct(person="X")), "corrected"),
        ((corroborate(),), "recorded"),
        ((retract(), reinstate()), "recorded"),
    ],
)
def test_a_reinstatement_restores_the_status_from_before(
    before: tuple[Decide, ...], status: str
) -> None:
    stood = decide_all(make_record(), *before)
    back = decide_all(stood, retract(), reinstate())
    assert back.status == status
    assert back == replace(stood, version=stood.version + 2)


@pytest.mark.parametrize("before", [(), (correct(person="X"),), (retract(), reinstate())])
def test_only_a_retracted_fact_can_be_reinstated(before: tuple[Decide, ...]) -> None:
    with pytest.raises(StateError):
        reinstate()(decide_all(make_record(), *before))


def test_an_editors_mark_comes_and_goes_and_outlives_a_correction() -> None:
    marked = decide_all(make_record(), prefer(), correct(person="X"), retract(), reinstate())
    assert marked.preferred
    assert not decide_all(marked, prefer(preferred=False)).preferred


@pytest.mark.parametrize("why", ["", "  ", "\x00"])
def test_a_reason_in_words_is_words(why: str) -> None:
    stood, gone = make_record(), decide_all(make_record(), retract())
    for record, decide in (
        (stood, correct(person="X", why=why)),
        (stood, corroborate(why=why)),
        (stood, end(why=why)),
        (stood, retract(why=why)),
        (gone, reinstate(why=why)),
        (stood, prefer(why=why)),
    ):
        assert faults(record, decide) == ["/why"]


def test_the_day_of_a_change_is_a_day() -> None:
    stood, gone = make_record(), decide_all(make_record(), retract())
    for record, decide in (
        (stood, correct(person="X", published="soon")),
        (stood, corroborate(published="soon")),
        (stood, end(published="soon")),
        (stood, retract(published="soon")),
        (gone, reinstate(published="soon")),
    ):
        assert faults(record, decide) == ["/published"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        (replace(AP, grade="Z1"), "/citation/grade"),
        (replace(AP, published="soon"), "/citation/published"),
        (replace(AP, publisher=" "), "/citation/publisher"),
        (replace(AP, sources=-1), "/citation/sources"),
    ],
)
def test_the_citation_of_a_change_is_checked_where_it_stands(wrong: Citation, pointer: str) -> None:
    for decide in (correct(person="X", citation=wrong), corroborate(wrong), end(citation=wrong)):
        assert faults(make_record(), decide) == [pointer]


def test_every_fault_of_a_change_is_named_at_once() -> None:
    wrong = corroborate(replace(AP, grade="Z1"), why=" ", published="soon")
    assert faults(make_record(), wrong) == ["/why", "/published", "/citation/grade"]
