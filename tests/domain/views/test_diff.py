"""A diff lists the differences between two knowledge cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from domain.provenance import Citation
from domain.views.diff import diff
from domain.views.known.timeslices import fold_versions, select_known
from tests.examples import fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log, find_differing

if TYPE_CHECKING:
    from domain.streams.entry import Entry

AP = Citation(publisher="AP", published="2025-09-12")
CONTENT = ("added", "corrected", "corroborated", "ended", "retracted", "reinstated")
SECTIONS = (*CONTENT, "preferred")


def compare_cuts(log: Log, one: str, other: str) -> dict[str, Any]:
    cuts = (log.perspective(as_known_at=one), log.perspective(as_known_at=other))
    return diff(find_differing(log.versions(), *cuts), cuts)


def sections(answer: dict[str, Any]) -> dict[str, list[str]]:
    found = {name: [each["fact"]["summary"] for each in answer[name]] for name in SECTIONS}
    return {name: facts for name, facts in found.items() if facts}


def test_a_diff_names_both_cuts_and_rests_on_the_later() -> None:
    answer = compare_cuts(Log(), "2025-11-01", "2025-12-01")
    assert answer["from"]["as_known_at"].startswith("2025-11-01")
    assert answer["to"] == answer["perspective"]
    assert sections(answer) == {}


def test_a_diff_sorts_facts_by_what_became_of_them() -> None:
    log = Log()
    ids = {
        name: log.record(fact("custody", summary=name, valid="2021/.."), at="2025-11-01")
        for name in ("same", "corrected", "ended", "retracted", "corroborated", "marked")
    }
    back = log.record(fact("custody", summary="reinstated"), at="2025-11-01")
    log.retract(back, at="2025-11-02")
    log.correct(ids["corrected"], valid="2022/..", reason="better_evidence")
    log.end(ids["ended"], "2025-09")
    log.retract(ids["retracted"])
    log.corroborate(ids["corroborated"], AP)
    log.prefer(ids["marked"])
    log.reinstate(back)
    log.record(fact("release", summary="added"), at="2025-12-03")
    answer = compare_cuts(log, "2025-11-30", "2025-12-31")
    assert sections(answer) == {
        name: [name]
        for name in ("added", "corrected", "corroborated", "ended", "retracted", "reinstated")
    } | {"preferred": ["marked"]}
    (corrected,) = answer["corrected"]
    assert corrected["changes"] == [{"field": "valid", "before": "2021/..", "after": "2022/.."}]
    assert (corrected["reason"], corrected["why"]) == ("better_evidence", "they say so")
    (retracted,) = answer["retracted"]
    assert retracted["reason"] == "source_retracted"


def test_another_source_is_not_a_correction() -> None:
    log = Log()
    log.corroborate(log.record(fact("release", summary="freed"), at="2025-11-01"), AP)
    answer = compare_cuts(log, "2025-11-30", "2025-12-31")
    assert sections(answer) == {"corroborated": ["freed"]}
    (entry,) = answer["corroborated"]
    assert [change["field"] for change in entry["changes"]] == ["citations"]


def test_a_source_that_was_taken_away_is_a_correction() -> None:
    log = Log()
    first = fact("release", summary="freed", citations=(AP, Citation(publisher="Viasna")))
    log.correct(log.record(first, at="2025-11-01"), citations=(AP,))
    assert sections(compare_cuts(log, "2025-11-30", "2025-12-31")) == {"corrected": ["freed"]}


def test_every_change_between_the_cuts_is_told_with_its_own_reason() -> None:
    log = Log()
    id_ = log.record(fact("custody", summary="held", valid="2021/.."), at="2025-11-01")
    log.correct(id_, summary="still held", reason="refinement")
    log.corroborate(id_, AP)
    log.end(id_, "2025-10")
    answer = compare_cuts(log, "2025-11-30", "2025-12-31")
    same = {name: ["still held"] for name in ("corrected", "corroborated", "ended")}
    assert sections(answer) == same
    (corrected,), (cited,), (ended,) = (answer[name] for name in same)
    assert corrected["reason"] == "refinement"
    assert cited["reason"] is None
    assert ended["reason"] is None


def test_what_came_and_went_in_between_leaves_no_trace() -> None:
    log = Log()
    back = log.record(fact("release"), at="2025-10-01")
    log.retract(log.record(fact("release"), at="2025-11-02"), at="2025-11-03")
    log.retract(back, at="2025-11-04")
    log.reinstate(back, at="2025-11-05")
    assert sections(compare_cuts(log, "2025-11-01", "2025-11-30")) == {}


def test_an_end_that_is_itself_corrected_is_a_correction() -> None:
    log = Log()
    id_ = log.record(fact("custody", summary="held", valid="2021/.."), at="2025-11-01")
    log.end(id_, "2025-09", at="2025-11-02")
    log.end(id_, "2025-10", at="2025-11-04")
    assert sections(compare_cuts(log, "2025-11-01", "2025-11-30")) == {"ended": ["held"]}
    assert sections(compare_cuts(log, "2025-11-03", "2025-11-30")) == {"corrected": ["held"]}


def test_a_changed_preference_is_told_with_its_reason_beside_what_else_changed() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="freed"), at="2025-11-01")
    log.prefer(id_, at="2025-11-02")
    log.prefer(log.record(fact("release", summary="new"), at="2025-11-03"), at="2025-11-04")
    first = compare_cuts(log, "2025-11-01", "2025-11-30")
    assert sections(first) == {"added": ["new"], "preferred": ["freed", "new"]}
    (marked, _) = first["preferred"]
    assert marked["changes"] == [{"field": "preferred", "before": False, "after": True}]
    assert (marked["reason"], marked["why"]) == (None, "nearest")
    log.prefer(id_, preferred=False, at="2025-12-01")
    log.correct(id_, summary="freed all", at="2025-12-02")
    second = compare_cuts(log, "2025-11-30", "2025-12-31")
    assert sections(second) == {"corrected": ["freed all"], "preferred": ["freed all"]}
    assert second["preferred"][0]["changes"][0]["after"] is False
    assert sections(compare_cuts(log, "2025-11-01", "2025-12-31")) == {
        "added": ["new"],
        "corrected": ["freed all"],
        "preferred": ["new"],
    }


def test_a_correction_that_was_taken_back_is_told_by_the_status_that_it_left() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="freed"), at="2025-11-01")
    log.correct(id_, summary="let go", at="2025-11-02")
    log.correct(id_, summary="freed", at="2025-11-03")
    (entry,) = compare_cuts(log, "2025-11-01", "2025-11-30")["corrected"]
    assert entry["changes"] == [{"field": "status", "before": "recorded", "after": "corrected"}]


@SOME
@given(histories(), st.data())
def test_a_diff_accounts_for_every_fact_that_is_not_the_same(
    entries: list[Entry], data: st.DataObject
) -> None:
    late = data.draw(perspectives(len(entries)))
    early = data.draw(perspectives(late.position))
    before, after = (
        select_known(fold_versions(entries), early),
        select_known(fold_versions(entries), late),
    )
    answer = diff(find_differing(fold_versions(entries), early, late), (early, late))
    by_section = {name: [each["fact"]["id"] for each in answer[name]] for name in CONTENT}
    told = {id_ for ids in by_section.values() for id_ in ids}
    assert all(len(ids) == len(set(ids)) for ids in by_section.values())
    old = {version.record.id: version.record for version in before}
    for version in after:
        was, is_ = old.get(version.record.id), version.record
        gone = is_.status == "retracted"
        if is_.erased:
            same = True
        elif was is None:
            same = gone
        elif gone or was.status == "retracted":
            same = gone and was.status == "retracted"
        else:
            same = was.fact == is_.fact and was.status == is_.status
        assert (str(is_.id) in told) is not same
    marks = {each["fact"]["id"]: each["changes"] for each in answer["preferred"]}
    for is_ in (version.record for version in after if version.record.stands):
        marked = is_.id in old and old[is_.id].preferred
        moved = [{"field": "preferred", "before": marked, "after": is_.preferred}]
        assert marks.pop(str(is_.id), None) == (moved if marked != is_.preferred else None)
    assert marks == {}
