"""Finds the rivals of a fact: the other facts in the entries of the state in which it stands, or would stand.

A total has no entries. There the rivals are the facts that answer the same question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.register import Shape
from domain.views.answers import Answers
from domain.views.rivalry.questions import find_questions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.time.perspective import Perspective
    from domain.views.naming import Names
    from domain.views.rivalry.answered import Answered
    from domain.views.rivalry.candidates import Candidate
    from domain.views.versions import FactVersion, Seen


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
    """The other facts in a version's entries, or of its question; the fact that an entry shows comes first."""
    record = version.record
    if not record.stands:
        return []
    known = [other.version for other in others if other.version.record.id != record.id]
    answers = Answers.of([*known, version], names)
    rivals: dict[UUID, FactVersion] = {}
    for register in record.fact.registers:
        for answered in answers.at(register, perspective).values():
            if any(candidate.id == record.id for candidate in answered.candidates):
                beside = _find_entry(record.id, answered)
                rivals.update(
                    (candidate.id, candidate.version)
                    for candidate in beside
                    if candidate.id != record.id
                )
    return list(rivals.values())


def _find_entry(id_: UUID, answered: Answered) -> list[Candidate]:
    if answered.register.shape is Shape.TOTAL:
        return _of_question(
            id_, [candidate for candidate in answered.candidates if candidate.holds]
        )
    standing = answered.standing
    if standing is None or all(fact.id != id_ for fact in (*standing.facts, *standing.namesakes)):
        return []
    resolved = answered.resolved
    entry = [*([resolved.shown] if resolved.shown else []), *resolved.rivals, *resolved.denials]
    if any(candidate.id == id_ for candidate in entry):
        return entry
    return _of_question(id_, standing.facts)


def _of_question(id_: UUID, candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that answer the same question as a fact, including that fact."""
    questions = find_questions(candidates).every
    return [
        candidate
        for question in questions
        if any(fact.id == id_ for fact in question.facts)
        for candidate in question.facts
    ]
