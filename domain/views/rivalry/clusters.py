"""Connects numbers to one another, and finds the facts that a matter or a tie connects."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from domain.views.rivalry.joining import TIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.streams.fact import FactRecord


class Clusters:
    """Numbers that are connected to one another."""

    def __init__(self) -> None:
        self._roots: dict[int, int] = {}

    def root(self, number: int) -> int:
        """One of the numbers that a number is connected to, the same for all of them."""
        root = number
        while (up := self._roots.get(root, root)) != root:
            root = up
        while (up := self._roots.get(number, number)) != root:
            self._roots[number], number = root, up
        return root

    def unite(self, one: int, other: int) -> None:
        """Connect two numbers."""
        self._roots[self.root(one)] = self.root(other)


def connect_facts(records: Sequence[FactRecord]) -> list[list[int]]:
    """The indexes of the facts in groups: facts of one matter, or with a link that ties them, are in one group.

    What a group answers does not depend on the facts of other groups (`find_questions`).
    """
    named = {name: at for at, record in enumerate(records) for name in record.link_targets}
    clusters, of_matter = Clusters(), dict[str, int]()
    for at, record in enumerate(records):
        matter = record.fact.matter_key
        if matter is not None:
            clusters.unite(at, of_matter.setdefault(matter, at))
        for link in record.fact.links:
            if link.relation in TIES and link.fact in named:
                clusters.unite(at, named[link.fact])
    groups: dict[int, list[int]] = defaultdict(list)
    for at in range(len(records)):
        groups[clusters.root(at)].append(at)
    return [*groups.values()]
