"""Finds the questions whose facts tell only of what other questions tell: parts, other reports, and round-ups.

They are inner questions: what they count is counted already. Where it is in doubt whether two questions are about one
event, they are a doubt.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.fact import Fact
    from domain.views.rivalry.joining import Joined

SEVERAL: Final = -1
"""In place of a root: an inner question tells of what several questions tell."""


@dataclass(frozen=True, slots=True)
class Inner:
    """Inner questions, by their roots.

    `outer`: {inner question: the questions to which its facts are tied}. `within`: {inner question: the only question
    of which it tells that is not inner itself, or SEVERAL}. `round_ups`: the inner questions of which one fact is tied
    to several questions. `unsure`: questions, each with others of which it may tell.
    """

    outer: dict[int, set[int]] = field(default_factory=dict)
    within: dict[int, int] = field(default_factory=dict)
    round_ups: set[int] = field(default_factory=set)
    unsure: list[tuple[int, set[int]]] = field(default_factory=list)

    def top(self, root: int) -> int:
        """The question of which a question tells: itself, if it is not inner or tells of several."""
        within = self.within.get(root, root)
        return root if within == SEVERAL else within


def find_inner(joined: Joined) -> Inner:
    """The inner questions among those into which facts were joined. Questions in a ring are merged into one."""
    outer: dict[int, set[int]] = {}
    round_ups: set[int] = set()
    unsure: list[tuple[int, int]] = []
    for root in {joined.root(id_) for id_ in joined.ties}:
        tied = _find_tied(joined, root)
        outside = {target for targets in tied.values() for target in targets}
        if not _is_inner(joined, root, tied.keys()):
            unsure += [(root, target) for target in outside]
        elif tied:
            outer[root] = outside
            if any(len(targets) > 1 for targets in tied.values()):
                round_ups.add(root)
    for one, other in joined.split:
        unsure += [(joined.root(other), target) for target in outer.get(joined.root(one), ())]
    outer, within = _merge_rings(joined, outer)
    doubts: dict[int, set[int]] = defaultdict(set)
    for one, other in unsure:
        doubts[joined.root(one)].add(joined.root(other))
    return Inner(outer, within, round_ups, [*doubts.items()])


def _merge_rings(
    joined: Joined, outer: dict[int, set[int]]
) -> tuple[dict[int, set[int]], dict[int, int]]:
    """`Inner.outer` and `Inner.within`, after questions that lead only to one another were merged."""
    within = _find_within(outer)
    if _break_rings(joined, outer, outer.keys() - within.keys()):
        within = _find_within(outer)
    rings = _find_rings({root: outer[root] for root in outer.keys() - within.keys()})
    if not rings:
        return outer, within
    for ring in rings:
        for id_ in ring:
            joined.unite(min(ring), id_)
            del outer[id_]
    outer = {root: {*map(joined.root, targets)} for root, targets in outer.items()}
    return outer, _find_within(outer)


def _find_tied(joined: Joined, root: int) -> dict[int, set[int]]:
    """{fact of a question: roots of the other questions that it is tied to}, where there are any."""
    tied = {}
    for id_ in joined.members[root]:
        others = {joined.root(target) for target in joined.ties.get(id_, ())} - {root}
        if others:
            tied[id_] = others
    return tied


def _is_inner(joined: Joined, root: int, tied: Iterable[int]) -> bool:
    """Whether all that a question tells is told elsewhere, as some of its facts say by their ties.

    Of a matter each fact has to say so. Otherwise those that are tied to nothing follow the others, unless they name
    another population.
    """
    tied = {*tied}
    if root in joined.of_matter:
        return tied.issuperset(joined.of_matter[root])
    populations = {"", *(joined.population(id_) for id_ in tied if id_ in joined.parts)}
    rest = (id_ for id_ in joined.members[root] if id_ not in tied and id_ not in joined.ties)
    return all(joined.population(id_) in populations for id_ in rest)


def _find_within(outer: Mapping[int, set[int]]) -> dict[int, int]:
    """{inner question: the only other question to which it leads, or SEVERAL}, without those that lead to none."""
    leading = _reverse(outer)
    within: dict[int, int] = {}
    waiting = [(root, root) for root in leading.keys() - outer.keys()]
    while waiting:
        root, reached = waiting.pop()
        for inner in leading.get(root, ()):
            told = reached if within.get(inner, reached) == reached else SEVERAL
            if within.get(inner) != told:
                within[inner] = told
                waiting.append((inner, told))
    return within


def _break_rings(joined: Joined, outer: dict[int, set[int]], roots: Iterable[int]) -> bool:
    """Remove from questions in rings the wholes that are surely smaller than they are; whether any was removed."""
    broken = False
    for root in roots:
        for id_ in joined.members[root]:
            for whole in joined.wholes.get(id_, ()):
                if _is_larger(joined.facts[id_].fact, joined.facts[whole].fact):
                    broken = True
                    outer[root].discard(joined.root(whole))
        if not outer[root]:
            del outer[root]
    return broken


def _is_larger(one: Fact, other: Fact) -> bool:
    """Whether some number of a fact is surely larger than another's number of the same thing on the same basis."""
    return any(
        ours.basis == theirs.basis
        and ours.low is not None
        and theirs.high is not None
        and ours.low > theirs.high
        for what, numbers in one.numbers.items()
        for ours in numbers
        for theirs in other.numbers.get(what, ())
    )


def _find_rings(outer: Mapping[int, set[int]]) -> list[set[int]]:
    """The rings among inner questions that lead only to one another; those that only lead to a ring are left out."""
    led_to = {root: len(leading) for root, leading in _reverse(outer).items()}
    waiting = [root for root in outer if not led_to.get(root)]
    in_rings = set(outer)
    while waiting:
        root = waiting.pop()
        in_rings.discard(root)
        for target in outer[root]:
            led_to[target] -= 1
            if not led_to[target]:
                waiting.append(target)
    rings: list[set[int]] = []
    leading = _reverse(outer)
    while in_rings:
        reached = [in_rings.pop()]
        rings.append(ring := set(reached))
        while reached:
            root = reached.pop()
            new = in_rings & {*outer[root], *leading[root]}
            in_rings -= new
            ring |= new
            reached += new
    return rings


def _reverse(edges: Mapping[int, Iterable[int]]) -> dict[int, list[int]]:
    reverse: dict[int, list[int]] = defaultdict(list)
    for id_, targets in edges.items():
        for target in targets:
            reverse[target].append(id_)
    return reverse
