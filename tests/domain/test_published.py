"""At a cut of the published clock a fact consists of its public events, in the order of the log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.provenance import Citation
from domain.quantity import Quantity
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective
from domain.views.known.published import PUBLISHING, find_public, pair_public_events, published_at
from domain.views.known.timeslices import fold_versions, pair_changes, select_known
from tests.drawn_facts import instants
from tests.examples import fact
from tests.strategies import SOME, histories
from tests.written_log import Log

if TYPE_CHECKING:
    from domain.streams.entry import Entry
    from domain.views.versions import FactVersion

CASE = {"valid": "2025-01-10", "citations": (Citation(publisher="A", published="2025-01-11"),)}
NEXT_DAY = Citation(publisher="AP", published="2025-09-12")
MARCH = Citation(publisher="B", published="2025-03-01")


def make_quantities(number: int) -> tuple[Quantity, ...]:
    return (Quantity(what="released", comparator="eq", value=number),)


def find_version(log: Log, cut: str) -> FactVersion | None:
    return find_public(log.versions(), parse_cut(cut))


def describe_version(log: Log, cut: str) -> tuple[list[int | None], list[str], str, str] | None:
    """The numbers, the papers, the valid time and the status at a cut."""
    version = find_version(log, cut)
    if version is None:
        return None
    fact = version.record.fact
    return (
        [quantity.value for quantity in fact.quantities],
        [citation.publisher for citation in fact.citations],
        fact.valid,
        version.record.status,
    )


def test_a_paper_of_march_brings_no_correction_of_september() -> None:
    log = Log()
    id_ = log.record(fact("release", quantities=make_quantities(50), **CASE))
    log.correct(id_, quantities=make_quantities(5), published="2025-09-01")
    log.corroborate(id_, MARCH)
    assert describe_version(log, "2025-01-10") is None
    assert describe_version(log, "2025-02-01") == ([50], ["A"], "2025-01-10", "recorded")
    assert describe_version(log, "2025-04-01") == ([50], ["A", "B"], "2025-01-10", "recorded")
    assert describe_version(log, "2025-09-01") == ([5], ["A", "B"], "2025-01-10", "corrected")


def test_later_public_events_bring_nothing_of_a_correction_that_is_not_public() -> None:
    log = Log()
    held = {"person": "Ihar Losik", "status": "detained", **CASE}
    id_ = log.record(fact("custody", quantities=make_quantities(50), **held))
    log.correct(id_, quantities=make_quantities(5), valid="2025-01-12", published="2025-09-01")
    log.end(id_, "2025-02", published="2025-03-01")
    log.correct(id_, note="seen", published="2025-03-02")
    assert describe_version(log, "2025-04-01") == ([50], ["A"], "2025-01-10/2025-02", "corrected")
    assert describe_version(log, "2025-09-01") == ([5], ["A"], "2025-01-12/2025-02", "corrected")


def test_a_retraction_and_its_undoing_count_each_from_its_own_day() -> None:
    log = Log()
    id_ = log.record(fact("release", **CASE))
    log.retract(id_, published="2025-09-01")
    log.reinstate(id_, published="2025-05-01")
    log.correct(id_, note="x", published="2025-03-01")
    statuses = {
        month: describe_version(log, f"2025-{month}-15") for month in ("02", "03", "06", "10")
    }
    assert [status and status[-1] for status in statuses.values()] == [
        "recorded",
        "corrected",
        "corrected",
        "corrected",
    ]
    log.retract(id_, published="2025-06-01")
    version = find_version(log, "2025-07-01")
    assert version is not None
    assert not version.record.stands


def test_a_corroboration_makes_public_what_was_recorded_by_later_papers() -> None:
    log = Log()
    id_ = log.record(fact("release", quantities=make_quantities(50), citations=(
        Citation(publisher="A", published="2025-06-01"), Citation(publisher="undated")),
        valid="2025-01-10"))  # fmt: skip
    log.correct(id_, quantities=make_quantities(52), published="2025-02-01")
    assert describe_version(log, "2025-04-01") is None
    log.corroborate(id_, MARCH)
    assert describe_version(log, "2025-02-15") is None
    assert describe_version(log, "2025-04-01") == ([52], ["B"], "2025-01-10", "corrected")
    assert describe_version(log, "2025-06-01") == (
        [52],
        ["A", "undated", "B"],
        "2025-01-10",
        "corrected",
    )


def test_a_paper_of_a_later_day_is_left_out_where_others_remain() -> None:
    log = Log()
    papers = (Citation(publisher="A", published="2025-01-11"), Citation(publisher="none"), MARCH)
    log.record(fact("release", valid="2025-01-10", citations=papers))
    assert describe_version(log, "2025-02-01") == ([], ["A", "none"], "2025-01-10", "recorded")
    assert describe_version(log, "2025-03-01") == ([], ["A", "none", "B"], "2025-01-10", "recorded")
    log = Log()
    id_ = log.record(fact("release", valid="2025-01-10", citations=(papers[0],)))
    log.correct(id_, citations=(MARCH,), published="2025-02-01")
    assert describe_version(log, "2025-02-01") == ([], ["B"], "2025-01-10", "corrected")


def test_where_a_change_leaves_no_valid_fact_the_last_one_stands() -> None:
    log = Log()
    held = {"person": "Ihar Losik", "status": "detained", **CASE}
    id_ = log.record(fact("custody", **held))
    log.correct(id_, valid="2024-06", published="2025-09-01")
    log.end(id_, "2024-12", published="2025-03-01")
    version = find_version(log, "2025-04-01")
    assert version is not None
    assert (version.record.fact.valid, version.record.status) == ("2025-01-10", "recorded")
    assert describe_version(log, "2025-09-01") == ([], ["A"], "2024-06/2024-12", "ended")


def test_history_tells_the_public_events_and_what_they_did() -> None:
    log = Log()
    id_ = log.record(fact("release", quantities=make_quantities(50), **CASE))
    log.correct(id_, quantities=make_quantities(5), published="2025-09-01")
    log.corroborate(id_, MARCH)
    log.correct(id_, note="seen", published="2025-03-02")
    pairs = list(pair_public_events(log.versions(), parse_cut("2025-04-01")))
    assert [after.record.version for _, after in pairs] == [1, 3, 4]
    assert [before and before.record.version for before, _ in pairs] == [None, 1, 3]
    assert [after.record.fact.note for _, after in pairs] == [None, None, "seen"]
    assert {after.record.fact.quantities for _, after in pairs} == {
        log.versions()[0].record.fact.quantities
    }


def group_versions(entries: list[Entry]) -> dict[object, list[FactVersion]]:
    groups: dict[object, list[FactVersion]] = {}
    for version in fold_versions(entries):
        groups.setdefault(version.record.id, []).append(version)
    return groups


@SOME
@given(histories())
def test_where_all_is_public_it_is_what_the_recorded_clock_says(entries: list[Entry]) -> None:
    for mine in group_versions(entries).values():
        cut = max(each.published_at for each in mine)
        cut = max(cut, *(c.published_at or cut for v in mine for c in v.record.fact.citations), cut)
        assert find_public(mine, cut) == mine[-1]
        assert [after for _, after in pair_public_events(mine, cut)] == mine


@SOME
@given(histories(max_changes=20), instants(), st.data())
def test_an_event_that_is_not_public_has_no_effect(
    entries: list[Entry], cut: int, data: st.DataObject
) -> None:
    for mine in group_versions(entries).values():
        later = [each for each in mine if each.published_at > cut]
        moved = {each.position: data.draw(st.integers(cut + 1, cut + 10**15)) for each in later}
        again = [
            replace(each, published_at=moved.get(each.position, each.published_at)) for each in mine
        ]
        assert find_public(again, cut) == find_public(mine, cut)
        public = [each for each in mine if each.published_at <= cut]
        assert (find_public(mine, cut) is None) == (not any(e.event in PUBLISHING for e in public))
        known = max((mine.index(each) for each in public), default=0)
        assert find_public(mine[: known + 1], cut) == find_public(mine, cut)


@SOME
@given(histories(max_changes=20), instants())
def test_the_public_events_of_a_fact_lead_to_its_seen_version(
    entries: list[Entry], cut: int
) -> None:
    every = fold_versions(entries)
    at = Perspective(
        as_of=cut, as_known_at=cut, clock="published", match="possible", position=len(entries)
    )
    last = {after.record.id: after for _, after in pair_changes(every, at)}
    assert last == {version.record.id: version for version in select_known(every, at)}
    positions = [after.position for _, after in pair_changes(every, at)]
    public = {e.position for e in entries if any(v.position == e.position for v in every)}
    assume(public)
    assert positions == sorted(set(positions))


def test_each_event_counts_from_what_it_says_then_its_citation_then_its_recording() -> None:
    log = Log()
    id_ = log.record(fact("release", citations=(Citation(publisher="A"),)))
    log.corroborate(id_, Citation(publisher="C"))
    log.corroborate(id_, MARCH)
    log.corroborate(id_, replace(MARCH, publisher="D"), published="2025-02-01")
    recorded = [entry.recorded_at for entry in log.entries[1:]]
    assert [published_at(entry.event, entry.recorded_at) for entry in log.entries[1:]] == [  # type: ignore[arg-type]
        recorded[0],
        recorded[1],
        parse_cut("2025-03-01"),
        parse_cut("2025-02-01"),
    ]


def test_a_correction_counts_from_the_day_that_it_names_then_its_source_then_its_recording() -> (
    None
):
    log = Log()
    for published, citation in (("2025-09-13", NEXT_DAY), (None, NEXT_DAY), (None, None)):
        id_ = log.record(fact("release"), at="2025-11-01")
        log.correct(id_, note="x", published=published, citation=citation, at="2025-11-01")
    corrected = [version for version in log.versions() if version.event == "fact.corrected"]
    days = [version.published_at for version in corrected]
    assert days[:2] == [parse_cut("2025-09-13"), parse_cut("2025-09-12")]
    assert days[2] == corrected[2].recorded_at
