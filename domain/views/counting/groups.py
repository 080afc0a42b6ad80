"""The facts of a tally that is split, by population or by counter: each question stands under what its facts name.

A fact that names nothing there speaks to the question of those that do, so it is counted with them and not once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.views.counting.figures import group_by_field
from domain.views.rivalry.questions import find_questions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from domain.views.rivalry.candidates import Candidate
    from domain.views.rivalry.questions import Questions

__all__ = ["split"]


def split(
    candidates: Sequence[Candidate], field: str
) -> list[tuple[dict[str, Any], list[Candidate]]]:
    """The candidates by what their facts, or others of the same question, say in a field.

    Each group comes with that value as it is shown, in order of folded names; groups of which nothing may lie in the
    stretch are left out.
    """
    groups = group_by_field(candidates, field)
    said = {each.id: number for number, (_, group) in enumerate(groups) for each in group}
    unsaid = {number for number, (shown, _) in enumerate(groups) if shown[field] is None}
    moved = _moved(find_questions(candidates), said, unsaid)
    members: list[list[Candidate]] = [[] for _ in groups]
    for each in candidates:
        for number in moved.get(each.id, {said[each.id]}):
            members[number].append(each)
    return [
        (shown, group)
        for (shown, _), group in zip(groups, members, strict=True)
        if any(each.inside is not None for each in group)
    ]


def _moved(found: Questions, said: Mapping[UUID, int], unsaid: set[int]) -> dict[UUID, set[int]]:
    """{fact: its groups} for the facts that are not in the group of what they say.

    A fact that says nothing is in each group that its question has. A fact that is tied to questions of several groups
    (a round-up) is in none if one of these is its own, or if it says nothing.
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
