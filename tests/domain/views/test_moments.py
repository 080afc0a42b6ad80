"""No answer changes between two neighbouring moments of its axis, and something changes at each moment."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.provenance import Citation
from domain.time.edtf_calendar import DAY
from domain.time.instant import END, parse_cut
from domain.views.counting.points import By, bucket, bucket_name
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import tally
from domain.views.known.published import find_citation_times, limit_citations
from domain.views.known.timeslices import fold_versions, select_known, timeslice
from domain.views.moments import Axis, Moment, find_boundaries, group_moments
from domain.views.naming import Names
from domain.views.negotiation_changes import apply_corrections, fold_entries
from domain.views.people import PeopleFilter, list_people
from domain.views.state import count_facts, resolve_state
from domain.views.timeline import TimelineFilter, list_timeline
from tests.examples import fact
from tests.strategies import NEGOTIATION, SOME, histories, list_recorded, perspectives

if TYPE_CHECKING:
    from domain.streams.entry import Entry
    from domain.time.perspective import Perspective
    from domain.views.versions import FactVersion

#: Days long before and after all drawn dates.
BEFORE: Final = parse_cut("1000")
AFTER: Final = parse_cut("3000")


def at(entries: list[Entry], perspective: Perspective, axis: Axis, instant: int) -> Perspective:
    """The perspective with another cut along an axis."""
    if axis == "valid":
        return replace(perspective, as_of=instant)
    if axis == "published":
        return replace(perspective, clock="published", as_known_at=instant)
    known = [entry.position for entry in entries if entry.recorded_at <= instant]
    return replace(perspective, position=min(len(known), perspective.position))


def read_answers(
    entries: list[Entry], found: list[FactVersion], seen_from: Perspective, last: str | None
) -> str:
    """A state, a timeline, a list of people, and tallies up to the month `last`, without the perspective's own fields.

    Without `last` there are no tallies.
    """
    opened, corrections = fold_entries(entries)
    assert opened is not None
    itself_ = apply_corrections(opened, corrections, seen_from) if seen_from.position else None
    slice_, known = timeslice(found, seen_from), select_known(found, seen_from)
    tallies = [
        tally(slice_, seen_from, TallyQuery(what=what)).page(None, 1_000)[0]
        for what in (() if last is None else ("released", "held"))
    ]
    answers: list[Any] = [
        itself_ and resolve_state(itself_, slice_, count_facts(known), seen_from),
        list_timeline(found, seen_from, TimelineFilter(begun=True)),
        list_people(
            [each.version for each in slice_], Names.of(slice_), seen_from, PeopleFilter()
        ).page(None, 1_000),
        [{**each, "points": _points(each["points"], last or "")} for each in tallies],
    ]
    for part in (answers[0], *answers[-1]):
        if part:
            del part["perspective"]
    return json.dumps(answers, default=repr)


def _points(points: Any, last: str) -> list[Any]:  # noqa: ANN401 -- JSON is anything
    """The points that begin by a month, without `until`, since the last of them always ends at `as_of`."""
    return [
        {name: part for name, part in point.items() if name != "until"}
        for point in points
        if point["at"] <= last
    ]


def _goes_on(version: FactVersion, first: int, last: int) -> bool:
    """Whether a fact's period has begun, and `as_of` enters another month before its end."""
    if version.record.erased:
        return False
    begun, end = version.record.fact.told
    entered = bucket(min(last, end - 1), "month") > bucket(first, "month")
    return version.record.fact.valid_time.spans and begun <= last and entered


@pytest.mark.parametrize("axis", get_args(Axis))
@settings(SOME)
@given(entries=histories(), data=st.data())
def test_between_two_neighbouring_moments_no_answer_changes(
    axis: Axis, entries: list[Entry], data: st.DataObject
) -> None:
    drawn = data.draw(perspectives(len(entries)))
    perspective = replace(drawn, as_known_at=None) if axis == drawn.clock else drawn
    versions = fold_versions(entries)
    instants = sorted(
        {
            at
            for _, at in find_boundaries(
                versions, list_recorded(entries), NEGOTIATION, perspective, axis
            )
        }
    )
    within = [instant for instant in instants if BEFORE < instant < AFTER]
    pairs = list(pairwise((BEFORE, *within, AFTER)))
    for one, other in data.draw(st.lists(st.sampled_from(pairs), max_size=4, unique=True)):
        first, last = (at(entries, perspective, axis, each) for each in (one, other - 1))
        month: str | None = bucket_name(bucket(first.as_of, "month"), "month")
        if any(_goes_on(each, first.as_of, last.as_of) for each in versions):
            month = None  # with each month that `as_of` enters, the event may have been in one month more
        told = (read_answers(entries, versions, each, month) for each in (first, last))
        assert next(told) == next(told), (one, other)


@settings(SOME)
@given(entries=histories(), data=st.data())
def test_at_each_moment_of_a_clock_a_fact_is_seen_differently(
    entries: list[Entry], data: st.DataObject
) -> None:
    perspective = replace(data.draw(perspectives(len(entries))), as_known_at=None)
    versions = fold_versions(entries)
    own = list_recorded(entries)
    for axis in ("recorded", "published"):
        for whose, instant in find_boundaries(versions, own, NEGOTIATION, perspective, axis):
            before, after = (
                {each.record.id.hex: each for each in select_known(versions, seen_from)}
                for seen_from in (
                    at(entries, perspective, axis, instant - 1),
                    at(entries, perspective, axis, instant),
                )
            )
            assert whose == NEGOTIATION.hex or before.get(whose) != after.get(whose)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-(2**60), 2**60)), max_size=20),
    st.sampled_from(get_args(By)),
)
def test_a_group_counts_each_fact_once_and_its_name_cuts_at_its_end(
    found: list[Any], by: By
) -> None:
    for moment in group_moments(found, by):
        mine = {whose for whose, at in found if bucket(at, by) == moment.at}
        assert moment.changes == len(mine)
        last = parse_cut(moment.format(by))
        assert bucket(last, by) == moment.at
        assert bucket(last + 1, by) == moment.at + 1


def test_an_instant_is_named_as_itself_and_no_bound_is_a_moment() -> None:
    assert Moment(DAY, 1).format(None) == "1970-01-02T00:00:00.000000Z"
    assert group_moments([(NEGOTIATION.hex, DAY), (NEGOTIATION.hex, DAY)], None) == [Moment(DAY, 1)]
    assert END not in {moment.at for moment in group_moments([], None)}


@given(
    published=st.lists(st.none() | st.integers(0, 3).map(lambda n: f"2025-06-0{n + 1}"), min_size=1)
)
def test_the_citations_that_are_shown_change_at_the_times_found(
    published: list[str | None],
) -> None:
    cited = tuple(Citation(publisher=f"P{n}", published=at) for n, at in enumerate(published))
    told = fact("release", citations=cited)
    cuts = [parse_cut(f"2025-06-0{day}") for day in range(1, 7)]
    cuts += [at for each in cited if (at := each.published_at) is not None]
    cuts = sorted({near for cut in cuts for near in (cut - 1, cut)})
    changing = [
        after
        for before, after in pairwise(cuts)
        if limit_citations(told, before) != limit_citations(told, after)
    ]
    assert find_citation_times(told) == changing
