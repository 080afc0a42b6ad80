"""The cache of a record's facts is filled once, is bounded, and does not grow with the number of questions."""

from __future__ import annotations

import gc
import pickle
from itertools import pairwise
from typing import TYPE_CHECKING
from weakref import ref

import pytest

from domain.kinds.prisoners import CUSTODY, RELEASED
from domain.streams.negotiation import evolve
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective, PerspectiveQuery
from domain.views.answers import Answers
from domain.views.counting.parts import Part
from domain.views.counting.query import TallyQuery
from domain.views.known.timeslices import fold_versions
from domain.views.naming import Names
from domain.views.people import Everyone, PeopleFilter, filter_people
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.keyed import MOST_MADE, Course, Keyed
from domain.views.sections import PageQuery
from domain.views.state import Section, describe_state
from infrastructure.readers.reading import Reading
from infrastructure.readers.state.kept_facts import CountedFacts, KeptFacts, KeptSlices, weigh
from infrastructure.readers.state.sections import SectionReader
from infrastructure.tables.facts import serving_tables
from tests.examples import NEGOTIATION, OPENED, OWNER, fact
from tests.readers.witnesses import NOW, Witnesses
from tests.written_log import Log

if TYPE_CHECKING:
    from domain.views.rivalry.answered import Answered


def test_what_is_made_of_facts_under_one_key_does_not_grow_with_the_questions() -> None:
    log = Log()
    for day in range(1, 31):
        log.record(fact("custody", valid=f"2025-01-{day:02}"))
    versions = fold_versions(log.entries)
    answers = Answers.of(versions, Names(()), CUSTODY, keep="possible")
    for day in range(1, 31):
        assert len(answers.at(CUSTODY, _make_perspective(f"2025-01-{day:02}"))) == 1
    mine = {version.record.id for version in versions}
    held = [each for each in gc.get_objects() if isinstance(each, Candidate) and each.id in mine]
    assert len(held) <= (MOST_MADE + 1) * len(versions)


def test_from_one_day_to_another_only_keys_that_may_differ_are_resolved() -> None:
    log = Log()
    for day in range(1, 31):
        log.record(fact("custody", person=f"Ihar {day}", valid=f"2025-01-{day:02}/.."))
    answers = Answers.of(fold_versions(log.entries), Names(()), CUSTODY)
    course, resolved = Course(answers.keyed[CUSTODY], answers.settlers), list[int]()
    for day in (1, 20, 21, 20, 20, 30, 1):
        made = list[Keyed]()

        def make(keyed: Keyed, day: int = day, made: list[Keyed] = made) -> Answered | None:
            made.append(keyed)
            at = _make_perspective(f"2025-01-{day:02}")
            of_key = Answers(answers.names, answers.settlers, {CUSTODY: {("",): keyed}})
            return of_key.at(CUSTODY, at).get(("",))

        at = _make_perspective(f"2025-01-{day:02}")
        assert list(course.at(at.as_of, make)) == list(answers.at(CUSTODY, at))
        resolved.append(len(made))
    assert resolved == [30, 19, 1, 1, 0, 10, 29]


def test_what_is_made_of_a_total_does_not_grow_with_the_questions() -> None:
    log = Log()
    for number in range(10):
        log.record(fact("release", people=(f"Ihar {number}",), valid="2025-01-01"))
    answers = Answers.of(fold_versions(log.entries), Names(()), keep="possible")
    talks = evolve(None, OPENED)
    for day in range(1, 31):
        at = _make_perspective(f"2025-01-{day:02}")
        state = describe_state(talks, lambda _: Section(answers), {}, at, lambda *_: "")
        assert len(state["prisoners"]["released"]["parts"]) == 10
    gc.collect()
    parts = [each for each in gc.get_objects() if isinstance(each, Part)]
    assert len(parts) <= 31 * MOST_MADE


def test_from_one_day_to_another_only_groups_of_a_total_that_may_differ_are_added_up() -> None:
    log = Log()
    for day in range(1, 31):
        matter = "wave" if day in (3, 4, 5) else None
        log.record(fact("release", valid=f"2025-01-{day:02}", matter=matter))
    versions = fold_versions(log.entries)
    answers = Answers.of(versions, Names(()), keep="possible")
    groups = [
        [*answers.at(RELEASED, _make_perspective(f"2025-01-{day:02}")).values()]
        for day in (20, 21, 30)
    ]
    assert [len(each) for each in groups] == [18, 19, 28]
    for before, after in pairwise(groups):
        new = len(after) - len(before)
        assert len([each for each in after if all(each is not kept for kept in before)]) == new
    last = versions[-1]
    changed = answers.after([(last, None)])
    assert changed is not None
    left = [*changed.at(RELEASED, _make_perspective("2025-01-30")).values()]
    assert len(left) == 27
    assert all(any(each is kept for kept in groups[-1]) for each in left)


def test_a_name_that_is_asked_for_is_not_kept_with_those_of_the_record() -> None:
    log = Log()
    log.record(fact("custody"))
    versions = fold_versions(log.entries)
    everyone = Everyone(versions, Names(()), ())
    answers = Answers.of(versions, everyone.names, keep="possible")
    for wanted, found in (("Ihar Losik", 1), ("Nobody Ever", 0)):
        asked = PeopleFilter(person=wanted)
        listed = filter_people(everyone, answers, _make_perspective("2026"), asked, None)
        assert len(listed.places) == found
    kept = pickle.dumps((everyone, answers.names))
    assert b"Ihar Losik" in kept
    assert b"Nobody Ever" not in kept


def test_perspectives_by_turns_do_not_make_everything_be_read_each_time(
    witnesses: Witnesses,
) -> None:
    log, kept, read = Log(), KeptSlices(), list[int]()
    log.record(fact("custody"))
    for name in ("John Cole", "Johnny Coale"):
        log.record(fact("alias", name=name))
    witnesses.take(log.entries, [])

    class Counting(SectionReader):
        def read_facts(self) -> KeptFacts:
            read.append(self.last_change)
            return super().read_facts()

    def ask(position: int) -> bool:
        asked = PerspectiveQuery(as_of=parse_cut("2026"), position=position)
        with witnesses.database.reading() as connection:
            reading = Reading(connection, witnesses.ledger.codec, NOW, OWNER)
            at = reading.perspective(asked)
            read_by = connection, serving_tables(connection), NEGOTIATION, at, kept
            facts = Counting(*read_by).facts_kept
            expected = [seen.version for seen in reading.timeslice(NEGOTIATION, at)]
            return facts is not None and [*facts.versions.values()] == expected

    assert [ask(position) for position in 3 * (2, 3, 4)] == 3 * [False, True, False]
    assert read == [3]
    assert ask(4) is True
    assert read == [3, 4]


def test_facts_with_too_many_answers_are_not_kept(witnesses: Witnesses) -> None:
    log = Log()
    log.record(fact("release", people=tuple(f"Ihar {number}" for number in range(20))))
    witnesses.take(log.entries, [])
    for room, kept in ((weigh(3, 30), True), (weigh(3, 10), False)):
        slices = KeptSlices(room)
        for _ in range(2):
            for reading in witnesses.reading(slices):
                at = reading.perspective(PerspectiveQuery(as_of=parse_cut("2026")))
                found = reading.sections(NEGOTIATION, at).facts_kept
        assert (found is not None) is kept


@pytest.mark.parametrize(("room", "times"), [(weigh(20), 0), (weigh(8), 1), (weigh(2), 1)])
def test_of_a_record_too_large_to_keep_the_counted_facts_are_kept_until_it_changes(
    witnesses: Witnesses, room: int, times: int
) -> None:
    """There is room for all facts, for those that a sum counts, or for neither; these are read once to find out."""
    log, slices, read = Log(), KeptSlices(room), list[int]()
    for number in range(3):
        log.record(fact("release", people=(f"Ihar {number}",), valid="2025-01-01"))
        log.record(fact("custody", person=f"Maria {number}"))
        log.record(fact("statement", speaker=f"Maria {number}"))
    before = len(log.entries)
    olga = log.record(fact("release", people=("Olga",), valid="2025-02-01"))

    class Counting(SectionReader):
        def read_counted(self, kinds: frozenset[str]) -> CountedFacts:
            read.append(self.last_change)
            return super().read_counted(kinds)

    def ask(day: str) -> tuple[str, int]:
        with witnesses.database.reading() as connection:
            reading = Reading(connection, witnesses.ledger.codec, NOW, OWNER)
            at = reading.perspective(PerspectiveQuery(as_of=parse_cut(day)))
            sections = Counting(connection, serving_tables(connection), NEGOTIATION, at, slices)
            text = sections.tally(TallyQuery(what="released")).content["total"]["text"]
            page = PageQuery("prisoners.released.facts", None, 9)
            return text, len(sections.page(page, lambda *_: "")[0])

    for _ in witnesses.take_in_turns(log.entries, [before]):
        asked = [ask(day) for day in ("2024", "2025-01-02", "2026")]
        assert asked[:2] == [("nothing recorded", 0), ("at least 3", 3)]
    assert asked[2] == ("at least 4", 4)
    assert read == [before, before + 1][: 2 if room == weigh(8) else times]
    record = witnesses.ledger.fact(olga)
    witnesses.ledger.change(record.decide_erase(why="asked", approvers=(), actor="desk"))
    assert ask("2026") == ("at least 3", 3)


def test_of_the_parties_only_the_last_are_kept_with_whom_facts_name() -> None:
    log = Log()
    log.record(fact("custody"))
    versions = {version.record.id: version for version in fold_versions(log.entries)}
    answers = Answers.of(versions.values(), Names(()), keep="possible")
    facts = KeptFacts(_make_perspective("2026"), 2, versions, answers)
    first = ref(facts.everyone(["Belarus"]))
    assert first() is facts.everyone(["Belarus"])
    assert facts.everyone(["Ihar Losik"]).people.keys() == facts.everyone([]).people.keys()
    gc.collect()
    assert first() is None


def _make_perspective(as_of: str) -> Perspective:
    cut = parse_cut(as_of)
    return Perspective(as_of=cut, as_known_at=None, clock="recorded", match="possible", position=31)
