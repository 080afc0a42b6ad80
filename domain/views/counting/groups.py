"""Splits the facts of a tally into groups, by population or by counter.

A question is in the group that its facts name. If a fact names no group, it is counted once, with those facts of its
question that name one. Facts that answer one question do so in each group, even if the fact that ties them is in
another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from domain.views.counting.figures import group_by_field
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.questions import Question, find_questions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.views.rivalry.questions import Questions

__all__ = ["Group", "split"]


@dataclass(frozen=True, slots=True)
class Group:
    """The facts of one group, the questions that they answer, and {field: value} as it is shown."""

    shown: Mapping[str, Any]
    candidates: Sequence[Candidate]
    questions: Sequence[Question]


def split(candidates: Sequence[Candidate], field: str) -> list[Group]:
    """The groups of candidates by the value of a field, their own or that of their question, in order of folded names.

    Groups without a fact that may lie in the stretch are left out.
    """
    groups = group_by_field(candidates, field)
    said = {each.id: number for number, (_, group) in enumerate(groups) for each in group}
    unsaid = {number for number, (shown, _) in enumerate(groups) if shown[field] is None}
    found = find_questions(candidates)
    moved = _find_moved(found, said, unsaid)
    members: list[list[Candidate]] = [[] for _ in groups]
    for each in candidates:
        for number in moved.get(each.id, {said[each.id]}):
            members[number].append(each)
    return [
        Group(shown, group, _within(found, group))
        for (shown, _), group in zip(groups, members, strict=True)
        if any(each.inside is not None for each in group)
    ]


def _within(found: Questions, group: Sequence[Candidate]) -> list[Question]:
    """The questions with only a group's facts; a fact tied only to questions of other groups makes its own question."""
    ids = {each.id for each in group}

    def of_group(candidates: Iterable[Candidate]) -> list[Candidate]:
        return [each for each in candidates if each.id in ids]

    questions, answered = [], set[UUID]()
    for question in found.questions:
        supporting, against = of_group(question.supporting), of_group(question.against)
        facts = of_group(question.facts)
        if facts:
            questions.append(Question(facts, supporting, against))
            answered |= {each.id for each in (*supporting, *against)}
    alone = [each for each in of_group(found.linking) if each.id not in answered]
    return [*questions, *find_questions([*alone, *of_group(found.parts)]).questions]


def _find_moved(
    found: Questions, said: Mapping[UUID, int], unsaid: set[int]
) -> dict[UUID, set[int]]:
    """{fact: its groups} for facts that are not in the group of their own value.

    A fact without a value is in each group of its question. A fact that is tied to questions of several groups (a
    round-up) is in no group if it has no value, or if its own group is one of these.
    """
    moved: dict[UUID, set[int]] = {}
    tied: dict[UUID, set[int]] = {}
    for question in found.questions:
        named = {said[each.id] for each in question.facts} - unsaid
        silent = (each.id for each in question.facts if said[each.id] in unsaid)
        moved |= {id_: named for id_ in silent if named}
        for each in (*question.supporting, *question.against):
            tied.setdefault(each.id, set()).update(named)
    for id_, named in tied.items():
        if len(named) > 1 and said[id_] in named | unsaid:
            moved[id_] = set()
        elif named and said[id_] in unsaid:
            moved[id_] = named
    return moved
