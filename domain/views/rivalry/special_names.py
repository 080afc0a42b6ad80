"""Finds the names that aliases or ids touch, and whom they mean. Any other name is a key of its own.

So to show a few people, it is enough to resolve the facts with these names; all others are as the tables have them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from domain.named import Named, Sort, id_in, key_of_id, text_of
from domain.naming import fold_for_search, fold_name
from domain.views.rivalry.doubts import id_or_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from domain.named import Name
    from domain.views.naming import Names


class SpecialNames:
    """The names of people and bodies that have aliases or ids, and `others`, and the keys that these names mean."""

    def __init__(self, names: Names, others: Iterable[str] = ()) -> None:
        self._names = names
        self._others = others

    def keys_of(self, name: str) -> AbstractSet[str]:
        """The keys that a folded name may mean, without an id or with any."""
        return self._keys.get(name) or {name}

    def spellings_of(self, key: str) -> AbstractSet[str]:
        """The folded names that mean somebody with a key; empty if the key is only a spelling of another name."""
        return self._spelt.get(key) or (frozenset() if key in self._keys else {key})

    def between(self, after: str, last: str | None) -> list[str]:
        """The keys that special names mean, in order: those after `after`, up to and with `last` if that is given."""
        end = len(self._ordered) if last is None else bisect_right(self._ordered, last)
        return self._ordered[bisect_right(self._ordered, after) : end]

    def spelt_after(self, after: str) -> Iterator[tuple[str, AbstractSet[str]]]:
        """(key, folded names) for each key that special names mean, in order, after `after`."""
        return ((key, self._spelt[key]) for key in self.between(after, None))

    def related(self, keys: Iterable[str]) -> set[str]:
        """Some keys, with the keys of the ambiguous names that may mean them, and the keys of their hints."""
        own = set(keys)
        contesting = (self._contesting.get(id_or_name(key), ()) for key in own)
        return own.union(*contesting, *(self._led_apart.get(key, ()) for key in own))

    def alike(self, wanted: str) -> set[str]:
        """The keys of all special people whom an id or a spelling may mean, by the rule of a filter by person."""
        names, folded = self._names.apart(), fold_for_search(wanted)
        keys = {names.key(wanted), *names.bearers(wanted)}
        for key, spelt in self._spelt.items():
            if id_in(key) == wanted or any(fold_for_search(name) == folded for name in spelt):
                keys.add(key)
        return keys

    @cached_property
    def parts(self) -> set[str]:
        """The parts of keys, of any sort, that may mean another name, or that an ambiguous name may contest."""
        names = self._names
        of_ids = {key_of_id(name, id_) for name, id_ in self._borne()}
        bare = {name for name, _ in self._borne()}.union(*names.written.values())
        meant = self._meant
        contested = {part for part in of_ids if not names.is_plain(part) or id_in(part) in meant}
        return bare | contested | meant

    def is_special(self, part: str) -> bool:
        """Whether a part of a key is one of `parts`."""
        return not self._names.is_plain(part) or id_or_name(part) in self._meant

    @cached_property
    def _meant(self) -> set[str]:
        """The ids and the folded names that an ambiguous name of any sort may mean."""
        meant = set(self._contesting)
        for sort, torn in self._names.torn.items():
            if sort is not Sort.SOMEBODY:
                led = [each for name in torn for each in self._names.meant(name, sort)]
                meant |= {*led, *map(fold_name, led)}
        return meant

    @cached_property
    def _contesting(self) -> Mapping[str, set[str]]:
        """{an id or a folded name: the ambiguous names that may mean it}."""
        contesting: dict[str, set[str]] = defaultdict(set)
        for key in self._spelt:
            meant = [] if id_in(key) is not None else self._names.meant(key)
            for one in {*meant, *map(fold_name, meant)} if len(meant) > 1 else ():
                contesting[one].add(key)
        return contesting

    @cached_property
    def _led_apart(self) -> Mapping[str, set[str]]:
        """{key: the keys that are hints for it, because aliases lead one of the names to the other}."""
        led_apart: dict[str, set[str]] = defaultdict(set)
        for spelling, meant in self._names.list_torn().items():
            for key in map(self._names.key, meant):
                led_apart[spelling].add(key)
                led_apart[key].add(spelling)
        return led_apart

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self._spelt)

    @cached_property
    def _spelt(self) -> Mapping[str, set[str]]:
        """{key: the folded names that mean somebody with this key, and the one that is shown}."""
        spelt: dict[str, set[str]] = defaultdict(set)
        for name in self._special():
            shown = text_of(self._names.resolve(name))
            spelt[self._names.key(name)] |= {fold_name(text_of(name)), fold_name(shown)}
        return spelt

    @cached_property
    def _keys(self) -> Mapping[str, set[str]]:
        keys: dict[str, set[str]] = defaultdict(set)
        for name in self._special():
            keys[fold_name(text_of(name))].add(self._names.key(name))
        return keys

    def _special(self) -> Iterator[Name]:
        """The others; the spellings in aliases; and for each name with an id, the name alone and with the id."""
        yield from self._others
        yield from self._names.written.get(Sort.SOMEBODY, ())
        for name, id_ in self._borne():
            yield name
            yield Named(name=name, id=id_)

    def _borne(self) -> Iterator[tuple[str, str]]:
        return ((name, id_) for id_, names in self._names.borne.items() for name in names)
