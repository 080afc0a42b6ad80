"""Compare the answers of a reading of the database with those of the fold over the same events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from domain.errors import ErasedError, NotYetKnownError, UnknownError, WithdrawnError
from domain.named import Named, text_of
from domain.time.perspective import Perspective, PerspectiveQuery
from domain.views.audit import AuditQuery, Change, list_audit
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import add_hints, tally
from domain.views.custody import HELD
from domain.views.diff import SECTIONS, diff
from domain.views.known import timeslices as history
from domain.views.moments import Axis, find_boundaries, free_along
from domain.views.naming import Names
from domain.views.negotiation_changes import apply_corrections, fold_entries, pair_corrections
from domain.views.people import PeopleFilter, list_people
from domain.views.sections import PageQuery, Place
from domain.views.state import count_facts, page_section, resolve_state
from domain.views.timeline import TimelineFilter, list_timeline
from domain.views.versions import FactVersion, Seen, by_valid_time
from tests.strategies import NEGOTIATION, SLUG, list_recorded
from tests.written_log import find_differing

if TYPE_CHECKING:
    from uuid import UUID

    from domain.streams.entry import Entry
    from domain.views.moments import Boundary
    from infrastructure.readers.reading import Reading

#: Tallies of a quantity with a total, of one without, of one that no fact counts, and of facts.
TALLIES: Final = (
    *(TallyQuery(what=what) for what in ("released", "held", "unheard of")),
    TallyQuery(what="released", per="population", parts=True),
    TallyQuery(kind="statement"),
)


def address_past(path: str, place: Place) -> str:
    """The address of what follows a place in a list."""
    return f"{path} past {place}"


def compare_kept(reading: Reading, versions: list[FactVersion], asked: Perspective) -> bool:
    """Compare a reading that caches facts with the fold; gives whether it had cached some."""
    pinned = reading.perspective(query_of(asked))
    known, slice_ = history.select_known(versions, asked), history.timeslice(versions, asked)
    talks = reading.negotiation(SLUG)
    sections = reading.sections(NEGOTIATION, pinned)
    assert sections.state(talks, None) == resolve_state(talks, slice_, count_facts(known), pinned)
    assert sections.list_standing() == slice_
    compare_tallies(reading, slice_, pinned)
    for path in ("prisoners.released", "prisoners.pardoned.uncounted"):
        compare_pages(reading, slice_, path, pinned)
    for status in ("free", HELD):
        compare_people(reading, slice_, pinned, status)
    return sections.facts_kept is not None


def query_of(asked: Perspective) -> PerspectiveQuery:
    return PerspectiveQuery(
        as_of=asked.as_of,
        as_known_at=asked.as_known_at,
        position=asked.position,
        clock=asked.clock,
        match=asked.match,
    )


def compare_slices(
    reading: Reading, versions: list[FactVersion], asked: Perspective, pinned: Perspective
) -> None:
    known, slice_ = history.select_known(versions, asked), history.timeslice(versions, asked)
    assert reading.list_known(NEGOTIATION, pinned) == known
    assert reading.timeslice(NEGOTIATION, pinned) == slice_
    talks = reading.negotiation(SLUG)
    assert reading.state(talks, pinned) == resolve_state(talks, slice_, count_facts(known), pinned)
    compare_tallies(reading, slice_, pinned)


def compare_tallies(reading: Reading, slice_: list[Seen], pinned: Perspective) -> None:
    for query in TALLIES:
        counted = reading.sections(NEGOTIATION, pinned).tally(query)
        by_the_fold = tally(slice_, pinned, query)
        if query.what is not None and not by_the_fold.lists["facts"]:
            by_the_fold = add_hints(by_the_fold, slice_)
        assert counted.page(None, 1000) == by_the_fold.page(None, 1000)


def compare_negotiation(
    reading: Reading, log: list[Entry], asked: Perspective, pinned: Perspective
) -> None:
    opened, corrections = fold_entries(log)
    assert opened is not None
    seen = apply_corrections(opened, corrections, asked)
    assert reading.resolve_negotiation(reading.negotiation(SLUG), pinned) == seen
    if pinned.position:
        assert reading.negotiations(perspective=pinned, after=None, limit=9) == ([seen], False)
    expected = list(pair_corrections(opened, corrections, asked))
    assert reading.changes.of_negotiation(opened, pinned) == expected


def compare_people(reading: Reading, slice_: list[Seen], pinned: Perspective, status: str) -> None:
    named = (name for seen in slice_ for name in seen.version.record.fact.list_names())
    someone = text_of(next(named, status))
    versions, names = [seen.version for seen in slice_], Names.of(slice_)
    for wanted in (PeopleFilter(), PeopleFilter(status=status), PeopleFilter(person=someone)):
        expected = list_people(versions, names, pinned, wanted).page(None, 1_000)
        assert reading.people(NEGOTIATION, pinned, wanted, None).page(None, 1_000) == expected


def compare_pages(reading: Reading, slice_: list[Seen], path: str, pinned: Perspective) -> None:
    expected, none_left = page_section(PageQuery(path, None, 1_000), slice_, pinned, address_past)
    assert none_left is None
    paged: list[object] = []
    place: Place | None = None
    while True:
        page, place = reading.section(NEGOTIATION, PageQuery(path, place, 2), pinned, address_past)
        paged += page
        if place is None:
            break
    assert paged == expected


def compare_timeline(
    reading: Reading,
    versions: list[FactVersion],
    asked: Perspective,
    pinned: Perspective,
    wanted: TimelineFilter,
) -> None:
    expected = list_timeline(versions, asked, wanted)
    assert reading.timeline(NEGOTIATION, pinned, wanted, limit=1_000) == (expected, False)
    paged: list[Seen] = []
    more = True
    while more:
        page, more = reading.timeline(NEGOTIATION, pinned, _turn_page(wanted, paged), limit=2)
        paged += page
    assert paged == expected


def _turn_page(wanted: TimelineFilter, paged: list[Seen]) -> TimelineFilter:
    return replace(wanted, after=by_valid_time(paged[-1])) if paged else wanted


def compare_facts(
    reading: Reading, versions: list[FactVersion], asked: Perspective, pinned: Perspective
) -> None:
    known = {version.record.id: version for version in history.select_known(versions, asked)}
    for id_ in {version.record.id for version in versions}:
        expected = known.get(id_)
        if expected is None:
            with pytest.raises(NotYetKnownError):
                reading.fact(id_, pinned)
        elif expected.record.erased:
            with pytest.raises(ErasedError):
                reading.fact(id_, pinned)
        elif expected.record.status == "retracted":
            with pytest.raises(WithdrawnError):
                reading.fact(id_, pinned)
        else:
            assert reading.fact(id_, pinned) == expected


def compare_history(
    reading: Reading, versions: list[FactVersion], asked: Perspective, pinned: Perspective
) -> None:
    told = history.pair_changes(versions, asked)
    for id_ in {version.record.id for version in versions}:
        mine = [pair for pair in told if pair[1].record.id == id_]
        assert _history(reading, id_, pinned) == mine
    for person in (None, *sorted(_list_everybody(versions))):
        expected = list_audit(versions, asked, person)
        for limit in (None, 2):
            query = AuditQuery(person=person, limit=limit)
            assert _read_audit(reading, pinned, query) == expected
            assert _read_audit(reading, pinned, replace(query, order="newest")) == expected[::-1]


def _list_everybody(versions: list[FactVersion]) -> set[str]:
    """Every name and every id in a version of a fact."""
    left = [version.record for version in versions if not version.record.erased]
    names = {name for record in left for name in record.fact.list_names()}
    return {text_of(name) for name in names} | {n.id for n in names if isinstance(n, Named)}


def _read_audit(reading: Reading, pinned: Perspective, query: AuditQuery) -> list[Change]:
    """The audit, read in pages; checks that only an empty audit has an empty page."""
    paged: list[Change] = []
    more = True
    while more:
        last = paged[-1][1].position if paged else None
        page, more = reading.changes.list_audited(NEGOTIATION, pinned, replace(query, after=last))
        assert page or not (paged or more)
        paged += page
    return paged


def compare_differences(
    reading: Reading, versions: list[FactVersion], from_: Perspective, to: Perspective
) -> None:
    expected = diff(find_differing(versions, from_, to), (from_, to))
    told: dict[str, list[Any]] = {name: [] for name in SECTIONS}
    after, more = 0, True
    while more:
        found, more = reading.changes.read_differing(NEGOTIATION, from_, to, after=after, limit=2)
        page = diff(found, (from_, to))
        told = {name: [*told[name], *page[name]] for name in SECTIONS}
        after = found.after[-1].first_position if more else 0
    assert {**expected, **told} == expected


def list_moments(
    reading: Reading, versions: list[FactVersion], log: list[Entry], asked: Perspective, axis: Axis
) -> tuple[set[Boundary], set[Boundary]]:
    """The boundaries along an axis: (by the reader, by the fold)."""
    pinned = reading.perspective(free_along(axis, query_of(asked)))
    expected = find_boundaries(versions, list_recorded(log), NEGOTIATION, pinned, axis)
    found = reading.sections(NEGOTIATION, pinned).boundaries(axis)
    return set(found), expected


def times_of_events(versions: list[FactVersion], axis: Axis) -> set[Boundary]:
    """Further times that the reader may find: of events that show nothing, such as a citation with a later date."""
    if axis == "valid":
        return set()
    return {
        (version.record.id.hex, version.recorded_at if axis == "recorded" else version.published_at)
        for version in versions
    }


def _history(
    reading: Reading, id_: UUID, pinned: Perspective
) -> list[tuple[FactVersion | None, FactVersion]]:
    paged: list[tuple[FactVersion | None, FactVersion]] = []
    more = True
    while more:
        after = paged[-1][1].record.version if paged else 0
        try:
            page, more = reading.changes.of_fact(id_, pinned, erased=True, after=after, limit=2)
        except UnknownError:
            return []
        paged += page
    return paged
