"""Groups facts by the question that they answer, because the facts of one question count once.

Facts of one matter answer one question. A link that `confirms`, `conflicts_with` or `refines` joins a fact without a
matter to the question of the fact that it names. If a fact without a matter names no other fact, it joins the question
of a fact that names no other (`joining`). Facts that tell only of what other questions tell answer an inner question
(`inner`), which adds nothing:

- a part: facts of a narrower population that refine others;
- facts of one matter that are tied to the question of another, which they support or contest;
- a round-up: facts that are tied to several questions.

A ring of these is one question. Two questions that ties connect may be about one event, and then only one of them
surely counts: see `Doubt`. Only links among the given facts count. Facts that do not hold tie others too, and are left
out afterwards: two reports of an event that is only possible are still reports of one event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.inner import SEVERAL, Inner, find_inner
from domain.views.rivalry.joining import TIES, Joined

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Question:
    """The facts that answer one question, and facts that links tie to it from outside: `supporting` or `against`.

    `within`: the inner questions that tell of nothing else. `number` identifies it among the questions that were found
    with it. `doubt`: questions with the same number here may be about one event. `beyond`: of its number only what is
    more than this may be added, because other questions count the rest.
    """

    facts: Sequence[Candidate]
    supporting: Sequence[Candidate] = ()
    against: Sequence[Candidate] = ()
    within: Sequence[Question] = ()
    number: int = 0
    doubt: int | None = None
    beyond: int | None = None

    def select(self, choose: Callable[[Sequence[Candidate]], Sequence[Candidate]]) -> Question:
        """The question with the facts that `choose` makes of its own, and of those within it."""
        groups = (choose(group) for group in (self.facts, self.supporting, self.against))
        facts, supporting, against = groups
        within = [inner.select(choose) for inner in self.within]
        return replace(self, facts=facts, supporting=supporting, against=against, within=within)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Questions, by number, that may be about one event, because ties connect them.

    `by`: the round-up that is tied to all of them, if there is one.
    """

    among: Sequence[int]
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions that facts answer, in order of their first recorded fact, and the inner ones, which add nothing.

    `outer`: {number of an inner question: numbers of the questions to which its facts are tied}.
    """

    questions: Sequence[Question]
    inner: Sequence[Question] = ()
    outer: Mapping[int, frozenset[int]] = field(default_factory=dict)
    doubts: Sequence[Doubt] = ()

    @property
    def every(self) -> Sequence[Question]:
        """The questions and the inner ones."""
        return [*self.questions, *self.inner]


def find_questions(candidates: Iterable[Candidate]) -> Questions:
    """The questions that the candidates answer, each with its facts that hold. A fact given twice counts once."""
    facts = {candidate.id: candidate for candidate in candidates}
    linking = (links for candidate in facts.values() if (links := candidate.fact.links))
    if not any(link.relation in TIES for links in linking for link in links):
        groups = _by_matter(_select_holding([*facts.values()]))
        return Questions([Question(group, number=n) for n, group in enumerate(groups)])
    joined = Joined(dict(enumerate(facts.values())))
    inner = find_inner(joined)
    tied = [question for each in _make(joined) if (question := each.select(_select_holding)).facts]
    within: dict[int, list[Question]] = defaultdict(list)
    for question in tied:
        if (outer := inner.within.get(question.number, SEVERAL)) != SEVERAL:
            within[outer].append(question)
    return Questions(
        [
            replace(question, within=within[question.number])
            if within[question.number]
            else question
            for question in tied
            if question.number not in inner.within
        ],
        [question for question in tied if question.number in inner.within],
        {
            root: frozenset({*targets, *map(inner.top, targets)})
            for root, targets in inner.outer.items()
        },
        [*_find_doubts(inner)],
    )


def _find_doubts(inner: Inner) -> Iterable[Doubt]:
    for root, targets in inner.outer.items():
        if inner.within[root] == SEVERAL:
            by = root if root in inner.round_ups else None
            yield Doubt([*{inner.top(target) for target in targets}], by)
    for root, targets in inner.unsure:
        yield Doubt([inner.top(root), *{inner.top(target) for target in targets}])


def _make(joined: Joined) -> Iterable[Question]:
    """The questions into which facts were joined, in order of their first recorded fact."""
    facts = joined.facts
    sides: tuple[dict[int, dict[int, Candidate]], ...] = (defaultdict(dict), defaultdict(dict))
    for id_, tied in joined.ties.items():
        wholes = joined.wholes.get(id_, ())
        for target, relations in tied.items():
            root = joined.root(target)
            if root != joined.root(id_) and target not in wholes:
                sides["conflicts_with" in relations][root][id_] = facts[id_]
    for root, members in sorted(joined.members.items(), key=lambda item: min(item[1])):
        supporting, against = ([*side.get(root, {}).values()] for side in sides)
        yield Question([facts[id_] for id_ in sorted(members)], supporting, against, number=root)


def _select_holding(candidates: Sequence[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate.holds]


def _by_matter(facts: Iterable[Candidate]) -> list[list[Candidate]]:
    groups: dict[object, list[Candidate]] = defaultdict(list)
    for candidate in facts:
        matter = candidate.fact.matter_key
        groups[candidate.id if matter is None else matter].append(candidate)
    return list(groups.values())
