"""The SQL reader and the pure timeslice give the same answers on random histories and perspectives."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast, get_args

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

import domain.views.sections
from domain.errors import ErasedError, NotYetKnownError, UnknownError, WithdrawnError
from domain.fact import KINDS, fact_id
from domain.named import Named, text_of
from domain.naming import fold_name
from domain.streams import clock_corrections
from domain.streams.entry import Entry
from domain.streams.event import ClockCorrected
from domain.streams.fact import decide_record
from domain.streams.negotiation import decide_open
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
from domain.views.people import PeopleFilter, list_people, list_statuses
from domain.views.sections import PageQuery, Place
from domain.views.state import count_facts, lists_by_path, page_section, resolve_state
from domain.views.timeline import TimelineFilter, list_timeline
from domain.views.versions import FactVersion, Seen, by_valid_time
from infrastructure.ledger import StoredLedger
from infrastructure.log.clock_corrections import wrong_times
from infrastructure.projections.rebuild import rebuild
from infrastructure.readers.reading import Reading
from infrastructure.readers.state import first_entries, sections
from infrastructure.readers.state.kept_facts import KeptSlices
from infrastructure.tables.facts import SIDES
from infrastructure.tables.record import (
    change_request,
    event,
    log_head,
    negotiation,
    negotiation_correction,
    snapshot,
)
from tests.databases import open_database
from tests.domain.views.test_linked_sources import told_in, worlds
from tests.drawn_facts import MATTERS, NAMES, PLACES, instants
from tests.examples import OWNER, fact
from tests.strategies import NEGOTIATION, SLUG, histories, itself, perspectives
from tests.thorough import often
from tests.written_log import differing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from hypothesis.strategies import DataObject, DrawFn, SearchStrategy

    from domain.fact import Fact
    from domain.time.perspective import Match
    from domain.views.moments import Boundary
    from infrastructure.log.recorder import EventRecorder
    from tests.domain.views.test_linked_sources import World

#: Histories drawn on each database: others each time, many in the long form. Several perspectives are asked of each.
HISTORIES: Final = often(8, 1_500)
PERSPECTIVES: Final = 4
#: What a kind has a total of, what no kind has one of, what nobody counts, and facts.
TALLIES: Final = (
    *(TallyQuery(what=what) for what in ("released", "held", "unheard of")),
    TallyQuery(what="released", per="population", parts=True),
    TallyQuery(kind="statement"),
)
DAYS: Final = (
    "2025-01-10/..",
    "2025-01-10",
    "2025-01/..",
    "2025-01-10/2025-06-01",
    "2025-03-01/..",
)
MATCHES: Final = st.sampled_from(("possible", "certain"))
NOW: Final = 1_800_000_000_000_000
YEARS: Final = 10 * 365 * 86_400_000_000


class Witnesses:
    """A database that takes one history after another, and the fold over what it took."""

    def __init__(self, url: str) -> None:
        self.now = 0
        self.database = open_database(url, clock=lambda: self.now)
        self.ledger = StoredLedger(self.database)

    def take(self, entries: list[Entry], cuts: list[int]) -> list[FactVersion]:
        """Record a history from an empty log on, in batches that end at `cuts`; its versions by the fold."""
        *_, versions = self.take_in_turns(entries, cuts)
        return versions

    def take_in_turns(self, entries: list[Entry], cuts: list[int]) -> Iterator[list[FactVersion]]:
        """Record a history as `take` does, and give the versions after each batch."""
        self._forget()
        edges = sorted({0, *(cut for cut in cuts if cut < len(entries)), len(entries)})
        for start, end in itertools.pairwise(edges):
            self.now = entries[start].recorded_at
            self.ledger.append([entry.event for entry in entries[start:end]])
            yield history.fold_versions(self.entries())

    def take_by_a_wrong_clock(self, entries: list[Entry], first: int, last: int) -> list[Entry]:
        """Record a history of which positions `first` to `last` are by a clock that is years ahead; the log then.

        That they are wrong is said after them.
        """
        self.take(entries[: first - 1], [])
        self.now = entries[first - 1].recorded_at + YEARS
        for entry in entries[first - 1 : last]:
            self.ledger.append([entry.event])
        self.now = entries[last - 1].recorded_at
        with self.database.reading() as connection:
            seen = wrong_times(connection, self.now)
        assert seen is not None
        recorder = cast("EventRecorder", self.ledger.recorder)
        recorder.correct_clock(seen, why="it was wrong", actor="desk")
        for entry in entries[last:]:
            self.now = entry.recorded_at + 1
            self.ledger.append([entry.event])
        return self.entries()

    def withdraw(self, now: int) -> list[Entry]:
        """Say that the last correction of the clock is void; the log then."""
        self.now = now
        recorder = cast("EventRecorder", self.ledger.recorder)
        corrections = [entry for entry in self.entries() if isinstance(entry.event, ClockCorrected)]
        recorder.withdraw_correction(corrections[-1].position, why="it was right", actor="desk")
        return self.entries()

    def reading(self, kept: KeptSlices | None = None) -> Iterator[Reading]:
        """One snapshot of the database."""
        with self.database.reading() as connection:
            yield Reading(connection, self.ledger.codec, NOW, OWNER, kept=kept)

    def entries(self) -> list[Entry]:
        """The log."""
        with self.database.reading() as connection:
            found = Reading(connection, self.ledger.codec, NOW, OWNER).entries(after=0, limit=1_000)
        return [
            Entry(position=entry.id, recorded_at=entry.recorded_at, event=event)
            for entry, event in found
        ]

    def _forget(self) -> None:
        with self.database.writing() as connection:
            for side in SIDES.values():
                for table in side.all:
                    connection.execute(table.delete())
            for table in (snapshot, change_request, negotiation_correction, negotiation, event):
                connection.execute(table.delete())
            connection.execute(log_head.update().values(position=0, recorded_at=0))


@pytest.fixture
def witnesses(database_url: str) -> Iterator[Witnesses]:
    """Both witnesses, on each database."""
    found = Witnesses(database_url)
    yield found
    found.database.close()


def filters() -> SearchStrategy[TimelineFilter]:
    """What a timeline may be asked to keep."""
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
            pinned = reading.perspective(_query(asked))
            assert pinned.position <= asked.position
            _same_slices(reading, versions, asked, pinned)
            _same_negotiation(reading, witnesses.entries(), asked, pinned)
            listed = data.draw(st.sampled_from(sorted(lists_by_path())))
            _same_pages(reading, history.timeslice(versions, asked), listed, pinned)
            status = data.draw(st.sampled_from(list_statuses()))
            _same_people(reading, history.timeslice(versions, asked), pinned, status)
            _same_timeline(reading, versions, asked, pinned, wanted)
            _same_facts(reading, versions, asked, pinned)
            _same_history(reading, versions, asked, pinned)
            earlier = _earlier(data.draw(perspectives(len(entries))), pinned)
            _same_differences(reading, versions, reading.perspective(_query(earlier)), pinned)
            axis = data.draw(st.sampled_from(get_args(Axis)))
            found, expected = _moments(reading, versions, witnesses.entries(), asked, axis)
            assert found >= expected
            recorded = [version for version in versions if version.position <= asked.position]
            assert found - expected <= _times_of_events(recorded, axis)


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
            pinned = reading.perspective(_query(asked))
            known, slice_ = (
                history.select_known(versions, asked),
                history.timeslice(versions, asked),
            )
            talks = reading.negotiation(SLUG)
            expected = resolve_state(talks, slice_, count_facts(known), pinned, _past)
            assert reading.state(talks, pinned, _past) == expected


def _past(path: str, place: Place) -> str:
    """An address of what follows a place in a list."""
    return f"{path} past {place}"


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
    kept, moves = KeptSlices(), 0
    cuts = data.draw(st.lists(st.integers(1, len(entries)), min_size=1, max_size=3))
    for versions in witnesses.take_in_turns(entries, cuts):
        for _ in range(3):
            drawn = data.draw(perspectives(versions[-1].position if versions else 1))
            for as_of in (drawn.as_of, *data.draw(st.lists(instants(), min_size=2, max_size=2))):
                asked = replace(drawn, as_of=as_of)
                for reading in witnesses.reading(kept):
                    moves += _same_kept(reading, versions, asked)
    note(f"answers by what was kept: {moves}")


@st.composite
def held(draw: DrawFn) -> Fact:
    """One of two people, perhaps of one name, is held somewhere, or freed."""
    person = draw(st.sampled_from((NAMES[0], NAMES[0], Named(name=NAMES[0], id="1"))))
    valid = draw(st.sampled_from(DAYS))
    if draw(st.booleans()):
        return fact("release", people=(person,), valid=valid[:7])
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
@given(others=st.lists(held(), min_size=1, max_size=4), as_of=instants(), match=MATCHES)
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
            pinned = reading.perspective(_query(asked))
            _same_slices(reading, versions, asked, pinned)
            slice_ = history.timeslice(versions, asked)
            _same_pages(reading, slice_, "custody", pinned)
            for status in ("free", HELD):
                _same_people(reading, slice_, pinned, status)


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES * 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds(), cut=st.integers(2, 12), as_of=instants(), match=MATCHES)
def test_both_say_the_same_of_reports_that_links_tie(
    witnesses: Witnesses, world: World, cut: int, as_of: int, match: Match
) -> None:
    note(told_in(world))
    kept = KeptSlices()
    for versions in witnesses.take_in_turns(_log_of(world.facts), [cut]):
        for at in (as_of, NOW, NOW):
            last = versions[-1].position
            asked = Perspective(
                as_of=at, as_known_at=None, clock="recorded", match=match, position=last
            )
            for reading in witnesses.reading(kept):
                _same_kept(reading, versions, asked)
                _same_slices(reading, versions, asked, reading.perspective(_query(asked)))


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


def _same_kept(reading: Reading, versions: list[FactVersion], asked: Perspective) -> bool:
    """Hold a reading that keeps facts against the fold; whether it had kept some."""
    pinned = reading.perspective(_query(asked))
    known, slice_ = history.select_known(versions, asked), history.timeslice(versions, asked)
    talks = reading.negotiation(SLUG)
    sections = reading.sections(NEGOTIATION, pinned)
    assert sections.state(talks, None) == resolve_state(talks, slice_, count_facts(known), pinned)
    assert sections.list_standing() == slice_
    for status in ("free", HELD):
        _same_people(reading, slice_, pinned, status)
    return sections.facts_kept is not None


@pytest.mark.either_database
@settings(
    max_examples=HISTORIES // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=histories(), data=st.data())
def test_both_say_the_same_where_a_clock_was_wrong(
    witnesses: Witnesses, entries: list[Entry], data: DataObject
) -> None:
    assume(len(entries) > 1)
    first = data.draw(st.integers(2, len(entries)))
    last = data.draw(st.integers(first, len(entries)))
    log = witnesses.take_by_a_wrong_clock(entries, first, last)
    said = log[last].recorded_at
    known = [said - 1, said, said + YEARS]
    if data.draw(st.booleans()):
        late = max(each.recorded_at for each in log)
        log = witnesses.withdraw(late + 1)
        known += [late - 1, late, late + 1]
    versions = history.fold_versions(log)
    cuts = st.sampled_from(known) | instants()
    for _ in range(PERSPECTIVES):
        drawn = data.draw(perspectives(len(log)))
        known_at = data.draw(st.none() | cuts)
        asked = replace(
            drawn,
            as_known_at=known_at,
            corrections=clock_corrections.corrections(log, drawn.position),
        )
        for reading in witnesses.reading():
            pinned = reading.perspective(_query(asked))
            assert pinned.position <= asked.position
            _same_slices(reading, versions, asked, pinned)
            _same_negotiation(reading, log, asked, pinned)
            _same_facts(reading, versions, asked, pinned)
            _same_history(reading, versions, asked, pinned)
            for axis in get_args(Axis):
                found, expected = _moments(reading, versions, log, asked, axis)
                assert found >= expected
    rebuilt = rebuild(witnesses.database, witnesses.ledger.codec)
    assert rebuilt.differences == ()


def _earlier(drawn: Perspective, pinned: Perspective) -> Perspective:
    """A perspective as the earlier cut of a diff has it."""
    return replace(pinned, as_known_at=drawn.as_known_at or pinned.as_known_at)


def _query(asked: Perspective) -> PerspectiveQuery:
    return PerspectiveQuery(
        as_of=asked.as_of,
        as_known_at=asked.as_known_at,
        position=asked.position,
        clock=asked.clock,
        match=asked.match,
    )


def _same_slices(
    reading: Reading, versions: list[FactVersion], asked: Perspective, pinned: Perspective
) -> None:
    known, slice_ = history.select_known(versions, asked), history.timeslice(versions, asked)
    assert reading.list_known(NEGOTIATION, pinned) == known
    assert reading.timeslice(NEGOTIATION, pinned) == slice_
    talks = reading.negotiation(SLUG)
    assert reading.state(talks, pinned) == resolve_state(talks, slice_, count_facts(known), pinned)
    for query in TALLIES:
        counted = reading.sections(NEGOTIATION, pinned).tally(query)
        by_the_fold = tally(slice_, pinned, query)
        if query.what is not None and not by_the_fold.lists["facts"]:
            by_the_fold = add_hints(by_the_fold, slice_)
        assert counted.page(None, 1000) == by_the_fold.page(None, 1000)


def _same_negotiation(
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


def _same_people(reading: Reading, slice_: list[Seen], pinned: Perspective, status: str) -> None:
    named = (name for seen in slice_ for name in seen.version.record.fact.list_names())
    someone = text_of(next(named, status))
    versions, names = [seen.version for seen in slice_], Names.of(slice_)
    for wanted in (PeopleFilter(), PeopleFilter(status=status), PeopleFilter(person=someone)):
        expected = list_people(versions, names, pinned, wanted).page(None, 1_000)
        assert reading.people(NEGOTIATION, pinned, wanted, None).page(None, 1_000) == expected


def _same_pages(reading: Reading, slice_: list[Seen], path: str, pinned: Perspective) -> None:
    expected, none_left = page_section(PageQuery(path, None, 1_000), slice_, pinned, _past)
    assert none_left is None
    paged: list[object] = []
    place: Place | None = None
    while True:
        page, place = reading.section(NEGOTIATION, PageQuery(path, place, 2), pinned, _past)
        paged += page
        if place is None:
            break
    assert paged == expected


def _same_timeline(
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
        page, more = reading.timeline(NEGOTIATION, pinned, _after(wanted, paged), limit=2)
        paged += page
    assert paged == expected


def _after(wanted: TimelineFilter, paged: list[Seen]) -> TimelineFilter:
    return replace(wanted, after=by_valid_time(paged[-1])) if paged else wanted


def _same_facts(
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


def _same_history(
    reading: Reading, versions: list[FactVersion], asked: Perspective, pinned: Perspective
) -> None:
    told = history.pair_changes(versions, asked)
    for id_ in {version.record.id for version in versions}:
        mine = [pair for pair in told if pair[1].record.id == id_]
        assert _history(reading, id_, pinned) == mine
    for person in (None, *sorted(_everybody(versions))):
        expected = list_audit(versions, asked, person)
        for limit in (None, 2):
            query = AuditQuery(person=person, limit=limit)
            assert _audited(reading, pinned, query) == expected
            assert _audited(reading, pinned, replace(query, order="newest")) == expected[::-1]


def _everybody(versions: list[FactVersion]) -> set[str]:
    """Every name, and every id, that some version of a fact has."""
    left = [version.record for version in versions if not version.record.erased]
    names = {name for record in left for name in record.fact.list_names()}
    return {text_of(name) for name in names} | {n.id for n in names if isinstance(n, Named)}


def _audited(reading: Reading, pinned: Perspective, query: AuditQuery) -> list[Change]:
    """The audit in pages, of which each has something and none begins in vain."""
    paged: list[Change] = []
    more = True
    while more:
        last = paged[-1][1].position if paged else None
        page, more = reading.changes.list_audited(NEGOTIATION, pinned, replace(query, after=last))
        assert page or not (paged or more)
        paged += page
    return paged


def _same_differences(
    reading: Reading, versions: list[FactVersion], from_: Perspective, to: Perspective
) -> None:
    expected = diff(differing(versions, from_, to), (from_, to))
    told: dict[str, list[Any]] = {name: [] for name in SECTIONS}
    after, more = 0, True
    while more:
        found, more = reading.changes.read_differing(NEGOTIATION, from_, to, after=after, limit=2)
        page = diff(found, (from_, to))
        told = {name: [*told[name], *page[name]] for name in SECTIONS}
        after = found.after[-1].first_position if more else 0
    assert {**expected, **told} == expected


def _moments(
    reading: Reading, versions: list[FactVersion], log: list[Entry], asked: Perspective, axis: Axis
) -> tuple[set[Boundary], set[Boundary]]:
    """The boundaries along an axis by the reader, and by the fold."""
    pinned = reading.perspective(free_along(axis, _query(asked)))
    expected = find_boundaries(versions, itself(log), NEGOTIATION, pinned, axis)
    found = reading.sections(NEGOTIATION, pinned).boundaries(axis)
    return set(found), expected


def _times_of_events(versions: list[FactVersion], axis: Axis) -> set[Boundary]:
    """What the reader may find besides: the times of events of which nothing is seen, as of a citation dated later."""
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
