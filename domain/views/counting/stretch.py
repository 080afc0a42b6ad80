"""Selects the questions that a tally over a stretch of time counts: those that a fact in the stretch answers.

A question is judged by all of its facts. If one of them gives a day outside the stretch, and they cannot all be right
about the day, the event may not have happened in the stretch at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.views.rivalry.disputes import never_meet
from domain.views.versions import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.time.perspective import Perspective
    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.questions import Question


def counts(candidate: Candidate, perspective: Perspective) -> bool:
    """Whether a fact is counted: its event may have happened in the stretch, or surely did if `match` is certain."""
    if candidate.inside is None or not candidate.holds:
        return False
    return matches(candidate.seen.certainty, perspective)


def select_asked(questions: Iterable[Question], perspective: Perspective) -> list[Question]:
    """The questions that a fact that is counted answers, or contests."""
    return [question for question in questions if is_asked(question, perspective)]


def is_asked(question: Question, perspective: Perspective) -> bool:
    """Whether a fact that is counted answers a question, contests it, or tells of something within it."""
    inner = _inner(question)
    telling = (*_list_telling(question), *inner) if inner else _list_telling(question)
    return any(counts(fact, perspective) for fact in telling)


def is_sure(question: Question) -> bool:
    """Whether the event that a question is about surely happened in the stretch, if the sources are right."""
    telling = _list_telling(question)
    inner = _inner(question)
    return _are_sure(question.facts, telling) or (
        bool(inner) and _are_sure(inner, (*telling, *inner))
    )


def _list_telling(question: Question) -> Sequence[Candidate]:
    return (*question.facts, *question.against) if question.against else question.facts


def _inner(question: Question) -> Sequence[Candidate]:
    return [fact for inner in question.within for fact in inner.facts]


def _are_sure(facts: Iterable[Candidate], telling: Sequence[Candidate]) -> bool:
    """Whether one of `facts` is certain, and all facts that tell of the event may be right about its day."""
    if not any(fact.certain for fact in facts):
        return False
    return all(fact.inside == "certain" for fact in telling) or not never_meet(telling)
