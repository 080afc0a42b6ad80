"""Makes the part that a question adds to a total, from its own facts and from the inner questions within it.

It is at least as many as each of these count. If one of these is surely larger than the whole, one of the two is
wrong, and the question is contested.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.views.counting.parts import Part, find_greatest, join_about, part_of
from domain.views.rivalry.claims import reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.views.rivalry.questions import Question


def part_of_question(question: Question, what: str) -> Part | None:
    """The part that a question adds to the sum of `what`; None if nothing that is told of it gives a number."""
    part = _of_facts(question, what)
    inner = [each for one in question.within if (each := _of_facts(one, what)) is not None]
    if not inner:
        return part
    sure = [each for each in inner if each.certain and not each.contested]
    most = max(sure, key=lambda each: (each.low, each.about, each.shown.by_content), default=None)
    if part is None:
        return None if most is None else _stand_in(most, question, inner)
    if larger := [each for each in inner if _claim(each) > part.most]:
        return _contest(part, larger)
    least = part.low if part.certain else 0
    if most is None or most.low <= least or part.contested or part.approximate:
        return part
    return replace(part, low=most.low, certain=True)


def _of_facts(question: Question, what: str) -> Part | None:
    return part_of(question.facts, what, "increment", question.supporting, question.against)


def _stand_in(most: Part, question: Question, inner: Sequence[Part]) -> Part | None:
    """The largest inner part in place of a whole without a number: there were at least as many in the whole.

    None if a fact about the whole names at least as many people.
    """
    if max(most.low, most.about) <= max(
        (len(each.fact.people) for each in question.facts), default=0
    ):
        return None
    rivals = [each.shown for each in inner if each is not most]
    return Part(
        most.quantity,
        most.shown,
        rivals,
        certain=True,
        low=most.low,
        high=None,
        about=most.about,
        about_most=None if most.approximate else 0,
    )


def _claim(part: Part) -> float:
    """The greatest number that, according to some fact, was reached."""
    if part.approximate:
        return reach(part.about, part.about_most)[0]
    return part.high if part.contested and part.high is not None else part.low


def _contest(part: Part, larger: Sequence[Part]) -> Part:
    """The part, contested, with a range that covers the larger parts too; no bounds if one is approximate."""
    told = [part, *larger]
    rivals = [*part.rivals, *(each.shown for each in larger)]
    contested = replace(part, rivals=rivals, contested=True)
    if not any(each.approximate for each in told):
        return replace(contested, high=find_greatest([each.high for each in told]))
    about = join_about(
        (each.about, each.about_most) if each.approximate else (each.low, each.high)
        for each in told
    )
    return replace(contested, low=0, high=None, about=about[0], about_most=about[1])
