"""Holds the answers of facts by register and key; the state at any `as_of` is resolved from them.

The result under a key changes only at the bounds of the facts that answer there, and of the facts that settle them. So
it is resolved once for all of the time between two neighbouring bounds. An answer is a fact's register entry.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from domain.kinds.envoys import Alias
from domain.register import Register, RegisterEntry, Shape, Succession
from domain.time.holding import Window
from domain.time.perspective import Match
from domain.views.counting.contributions import Contributions
from domain.views.naming import Names
from domain.views.rivalry.answered import Answered
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.settling import Settlers, bounds_of
from domain.views.sections import Key
from domain.views.terms import borne_by
from domain.views.versions import FactVersion, Seen, find_counted

if TYPE_CHECKING:
    from uuid import UUID

    from domain.time.perspective import Perspective

    _Place = tuple[UUID, str]

__all__ = ["Answers"]

MOST_MADE: Final = 5
"""The kept results may hold this many times the number of all answers; beyond that, all results are dropped."""
_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Answer:
    """One fact's answer, with every name in it resolved; `targets` name what can settle it."""

    version: FactVersion
    window: Window
    register_entry: RegisterEntry
    shows: Mapping[str, Any]
    targets: frozenset[str]

    @property
    def place(self) -> _Place:
        """Identifies it among the answers under its key: its fact, and if it stands aside, the field and its kind."""
        aside = self.register_entry.aside
        kind = "" if aside is None else f"{aside.name} {aside.kind_of(self.shows)}"
        return self.version.record.id, kind


class _Keyed:
    """The answers under one key, and the bounds between which their result stays the same."""

    __slots__ = ("_bounds", "answers")

    def __init__(self, answers: Mapping[_Place, _Answer] | None = None) -> None:
        self.answers: dict[_Place, _Answer] = dict(answers or {})
        self._bounds: list[int] | None = None

    def stretch(self, as_of: int, settlers: Settlers) -> int:
        """The number of the stretch between two neighbouring bounds in which `as_of` lies."""
        if self._bounds is None:
            bounds = {at for answer in self.answers.values() for at in bounds_of(answer.window)}
            if settlers:
                targets = (_all_targets(answer) for answer in self.answers.values())
                bounds |= settlers.bounds(_NOTHING.union(*targets))
            self._bounds = sorted(bounds)
        return bisect_right(self._bounds, as_of)

    def in_order(self) -> _Keyed:
        """The same answers, in the order in which their facts were recorded."""
        ordered = sorted(self.answers.items(), key=lambda each: each[1].version.first_position)
        return _Keyed(dict(ordered))


class _Made:
    """The results that were made of keyed answers, by key and stretch."""

    def __init__(self) -> None:
        self._found: dict[tuple[_Keyed, int], Answered | None] = {}
        self._held = 0

    def at(
        self, keyed: _Keyed, stretch: int, make: Callable[[], Answered | None]
    ) -> Answered | None:
        """The result for a key's answers in a stretch; `make` is called only the first time."""
        found = self._found
        if (keyed, stretch) not in found:
            found[keyed, stretch] = make()
            self._held += 1 + len(keyed.answers)
        return found[keyed, stretch]

    def make_room(self, most: int) -> None:
        """Drop all results if they hold more answers than `most`."""
        if self._held > most:
            self._found, self._held = {}, 0


@dataclass
class Answers:
    """The answers of the facts that stand, by register and by key, in the order of the keys.

    Results for perspectives with the match `keep` are kept until the next bound of their key. With `only` these are the
    answers in one register.
    """

    names: Names
    settlers: Settlers
    keyed: dict[Register, dict[Key, _Keyed]]
    only: Register | None = None
    keep: Match | None = None
    contributions: Contributions = field(default_factory=Contributions)
    _made: _Made = field(default_factory=_Made)

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
        found = cls(names, Settlers(stand), {}, only, keep)
        for version in stand:
            for register, key, answer in found.answers_of(version):
                by_key = found.keyed.setdefault(register, {})
                keyed = by_key.get(key) or by_key.setdefault(key, _Keyed())
                keyed.answers.setdefault(answer.place, answer)
        ordered = {register: dict(sorted(keys.items())) for register, keys in found.keyed.items()}
        return replace(found, keyed=ordered)

    def after(
        self, changes: Sequence[tuple[FactVersion | None, FactVersion | None]]
    ) -> Answers | None:
        """The answers after changes of facts, each given as (standing version before it, standing version after it).

        None if a change may affect other keys than those of its fact: if it changes what names mean, or settles facts.
        """
        if any(_concerns_others(old, new) for old, new in changes):
            return None
        changed: dict[Register, dict[Key, _Keyed]] = {}

        def change(version: FactVersion) -> Iterator[tuple[dict[_Place, _Answer], _Answer]]:
            for register, key, answer in self.answers_of(version):
                by_key = changed.setdefault(register, {})
                if key not in by_key:
                    before = self.keyed.get(register, {}).get(key)
                    by_key[key] = _Keyed(before.answers if before else {})
                yield by_key[key].answers, answer

        for old, new in changes:
            for answers, answer in change(old) if old is not None else ():
                answers.pop(answer.place, None)
            for answers, answer in change(new) if new is not None else ():
                answers.setdefault(answer.place, answer)
        keyed = dict(self.keyed)
        for register, by_key in changed.items():
            kept = keyed.get(register, {}) | {key: each.in_order() for key, each in by_key.items()}
            keyed[register] = {key: kept[key] for key in sorted(kept) if kept[key].answers}
        return replace(self, keyed=keyed)

    def at(self, register: Register, perspective: Perspective) -> dict[Key, Answered]:
        """The result under each key of a register at a perspective, in the order of the keys."""
        as_of, match = perspective.as_of, perspective.match
        settled, perhaps = self.settlers.at(as_of)

        def make(keyed: _Keyed) -> Answered | None:
            read = (
                self._candidate(answer, as_of, match, settled, perhaps)
                for answer in keyed.answers.values()
            )
            candidates = [candidate for candidate in read if candidate is not None]
            if register.settled and len(keyed.answers) > 1:
                candidates = self._unanswered(keyed, candidates, as_of)
            return Answered(register, candidates) if candidates else None

        keyed = self.keyed.get(register, {})
        if self.keep == match:
            for kept in (self._made, self.contributions):
                kept.make_room(MOST_MADE * self.size)
            found = (
                (key, self._made.at(each, each.stretch(as_of, self.settlers), partial(make, each)))
                for key, each in keyed.items()
            )
        else:
            found = ((key, make(each)) for key, each in keyed.items())
        return {key: answered for key, answered in found if answered is not None}

    def _unanswered(self, keyed: _Keyed, asked: Sequence[Candidate], as_of: int) -> list[Candidate]:
        """The questions in `asked`, without those that were answered since to others who had asked the same."""
        every = (each for each in keyed.answers.values() if each.window.at(as_of))
        targets = _NOTHING.union(*(each.targets for each in every))
        found = [
            (each, self.settlers.has_settled(as_of, targets, each.fact.window)) for each in asked
        ]
        return [
            each.weakened if answered else each for each, answered in found if answered != "certain"
        ]

    @cached_property
    def size(self) -> int:
        """The number of answers plus the number of keys."""
        every = (keyed for by_key in self.keyed.values() for keyed in by_key.values())
        return sum(1 + len(keyed.answers) for keyed in every)

    def answers_of(self, version: FactVersion) -> Iterator[tuple[Register, Key, _Answer]]:
        """(register, key, answer) for each register entry of one fact."""
        record, only = version.record, self.only
        if only is not None and only not in record.fact.registers:
            return
        window = record.fact.window
        targets = record.link_targets if self.settlers else _NOTHING
        for given in record.fact.register_entries():
            if only is None or given.register is only:
                shows, key = self.names.read_answer(record.fact, given)
                yield given.register, key, _Answer(version, window, given, shows, targets)
                if only is not None and only.shape is Shape.TOTAL:
                    return  # one answer says how many; those for each person named are many

    def _candidate(
        self,
        answer: _Answer,
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
            done = not settled.isdisjoint(_all_targets(answer))
            holds = window.certain_from > as_of and not (off or done)
        if certainty is not None and register.shape is Shape.TOTAL:
            return self.contributions.candidate(answer.version, certainty, self.names, begun=begun)
        if not (holds or (begun and register.succession is not Succession.NONE)):
            return None
        aside = answer.register_entry.aside
        return Candidate(
            Seen(version=answer.version, certainty=certainty),
            answer.shows,
            answer.register_entry.compared,
            holds,
            begun,
            aside,
            tuple(answer.register_entry.key),
            done=carried_out and aside is not None and aside.planned,
            lasts=begun and answer.register_entry.lasting,
            apart=answer.register_entry.apart,
            within=answer.register_entry.within or register.ahead,
            names=self.names,
            surely=match == "certain",
        )


def _concerns_others(old: FactVersion | None, new: FactVersion | None) -> bool:
    """Whether a change may affect what names mean, or which facts are settled or called off."""
    facts = [version.record.fact for version in (old, new) if version is not None]
    if any(isinstance(fact, Alias) or [*fact.settles(), *fact.calls_off()] for fact in facts):
        return True
    before, after = (set() if each is None else borne_by(each.record.fact) for each in (old, new))
    return before != after


def _all_targets(answer: _Answer) -> frozenset[str]:
    """The targets that can settle an answer: the link targets of its fact, and its matter."""
    return answer.targets | {f"matter:{answer.version.record.fact.matter}"}
