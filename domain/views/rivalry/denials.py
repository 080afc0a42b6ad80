"""Finds the facts that a link `conflicts_with` sets against the entry of another fact, whatever kinds the two have.

Such a fact is called a denial here. It contests the entry once it has surely begun, for as long as it may hold; if the
perspective asks for what is certain, for as long as it surely holds. If the two facts answer one question, as two
releases or two statuses of one person do, the link counts only there, by the rules for that question. Numbers are
compared with numbers alone, so no denial contests a total or a count.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from domain.register import Rivalry, Shape
from domain.views.rivalry.asides import latest_first
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.rivals import find_same_question
from domain.views.versions import FactVersion, Seen

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from domain.register import Register
    from domain.time.perspective import Match, Perspective
    from domain.views.naming import Names
    from domain.views.rivalry.rivals import Resolved
    from domain.views.sections import Key

MOST_DENIALS: Final = 100
"""How many denials an entry lists at most; a fact that many others deny may answer under many keys."""

_Found = dict["UUID", tuple["FactVersion", list["Candidate"]]]
"""{id of a fact: (its version, the denials of that)}."""


class Denials:
    """The denials among some facts, by the names of the facts that they deny, as links name them."""

    def __init__(self) -> None:
        self._by_target: dict[str, list[FactVersion]] = {}
        self._keys: dict[UUID, set[tuple[Register, Key]]] = {}
        self._last: tuple[tuple[int, Match], _Found] | None = None

    def add(self, version: FactVersion) -> None:
        """Add a fact that stands, if it denies another."""
        for target in {*version.record.fact.denies()}:
            self._by_target.setdefault(target, []).append(version)

    def __bool__(self) -> bool:
        return bool(self._by_target)

    def bounds(self, targets: Iterable[str]) -> set[int]:
        """The instants at which denials of a fact with one of the names `targets` begin or end."""
        windows = (denial.record.fact.window for denial in self._against(targets))
        return {at for window in windows for at in window.bounds}

    def at(
        self, denied: FactVersion, perspective: Perspective, names: Names
    ) -> Sequence[Candidate]:
        """The denials of a fact that have surely begun and hold, at most MOST_DENIALS; the latest ones first.

        They are kept for the last `as_of` and match, because a fact may answer under many keys.
        """
        targets = denied.record.link_targets
        if self._by_target.keys().isdisjoint(targets):
            return ()
        last, at = self._last, (perspective.as_of, perspective.match)
        if last is None or last[0] != at:
            last = self._last = at, {}
        version, found = last[1].get(denied.record.id, (None, []))
        if version is not denied:
            keys = _list_keys(denied, names)
            denials = {
                denial.id: denial
                for denial in self._list_holding(targets, perspective)
                if keys.isdisjoint(self._list_keys(denial.version, names))
            }
            found = sorted(denials.values(), key=latest_first)[:MOST_DENIALS]
            last[1][denied.record.id] = denied, found
        return found

    def _list_keys(self, denial: FactVersion, names: Names) -> set[tuple[Register, Key]]:
        """The keys of a denial, listed once: it may deny many facts."""
        keys = self._keys.get(denial.record.id)
        if keys is None:
            keys = self._keys[denial.record.id] = _list_keys(denial, names)
        return keys

    def _list_holding(
        self, targets: Iterable[str], perspective: Perspective
    ) -> Iterator[Candidate]:
        for denial in self._against(targets):
            window = denial.record.fact.window
            certainty = window.at(perspective.as_of)
            holds = certainty is not None and perspective.match in ("possible", certainty)
            if holds and window.certain_from <= perspective.as_of:
                yield Candidate(Seen(version=denial, certainty=certainty), {})

    def _against(self, targets: Iterable[str]) -> Iterable[FactVersion]:
        return (denial for target in targets for denial in self._by_target.get(target, ()))


def _list_keys(version: FactVersion, names: Names) -> set[tuple[Register, Key]]:
    """The registers in which a fact answers, each with a key under which it does."""
    fact = version.record.fact
    return {
        (answer.register, names.read_answer(fact, answer)[1]) for answer in fact.register_entries()
    }


def can_be_denied(register: Register) -> bool:
    """Whether denials contest the entries of a register; they contest no numbers."""
    return register.shape is not Shape.TOTAL and register.counts is None


def add_denials(
    resolved: Resolved,
    facts: Sequence[Candidate],
    register: Register,
    denied: Mapping[UUID, Collection[Candidate]],
) -> Resolved:
    """The entry of the standing `facts`, contested by the denials of those that answer its question.

    `denied`: {id of a fact: the denials of it}. They are listed after the rivals: at most MOST_DENIALS, the latest ones
    first.
    """
    if resolved.shown is None:
        return resolved
    ids = {fact.id for fact in facts}
    if register.rivalry is Rivalry.MATTER:
        ids &= find_same_question(resolved.shown, facts)
    denials = {denial.id: denial for id_ in ids for denial in denied.get(id_, ())}
    if not denials:
        return resolved
    listed = sorted(denials.values(), key=latest_first)[:MOST_DENIALS]
    return replace(resolved, denials=listed, contested=True)
