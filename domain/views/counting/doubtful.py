"""Decides which of the questions that ties connect may be about one event, so that only one of them surely adds.

They are surely about several events if these cannot have happened at one time. If a round-up is tied to them, they are
also surely about several if each has a matter, or if only all of them together reach the round-up's number. If they may
be about one event, the total has the greatest of their low bounds, and the sum of their high bounds.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.time.instant import BEGINNING, END
from domain.views.counting.figures import Figure, find_figure
from domain.views.counting.parts import Part
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.claims import ends_of, meant_ends
from domain.views.rivalry.clusters import Clusters
from domain.views.rivalry.questions import Question, Questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from domain.quantity import Quantity
    from domain.views.rivalry.claims import Ends
    from domain.views.rivalry.questions import Doubt


@dataclass(frozen=True, slots=True)
class Contributed:
    """What one question adds to a sum: a part, or facts that give no number (`rest`).

    `left_out`: it does not surely add anything, so `match=certain` leaves its part out. Of the parts with the same
    `doubt` only one surely adds (`doubt_repeated`).
    """

    part: Part | None
    rest: Sequence[Candidate]
    left_out: bool = False
    doubt: Hashable | None = None


@dataclass(frozen=True, slots=True)
class Addends:
    """What facts that no tie connects with others add to a sum.

    `contributed`: what their questions add. `cumulative`: figures that may bound the sum. `inner`: facts that tell
    only of what the questions tell. `left_out`: a fact that may count is left out. `is_told`: a fact tells of what is
    summed.
    """

    contributed: Sequence[Contributed | None]
    cumulative: Sequence[Figure]
    inner: Sequence[Candidate]
    _: KW_ONLY
    left_out: bool
    is_told: bool


def settle_doubts(found: Questions, what: str | None) -> Questions:
    """The questions; those that may be about one event get the same `doubt`. Their numbers of `what` help to decide.

    A round-up that counts more than its questions do is added as a question, `beyond` what they count.
    """
    if not found.doubts:
        return found
    settling = _Settling(found, what)
    for doubt in found.doubts:
        settling.settle(doubt)
    questions = [
        question if doubt is None else replace(question, doubt=doubt)
        for question in found.questions
        for doubt in (settling.doubt_of(question.number),)
    ]
    return replace(found, questions=[*questions, *settling.beyond])


def doubt_repeated(contributed: Sequence[Contributed]) -> list[Contributed]:
    """What questions add; of those that may be about one event, only the one that surely adds most is certain."""
    surest: dict[Hashable, tuple[Any, ...]] = {}
    for each in contributed:
        if each.doubt is not None:
            surest[each.doubt] = max(_weigh_part(each.part), surest.get(each.doubt, ()))
    return [
        each
        if each.part is None or each.doubt is None or surest[each.doubt] == _weigh_part(each.part)
        else replace(each, part=replace(each.part, certain=False, about=0), left_out=True)
        for each in contributed
    ]


def tell_doubts_apart(groups: Iterable[Sequence[Contributed | None]]) -> list[Contributed | None]:
    """What the questions of all groups add. Each group numbers its own doubts, so they get the group's number too."""
    apart: list[Contributed | None] = []
    for at, group in enumerate(groups):
        for each in group:
            if each is None or each.doubt is None:
                apart.append(each)
            else:
                apart.append(replace(each, doubt=(at, each.doubt)))
    return apart


def _weigh_part(part: Part | None) -> tuple[Any, ...]:
    """The sort key by which the part that surely adds most comes last."""
    return () if part is None else (part.certain, part.low, part.about, part.shown.by_content)


class _Settling:
    """The questions that may be about one event, connected to one another."""

    def __init__(self, found: Questions, what: str | None) -> None:
        self._outer, self._what = found.outer, what
        self._questions = {question.number: question for question in found.every}
        self._events, self._opened = Clusters(), set[int]()
        self.beyond: list[Question] = []

    def doubt_of(self, number: int) -> int | None:
        """The number of the doubt of a question; None if it is surely about an event of its own."""
        return self._events.root(number) if number in self._opened else None

    def settle(self, doubt: Doubt) -> None:
        """Connect the questions of a doubt, unless they are surely about several events."""
        among = [self._questions[number] for number in doubt.among if number in self._questions]
        by = None if doubt.by is None else self._questions.get(doubt.by)
        if by is not None and self._only_together(by, among):
            return
        for group in self._group_by_time(among):
            matters = all(any(each.fact.matter for each in one.facts) for one in group)
            if len(group) > 1 and not (doubt.by is not None and matters):
                for question in group:
                    self._unite(group[0].number, question.number)

    def _only_together(self, by: Question, among: Sequence[Question]) -> bool:
        """Whether only all questions of a round-up together reach its number. Notes what it counts beyond them."""
        number = self._find_ends(by, meant_ends)
        counted = [self._find_ends(question, ends_of) for question in among]
        most = sum(high for _, high in counted)
        if number[0] > most:
            self.beyond.append(Question(by.facts, number=by.number, beyond=int(most)))
        return number[0] > most - min(high for _, high in counted)

    def _find_ends(self, question: Question, read: Callable[[Quantity], Ends]) -> Ends:
        """The least and the greatest number that the facts of a question allow."""
        if self._what is None:
            return -math.inf, math.inf
        found = (find_figure(each.fact, self._what, "increment") for each in question.facts)
        ends = [read(quantity) for quantity in found if quantity is not None]
        return (
            min((low for low, _ in ends), default=-math.inf),
            max((high for _, high in ends), default=math.inf),
        )

    def _group_by_time(self, questions: Iterable[Question]) -> list[list[Question]]:
        """Groups of questions that may be about one time. A round-up may be about any time."""
        spans = []
        for question in questions:
            placed = [(BEGINNING, END)] if question.number in self._outer else []
            placed += [each.placed for each in question.facts]
            spans.append(
                (min(start for start, _ in placed), max(end for _, end in placed), question)
            )
        groups: list[list[Question]] = []
        reached = None
        for start, end, question in sorted(spans, key=lambda span: (*span[:2], span[2].number)):
            if reached is None or start >= reached:
                groups.append([])
            groups[-1].append(question)
            reached = end if reached is None else max(reached, end)
        return groups

    def _unite(self, one: int, other: int) -> None:
        """Connect two questions; a round-up is connected with all questions that it is tied to."""
        waiting = [(one, other)]
        while waiting:
            one, other = waiting.pop()
            self._events.unite(one, other)
            for number in {one, other} - self._opened:
                self._opened.add(number)
                waiting += [(number, outer) for outer in self._outer.get(number, ())]
