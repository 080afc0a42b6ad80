"""A timeline lists the known facts by valid time, can be filtered, and can be continued from any place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.naming import fold_for_search
from domain.time.instant import parse_cut, parse_instant
from domain.views.known.timeslices import fold_versions
from domain.views.timeline import TimelineFilter, list_timeline
from domain.views.versions import by_valid_time, matches
from tests.examples import fact
from tests.strategies import SOME, histories, perspectives
from tests.written_log import Log

if TYPE_CHECKING:
    from domain.streams.entry import Entry


def list_summaries(log: Log, at: dict[str, Any] | None = None, **wanted: Any) -> list[str]:  # noqa: ANN401 -- a filter's fields
    listed_facts = list_timeline(
        log.versions(), log.perspective(**(at or {})), TimelineFilter(**wanted)
    )
    return [seen.version.record.fact.summary for seen in listed_facts]


@pytest.fixture
def log() -> Log:
    log = Log()
    for kind, summary, fields in (
        ("statement", "future", {"valid": "2026-01"}),
        (
            "custody",
            "over",
            {"valid": "2020-05/2025-06-21", "person": "Siarhei Tsikhanouski", "place": "Zhodzina"},
        ),
        (
            "release",
            "September",
            {"valid": "2025-09", "places": ("Łódź",), "destination": "Lithuania"},
        ),
        (
            "release",
            "freed",
            {"matter": "sep11", "people": ("Ihar Losik",), "places": ("Vilnius",)},
        ),
        ("statement", "said", {"matter": "sep11", "speaker": "Łukasz  Ślepowroński"}),
    ):
        log.record(fact(kind, summary=summary, **fields))
    return log


def test_facts_come_by_valid_time_the_past_and_the_future(log: Log) -> None:
    assert list_summaries(log) == ["over", "September", "freed", "said", "future"]


def test_what_has_begun_leaves_out_the_future_and_keeps_what_is_over(log: Log) -> None:
    at = {"as_of": "2025-11-22"}
    assert list_summaries(log, at, begun=True) == ["over", "September", "freed", "said"]
    assert list_summaries(log, {"as_of": "2025-09-05"}, begun=True) == ["over", "September"]
    sure = {"as_of": "2025-09-05", "match": "certain"}
    assert list_summaries(log, sure, begun=True) == ["over"]
    assert list_summaries(log, {**sure, "as_of": "2025-09"}, begun=True) == [
        "over",
        "September",
        "freed",
        "said",
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"kind": "release"}, ["September", "freed"]),
        ({"matter": "sep11"}, ["freed", "said"]),
        ({"person": "ihar  LOSIK"}, ["freed"]),
        ({"person": "Siarhei Tsikhanouski"}, ["over"]),
        ({"person": "Lukasz Slepowronski"}, ["said"]),
        ({"place": "lodz"}, ["September"]),
        ({"place": "Vil"}, []),
        ({"place": "zhodzina"}, ["over"]),
        ({"place": "lithuania"}, ["September"]),
        ({"person": "Ihar Losik", "kind": "statement"}, []),
    ],
)
def test_a_filter_keeps_what_it_names(log: Log, wanted: dict[str, Any], found: list[str]) -> None:
    assert list_summaries(log, **wanted) == found


@pytest.mark.parametrize(
    ("from_", "to", "found"),
    [
        ("2025-09-11T00:00:00Z", "2025-09-11T23:59:59.999999Z", ["September", "freed", "said"]),
        ("2025-09-12T00:00:00Z", None, ["September", "future"]),
        (None, "2025-06", ["over"]),
        ("2025-06-21T23:59:59.999999Z", "2025-08", ["over"]),
        ("2025-06-22T00:00:00Z", "2025-08", []),
        ("2026-01-31T23:59:59.999999Z", None, ["future"]),
        ("2026-02-01T00:00:00Z", None, []),
    ],
)
def test_a_span_keeps_what_may_have_been_going_on_in_it(
    log: Log, from_: str | None, to: str | None, found: list[str]
) -> None:
    first = None if from_ is None else parse_instant(from_)
    last = None if to is None else parse_cut(to)
    assert list_summaries(log, from_=first, to=last) == found


def test_retracted_facts_are_shown_only_where_asked_for() -> None:
    log = Log()
    log.retract(log.record(fact("release", summary="withdrawn")))
    assert list_summaries(log) == []
    assert list_summaries(log, retracted=True) == ["withdrawn"]
    assert list_summaries(log, {"as_known_at": "2025-12-01"}) == ["withdrawn"]


def test_a_filter_looks_at_the_version_that_is_seen() -> None:
    log = Log()
    log.correct(log.record(fact("release", people=("Ihar Losik",))), people=())
    assert list_summaries(log, person="Ihar Losik") == []
    assert len(list_summaries(log, {"as_known_at": "2025-12-01"}, person="Ihar Losik")) == 1


def test_plain_text_has_no_accents_case_or_runs_of_blanks() -> None:
    assert fold_for_search(" Ślepowroński\t ÉLYSÉE  Ⅳ ") == "slepowronski elysee iv"
    assert fold_for_search("Straße") == fold_for_search("STRASSE")


@SOME
@given(histories(), st.data())
def test_a_timeline_continues_from_any_place_without_gap_or_overlap(
    entries: list[Entry], data: st.DataObject
) -> None:
    at = data.draw(perspectives(len(entries)))
    every = fold_versions(entries)
    whole = list_timeline(every, at, TimelineFilter())
    places = [by_valid_time(seen) for seen in whole]
    assert places == sorted(set(places))
    for index, place in enumerate(places):
        assert list_timeline(every, at, TimelineFilter(after=place)) == whole[index + 1 :]
    assert list_timeline(every, at, TimelineFilter(begun=True)) == [
        seen for seen in whole if matches(seen.certainty, at)
    ]
