"""The SQL reader and the pure timeslice give the same answers on random histories and perspectives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, get_args

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

import domain.views.sections
from domain.fact import KINDS, fact_id
from domain.named import Named
from domain.naming import fold_name
from domain.provenance import Link
from domain.streams.entry import Entry
from domain.streams.fact import decide_record
from domain.streams.negotiation import decide_open
from domain.time.perspective import Perspective
from domain.views.custody import HELD
from domain.views.known import timeslices as history
from domain.views.moments import Axis
from domain.views.people import list_statuses
from domain.views.state import count_facts, lists_by_path, resolve_state
from domain.views.timeline import TimelineFilter
from infrastructure.projections.rebuild import rebuild
from infrastructure.readers.state import first_entries, sections
from infrastructure.readers.state.kept_facts import MOST_BYTES, KeptSlices, weigh
from tests.domain.views.test_linked_sources import describe_world, worlds
from tests.drawn_facts import MATTERS, NAMES, PLACES, instants
from tests.examples import fact
from tests.readers.comparing import (
    address_past,
    compare_differences,
    compare_facts,
    compare_history,
    compare_kept,
    compare_negotiation,
    compare_pages,
    compare_people,
    compare_slices,
    compare_timeline,
    list_moments,
    query_of,
    times_of_events,
)
from tests.readers.witnesses import HISTORIES, NOW, PERSPECTIVES, Witnesses
from tests.strategies import NEGOTIATION, SLUG, histories, perspectives

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import DataObject, DrawFn, SearchStrategy

    from domain.fact import Fact
    from domain.time.perspective import Match
    from tests.domain.views.test_linked_sources import World

DAYS: Final = (
    "2025-01-10/..",
    "2025-01-10",
    "2025-01/..",
    "2025-01-10/2025-06-01",
    "2025-03-01/..",
)
MATCHES: Final = st.sampled_from(("possible", "certain"))
ROOMS: Final = st.sampled_from((MOST_BYTES, weigh(4)))
"""How many bytes are kept: enough for all facts, or only for those that a sum counts."""


def filters() -> SearchStrategy[TimelineFilter]:
    """Filters of a timeline."""
    return st.builds(
        TimelineFilter,
        begun=st.booleans(),
        kind=st.none() | st.sampled_from(sorted(KINDS)),
        person=st.none() | st.sampled_from((*NAMES, "JOHN  COALE", "lukasz nowak", "1", "Q3")),
        place=st.none() | st.sampled_from(PLACES),
        matter=st.none() | st.sampled_from(MATTERS).map(fold_name),
        batch=st.none() | st.just("first"),
        from_=st.none() | instants(),
        to=st.none() | instants(),
        retracted=st.booleans(),
    )


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories(), data=st.data())
def test_both_witnesses_say_the_same(
    witnesses: Witnesses, entries: list[Entry], data: DataObject
) -> None:
    cuts = data.draw(st.lists(st.integers(1, len(entries)), max_size=3))
    versions = witnesses.take(entries, cuts)
    for _ in range(PERSPECTIVES):
        asked = data.draw(perspectives(len(entries)))
        wanted = data.draw(filters())
        for reading in witnesses.reading():
            pinned = reading.perspective(query_of(asked))
            assert pinned.position <= asked.position
            compare_slices(reading, versions, asked, pinned)
            compare_negotiation(reading, witnesses.entries(), asked, pinned)
            listed = data.draw(st.sampled_from(sorted(lists_by_path())))
            compare_pages(reading, history.timeslice(versions, asked), listed, pinned)
            status = data.draw(st.sampled_from(list_statuses()))
            compare_people(reading, history.timeslice(versions, asked), pinned, status)
            compare_timeline(reading, versions, asked, pinned, wanted)
            compare_facts(reading, versions, asked, pinned)
            compare_history(reading, versions, asked, pinned)
            earlier = _move_earlier(data.draw(perspectives(len(entries))), pinned)
            compare_differences(reading, versions, reading.perspective(query_of(earlier)), pinned)
            axis = data.draw(st.sampled_from(get_args(Axis)))
            found, expected = list_moments(reading, versions, witnesses.entries(), asked, axis)
            assert found >= expected
            recorded = [version for version in versions if version.position <= asked.position]
            assert found - expected <= times_of_events(recorded, axis)


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES * 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories(), most=st.integers(1, 3), data=st.data())
def test_first_entries_and_their_counts_are_those_of_the_fold(
    witnesses: Witnesses,
    monkeypatch: pytest.MonkeyPatch,
    entries: list[Entry],
    most: int,
    data: DataObject,
) -> None:
    monkeypatch.setattr(sections, "MANY", 0)
    for module in (first_entries, domain.views.sections):
        monkeypatch.setattr(module, "MOST", most)
    versions = witnesses.take(entries, [])
    for _ in range(PERSPECTIVES):
        asked = data.draw(perspectives(len(entries)))
        for reading in witnesses.reading():
            pinned = reading.perspective(query_of(asked))
            known, slice_ = (
                history.select_known(versions, asked),
                history.timeslice(versions, asked),
            )
            talks = reading.negotiation(SLUG)
            expected = resolve_state(talks, slice_, count_facts(known), pinned, address_past)
            assert reading.state(talks, pinned, address_past) == expected


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES * 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories(), data=st.data())
def test_what_is_kept_says_the_same(
    witnesses: Witnesses, entries: list[Entry], data: DataObject
) -> None:
    kept, moves = KeptSlices(data.draw(ROOMS)), 0
    cuts = data.draw(st.lists(st.integers(1, len(entries)), min_size=1, max_size=3))
    for versions in witnesses.take_in_turns(entries, cuts):
        for _ in range(3):
            drawn = data.draw(perspectives(versions[-1].position if versions else 1))
            for as_of in (drawn.as_of, *data.draw(st.lists(instants(), min_size=2, max_size=2))):
                asked = replace(drawn, as_of=as_of)
                for reading in witnesses.reading(kept):
                    moves += compare_kept(reading, versions, asked)
    note(f"answers by what was kept: {moves}")


@st.composite
def draw_held(draw: DrawFn) -> Fact:
    """A fact that one of two people, perhaps of one name, is held somewhere, freed or pardoned; or a denial of one."""
    if not draw(st.integers(0, 3)):
        denied = fact_id(NEGOTIATION, f"drawn {draw(st.integers(0, 5))}")
        link = Link(relation="conflicts_with", fact=f"{denied}")
        valid = draw(st.sampled_from(("2025-01-10", "2025-03")))
        return fact("statement", valid=valid, links=(link,))
    person = draw(st.sampled_from((NAMES[0], NAMES[0], Named(name=NAMES[0], id="1"))))
    valid = draw(st.sampled_from(DAYS))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(("release", "release", "pardon")))
        granted = {"granted_by": "Lukashenka"} if kind == "pardon" else {}
        return fact(
            kind, people=(person,), valid=draw(st.sampled_from((valid[:7], valid))), **granted
        )
    status = draw(st.sampled_from(("detained", "sentenced", "transferred", "charged")))
    place = draw(st.none() | st.sampled_from(("Minsk", "Gomel", "prison No. 1, Minsk")))
    matter = draw(st.none() | st.just("m"))
    return fact("custody", person=person, valid=valid, status=status, place=place, matter=matter)


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES * 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(others=st.lists(draw_held(), min_size=1, max_size=4), as_of=instants(), match=MATCHES)
def test_both_say_the_same_of_people_who_have_one_name(
    witnesses: Witnesses, others: list[Fact], as_of: int, match: Match
) -> None:
    both = (fact("custody", person=NAMES[0], valid=DAYS[0], place=place) for place in PLACES[:2])
    log = _log_of((*both, *others))
    versions = witnesses.take(log, [])
    for at in (as_of, NOW):
        asked = Perspective(
            as_of=at, as_known_at=None, clock="recorded", match=match, position=len(log)
        )
        for reading in witnesses.reading():
            pinned = reading.perspective(query_of(asked))
            compare_slices(reading, versions, asked, pinned)
            slice_ = history.timeslice(versions, asked)
            compare_pages(reading, slice_, "custody", pinned)
            for status in ("free", HELD):
                compare_people(reading, slice_, pinned, status)


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES * 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), cut=st.integers(2, 12), as_of=instants(), match=MATCHES, room=ROOMS)
def test_both_say_the_same_of_reports_that_links_tie(
    witnesses: Witnesses, world: World, cut: int, as_of: int, match: Match, room: int
) -> None:
    note(describe_world(world))
    kept = KeptSlices(room)
    for versions in witnesses.take_in_turns(_log_of(world.facts), [cut]):
        for at in (as_of, NOW, NOW):
            last = versions[-1].position
            asked = Perspective(
                as_of=at, as_known_at=None, clock="recorded", match=match, position=last
            )
            for reading in witnesses.reading(kept):
                compare_kept(reading, versions, asked)
                compare_slices(reading, versions, asked, reading.perspective(query_of(asked)))


def _log_of(facts: Iterable[Fact]) -> list[Entry]:
    """A log of a negotiation and some facts."""
    opening = decide_open(slug=SLUG, title="Talks", parties=(), summary=None, actor="desk")
    recorded = (
        decide_record(
            fact_id=fact_id(NEGOTIATION, each.external_id or f"drawn {number}"),
            negotiation_id=NEGOTIATION,
            fact=each,
            actor="desk",
        )
        for number, each in enumerate(facts)
    )
    return [
        Entry(position=at, recorded_at=at, event=event)
        for at, event in enumerate((opening, *recorded), 1)
    ]


def _move_earlier(drawn: Perspective, pinned: Perspective) -> Perspective:
    """The earlier cut of a diff that ends at `pinned`."""
    return replace(pinned, as_known_at=drawn.as_known_at or pinned.as_known_at)


@settings(
    max_examples=HISTORIES // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories())
def test_a_rebuild_gives_what_was_serving(witnesses: Witnesses, entries: list[Entry]) -> None:
    versions = witnesses.take(entries, [3])
    report = rebuild(witnesses.database, witnesses.ledger.codec)
    assert report.differences == ()
    assert report.position == len(entries)
    everything = Perspective(
        as_of=NOW, as_known_at=None, clock="recorded", match="possible", position=len(entries)
    )
    for reading in witnesses.reading():
        found = reading.list_known(NEGOTIATION, everything)
        assert found == history.select_known(versions, everything)
