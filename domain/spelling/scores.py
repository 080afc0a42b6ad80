"""Finds the names that are written most like a name in Latin letters, by the library rapidfuzz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Iterable

ALIKE: Final = 85.0
"""The least likeness for a hint, of 100: one letter in seven may differ."""


@dataclass(frozen=True, slots=True)
class AlikeNames:
    """The first of the names that begin alike, as numbers.

    `latin`: these names in Latin letters. `ordered`: the same with their words in order. `places`: {name: its index}.
    """

    names: Sequence[int]
    latin: Sequence[str]
    ordered: Sequence[str]
    places: Mapping[int, int]

    @classmethod
    def of(cls, names: Sequence[int], written: Sequence[str]) -> AlikeNames:
        """The names with some numbers, from all names in Latin letters."""
        latin = [written[at] for at in names]
        places = {at: place for place, at in enumerate(names)}
        return cls(names, latin, [*map(order_words, latin)], places)


def score_names(
    latin: str, written: Sequence[str], ordered: Sequence[str], most: int
) -> dict[int, float]:
    """{index: likeness} of the names most like a name: at most `most` as they are `written`, and as many `ordered`."""
    scores: dict[int, float] = {}
    for sought, choices in ((latin, written), (order_words(latin), ordered)):
        for _, score, index in _extract(sought, choices, most):
            scores[index] = max(score, scores.get(index, 0))
    return scores


def score_groups(
    latin: str, groups: Iterable[tuple[AlikeNames, int]], most: int
) -> dict[int, float]:
    """{name: likeness} of the names most like a name among the first ones of each group, as `score_names` tells."""
    columns: tuple[dict[int, tuple[float, int]], ...] = ({}, {})
    start = 0
    for group, count in groups:
        for best, sought, choices in zip(
            columns, (latin, order_words(latin)), (group.latin, group.ordered), strict=True
        ):
            some = choices if count == len(choices) else choices[:count]
            for _, score, index in _extract(sought, some, most):
                best.setdefault(group.names[index], (-score, start + index))
        start += count
    scores: dict[int, float] = {}
    for best in columns:
        for at in sorted(best, key=best.__getitem__)[:most]:
            scores[at] = max(-best[at][0], scores.get(at, 0))
    return scores


def _extract(sought: str, choices: Sequence[str], most: int) -> list[tuple[str, float, int]]:
    return process.extract(sought, choices, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=most)


def order_words(name: str) -> str:
    """The words of a name in alphabetical order."""
    return " ".join(sorted(name.split()))
