"""Indexes names by the keys of their words, so that a name is compared only with those that may be spelt otherwise."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from domain.naming import fold_name
from domain.spelling.keys import list_keys
from domain.spelling.many_names import latinise_names
from domain.spelling.names import spell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.spelling.names import Spelling

LONGEST: Final = 100
"""How many characters of a name are compared."""
BEGINNING: Final = 3
"""How many letters of the keys of two words have to be the same for their names to be compared."""


def spell_name(name: str) -> tuple[Spelling, ...]:
    """The spellings of a name as it is written."""
    return spell(fold_name(name[:LONGEST]))


class SpeltNames:
    """Some names by the keys of their words; each name stands for its index.

    `keys`: those of the first spelling of each. `several`: the names with initials or several spellings. `begin`: the
    names by the beginnings of their keys, in order.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self.keys: list[frozenset[str]] = []
        self.several: dict[int, tuple[Spelling, ...]] = {}
        self.begin: dict[str, list[int]] = defaultdict(list)
        self._spelt: dict[int, tuple[Spelling, ...]] = {}
        self._with_key: dict[str, list[int]] = defaultdict(list)
        self._with_keys: dict[frozenset[str], list[int]] = defaultdict(list)
        self._initialled: dict[str, list[int]] = defaultdict(list)
        self._keyless: list[int] = []
        self._patterns: dict[tuple[int, frozenset[int]], list[int]] = defaultdict(list)
        for at, keys in enumerate(list_keys(names)):
            spelt = self.spell(at) if keys is None else ()
            if keys is None and (len(spelt) > 1 or spelt[0].initials):
                self.several[at] = spelt
            self.keys.append(spelt[0].keys if keys is None else keys)
            for spelling in spelt:
                self._add(at, spelling)
            if keys is not None:
                self._add_keys(at, keys)
            every = {key for spelling in spelt for key in spelling.keys} if keys is None else keys
            for beginning in {key[:BEGINNING] for key in every}:
                self.begin[beginning].append(at)

    def spell(self, at: int) -> tuple[Spelling, ...]:
        """The spellings of a name."""
        spelt = self._spelt.get(at)
        if spelt is None:
            spelt = self._spelt[at] = spell_name(self._names[at])
        return spelt

    def find_near(self, own: Spelling) -> set[int]:
        """The names of which a spelling may be another one of this name, and some more.

        Of two names without initials, one has all keys of the other. Otherwise they have a key in common, or each word
        is an initial in one of them, or one has only initials.
        """
        if not own.keys:
            return {*range(len(self._names))} if own.words else set()
        letters = self._by_letters if own.initials else self._by_letters_of_several
        found = {*letters.get(own.letters, ()), *self._keyless}
        found.update(*(self._initialled.get(key, ()) for key in own.keys))
        for (words, initials), names in self._patterns.items():
            if words == len(own.words) and len(initials | own.initials) == words:
                found.update(names)
        if own.initials:
            found.update(*(self._with_key.get(key, ()) for key in own.keys))
            return found
        keys = sorted(own.keys)
        within = (combinations(keys, size) for size in range(1, len(keys)))
        for some in chain.from_iterable(within):
            found.update(self._with_keys.get(frozenset(some), ()))
        rare, *_ = sorted((self._with_key.get(key, ()) for key in keys), key=len)
        return found.union(at for at in rare if self._has_all(at, own.keys))

    def _has_all(self, at: int, keys: frozenset[str]) -> bool:
        """Whether a name has all of some keys; true for each name in `several`, whose spellings have different keys."""
        return at in self.several or keys <= self.keys[at]

    def _add(self, at: int, spelling: Spelling) -> None:
        if not spelling.initials:
            self._add_keys(at, spelling.keys)
            return
        for key in spelling.keys:
            self._initialled[key].append(at)
        self._patterns[len(spelling.words), spelling.initials].append(at)
        if not spelling.keys:
            self._keyless.append(at)

    def _add_keys(self, at: int, keys: frozenset[str]) -> None:
        self._with_keys[keys].append(at)
        for key in keys:
            self._with_key[key].append(at)

    @cached_property
    def _by_letters(self) -> dict[str, list[int]]:
        """The names by the letters of all words together."""
        letters: dict[str, list[int]] = defaultdict(list)
        for at, latin in enumerate(latinise_names(self._names)):
            if latin is None or at in self._spelt:
                own = {spelling.letters for spelling in self.spell(at)}
            else:
                own = {latin.replace(" ", "")}
            for each in own:
                letters[each].append(at)
        return letters

    @cached_property
    def _by_letters_of_several(self) -> dict[str, list[int]]:
        letters: dict[str, list[int]] = defaultdict(list)
        for at, spelt in self.several.items():
            for each in {spelling.letters for spelling in spelt}:
                letters[each].append(at)
        return letters


def list_key_beginnings(spelt: Iterable[Spelling]) -> set[str]:
    """How the keys of the words of some spellings begin."""
    return {key[:BEGINNING] for spelling in spelt for key in spelling.keys}
