"""Joins facts into questions: those of one matter, and a fact without a matter to the one question that it is tied to.

Facts have numbers here, because a UUID takes ten times as long to look up. A question is known by the number of one of
its facts, its root.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.views.rivalry.candidates import Candidate

TIES: Final = frozenset({"confirms", "conflicts_with", "refines"})

Ties = Mapping[int, Mapping[int, set[str]]]
"""{fact: {fact that it links to: relations}}."""


class Joined:
    """Facts joined into questions.

    `wholes`: {fact: facts of which it counts a part}. It refines them, and names a population that they do not name.
    `parts`: these facts, and those that are tied to them and name a population, but not the whole's.
    `of_matter`: {root: the facts of a matter, without those of its parts}. `split`: pairs of facts of one matter; the
    first belongs to a part, and the second does not.
    """

    def __init__(self, facts: Mapping[int, Candidate]) -> None:
        self.facts, self.ties = facts, _find_ties(facts)
        self.members = {id_: [id_] for id_ in facts}
        self.split: list[tuple[int, int]] = []
        self._roots = {id_: id_ for id_ in facts}
        self._populations: dict[int, str] = {}
        self._outs: dict[int, set[int]] = defaultdict(set)
        self._ins: dict[int, set[int]] = defaultdict(set)
        self.wholes = {
            id_: wholes
            for id_, tied in self.ties.items()
            if (wholes := self._find_wholes(id_, tied))
        }
        self.parts = self._find_parts()
        matters: dict[str, list[int]] = defaultdict(list)
        for id_, candidate in facts.items():
            if candidate.fact.matter_key is not None:
                matters[candidate.fact.matter_key].append(id_)
        undivided = [rest for ids in matters.values() if (rest := self._join_matter(ids))]
        self._join_parts()
        self._join_tied()
        self.of_matter = {self.root(ids[0]): ids for ids in undivided}

    def root(self, id_: int) -> int:
        """The root of the question that a fact belongs to."""
        return self._roots[id_]

    def population(self, id_: int) -> str:
        """The key part of the population that a fact names; empty if it names none."""
        population = self._populations.get(id_)
        if population is None:
            population = self._populations[id_] = self.facts[id_].read_field("population")[0]
        return population

    def unite(self, one: int, other: int) -> list[int]:
        """Merge the questions of two facts; returns the roots of those that were tied to both, and now to one."""
        root, lesser = self._roots[one], self._roots[other]
        if root == lesser:
            return []
        if self._weigh(root) < self._weigh(lesser):
            root, lesser = lesser, root
        for id_ in self.members[lesser]:
            self._roots[id_] = root
        self.members[root] += self.members.pop(lesser)
        nearer: list[int] = []
        for mine, theirs in ((self._outs, self._ins), (self._ins, self._outs)):
            for end in mine.pop(lesser, ()):
                theirs[end].discard(lesser)
                if root in theirs[end]:
                    nearer.append(end)
                elif end != root:
                    theirs[end].add(root)
                    mine[root].add(end)
        return nearer

    def _weigh(self, root: int) -> int:
        ends = (edges.get(root, ()) for edges in (self._outs, self._ins))
        return len(self.members[root]) + sum(map(len, ends))

    def _unite_all(self, ids: Sequence[int]) -> None:
        for id_ in ids[1:]:
            self.unite(ids[0], id_)

    def _find_wholes(self, id_: int, tied: Mapping[int, set[str]]) -> set[int]:
        """The facts of which a fact counts a part; if there is one, those of other populations that it confirms too."""
        if not any("refines" in relations for relations in tied.values()):
            return set()
        ours = self.population(id_)
        wider = {
            target
            for target, relations in tied.items()
            if "conflicts_with" not in relations and self.population(target) != ours
        }
        if not ours or not any("refines" in tied[target] for target in wider):
            return set()
        return {target for target in wider if "refines" in tied[target] or self.population(target)}

    def _find_parts(self) -> set[int]:
        """The facts that count a part, and those that are tied to one and name a population, but not the whole's."""
        wider = {id_: {*map(self.population, wholes)} for id_, wholes in self.wholes.items()}
        tied_to: dict[int, list[int]] = defaultdict(list)
        for id_, tied in self.ties.items() if wider else ():
            for target in tied:
                tied_to[target].append(id_)
        waiting = [*wider]
        while waiting:
            part = waiting.pop()
            for id_ in tied_to[part]:
                if id_ not in wider and self.population(id_) not in {"", *wider[part]}:
                    wider[id_] = wider[part]
                    waiting.append(id_)
        return {*wider}

    def _join_matter(self, ids: Sequence[int]) -> list[int]:
        """Join the facts of a matter, those of each part apart from the others; returns the others."""
        parts: dict[str, list[int]] = {self.population(id_): [] for id_ in ids if id_ in self.parts}
        rest: list[int] = []
        for id_ in ids:
            (parts.get(self.population(id_), rest) if parts else rest).append(id_)
        for of_part in parts.values():
            self._unite_all(of_part)
        self._unite_all(rest)
        if rest:
            self.split += [(of_part[0], rest[0]) for of_part in parts.values()]
        return rest

    def _join_parts(self) -> None:
        """Join facts that count one population's part of one fact, and are tied to nothing else."""
        alike: dict[tuple[int, str], list[int]] = defaultdict(list)
        for id_, wholes in self.wholes.items():
            if len(self.ties[id_]) == 1:
                alike[min(wholes), self.population(id_)].append(id_)
        for ids in alike.values():
            free = [id_ for id_ in ids if self.facts[id_].fact.matter is None]
            of_matters = {self.root(id_) for id_ in ids if self.facts[id_].fact.matter is not None}
            self._unite_all([*free, *(of_matters if len(of_matters) == 1 else ())])

    def _join_tied(self) -> None:
        """Join facts without a matter, each to the one question that it is tied to, until no such fact remains."""
        of_matters = {
            self.root(id_) for id_, each in self.facts.items() if each.fact.matter is not None
        }
        for id_, tied in self.ties.items():
            same = tied.keys() - self.wholes.get(id_, set())
            for target in same:
                if self.root(id_) not in of_matters:
                    self._tie(id_, target)
                elif len(same) == 1 and not (
                    target in self.ties or self.root(target) in of_matters
                ):
                    self._tie(target, id_)
        waiting = [root for root, outs in self._outs.items() if len(outs) == 1]
        while waiting:
            root = waiting.pop()
            if len(self._outs.get(root, ())) != 1:
                continue
            (target,) = self._outs[root]
            waiting += self.unite(root, target)
            waiting.append(self.root(target))

    def _tie(self, one: int, other: int) -> None:
        """Note that a question without a matter may be joined to that of another fact."""
        root, target = self._roots[one], self._roots[other]
        if root != target:
            self._outs[root].add(target)
            self._ins[target].add(root)


def _find_ties(facts: Mapping[int, Candidate]) -> Ties:
    """The links that tie facts to others among them."""
    named = {name: id_ for id_, f in facts.items() for name in f.version.record.link_targets}
    ties: dict[int, dict[int, set[str]]] = {}
    for id_, candidate in facts.items():
        for link in candidate.fact.links:
            target = named.get(link.fact) if link.relation in TIES else None
            if target is not None and target != id_:
                ties.setdefault(id_, {}).setdefault(target, set()).add(link.relation)
    return ties
