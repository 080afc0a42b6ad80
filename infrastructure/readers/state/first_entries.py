"""Reads only the facts of a section from which the shown entries are made, and counts the other entries by bounds.

Bounds do not tell whether a key has an entry if a name in the key may mean another name, if its main answers have ended
and others stand aside, or if an answer may have been settled. The facts under such keys are read first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from sqlalchemy import Connection

from domain.fact import fact_id
from domain.named import names_in_part
from domain.time.perspective import Perspective
from domain.views.answers import Answers
from domain.views.naming import AMBIGUOUS, Names
from domain.views.sections import MOST, Place, place_of
from domain.views.state import Section, list_registers
from domain.views.versions import FactVersion
from infrastructure.projections.fact_rows import key_in_question
from infrastructure.readers.state.section_keys import SectionKeys
from infrastructure.tables.facts import FactTables

if TYPE_CHECKING:
    from domain.register import Register

MOST_UNTOLD: Final = 1_000
"""The most keys whose facts are read because bounds do not show whether the keys have an entry."""
_PART: Final = "\x1f"
_EXTERNAL: Final = "external:"


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
    """The keys whose facts were read (`asked`, as in questions), and those of them, resolved, that have an entry."""

    asked: frozenset[str] = frozenset()
    standing: frozenset[str] = frozenset()


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
        others = {key for key in (*self.alone, *self.untold.standing) if not after or key > after}
        shown = set(sorted({*main, *others})[:limit])
        asked = shown - self.untold.standing
        if asked != shown:
            asked |= self.untold.asked
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
        untold = self._read_untold(keys, aside, unsure) if len(unsure) <= MOST_UNTOLD else None
        return None if untold is None else _KnownKeys(keys, aside, alone - untold.asked, untold)

    def _find_settled(self, keys: SectionKeys) -> Collection[str]:
        """The keys of facts that may have been settled."""
        register = keys.register
        if not (register.settled or any(aside.planned for aside in register.asides)):
            return ()
        targets = {target for settler in self.settlers for target in settler.record.fact.settles()}
        return keys.of_facts(set(filter(None, map(self._fact_named, targets))))

    def _fact_named(self, target: str) -> str | None:
        """The hexadecimal id of the fact that a link names; None where it is no id."""
        if target.startswith(_EXTERNAL):
            return fact_id(self.negotiation_id, target.removeprefix(_EXTERNAL)).hex
        with suppress(ValueError):
            return UUID(target).hex
        return None

    def _find_hidden(self, keys: SectionKeys) -> Collection[str]:
        """The keys in which a name may mean another."""
        if self.names.are_plain:
            return ()
        plain = lru_cache(maxsize=None)(self.names.is_plain)
        return [
            key
            for key in keys.all()
            if not all(plain(name) for part in key.split(_PART) for name in names_in_part(part))
        ]

    def _read_untold(
        self, keys: SectionKeys, aside: Mapping[str, Collection[str]], unsure: frozenset[str]
    ) -> _Untold | None:
        """Read the facts under some keys and the keys to which these resolve; None if a name may mean several."""
        if not unsure:
            return _Untold()
        resolved = set[str]()
        for version in self.read(questions=_questions(keys, aside, unsure)):
            fact = version.record.fact
            for answer in fact.register_entries():
                if answer.register == keys.register and key_in_question(answer) in unsure:
                    shows, key = self.names.read_answer(fact, answer)
                    if AMBIGUOUS in shows:
                        return None
                    resolved.add(_PART.join(key))
        asked = unsure | resolved
        versions = self.read(questions=_questions(keys, aside, asked))
        answers = self.answers(keys.register, versions).at(keys.register, self.perspective)
        standing = {_PART.join(key) for key, answered in answers.items() if answered.standing}
        return _Untold(asked, frozenset(standing & resolved))


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
