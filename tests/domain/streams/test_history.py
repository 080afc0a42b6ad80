"""Which version of a fact is seen at any position, on both clocks, by the reference implementation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErasedError
from domain.provenance import Citation
from domain.streams.entry import Entry
from domain.streams.erasure import BLANK
from domain.streams.event import FactErased
from domain.time.instant import BEGINNING, END, parse_cut
from domain.time.perspective import Perspective
from domain.views.known.published import PUBLISHING
from domain.views.known.timeslices import fold_versions, select_known, timeslice
from domain.views.timeline import TimelineFilter, list_timeline
from domain.views.versions import FactVersion, by_valid_time, matches
from tests.examples import REUTERS, example_events, fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log


def list_seen(log: Log, **perspective: object) -> list[tuple[str, int]]:
    """The version and summary of each fact that is known and not retracted."""
    return [
        (each.version.record.fact.summary, each.version.record.version)
        for each in log.slice(**perspective)
    ]


def test_what_is_corrected_later_stays_as_it_was_in_an_earlier_perspective() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="52 freed"), at="2025-11-01")
    log.correct(id_, summary="51 freed", at="2025-11-05")
    assert list_seen(log, as_known_at="2025-10-31") == []
    assert list_seen(log, as_known_at="2025-11-04") == [("52 freed", 1)]
    assert list_seen(log, as_known_at="2025-11-05") == [("51 freed", 2)]
    assert list_seen(log) == [("51 freed", 2)]


def test_a_retraction_leaves_no_trace_later_and_a_reinstatement_brings_it_back() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="Losik freed"), at="2025-06-21")
    log.retract(id_, at="2025-06-25")
    log.reinstate(id_, at="2025-09-11")
    assert list_seen(log, as_known_at="2025-06-24") == [("Losik freed", 1)]
    assert list_seen(log, as_known_at="2025-06-25") == []
    assert list_seen(log, as_known_at="2025-09-10") == []
    assert list_seen(log, as_known_at="2025-09-11") == [("Losik freed", 3)]
    gone = log.list_known(as_known_at="2025-06-25")
    assert [version.record.status for version in gone] == ["retracted"]


def test_the_published_clock_counts_from_the_earliest_citation() -> None:
    log = Log()
    later = replace(REUTERS, published="2025-09-20")
    undated = Citation(publisher="Viasna")
    log.record(fact("release", citations=(later, REUTERS, undated)), at="2025-12-01")
    assert list_seen(log, as_known_at="2025-09-10", clock="published") == []
    assert list_seen(log, as_known_at="2025-09-11T23:59:59Z", clock="published") == []
    assert len(list_seen(log, as_known_at="2025-09-11", clock="published")) == 1
    assert list_seen(log, as_known_at="2025-09-11") == []


def test_where_no_citation_is_dated_the_record_time_counts() -> None:
    log = Log()
    log.record(fact("release", citations=(Citation(publisher="Viasna"),)), at="2025-10-05")
    assert list_seen(log, as_known_at="2025-10-04", clock="published") == []
    assert len(list_seen(log, as_known_at="2025-10-05", clock="published")) == 1


def test_each_later_event_counts_from_what_it_says() -> None:
    at = {"fact.corrected": "2025-09-12", "fact.corroborated": "2025-09-12"}
    at |= {"fact.ended": "2025-11", "fact.reinstated": "2025-09-13"}
    recorded = parse_cut("2026-01-01")
    stream = [e for name, e in example_events().items() if name.startswith("fact.")]
    entries = [
        Entry(position=n, recorded_at=recorded + n, event=event)
        for n, event in enumerate(stream, start=1)
    ]
    assert isinstance(entries[-1].event, FactErased)
    for version in fold_versions(entries[:-1])[1:]:
        said = at.get(version.event)
        expected = version.recorded_at if said is None else parse_cut(said)
        assert version.published_at == expected, version.event


def test_of_an_erased_fact_every_version_says_that_it_was_and_nothing_more() -> None:
    stream = [e for name, e in example_events().items() if name.startswith("fact.")]
    entries = [
        Entry(position=n, recorded_at=parse_cut("2026-01-01") + n, event=event)
        for n, event in enumerate(stream, start=1)
    ]
    before, after = fold_versions(entries[:-1]), fold_versions(entries)
    for was, is_ in zip(before, after, strict=False):
        assert is_.record == replace(was.record, fact=BLANK, preferred=False, erased=True)
        assert (is_.event, is_.actor, is_.position) == (was.event, was.actor, was.position)
        assert is_.published_at == is_.recorded_at == was.recorded_at
        assert (is_.reason, is_.why) == (None, None)
    assert after[-1].why == "it lets others find them"
    assert timeslice(after, Log().perspective(position=99)) == []
    with pytest.raises(ErasedError):
        after[-1].record.decide_prefer(preferred=True, why="x", actor="desk")


def test_a_correction_published_before_the_fact_is_public_once_the_fact_is() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="first print"), at="2025-12-01")
    log.correct(id_, summary="as the wire had it", published="2025-09-10", at="2025-12-02")
    assert list_seen(log, as_known_at="2025-09-10", clock="published") == []
    for cut in ("2025-09-11", "2099"):
        assert list_seen(log, as_known_at=cut, clock="published") == [("as the wire had it", 2)]


def test_the_highest_version_is_seen_even_where_a_lower_one_was_published_later() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="v1"), at="2025-12-01")
    log.correct(id_, summary="v2", published="2025-10-20", at="2025-12-02")
    log.correct(id_, summary="v3", published="2025-10-10", at="2025-12-03")
    on = {cut: list_seen(log, as_known_at=cut, clock="published") for cut in
          ("2025-10-09", "2025-10-10", "2025-10-20")}  # fmt: skip
    assert on == {
        "2025-10-09": [("v1", 1)],
        "2025-10-10": [("v3", 3)],
        "2025-10-20": [("v3", 3)],
    }


def test_a_retraction_and_its_undoing_hold_on_the_published_clock_too() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="Losik freed"), at="2025-12-01")
    log.retract(id_, published="2025-09-20", at="2025-12-02")
    log.reinstate(id_, published="2025-10-01", at="2025-12-03")
    at = {"2025-09-19": 1, "2025-09-20": 0, "2025-09-30": 0, "2025-10-01": 1}
    for cut, facts in at.items():
        assert len(list_seen(log, as_known_at=cut, clock="published")) == facts, cut


def test_a_position_pins_the_log_on_either_clock() -> None:
    log = Log()
    id_ = log.record(fact("release", summary="v1"), at="2025-12-01")
    log.correct(id_, summary="v2", published="2025-09-12", at="2025-12-02")
    assert list_seen(log, position=1) == []
    for clock in ("recorded", "published"):
        assert list_seen(log, position=2, clock=clock, as_known_at="2099") == [("v1", 1)]
        assert list_seen(log, position=3, clock=clock, as_known_at="2099") == [("v2", 2)]
        assert list_seen(log, position=2, clock=clock) == [("v1", 1)]


def test_facts_come_in_the_order_of_their_first_recording() -> None:
    log = Log()
    first = log.record(fact("release", summary="first", valid="2025-11-01"))
    log.record(fact("release", summary="second", valid="2025-09-01"))
    log.correct(first, note="x")
    assert [summary for summary, _ in list_seen(log)] == ["first", "second"]


def test_what_holds_is_told_from_what_is_known() -> None:
    log = Log()
    log.record(fact("custody", summary="over", valid="2025-01-01/2025-06-01"))
    log.record(fact("custody", summary="perhaps", valid="2025-11"))
    log.record(fact("custody", summary="surely", valid="2025-09-11/.."))
    log.record(fact("custody", summary="to come", valid="2026-01-01"))
    at = log.perspective(as_of="2025-11-22")
    certainties = {each.version.record.fact.summary: each.certainty for each in log.slice()}
    assert certainties == {
        "over": None,
        "perhaps": "possible",
        "surely": "certain",
        "to come": None,
    }
    assert [name for name, certainty in certainties.items() if matches(certainty, at)] == [
        "perhaps",
        "surely",
    ]
    sure = replace(at, match="certain")
    assert [name for name, certainty in certainties.items() if matches(certainty, sure)] == [
        "surely"
    ]


def test_what_has_begun_comes_by_valid_time_whether_or_not_it_has_ended() -> None:
    log = Log()
    for valid in ("2025-09-11/..", "2025-01-01/2025-06-01", "2026", "2025-09-11", "2025-09"):
        log.record(fact("custody", summary=valid, valid=valid))
    at = log.perspective(as_of="2025-11-22")
    listed_facts = list_timeline(log.versions(), at, TimelineFilter(begun=True))
    assert [each.version.record.fact.summary for each in listed_facts] == [
        "2025-01-01/2025-06-01",
        "2025-09",
        "2025-09-11/..",
        "2025-09-11",
    ]


def test_a_version_says_who_changed_it_and_why() -> None:
    log = Log()
    log.retract(log.record(fact("release")), published="2025-09-12")
    last = log.versions()[-1]
    assert (last.actor, last.event) == ("editor", "fact.retracted")
    assert (last.reason, last.why) == ("source_retracted", "they withdrew it")
    assert (last.position, last.first_position) == (3, 2)


@SOME
@given(histories(), st.data())
def test_at_most_one_version_of_a_fact_is_seen_and_no_later_one_qualifies(
    entries: list[Entry], data: st.DataObject
) -> None:
    at = data.draw(perspectives(len(entries)))
    every = fold_versions(entries)

    def qualifies(version: FactVersion) -> bool:
        public = version.recorded_at if at.clock == "recorded" else version.published_at
        return version.position <= at.position and (
            at.as_known_at is None or public <= at.as_known_at
        )

    expected: dict[object, int] = {}
    for version in every:
        best = expected.get(version.record.id, 0)
        if qualifies(version):
            expected[version.record.id] = max(best, version.record.version)
    public = {v.record.id for v in every if qualifies(v) and v.event in PUBLISHING}
    expected = {id_: version for id_, version in expected.items() if id_ in public}
    known = select_known(every, at)
    assert {version.record.id: version.record.version for version in known} == expected
    assert len(known) == len(expected)


@SOME
@given(histories(), st.data())
def test_what_is_recorded_later_changes_no_answer_at_a_position_but_an_erasure(
    entries: list[Entry], data: st.DataObject
) -> None:
    at = data.draw(perspectives(len(entries)))
    erased = {e.event.originator_id for e in entries if isinstance(e.event, FactErased)}
    before = timeslice(fold_versions(entries[: at.position]), at)
    left = [seen for seen in before if seen.version.record.id not in erased]
    assert timeslice(fold_versions(entries), at) == left


@SOME
@given(histories(), st.data())
def test_on_the_recorded_clock_a_cut_is_a_position(
    entries: list[Entry], data: st.DataObject
) -> None:
    cut = data.draw(st.sampled_from(entries))
    at = replace(data.draw(perspectives(len(entries))), clock="recorded", position=len(entries))
    by_time = replace(at, as_known_at=cut.recorded_at)
    by_position = replace(at, as_known_at=None, position=cut.position)
    assert timeslice(fold_versions(entries), by_time) == timeslice(
        fold_versions(entries), by_position
    )


@SOME
@given(histories(), st.data())
def test_what_is_certain_is_among_what_is_possible(
    entries: list[Entry], data: st.DataObject
) -> None:
    at = replace(data.draw(perspectives(len(entries))), match="possible")
    every = fold_versions(entries)
    begun = TimelineFilter(begun=True)
    possible = list_timeline(every, at, begun)
    certain = list_timeline(every, replace(at, match="certain"), begun)
    assert [each for each in possible if each.certainty == "certain"] == certain
    assert possible == sorted(possible, key=by_valid_time)


@SOME
@given(histories())
def test_versions_count_up_in_each_stream_and_positions_in_the_log(entries: list[Entry]) -> None:
    every = fold_versions(entries)
    streams: dict[object, int] = {}
    for version in every:
        streams[version.record.id] = streams.get(version.record.id, 0) + 1
        assert version.record.version == streams[version.record.id]
        assert version.first_position <= version.position
    positions = [version.position for version in every]
    assert positions == sorted(set(positions))
    everything = Perspective(
        as_of=END, as_known_at=None, clock="recorded", match="possible", position=len(entries)
    )
    assert len(select_known(every, everything)) == len(streams)
    nothing = replace(everything, clock="published", as_known_at=BEGINNING)
    assert select_known(every, nothing) == []
