"""Reads only the facts of a section from which the shown entries are made, and counts the other entries by bounds.

Bounds do not tell whether a key has an entry in three cases: a name in the key is ambiguous, or an ambiguous name may
mean it; its main answers have ended, and others stand aside; or an answer may have been settled. The facts under such
keys are read first. If there are too many of these keys, the whole section is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from sqlalchemy import Connection

from domain.named import names_in_part
from domain.time.perspective import Perspective
from domain.views.answers import Answers
from domain.views.entries import find_entries
from domain.views.naming import AMBIGUOUS, Names
from domain.views.rivalry.special_names import SpecialNames
from domain.views.sections import MOST, Place, place_of
from domain.views.state import Section, list_registers
from domain.views.versions import FactVersion
from infrastructure.projections.fact_rows import PART, fact_named, key_in_question
from infrastructure.readers.state.section_keys import SectionKeys
from infrastructure.tables.facts import FactTables

if TYPE_CHECKING:
    from domain.register import Register

MOST_UNTOLD: Final = 1_000
"""Up to this number, keys are read if bounds do not show whether they have an entry."""
_OF_ALL: Final = 4
"""More such keys are read only if there are at least so many entries for each of them."""


class Read(Protocol):
    """Reads the standing facts from which a section, or the answers to some questions, are made; without settlers."""

    def __call__(
        self, section: str | None = None, questions: Sequence[str] | None = None
    ) -> Sequence[FactVersion]:
        """The facts, in order of recording."""


@dataclass(frozen=True)
class Entries:
    """The places of some successive entries, and the questions that the facts in them answer."""

    places: Collection[Place]
    questions: Sequence[str]


@dataclass(frozen=True)
class _Untold:
    """The keys whose facts were read (`asked`, as in questions), and those of them, resolved, that have an entry.

    `standing`: {a key that has an entry: the keys, as in questions, of the answers that its entry is made from}.
    """

    asked: frozenset[str] = frozenset()
    standing: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _KnownKeys:
    """What is known of the keys of a section; under the keys `alone` only answers that stand aside hold."""

    keys: SectionKeys
    aside: Mapping[str, Collection[str]]
    alone: frozenset[str]
    untold: _Untold

    def after(self, after: str, limit: int) -> Entries:
        """At most `limit` entries after a key."""
        main = self.keys.first(after, limit, without=self.untold.asked)
        start = _by_parts(after) if after else []
        others = {key for key in (*self.alone, *self.untold.standing) if _by_parts(key) > start}
        shown = set(sorted({*main, *others}, key=_by_parts)[:limit])
        asked = shown.union(*(self.untold.standing.get(key, ()) for key in shown))
        return Entries({place_of((key,)) for key in shown}, self.questions(asked))

    def count(self) -> int:
        """How many entries there are."""
        main = self.keys.count(without=self.untold.asked)
        return main + len(self.alone) + len(self.untold.standing)

    def questions(self, keys: Collection[str]) -> list[str]:
        """All questions that facts under some keys answer."""
        return _questions(self.keys, self.aside, keys)


@dataclass(frozen=True)
class FirstEntries:
    """The first entries of sections at one perspective; `settlers` are facts that settle others or call them off."""

    connection: Connection
    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective
    names: Names
    read: Read
    settlers: Sequence[FactVersion]

    def section(self, register: Register) -> Section:
        """What a section is made from: its first entries, or all of its facts if bounds tell too little."""
        if register in self._first:
            places = self._first[register].places
            count = self._told[register].count() if len(places) > MOST else len(places)
            return Section(self._answers, places, count)
        return Section(self.answers(register, self.read(section=register.section)))

    def after(self, register: Register, after: str, limit: int) -> tuple[Entries, Answers] | None:
        """At most `limit` entries after a key, and the answers there; None if bounds tell too little."""
        told = self._tell(register)
        if told is None:
            return None
        entries = told.after(after, limit)
        return entries, self.answers(register, self.read(questions=entries.questions))

    def answers(self, register: Register | None, versions: Sequence[FactVersion]) -> Answers:
        """The answers of some facts, with the facts that settle them; in one register, if given."""
        return Answers.of(with_settlers(versions, self.settlers), self.names, register)

    @cached_property
    def _told(self) -> dict[Register, _KnownKeys]:
        tellings = {register: self._tell(register) for register in list_registers()}
        return {register: told for register, told in tellings.items() if told is not None}

    @cached_property
    def _first(self) -> dict[Register, Entries]:
        """The first entries of each section that bounds tell: one more than are shown."""
        return {register: told.after("", MOST + 1) for register, told in self._told.items()}

    @cached_property
    def _answers(self) -> Answers:
        """The answers of the facts in all first entries, which are read at once."""
        questions = [question for shown in self._first.values() for question in shown.questions]
        return self.answers(None, self.read(questions=questions))

    def _tell(self, register: Register) -> _KnownKeys | None:
        of_record = (self.connection, self.tables, self.negotiation_id)
        keys = SectionKeys(*of_record, self.perspective, register)
        if not keys.are_told or keys.are_abridged:
            return None
        aside = keys.aside()
        beside = frozenset(key for key, questions in aside.items() if any(questions.values()))
        main = keys.stand(beside)
        alone = beside - main.keys()
        ended = (key for key, stands in main.items() if not stands)
        unsure = frozenset([*ended, *self._find_settled(keys), *self._find_hidden(keys)])
        if len(unsure) > MOST_UNTOLD and _OF_ALL * len(unsure) > keys.count(without=()):
            return None
        untold = self._read_untold(keys, aside, unsure)
        return _KnownKeys(keys, aside, alone - untold.asked, untold)

    def _find_settled(self, keys: SectionKeys) -> Collection[str]:
        """The keys of facts that may have been settled."""
        register = keys.register
        if not (register.settled or any(aside.planned for aside in register.asides)):
            return ()
        targets = {target for settler in self.settlers for target in settler.record.fact.settles()}
        return keys.of_facts({fact_named(self.negotiation_id, target) for target in targets})

    def _find_hidden(self, keys: SectionKeys) -> Collection[str]:
        """The keys in which a name may mean another, or may be meant by an ambiguous one."""
        if self.names.are_plain:
            return ()
        special = lru_cache(maxsize=None)(self._special.is_special)
        return keys.find_answered(self._special.parts).union(
            key
            for key in keys.find_joined()
            if any(special(name) for part in key.split(PART) for name in names_in_part(part))
        )

    @cached_property
    def _special(self) -> SpecialNames:
        return SpecialNames(self.names)

    def _read_untold(
        self, keys: SectionKeys, aside: Mapping[str, Collection[str]], unsure: frozenset[str]
    ) -> _Untold:
        """Read the facts under some keys, and under the keys to which these resolve."""
        if not unsure:
            return _Untold()
        spelt: dict[str, set[str]] = defaultdict(set)
        ambiguous = set[str]()
        versions = self.read(questions=_questions(keys, aside, unsure))
        for version in versions:
            fact = version.record.fact
            for answer in fact.register_entries():
                if answer.register == keys.register and key_in_question(answer) in unsure:
                    shows, key = self.names.read_answer(fact, answer)
                    spelt[PART.join(key)].add(key_in_question(answer))
                    if AMBIGUOUS in shows:
                        ambiguous.add(key_in_question(answer))
        asked = unsure.union(spelt)
        if asked != unsure:
            versions = self.read(questions=_questions(keys, aside, asked))
        answered = self.answers(keys.register, versions).at(keys.register, self.perspective)
        standing, _ = find_entries(answered, certain=self.perspective.match == "certain")
        shown = spelt.keys() & {PART.join(key) for key, _ in standing}
        return _Untold(asked, {key: frozenset(spelt[key] | ambiguous) for key in shown})


def _by_parts(key: str) -> list[str]:
    """The sort key of a key. If whole keys were compared, a name with an id would come before the name alone."""
    return key.split(PART)


def _questions(
    keys: SectionKeys, aside: Mapping[str, Collection[str]], wanted: Collection[str]
) -> list[str]:
    asides = (each for key in sorted(wanted) for each in aside.get(key, ()))
    return [*map(keys.question, sorted(wanted)), *asides]


def with_settlers(
    versions: Sequence[FactVersion], settlers: Sequence[FactVersion]
) -> Sequence[FactVersion]:
    """The facts with those that settle others, each once, in order of recording."""
    if not settlers:
        return versions
    by_id = {version.record.id: version for version in (*versions, *settlers)}
    return sorted(by_id.values(), key=lambda version: version.first_position)
