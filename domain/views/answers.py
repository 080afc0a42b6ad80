"""Holds the answers of facts by register and key; the state at any `as_of` is resolved from them.

The result under a key changes only at the bounds of the facts that answer there, and of the facts that settle or deny
them. So it is resolved once for all of the time between two neighbouring bounds. An answer is a fact's register entry.
All answers of a total have one key, so they are kept by groups of connected facts instead (`group_connected`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from domain.kinds.envoys import Alias
from domain.register import Register, Shape, Succession
from domain.time.holding import Holding
from domain.time.perspective import Match
from domain.views.counting.aliased import resolve_version
from domain.views.counting.contributions import Contributions
from domain.views.naming import Names
from domain.views.rivalry.answered import Answered
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.keyed import (
    MOST_MADE,
    NO_TARGETS,
    Answer,
    Course,
    Keyed,
    Made,
    group_connected,
)
from domain.views.rivalry.settling import Settlers, affects_others
from domain.views.sections import Key
from domain.views.terms import borne_by
from domain.views.versions import FactVersion, Seen, find_counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from domain.time.perspective import Perspective
    from domain.views.rivalry.keyed import Origin


@dataclass
class Answers:
    """The answers of the facts that stand, by register and by key, in the order of the keys.

    Results for perspectives with the match `keep` are kept until the next bound of their key, and the candidates from
    which they are made are kept for good: an answer has only a few. With `only` these are the answers in one register.
    """

    names: Names
    settlers: Settlers
    keyed: dict[Register, dict[Key, Keyed]]
    only: Register | None = None
    keep: Match | None = None
    contributions: Contributions = field(default_factory=Contributions)
    _made: Made = field(default_factory=Made)
    _courses: dict[Register, Course] = field(default_factory=dict, init=False)
    _candidates: dict[tuple[object, ...], Candidate] = field(default_factory=dict, init=False)

    @classmethod
    def of(
        cls,
        versions: Iterable[FactVersion],
        names: Names,
        only: Register | None = None,
        keep: Match | None = None,
    ) -> Answers:
        """The answers of some facts, in the register `only` if given; `names` may come from more facts."""
        stand = [version for version in versions if version.record.stands]
        answers = cls(names, Settlers(stand), {}, only, keep)
        for version in stand:
            for register, key, answer in answers.answers_of(version):
                by_key = answers.keyed.setdefault(register, {})
                keyed = by_key.get(key) or by_key.setdefault(key, Keyed())
                keyed.answers.setdefault(answer.origin, answer)
        ordered = {
            register: group_connected(*keys.values())
            if register.shape is Shape.TOTAL
            else dict(sorted(keys.items()))
            for register, keys in answers.keyed.items()
        }
        return replace(answers, keyed=ordered)

    def after(
        self, changes: Sequence[tuple[FactVersion | None, FactVersion | None]]
    ) -> Answers | None:
        """The answers after changes of facts, each given as (standing version before it, standing version after it).

        None if a change may affect other keys than those of its fact: if it changes what names mean, or settles or
        denies facts.
        """
        if any(_concerns_others(old, new) for old, new in changes):
            return None
        changed: dict[Register, dict[Key, Keyed]] = {}

        def change(version: FactVersion) -> Iterator[tuple[dict[Origin, Answer], Answer]]:
            for register, key, answer in self.answers_of(version):
                by_key = changed.setdefault(register, {})
                if key not in by_key:
                    by_key[key] = Keyed(self._under(register, key))
                yield by_key[key].answers, answer

        for old, new in changes:
            for answers, answer in change(old) if old is not None else ():
                answers.pop(answer.origin, None)
            for answers, answer in change(new) if new is not None else ():
                answers.setdefault(answer.origin, answer)
        keyed = dict(self.keyed)
        for register, by_key in changed.items():
            now = {key: each.in_order() for key, each in by_key.items()}
            before = keyed.get(register, {})
            if register.shape is Shape.TOTAL:
                keyed[register] = group_connected(*now.values(), before=before)
                continue
            kept = before | now
            keyed[register] = {key: kept[key] for key in sorted(kept) if kept[key].answers}
        return replace(self, keyed=keyed)

    def _under(self, register: Register, key: Key) -> Mapping[Origin, Answer]:
        """The answers under a key; for a total, which has only one key, the answers of all its groups."""
        by_key = self.keyed.get(register, {})
        if register.shape is Shape.TOTAL:
            return {
                origin: answer
                for keyed in by_key.values()
                for origin, answer in keyed.answers.items()
            }
        return by_key[key].answers if key in by_key else {}

    def at(self, register: Register, perspective: Perspective) -> dict[Key, Answered]:
        """The result under each key of a register at a perspective, in the order of the keys."""
        as_of, match = perspective.as_of, perspective.match
        settled, perhaps = self.settlers.at(as_of)

        def make(keyed: Keyed) -> Answered | None:
            read = (
                self._candidate(answer, as_of, match, settled, perhaps)
                for answer in keyed.answers.values()
            )
            candidates = [candidate for candidate in read if candidate is not None]
            if register.settled and len(keyed.answers) > 1:
                candidates = self._select_unanswered(keyed, candidates, as_of)
            if not candidates:
                return None
            denials = self.settlers.denials
            denied = partial(keyed.find_denied, register, denials, perspective, self.names)
            return Answered(register, candidates, denied)

        keyed = self.keyed.get(register, {})
        if self.keep != match:
            results = ((key, make(each)) for key, each in keyed.items())
            return {key: result for key, result in results if result is not None}
        for kept in (self._made, self.contributions):
            kept.make_room(MOST_MADE * self.size)

        def make_once(under: Keyed) -> Answered | None:
            return self._made.at(under, under.stretch(as_of, self.settlers), make)

        course = self._courses.get(register) or Course(keyed, self.settlers)
        self._courses[register] = course
        return course.at(as_of, make_once)

    def _select_unanswered(
        self, keyed: Keyed, asked: Sequence[Candidate], as_of: int
    ) -> list[Candidate]:
        """The questions in `asked`, without those that were answered since to others who had asked the same."""
        standing = (answer for answer in keyed.answers.values() if answer.window.at(as_of))
        targets = NO_TARGETS.union(*(answer.targets for answer in standing))
        questions = [
            (answer, self.settlers.has_settled(as_of, targets, answer.fact.window))
            for answer in asked
        ]
        return [
            each.weakened if answered else each
            for each, answered in questions
            if answered != "certain"
        ]

    def without(self, register: Register, is_left_out: Callable[[Answer], bool]) -> Answers:
        """The answers in one register, under the keys where some are left out, without these.

        Where an ambiguous name may be about several keys, all keys are there.
        """
        under = {}
        for key, keyed in self.keyed.get(register, {}).items():
            left = {origin: each for origin, each in keyed.answers.items() if not is_left_out(each)}
            if self.names.doubtful or len(left) < len(keyed.answers):
                under[key] = Keyed(left)
        return Answers(self.names, self.settlers, {register: under}, register)

    def under(self, register: Register, keys: Iterable[Key]) -> Answers:
        """The answers in one register under some keys; all keys are there if a name may mean several people."""
        keyed = self.keyed.get(register, {})
        if not self.names.doubtful:
            keyed = {key: keyed[key] for key in keys if key in keyed}
        return Answers(self.names, self.settlers, {register: keyed}, register)

    @cached_property
    def size(self) -> int:
        """The number of answers plus the number of keys."""
        all_keyed = (keyed for by_key in self.keyed.values() for keyed in by_key.values())
        return sum(1 + len(keyed.answers) for keyed in all_keyed)

    def answers_of(self, version: FactVersion) -> Iterator[tuple[Register, Key, Answer]]:
        """(register, key, answer) for each register entry of one fact."""
        version = resolve_version(version, self.names)
        record, only = version.record, self.only
        if only is not None and only not in record.fact.registers:
            return
        targets = record.link_targets if self.settlers else NO_TARGETS
        for entry in record.fact.register_entries():
            if only is None or entry.register is only:
                shows, key = self.names.read_answer(record.fact, entry)
                window = record.fact.find_window(singled=entry.singled)
                yield entry.register, key, Answer(version, window, entry, shows, targets)
                if only is not None and only.shape is Shape.TOTAL:
                    return  # one answer says how many; those for each person named are many

    def _candidate(
        self,
        answer: Answer,
        as_of: int,
        match: Match,
        settled: frozenset[str],
        perhaps: frozenset[str],
    ) -> Candidate | None:
        """The answer as a candidate at `as_of`; None if it does not count then."""
        register, window = answer.register_entry.register, answer.window
        carried_out = not settled.isdisjoint(answer.targets)
        if carried_out and register.settled:
            return None
        certainty = window.at(as_of)
        if register.shape is Shape.TOTAL:
            certainty = find_counted(answer.version.record.fact, certainty)
        if register.settled and not perhaps.isdisjoint(answer.targets):
            certainty = certainty and "possible"
        begun = window.certain_from <= as_of
        holds = certainty is not None and (match == "possible" or certainty == "certain")
        if register.ahead:
            off = self.settlers.call_off(answer.version.record.fact, answer.targets)
            done = not settled.isdisjoint(answer.all_targets)
            holds = window.certain_from > as_of and not (off or done)
        if certainty is not None and register.shape is Shape.TOTAL:
            return self.contributions.candidate(answer.version, certainty, self.names, begun=begun)
        if not (holds or (begun and register.succession is not Succession.NONE)):
            return None
        kept = self._candidates if self.keep == match else {}
        key = id(answer), certainty, holds, begun, carried_out
        candidate = kept.get(key)
        if candidate is None:
            entry, aside = answer.register_entry, answer.register_entry.aside
            candidate = kept[key] = Candidate(
                Seen(version=answer.version, certainty=certainty),
                answer.shows,
                entry.compared,
                holds,
                begun,
                aside,
                tuple(entry.key),
                done=carried_out and aside is not None and aside.planned,
                lasts=begun and entry.lasting,
                apart=entry.apart,
                singled=entry.singled,
                within=answer.version.record.fact.holding is Holding.ONWARD,
                names=self.names,
                surely=match == "certain",
            )
        return candidate


def _concerns_others(old: FactVersion | None, new: FactVersion | None) -> bool:
    """Whether a change may affect what names mean, or which facts are settled, called off or denied."""
    facts = [version.record.fact for version in (old, new) if version is not None]
    if any(isinstance(fact, Alias) or affects_others(fact) for fact in facts):
        return True
    before, after = (
        set() if version is None else borne_by(version.record.fact) for version in (old, new)
    )
    return before != after
