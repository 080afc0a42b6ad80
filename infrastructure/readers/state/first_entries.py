"""Reads no more facts of a section than its first entries are made from, and counts the others by their bounds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from sqlalchemy import Connection

from domain.time.perspective import Perspective
from domain.views.answers import Answers
from domain.views.naming import Names
from domain.views.sections import MOST, Place, place_of
from domain.views.state import Section, list_registers
from infrastructure.projections.fact_rows import key_in_question
from infrastructure.readers.state.section_keys import SectionKeys, is_anything_settled
from infrastructure.readers.state.stretches import is_abridged
from infrastructure.tables.facts import FactTables

if TYPE_CHECKING:
    from domain.register import Register
    from domain.views.versions import FactVersion

__all__ = ["FirstEntries"]

MOST_UNTOLD: Final = 1_000
"""Of how many keys the facts are read because the bounds of their answers do not tell whether they have an entry."""
_PART: Final = "\x1f"


class Read(Protocol):
    """Reads the facts that stand and that a section, or some questions, are made from."""

    def __call__(
        self, section: str | None = None, questions: Sequence[str] | None = None
    ) -> Sequence[FactVersion]:
        """The facts, in order of recording."""


@dataclass(frozen=True)
class _First:
    """The places of the first entries of a section, one more than are shown; their questions; the number of all."""

    places: Collection[Place]
    questions: Sequence[str]
    count: int


@dataclass(frozen=True)
class _Untold:
    """Keys whose facts were read, as they are in questions; of these keys, resolved, those that have an entry."""

    asked: frozenset[str] = frozenset()
    standing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FirstEntries:
    """The sections of a state at one perspective, each by the facts of its first entries; no name may be doubtful."""

    connection: Connection
    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective
    names: Names
    read: Read

    def section(self, register: Register) -> Section:
        """What a section is made from; all of its facts where their bounds tell too little."""
        first = self._first.get(register)
        if first is not None:
            return Section(self._answers, first.places, first.count)
        versions = self.read(section=register.section)
        return Section(Answers.of(versions, self.names, register))

    @cached_property
    def _first(self) -> dict[Register, _First]:
        found = {register: self._find(register) for register in list_registers()}
        return {register: first for register, first in found.items() if first is not None}

    @cached_property
    def _answers(self) -> Answers:
        """The answers of the facts of all first entries; they are read at once."""
        questions = [each for first in self._first.values() for each in first.questions]
        return Answers.of(self.read(questions=questions), self.names)

    def _find(self, register: Register) -> _First | None:
        of_record = (self.connection, self.tables, self.negotiation_id)
        keys = SectionKeys(*of_record, self.perspective, register)
        if not keys.are_told or (self._settles and register.settled):
            return None
        if is_abridged(*of_record, register):
            return None
        aside = keys.aside()
        main = keys.stand(aside)
        alone = {key for key in aside if key not in main}
        unsure = {key for key, stands in main.items() if not stands}
        if self._settles and any(each.many for each in register.asides):
            unsure |= alone
        unsure |= keys.with_part(self.names.aliases)
        if len(unsure) > MOST_UNTOLD:
            return None

        def questions(wanted: Collection[str]) -> list[str]:
            asides = (each for key in sorted(wanted) for each in aside.get(key, ()))
            return [*map(keys.question, sorted(wanted)), *asides]

        untold = self._read_untold(keys, unsure, questions)
        alone -= untold.asked
        told = keys.first(MOST + 1, without=untold.asked)
        shown = set(sorted({*told, *alone, *untold.standing})[: MOST + 1])
        asked = shown - untold.standing
        if asked != shown:
            asked |= untold.asked
        count = keys.count(without=untold.asked) + len(alone) + len(untold.standing)
        return _First({place_of((key,)) for key in shown}, questions(asked), count)

    def _read_untold(
        self,
        keys: SectionKeys,
        unsure: set[str],
        questions: Callable[[Collection[str]], Sequence[str]],
    ) -> _Untold:
        """What the facts tell of some keys, and of the keys that these resolve to."""
        if not unsure:
            return _Untold()
        resolved = set[str]()
        for version in self.read(questions=questions(unsure)):
            fact = version.record.fact
            for entry in fact.register_entries():
                if entry.register == keys.register and key_in_question(entry) in unsure:
                    resolved.add(_PART.join(self.names.read_answer(fact, entry)[1]))
        asked = unsure | resolved
        versions = self.read(questions=questions(asked))
        answers = Answers.of(versions, self.names, keys.register)
        found = answers.at(keys.register, self.perspective)
        standing = {_PART.join(key) for key, answered in found.items() if answered.standing}
        return _Untold(frozenset(asked), frozenset(standing & resolved))

    @cached_property
    def _settles(self) -> bool:
        return is_anything_settled(
            self.connection, self.tables, self.negotiation_id, self.perspective
        )
