"""Finds the facts that count a part of a population which another fact counts whole: they are not added to it.

A part is a fact of a narrower population that refines its whole, and gives no number that is
surely larger. Facts that refine only one another, in a ring, have no whole and are no parts. What speaks of a part
again, by a link or by a matter of its own, is a part as well.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from domain.fact import Fact
    from domain.views.rivalry.candidates import Candidate

    Ties = Mapping[int, Mapping[int, set[str]]]


def find_parts(facts: Mapping[int, Candidate], ties: Ties) -> set[int]:
    """The facts that count a part; `ties` are {fact: {fact that it links to: relations}}."""
    wholes: dict[int, set[int]] = defaultdict(set)
    for id_, tied in ties.items():
        for target, relations in tied.items():
            one, other = facts[id_], facts[target]
            if "refines" in relations and _is_narrower(one, other) and _fits(one.fact, other.fact):
                wholes[id_].add(target)
    if not wholes:
        return set()
    return _Again(facts, ties, wholes).spread(_drop_rings(wholes))


def _is_narrower(one: Candidate, other: Candidate) -> bool:
    """Whether `one`, which refines `other`, names a population, and not the same one."""
    (ours, _), (theirs, _) = one.read_field("population"), other.read_field("population")
    return ours not in {"", theirs}


def _fits(part: Fact, whole: Fact) -> bool:
    """Whether no number of a part is surely larger than the whole's, since then one of them is wrong."""
    return not any(
        ours.basis == theirs.basis
        and ours.low is not None
        and theirs.high is not None
        and ours.low > theirs.high
        for what, numbers in part.numbers.items()
        for ours in numbers
        for theirs in whole.numbers.get(what, ())
    )


def _drop_rings(wholes: Mapping[int, set[int]]) -> set[int]:
    """Those from which their wholes lead on to a fact that is no part."""
    refined_by = _reverse(wholes.items())
    waiting = [id_ for whole in refined_by.keys() - wholes.keys() for id_ in refined_by[whole]]
    parts: set[int] = set()
    while waiting:
        id_ = waiting.pop()
        if id_ not in parts:
            parts.add(id_)
            waiting += refined_by.get(id_, ())
    return parts


class _Again:
    """Finds what speaks of a part again; each link is followed once, and each matter once for each population."""

    def __init__(
        self, facts: Mapping[int, Candidate], ties: Ties, wholes: Mapping[int, set[int]]
    ) -> None:
        self._facts = facts
        self._ties = ties
        self._linked_by = _reverse(ties.items())
        self._wholes = {whole for several in wholes.values() for whole in several}
        self._matters_of_wholes = {facts[whole].fact.matter for whole in self._wholes}
        self._by_matter: dict[str, list[int]] = defaultdict(list)
        for id_, candidate in facts.items():
            if candidate.fact.matter is not None:
                self._by_matter[candidate.fact.matter].append(id_)
        self._followed: set[tuple[str, str]] = set()

    def spread(self, parts: set[int]) -> set[int]:
        """The parts, and all that speak of them again.

        A fact without a population speaks of a part again if it links to nothing else.
        """
        refining, parts = parts, set(parts)
        waiting = [(part, self._facts[part].read_field("population")[0]) for part in parts]
        while waiting:
            part, population = waiting.pop()
            for id_ in self._list_near(part, population, follow=part in refining):
                if id_ in parts or id_ in self._wholes:
                    continue
                said, _ = self._facts[id_].read_field("population")
                links = self._ties.get(id_, {}).keys()
                leads_here = bool(links) or self._facts[id_].fact.matter is not None
                if said == population or (not said and leads_here and links <= parts):
                    parts.add(id_)
                    waiting.append((id_, population))
        return parts

    def _list_near(self, part: int, population: str, *, follow: bool) -> Iterable[int]:
        """The facts without another matter that a link leads to or from, and those of the part's matter to `follow`."""
        matter = self._facts[part].fact.matter
        for id_ in (*self._ties.get(part, ()), *self._linked_by.get(part, ())):
            if self._facts[id_].fact.matter in {None, matter}:
                yield id_
        if not follow or matter is None or matter in self._matters_of_wholes:
            return
        if (matter, population) not in self._followed:
            self._followed.add((matter, population))
            yield from self._by_matter[matter]


def _reverse(edges: Iterable[tuple[int, Iterable[int]]]) -> dict[int, list[int]]:
    reverse: dict[int, list[int]] = defaultdict(list)
    for id_, targets in edges:
        for target in targets:
            reverse[target].append(id_)
    return reverse
