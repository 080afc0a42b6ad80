"""Finds out which of the plans that are still ahead may be the next to be carried out.

A plan for a day within some days may be carried out on any of them; once the first of them has begun, it may be over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.time.instant import BEGINNING, END

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.questions import Question


class Plans:
    """The plans that may be `next`, by the ids of their facts: no other plan surely comes before them.

    If facts disagree on the day of one plan, the facts that an editor marked say when it is; without a mark, any of
    them may be right.
    """

    def __init__(self, questions: Iterable[Question]) -> None:
        leading = [_select_leading(question.facts) for question in questions]
        plans = [fact for question in questions for fact in question.facts]
        self._leading = frozenset(fact.id for facts in leading for fact in facts)
        soonest = min(map(_surely_by, leading), default=END)
        self.next = frozenset(plan.id for plan in plans if plan.starts[0] < soonest)

    def rank(self, plan: Candidate) -> tuple[bool, int]:
        """The sort key of a plan: the one that can be carried out first."""
        return plan.id not in self._leading, BEGINNING if may_be_over(plan) else plan.starts[0]


def _select_leading(facts: Iterable[Candidate]) -> list[Candidate]:
    """The facts of one question that an editor marked; all of them where no mark was made."""
    listed = list(facts)
    return [candidate for candidate in listed if candidate.version.record.preferred] or listed


def _surely_by(facts: Iterable[Candidate]) -> int:
    """The instant by which a plan will surely have been carried out; END if it may be over already."""
    return max(END if may_be_over(fact) else fact.starts[1] for fact in facts)


def may_be_over(plan: Candidate) -> bool:
    """Whether a plan that is shown may have been carried out already: the first of its days has come."""
    return plan.seen.certainty is not None
