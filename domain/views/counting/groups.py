"""Splits the facts of a tally into groups, by population or by counter.

A question is in the group that its facts name. If a fact names no group, it is counted once, with those facts of its
question that name one. Facts that answer one question do so in each group, even if the fact that ties them is in
another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from domain.errors import ContentError
from domain.views.counting.figures import group_by_field
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.questions import Question, find_questions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.views.rivalry.questions import Questions

MOST_SHARED: Final = 10_000
"""How many times, in all, facts that name no group are counted in the groups of their questions."""
_SHARED: Final = (
    "leave this out: too many facts that do not name it share a matter with facts that do"
)


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one group, the questions that they answer, and {field: value} as it is shown."""

    shown: Mapping[str, Any]
    candidates: Sequence[Candidate]
    questions: Sequence[Question]


def split(candidates: Sequence[Candidate], field: str) -> list[Group]:
    """The groups of candidates by the value of a field, their own or that of their question, in order of folded names.

    Groups without a fact that may lie in the stretch are left out. ContentError if facts that name no group would have
    to be counted in other groups more than MOST_SHARED times.
    """
    groups = group_by_field(candidates, field)
    group_of = {
        candidate.id: number for number, (_, group) in enumerate(groups) for candidate in group
    }
    unsaid = {number for number, (shown, _) in enumerate(groups) if shown[field] is None}
    questions = find_questions(candidates)
    moved = _find_moved(questions, group_of, unsaid)
    if sum(map(len, moved.values())) > MOST_SHARED:
        raise ContentError.at("/query/per", _SHARED)

    def deal(dealt: Iterable[Candidate]) -> dict[int, list[Candidate]]:
        """The candidates by the number of the group that has them."""
        piles: dict[int, list[Candidate]] = defaultdict(list)
        for candidate in dealt:
            for number in moved.get(candidate.id, {group_of[candidate.id]}):
                piles[number].append(candidate)
        return piles

    members, divided = deal(candidates), _divide(questions, deal)
    return [
        Group(shown, members[number], divided(number))
        for number, (shown, _) in enumerate(groups)
        if any(candidate.inside is not None for candidate in members.get(number, ()))
    ]


def _divide(
    questions: Questions, deal: Callable[[Iterable[Candidate]], Mapping[int, list[Candidate]]]
) -> Callable[[int], list[Question]]:
    """Divide the questions among the groups; gives the questions of a group, each with only the facts of that group.

    A fact tied only to questions of other groups makes its own question.
    """
    divided: dict[int, list[Question]] = defaultdict(list)
    answered: dict[int, set[UUID]] = defaultdict(set)
    for question in questions.questions:
        supporting, against = deal(question.supporting), deal(question.against)
        for number, facts in deal(question.facts).items():
            tied = supporting.get(number, []), against.get(number, [])
            divided[number].append(Question(facts, *tied))
            answered[number].update(candidate.id for candidate in chain(*tied))
    linking, parts = deal(questions.linking), deal(questions.parts)

    def of_group(number: int) -> list[Question]:
        alone = [
            candidate
            for candidate in linking.get(number, ())
            if candidate.id not in answered[number]
        ]
        return [*divided[number], *find_questions([*alone, *parts.get(number, ())]).questions]

    return of_group


def _find_moved(
    questions: Questions, group_of: Mapping[UUID, int], unsaid: set[int]
) -> dict[UUID, set[int]]:
    """{fact: its groups} for facts that are not in the group of their own value.

    A fact without a value is in each group of its question. A fact that is tied to questions of several groups (a
    round-up) is in no group if it has no value, or if its own group is one of these.
    """
    moved: dict[UUID, set[int]] = {}
    tied: dict[UUID, set[int]] = {}
    of_parts = find_questions(questions.parts).questions
    for question in (*questions.questions, *of_parts):
        named = {group_of[candidate.id] for candidate in question.facts} - unsaid
        silent = (candidate.id for candidate in question.facts if group_of[candidate.id] in unsaid)
        moved |= {id_: named for id_ in silent if named}
        for candidate in (*question.supporting, *question.against):
            tied.setdefault(candidate.id, set()).update(named)
    for id_, named in tied.items():
        if len(named) > 1 and group_of[id_] in named | unsaid:
            moved[id_] = set()
        elif named and group_of[id_] in unsaid:
            moved[id_] = named
    return moved
