"""Reads the state of a negotiation, a page of one of its lists, people and tallies, from as few facts as possible.

The bounds of answers tell which keys have an entry (`section_keys`), so only the facts of the entries that are shown
are read (`first_entries`). If bounds tell too little, a whole section is read.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.register import Shape
from domain.views.counting.countable import find_kinds
from domain.views.counting.counted import find_summing
from domain.views.counting.query import TallyQuery
from domain.views.counting.steps import SumSteps
from domain.views.counting.tally import add_hints, tally
from domain.views.known.timeslices import as_seen
from domain.views.people import filter_people, list_people
from domain.views.rivalry.contesting import find_rivals
from domain.views.sections import ROOM_OF_PAGE
from domain.views.state import (
    Section,
    describe_state,
    limit_list,
    list_registers,
    lists_by_path,
    page_answers,
    page_section,
    resolve_state,
)
from domain.views.versions import FactVersion, Seen
from infrastructure.projections.fact_rows import ALWAYS, entry_questions
from infrastructure.projections.stored_versions import versions_in
from infrastructure.projections.tallies import COUNTS, gives_numbers
from infrastructure.readers.moments import read_boundaries
from infrastructure.readers.negotiations import list_snapshots
from infrastructure.readers.similar import select_tied
from infrastructure.readers.state import states
from infrastructure.readers.state.facts_at import FactsAt
from infrastructure.readers.state.first_entries import FirstEntries, with_settlers
from infrastructure.readers.state.named_people import NamedPeople
from infrastructure.readers.state.people_pages import PeoplePages
from infrastructure.readers.state.questions import list_beside
from infrastructure.readers.timeslices import RETRACTED, select_known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from uuid import UUID

    from domain.register import Register
    from domain.streams.negotiation import Negotiation
    from domain.views.answers import Answers
    from domain.views.counting.contributions import Contributions
    from domain.views.counting.tally import Tally
    from domain.views.moments import Axis, Boundary
    from domain.views.naming import Names
    from domain.views.people import PeopleFilter
    from domain.views.sections import Listed, PageQuery, Pages, Place, Rest
    from infrastructure.readers.negotiations import StoredSnapshot
    from infrastructure.readers.state.kept_facts import CountedFacts

MANY: Final = 1_500
"""A first state of at least so many facts is made only from the facts that its entries show and its totals count.

With fewer facts, it is made from all of them, and they are kept at once, which takes about a fifth longer."""


class SectionReader(FactsAt):
    """Reads one negotiation at one perspective: its state, lists, people, rivals, tallies, boundaries and snapshots."""

    def state(self, negotiation: Negotiation, rest: Rest | None) -> dict[str, Any]:
        """The state of the negotiation; `rest` as for `resolve_state`."""
        counts = states.select_counts(self.tables, self.negotiation_id, self.perspective)
        counted = self.connection.execute(counts).mappings().first()
        known = dict(counted) if counted is not None else dict.fromkeys(COUNTS, 0)
        few = known["recorded"] < MANY
        if (facts := self.find_kept(at_once=few)) is not None:
            kept = Section(facts.answers)
            return describe_state(negotiation, lambda _: kept, known, self.perspective, rest)
        if few or rest is None:
            everything = self._slice(self._read_standing())
            return resolve_state(
                negotiation, everything, known, self.perspective, rest, self._names
            )
        return describe_state(negotiation, self._section, known, self.perspective, rest)

    def page(self, page: PageQuery, rest: Rest) -> tuple[list[Any], Place | None]:
        """A page of one list of the state: its items, and the place of the last, as `page_section` gives them."""
        register, _ = lists_by_path()[page.path]
        if register.shape is Shape.TOTAL and (answers := self._total(register)) is not None:
            return page_answers(page, answers, self.perspective, rest)
        after = page.after or ("",)
        of_entries = register.shape is Shape.ENTRIES and len(after) == 1
        kept_page = of_entries and self._first.after(register, str(after[0]), page.limit + 1)
        if not kept_page:
            seen = self._read_seen(section=register.section)
            return page_section(page, seen, self.perspective, rest, self._names)
        entries, answers = kept_page
        listed = limit_list(page.path, answers, self.perspective, rest, entries.places.__contains__)
        return listed.page(None, page.limit, ROOM_OF_PAGE)

    def list_standing(self) -> list[Seen]:
        """All facts that stand, in order of recording."""
        facts = self.facts_kept
        if facts is None:
            return self._read(select_known(self.tables, self.negotiation_id, self.perspective))
        return self._slice(facts.versions.values())

    def people(self, wanted: PeopleFilter, rest: Rest | None) -> Pages:
        """The list of people, as `list_people` gives it."""
        facts = self.facts_kept
        if facts is not None:
            everyone = facts.everyone(wanted.parties)
            return filter_people(everyone, facts.answers, self.perspective, wanted, rest)

        def whole() -> Listed:
            known = self._versions(select_known(self.tables, self.negotiation_id, self.perspective))
            return list_people(known, self._names, self.perspective, wanted, rest)

        named = NamedPeople(*self._of, self.perspective, self._names, wanted.parties)
        if not named.are_listed:
            return whole()
        return PeoplePages(named, wanted, rest, self._of_kinds, whole)

    def _of_kinds(self, kinds: frozenset[str], most: int | None) -> list[FactVersion] | None:
        """The facts of some kinds that stand; None if more than `most` are known."""
        known = select_known(self.tables, self.negotiation_id, self.perspective, kinds)
        if most is not None:
            few = known.with_only_columns(self.tables.version.c.fact_id).order_by(None)
            if len(self.connection.execute(few.limit(most + 1)).all()) > most:
                return None
        return self._versions(known)

    def rivals(self, version: FactVersion) -> list[FactVersion]:
        """The rivals that a version would have if it were recorded, by `find_rivals`."""
        names = self._names
        questions = entry_questions(version.record.fact, names)
        with_beside = [*questions, *list_beside(*self._of, questions)] if questions else []
        seen = self._read_seen(questions=with_beside) if questions else []
        seen += self._read(select_tied(self.tables, version.record, self.perspective))
        return find_rivals(version, seen, self.perspective, names)

    def tally(self, query: TallyQuery) -> Tally:
        """The tally of a query (`counting.tally`); if nothing is counted, with hints at what can be counted."""
        kinds, summing = find_kinds(query), find_summing(query, list_registers())
        answers = None if summing is None else self._total(summing)
        if answers is not None and summing is not None:
            slice_, answered = [], [*answers.at(summing, self.perspective).values()]
        else:
            slice_, answered = self.list_counting(kinds), None
        tallied = tally(slice_, self.perspective, query, *self._kept_of_tallies(kinds), answered)
        if query.what is None or tallied.lists["facts"]:
            return tallied
        return add_hints(tallied, slice_ if kinds is None else self.list_counting(None))

    def sum_steps(self, what: str) -> SumSteps:
        """The totals of `what` up to several instants."""
        kinds = find_kinds(TallyQuery(what=what))
        slice_ = self.list_counting(kinds)
        return SumSteps(slice_, what, self.perspective, *self._kept_of_tallies(kinds))

    def _kept_of_tallies(self, kinds: frozenset[str] | None) -> tuple[Names, Contributions | None]:
        """What tallies of the facts of `kinds` share: names, and what questions add, if the facts are kept."""
        if (facts := self.facts_kept) is not None:
            return facts.answers.names, facts.answers.contributions
        counted = self._counted(kinds)
        return (self._names, None) if counted is None else (counted.names, counted.contributions)

    def list_counting(self, kinds: frozenset[str] | None) -> list[Seen]:
        """The facts of `kinds`, or if that is None, at least all facts that give a number."""
        if kinds is not None and (facts := self.facts_kept) is not None:
            return self._slice(facts.of_kinds(kinds))
        if (counted := self._counted(kinds)) is not None:
            return self._slice(counted.versions)
        known = select_known(self.tables, self.negotiation_id, self.perspective, kinds)
        if kinds is None:
            known = known.where(gives_numbers(self.tables.version.c.content))
        return self._read(known)

    def _section(self, register: Register) -> Section:
        """A section of a first state of many facts."""
        answers = self._total(register) if register.shape is Shape.TOTAL else None
        return self._first.section(register) if answers is None else Section(answers)

    def _total(self, register: Register) -> Answers | None:
        """The kept answers of the facts in a total, or of all facts; None if neither is kept."""
        if (facts := self.facts_kept) is not None:
            return facts.answers
        counted = self._counted(find_kinds(TallyQuery(what=register.summed)))
        return None if counted is None else counted.answers(register)

    def _counted(self, kinds: frozenset[str] | None) -> CountedFacts | None:
        """The kept facts of some kinds, found once; None where they are not kept."""
        if kinds is None:
            return None
        if kinds not in self._counted_by_kinds:
            self._counted_by_kinds[kinds] = self.find_counted(kinds)
        return self._counted_by_kinds[kinds]

    @cached_property
    def _counted_by_kinds(self) -> dict[frozenset[str], CountedFacts | None]:
        return {}

    def notes(self, ids: Collection[UUID]) -> dict[str, str | None]:
        """{id: the editor's note} of those of some facts that stand."""
        facts = self.facts_kept
        if facts is None:
            known = select_known(self.tables, self.negotiation_id, self.perspective)
            of_ids = self.tables.version.c.fact_id.in_([id_.hex for id_ in ids])
            versions = self._versions(known.where(of_ids))
        else:
            versions = [facts.versions[id_] for id_ in ids if id_ in facts.versions]
        return {str(version.record.id): version.record.fact.note for version in versions}

    def boundaries(self, axis: Axis) -> Iterator[Boundary]:
        """The boundaries along an axis, by `read_boundaries`; the perspective has no cut along it."""
        read = self.connection, self.tables, self.negotiation_id, self.perspective
        return read_boundaries(*read, axis)

    def snapshots(self, after: str, limit: int) -> list[StoredSnapshot]:
        """At most `limit` snapshots that were taken by the perspective's position, by name, after the name `after`."""
        read = (self.connection, self.negotiation_id, self.perspective.position)
        return list_snapshots(*read, after, limit)

    @property
    def latest(self) -> Seen | None:
        """The standing fact that was recorded or changed last; its certainty says whether it had begun by `as_of`."""
        columns = self.tables.version.c
        known = select_known(self.tables, self.negotiation_id, self.perspective)
        standing = known.where(columns.status != RETRACTED, ~columns.erased).order_by(None)
        rows = self.connection.execute(standing.order_by(columns.position.desc()).limit(1))
        versions = [as_seen(version, self.perspective) for version in versions_in(rows)]
        if not versions:
            return None
        window = versions[0].record.fact.window
        return Seen(version=versions[0], certainty=window.begun(self.perspective.as_of))

    @cached_property
    def _first(self) -> FirstEntries:
        read = self._read_standing
        return FirstEntries(*self._of, self.perspective, self._names, read, self._settlers)

    def _read_seen(
        self, section: str | None = None, questions: Sequence[str] | None = None
    ) -> list[Seen]:
        """The facts of the state, of a section or of some questions, with the facts that settle others."""
        versions = self._read_standing(section, questions)
        return self._slice(with_settlers(versions, self._settlers))

    @cached_property
    def _settlers(self) -> list[FactVersion]:
        return self._read_standing(questions=ALWAYS)

    def _read_standing(
        self, section: str | None = None, questions: Sequence[str] | None = None
    ) -> list[FactVersion]:
        """The standing facts of the state, of a section or of some questions, by `find_needed`."""
        needed, values = states.find_needed(
            self.tables,
            self.negotiation_id,
            self.perspective,
            sqlite=self.connection.dialect.name == "sqlite",
            section=section,
            questions=questions,
        )
        return self._standing(needed.rows(self.connection, values))
