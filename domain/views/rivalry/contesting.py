"""The rivals that a fact would have are those of the state's entries in which it would stand.

A total has no rivals; there it is the facts that speak to the same question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.register import Shape
from domain.views.rivalry.questions import find_questions
from domain.views.rivalry.rivals import find_standing, rank_rivals
from domain.views.state import group_by_key
from domain.views.versions import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from domain.register import Register
    from domain.time.perspective import Perspective
    from domain.views.naming import Names
    from domain.views.rivalry.candidates import Candidate
    from domain.views.versions import FactVersion

__all__ = ["find_rivals", "when_it_holds"]


def when_it_holds(version: FactVersion, now: int) -> int:
    """The instant at which a fact's rivals are looked for: now, or a time when it holds if it does not hold now."""
    window = version.record.fact.window
    if now >= window.certain_to > window.certain_from:
        return window.certain_to - 1
    if now >= window.possible_to:
        return window.possible_to - 1
    ahead = any(answer.register.ahead for answer in version.record.fact.register_entries())
    return now if ahead or now >= window.possible_from else window.certain_from


def find_rivals(
    version: FactVersion, others: Iterable[Seen], perspective: Perspective, names: Names
) -> list[FactVersion]:
    """The other facts under a version's keys that speak to its question; within an entry the shown fact is first."""
    record = version.record
    if not record.stands:
        return []
    itself = Seen(version=version, certainty=record.fact.window.at(perspective.as_of))
    slice_ = [*(other for other in others if other.version.record.id != record.id), itself]
    rivals: dict[UUID, FactVersion] = {}
    for register, by_key in group_by_key(slice_, perspective, names).items():
        for candidates in by_key.values():
            if any(each.id == record.id for each in candidates):
                beside = _beside(record.id, candidates, register)
                rivals.update((each.id, each.version) for each in beside if each.id != record.id)
    return list(rivals.values())


def _beside(id_: UUID, candidates: Sequence[Candidate], register: Register) -> list[Candidate]:
    if register.shape is Shape.TOTAL:
        return _of_question(id_, [each for each in candidates if each.holds])
    standing = find_standing(candidates, register)
    if standing is None or all(each.id != id_ for each in standing.facts):
        return []
    resolved = rank_rivals(standing, register)
    entry = [*([resolved.shown] if resolved.shown else []), *resolved.rivals]
    if any(each.id == id_ for each in entry):
        return entry
    return _of_question(id_, standing.facts)


def _of_question(id_: UUID, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that speak to the same question as a fact, that fact included."""
    found = find_questions(candidates).questions
    return [
        candidate
        for question in found
        if any(fact.id == id_ for fact in question.facts)
        for candidate in question.facts
    ]
