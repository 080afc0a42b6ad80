"""Two names may be one person's where they are written much alike; that is a hint, and joins nobody.

Names are held against each other in Latin letters, by the library rapidfuzz, among those of which a word begins alike.
So the cost of a hint does not grow with the number of names that are quite different.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz, process

from domain.naming import folded, plain
from domain.words import transliterated, words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Likeness"]

MOST: Final = 10
"""How many hints there are for a name."""
MOST_COMPARED: Final = 1_000
"""With how many names one is held against at most."""
_LONGEST: Final = 100
"""Characters of a name that are compared."""
_BEGINNING: Final = 3
"""Letters of a word that two names have to share for being compared."""
_ALIKE: Final = 85.0
"""How much alike, of 100, is much: one letter in seven may differ."""


class Likeness:
    """The names of everybody, each with its id, to find those that are written much alike."""

    def __init__(self, everyone: Iterable[tuple[str, str | None]]) -> None:
        self._everyone = list(everyone)
        self._begin: dict[str, list[int]] = defaultdict(list)

    def of(self, name: str, id_: str | None) -> list[dict[str, Any]]:
        """[{name, id, why}]: who else a name may mean; who has another id is somebody else."""
        mine, orders = _latin(name), self._orders
        near = sorted((self._begin[each] for each in _beginnings(mine)), key=len)
        compared = list(dict.fromkeys(islice(chain.from_iterable(near), MOST_COMPARED)))
        scores: dict[int, float] = {}
        for asked, names in zip((mine, _in_order(mine)), orders, strict=True):
            choices = [names[at] for at in compared]
            for _, score, index in process.extract(
                asked, choices, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=MOST + 1
            ):
                scores[compared[index]] = max(score, scores.get(compared[index], 0))
        found = []
        for at in sorted(scores, key=lambda at: (-scores[at], at)):
            other, other_id = self._everyone[at]
            if (other, other_id) == (name, id_) or (id_ and other_id):
                continue
            found.append({"name": other, "id": other_id, "why": _why(name, other)})
        return found[:MOST]

    @cached_property
    def _orders(self) -> tuple[list[str], list[str]]:
        """All names in Latin letters: as they are, and with their words in the order of letters."""
        latin = [_latin(name) for name, _ in self._everyone]
        for at, each in enumerate(latin):
            for beginning in _beginnings(each):
                self._begin[beginning].append(at)
        return latin, [_in_order(each) for each in latin]


def _latin(name: str) -> str:
    """The words of a name in Latin letters; its own where it has no others."""
    own = words(name[:_LONGEST])
    return " ".join(transliterated(own) or own)


def _in_order(name: str) -> str:
    """The words of a name in the order of letters."""
    return " ".join(sorted(name.split()))


def _beginnings(latin: str) -> set[str]:
    return {word[:_BEGINNING] for word in latin.split()}


def _why(name: str, other: str) -> str:
    """What the two have in common."""
    if folded(name) == folded(other):
        return "the same name"
    if plain(name) == plain(other):
        return "the same but for accents"
    if sorted(words(name)) == sorted(words(other)):
        return "the same words in another order"
    if _latin(name) == _latin(other):
        return "the same in Latin letters"
    return "written much alike"
