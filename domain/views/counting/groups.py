"""Splits the facts of a tally into groups, by population or by counter.

A question is in the group that its facts name. If a fact names no group, it is only possible in those that other facts
of its question name, because it does not say which of them it counts. Facts that answer one question do so in each
group, even if the fact that ties them is in another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from domain.errors import ContentError
from domain.views.counting.doubtful import settle_doubts
from domain.views.counting.figures import group_by_field
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.clusters import Clusters
from domain.views.rivalry.questions import Question, Questions, find_questions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.views.counting.contributions import Contributions

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
    found: Questions


def split(
    candidates: Sequence[Candidate], field: str, what: str | None, kept: Contributions
) -> list[Group]:
    """The groups of candidates by the value of a field, their own or that of their question, in order of folded names.

    `what` is counted; None stands for facts. Groups without a fact that may lie in the stretch are left out. `kept`
    holds weakened candidates. ContentError if facts that name no group would have to be counted in other groups more
    than MOST_SHARED times.
    """
    groups = group_by_field(candidates, field)
    group_of = {
        candidate.id: number for number, (_, group) in enumerate(groups) for candidate in group
    }
    unsaid = {number for number, (shown, _) in enumerate(groups) if shown[field] is None}
    found = settle_doubts(find_questions(candidates), what)
    moved = _find_moved(found, group_of, unsaid)
    if sum(map(len, moved.values())) > MOST_SHARED:
        raise ContentError.at("/query/per", _SHARED)

    def deal(dealt: Iterable[Candidate]) -> dict[int, list[Candidate]]:
        """{number of a group: its candidates}; one that names no group is only possible in each of its groups."""
        piles: dict[int, list[Candidate]] = defaultdict(list)
        for candidate in dealt:
            numbers = moved.get(candidate.id)
            if numbers is None:
                piles[group_of[candidate.id]].append(candidate)
            else:
                weakened = kept.weaken(candidate)
                for number in numbers:
                    piles[number].append(weakened)
        return piles

    def find_own(candidate: Candidate) -> int | None:
        """The number of the group that a candidate names and is in; None if it names none."""
        return None if candidate.id in moved else group_of[candidate.id]

    members, divided = deal(candidates), _divide(found, deal, find_own, kept)
    return [
        Group(shown, members[number], divided(number))
        for number, (shown, _) in enumerate(groups)
        if any(candidate.inside is not None for candidate in members.get(number, ()))
    ]


def _divide(
    found: Questions,
    deal: Callable[[Iterable[Candidate]], Mapping[int, list[Candidate]]],
    find_own: Callable[[Candidate], int | None],
    kept: Contributions,
) -> Callable[[int], Questions]:
    """Divide the questions among the groups; gives the questions of a group, each with only the facts of that group.

    An inner question stays within its question, whatever its own group, because the question counts at least as many.
    If the facts to which it leads name one group, it is in that group. If they name several, it is only possible in
    each of them; if they name none, in each group of its question. An inner question that leads to no question of the
    group counts as one of the group's questions.
    """

    def divide(questions: Iterable[Question]) -> dict[int, list[Question]]:
        divided: dict[int, list[Question]] = defaultdict(list)
        for question in questions:
            supporting, against = deal(question.supporting), deal(question.against)
            within = _divide_within(question, find_own, kept)
            for number, facts in deal(question.facts).items():
                divided[number].append(
                    replace(
                        question,
                        facts=facts,
                        supporting=supporting.get(number, []),
                        against=against.get(number, []),
                        within=within(number),
                    )
                )
        return divided

    questions, inner = divide(found.questions), divide(found.inner)
    doubts = {each.number: each.doubt for each in found.questions if each.doubt is not None}

    def of_group(number: int) -> Questions:
        own = [each for each in questions[number] if each.beyond is None]
        alone = _find_alone({each.number for each in own}, inner[number], found.outer)
        events = Clusters()
        for question in inner[number]:
            if question.number in alone:
                for outer in found.outer[question.number]:
                    events.unite(question.number, doubts.get(outer, outer))
        own += [replace(each, doubt=each.number) for each in inner[number] if each.number in alone]
        beyond = [each for each in questions[number] if each.beyond is not None]
        return Questions(
            [
                each if each.doubt is None else replace(each, doubt=events.root(each.doubt))
                for each in (*own, *(each for each in beyond if each.number not in alone))
            ],
            [each for each in inner[number] if each.number not in alone],
        )

    return of_group


def _divide_within(
    question: Question, find_own: Callable[[Candidate], int | None], kept: Contributions
) -> Callable[[int], Sequence[Question]]:
    """Divide the questions within a question among its groups; gives those of a group."""
    if not question.within:
        return lambda _: ()
    groups = _find_groups_within(question, find_own)

    def weaken(facts: Sequence[Candidate]) -> list[Candidate]:
        return [kept.weaken(fact) for fact in facts]

    def of_group(number: int) -> Sequence[Question]:
        return [
            inner if groups[at] == {number} else inner.select(weaken)
            for at, inner in enumerate(question.within)
            if not groups[at] or number in groups[at]
        ]

    return of_group


def _find_groups_within(
    question: Question, find_own: Callable[[Candidate], int | None]
) -> Mapping[int, set[int]]:
    """{place of a question within another: the groups of the facts to which its facts link, directly or by others}."""
    leading: dict[str, list[int]] = defaultdict(list)
    names: dict[int, set[str]] = defaultdict(set)
    for at, inner in enumerate(question.within):
        for fact in inner.facts:
            names[at] |= fact.version.record.link_targets
            for link in fact.fact.links:
                leading[link.fact].append(at)
    waiting = [
        (own, name)
        for fact in question.facts
        if (own := find_own(fact)) is not None
        for name in fact.version.record.link_targets
    ]
    groups: dict[int, set[int]] = defaultdict(set)
    while waiting:
        own, name = waiting.pop()
        for at in leading.get(name, ()):
            if own not in groups[at]:
                groups[at].add(own)
                waiting += [(own, other) for other in names[at]]
    return groups


def _find_alone(
    own: set[int], inner: Sequence[Question], outer: Mapping[int, frozenset[int]]
) -> set[int]:
    """The inner questions of a group that lead to none of its other questions, or only round in a ring."""
    present = own | {question.number for question in inner}
    leading: dict[int, list[int]] = defaultdict(list)
    for question in inner:
        for target in outer[question.number] & present:
            leading[target].append(question.number)
    led = {number for numbers in leading.values() for number in numbers}
    alone = {question.number for question in inner if question.number not in led}
    waiting, reached = [*own, *alone], set[int]()
    while waiting:
        new = {*leading[waiting.pop()]} - reached
        reached |= new
        waiting += new
    return alone | (present - own - reached)


def _find_moved(
    found: Questions, group_of: Mapping[UUID, int], unsaid: set[int]
) -> dict[UUID, set[int]]:
    """{fact: its groups} for facts that are not in the group of their own value.

    A fact without a value is in each group of its question. A fact that is tied to questions of several groups (a
    round-up) is in no group if it has no value, or if its own group is one of these.
    """
    moved: dict[UUID, set[int]] = {}
    tied: dict[UUID, set[int]] = {}
    inner = {candidate.id for question in found.inner for candidate in question.facts}
    for question in found.every:
        named = {group_of[candidate.id] for candidate in question.facts} - unsaid
        silent = (candidate.id for candidate in question.facts if group_of[candidate.id] in unsaid)
        moved |= {id_: named for id_ in silent if named}
        for candidate in (*question.supporting, *question.against):
            if candidate.id in inner:
                tied.setdefault(candidate.id, set()).update(named)
    for id_, named in tied.items():
        if len(named) > 1 and group_of[id_] in named | unsaid:
            moved[id_] = set()
        elif named and group_of[id_] in unsaid:
            moved.setdefault(id_, named)
    return moved
