"""Groups facts by the question that they answer, because the facts of one question count once.

Facts of one matter answer one question. A link that `confirms`, `conflicts_with` or `refines` joins a fact without a
matter to the question of the fact that it names. If a fact without a matter names no other fact, it joins the question
of a fact that names it. A fact that would so join several questions (a round-up) joins none of them. A fact of one
matter that is tied to the question of another supports or contests that question. Both add nothing of their own, and
neither does a fact about a part of a population (`narrower`). Only links among the given facts count. Facts that do not
hold tie others too, and are left out afterwards: two reports of an event that is only possible are still reports of one
event.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.narrower import find_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

TIES: Final = frozenset({"confirms", "conflicts_with", "refines"})


@dataclass(frozen=True, slots=True)
class Question:
    """The facts that answer one question, and facts that links tie to it from outside: `supporting` or `against`."""

    facts: Sequence[Candidate]
    supporting: Sequence[Candidate] = ()
    against: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions that some facts answer, in order of their first recorded fact, and the facts that add nothing.

    `parts`: facts about a part of a population that another counts whole. `linking`: round-ups, and facts of other
    matters.
    """

    questions: Sequence[Question]
    parts: Sequence[Candidate] = ()
    linking: Sequence[Candidate] = ()


def find_questions(candidates: Iterable[Candidate]) -> Questions:
    """The questions that the candidates answer, each with its facts that hold. A fact given twice counts once."""
    facts = {candidate.id: candidate for candidate in candidates}
    if not any(
        link.relation in TIES for candidate in facts.values() for link in candidate.fact.links
    ):
        return Questions([Question(group) for group in _by_matter(_select_holding(facts.values()))])
    tied = _Tied(dict(enumerate(facts.values()))).find_questions()
    holding = [
        Question(stand, _select_holding(question.supporting), _select_holding(question.against))
        for question in tied.questions
        if (stand := _select_holding(question.facts))
    ]
    return Questions(holding, _select_holding(tied.parts), _select_holding(tied.linking))


def _select_holding(candidates: Iterable[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate.holds]


def _by_matter(facts: Iterable[Candidate]) -> list[list[Candidate]]:
    groups: dict[object, list[Candidate]] = defaultdict(list)
    for candidate in facts:
        groups[candidate.id if candidate.fact.matter is None else candidate.fact.matter].append(
            candidate
        )
    return list(groups.values())


@dataclass(slots=True)
class _Tied:
    """The ties among some facts, {fact: {linked fact: relations}}, and the questions into which they join the facts.

    Facts have numbers here, because a UUID takes ten times as long to look up.
    """

    facts: Mapping[int, Candidate]
    ties: dict[int, dict[int, set[str]]] = field(default_factory=dict)
    roots: dict[int | str, int | str] = field(default_factory=dict)
    waiting_on: dict[int | str, list[int]] = field(default_factory=lambda: defaultdict(list))
    targets: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def find_questions(self) -> Questions:
        """The questions, by the rules that the module states."""
        self.ties = self._all_ties()
        parts = find_parts(self.facts, self.ties)
        for fact_id, fact in self.facts.items():
            if fact_id not in parts and fact.fact.matter is not None:
                self._unite(fact_id, fact.fact.matter)
        round_ups = self._join(parts)
        idle = round_ups | self._behind(round_ups)
        linking = idle | self._find_crossing(parts | idle)
        return self._group(parts, linking)

    def _all_ties(self) -> dict[int, dict[int, set[str]]]:
        named = {
            name: id_ for id_, f in self.facts.items() for name in f.version.record.link_targets
        }
        ties: dict[int, dict[int, set[str]]] = {}
        for id_, candidate in self.facts.items():
            for link in candidate.fact.links:
                target = named.get(link.fact) if link.relation in TIES else None
                if target is not None and target != id_:
                    ties.setdefault(id_, {}).setdefault(target, set()).add(link.relation)
        return ties

    def _join(self, parts: set[int]) -> set[int]:
        """Join each fact without a matter to the question that it is tied to; returns the facts tied to several."""
        for id_, tied in self.ties.items():
            for target in tied:
                if id_ not in parts and target not in parts:
                    self._wants(id_, target, parts)
        several = {id_ for id_, wanted in self.targets.items() if len(wanted) > 1}
        open_, queue = set(several), deque(self.targets)
        for id_, wanted in self.targets.items():
            for target in wanted:
                self.waiting_on[self._root(target)].append(id_)
        while queue:
            id_ = queue.popleft()
            wanted = self.targets[id_]
            if id_ not in several and wanted & open_:
                continue
            roots = {self._root(target) for target in wanted} - {self._root(id_)}
            if len(roots) == 1:
                open_.discard(id_)
                queue.extend(self._unite(id_, roots.pop()))
                queue.extend(f for f in self.waiting_on[self._root(id_)] if id_ in self.targets[f])
            elif not roots and id_ in open_:
                open_.discard(id_)
                queue.extend(f for f in self.waiting_on[self._root(id_)] if id_ in self.targets[f])
        return open_

    def _wants(self, id_: int, target: int, parts: set[int]) -> None:
        """Note which question a fact without a matter may join: that of its targets, or else of what links to it."""
        if self.facts[id_].fact.matter is None:
            self.targets[id_].add(target)
        elif (
            self.facts[target].fact.matter is None and not self.ties.get(target, {}).keys() - parts
        ):
            self.targets[target].add(id_)

    def _behind(self, round_ups: set[int]) -> set[int]:
        """The facts that are tied only to round-ups, and that no round-up is tied to."""
        behind = {
            self._root(id_)
            for id_, wanted in self.targets.items()
            if id_ not in round_ups and wanted <= round_ups and wanted
        }
        behind -= {self._root(t) for id_ in round_ups for t in self.targets[id_]}
        return {id_ for id_ in self.facts if self._root(id_) in behind}

    def _find_crossing(self, out: set[int]) -> set[int]:
        """The facts of a matter that are tied to another question; of facts that are tied in a ring, all except one."""
        back: dict[int, set[int]] = defaultdict(set)
        tied: set[int] = set()
        for id_, targets in self.ties.items():
            if id_ in out:
                continue
            root = self._root(id_)
            for target in targets:
                if target not in out and self._root(target) != root:
                    back[target].add(id_)
                    tied.add(id_)
        crossing: set[int] = set()
        firm = [id_ for id_ in back if id_ not in tied]
        ordered = sorted(tied, key=lambda id_: self.facts[id_].by_content)
        for first in (*firm, *ordered):
            if first in crossing:
                continue
            reached = [first]
            while reached:
                new = back[reached.pop()] - crossing - {first}
                crossing |= new
                reached += new
        return crossing

    def _group(self, parts: set[int], linking: set[int]) -> Questions:
        groups: dict[int | str, list[Candidate]] = defaultdict(list)
        for id_, candidate in self.facts.items():
            if id_ not in parts and id_ not in linking:
                groups[self._root(id_)].append(candidate)
        supporting: dict[int | str, list[Candidate]] = defaultdict(list)
        against: dict[int | str, list[Candidate]] = defaultdict(list)
        for id_ in linking:
            for target, relations in self.ties.get(id_, {}).items():
                side = against if "conflicts_with" in relations else supporting
                side[self._root(target)].append(self.facts[id_])
        questions = [
            Question(group, supporting.get(root, ()), against.get(root, ()))
            for root, group in groups.items()
        ]
        return Questions(
            questions,
            [candidate for id_, candidate in self.facts.items() if id_ in parts],
            [candidate for id_, candidate in self.facts.items() if id_ in linking],
        )

    def _root(self, node: int | str) -> int | str:
        root = node
        while (up := self.roots.get(root, root)) != root:
            root = up
        while (up := self.roots.get(node, node)) != root:
            self.roots[node] = root
            node = up
        return root

    def _unite(self, one: int | str, other: int | str) -> list[int]:
        """Merge two questions; returns the facts that waited for the merged one, because they may be joined now."""
        root, lesser = self._root(one), self._root(other)
        if root == lesser:
            return []
        if len(self.waiting_on[root]) < len(self.waiting_on[lesser]):
            root, lesser = lesser, root
        self.roots[lesser] = root
        moved = self.waiting_on.pop(lesser, [])
        self.waiting_on[root] += moved
        return moved
