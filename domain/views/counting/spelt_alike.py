"""Finds names that may mean one person although they are written differently, so that this person counts once."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from domain.named import id_in, name_in
from domain.spelling.names import spell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from domain.spelling.names import Spelling

COMPARED: Final = 5
"""With how many other names each name is always compared."""
MOST_FURTHER: Final = 100_000
"""How many more comparisons are made in all. After these, a name that needs more counts as another spelling."""
_MOST_MEANT: Final = 16
"""A name that may mean more counted names than these is taken to mean one of them."""


class Spellings:
    """The names that were counted, by what other spellings of them have in common with them."""

    def __init__(self) -> None:
        self._bearers: dict[str, int] = defaultdict(int)
        self._bare: dict[str, bool] = {}
        self._further = 0
        self._all: list[Spelling] = []
        self._by_letters: dict[str, list[Spelling]] = defaultdict(list)
        self._by_keys: dict[frozenset[str], list[Spelling]] = defaultdict(list)
        self._by_key: dict[str, list[Spelling]] = defaultdict(list)
        self._by_pair: dict[tuple[str, str], list[Spelling]] = defaultdict(list)
        self._with_initials: dict[str, list[Spelling]] = defaultdict(list)
        self._by_begins: dict[str, dict[frozenset[int], list[Spelling]]] = defaultdict(dict)

    def add(self, part: str) -> None:
        """Add the name in a key part."""
        name = name_in(part)
        known = name in self._bare
        self._bearers[name] += 1
        self._bare[name] = self._bare.get(name, False) or id_in(part) is None
        if not known:
            for spelling in spell(name):
                self._add(spelling)

    def _add(self, spelling: Spelling) -> None:
        self._all.append(spelling)
        self._by_letters[spelling.letters].append(spelling)
        self._by_keys[spelling.keys].append(spelling)
        for key in spelling.keys:
            self._by_key[key].append(spelling)
        for pair in combinations(sorted(spelling.keys), 2):
            self._by_pair[pair].append(spelling)
        if spelling.initials:
            for key in spelling.keys:
                self._with_initials[key].append(spelling)
            for letters in spelling.list_beginnings():
                self._by_begins[letters].setdefault(spelling.initials, []).append(spelling)

    def may_mean(self, part: str) -> bool:
        """Whether another name may mean the person of a key part; two names with ids mean two people."""
        return any(True for _ in self._find_meant(part))

    def count_others(self, doubtful: Iterable[str], known: Collection[str]) -> int:
        """Count the people of one report who surely were not counted before, although each of them may have been.

        `doubtful` and `known` are key parts: of these people, and of those in the report whose names were counted. A
        report names different people. So if one counted person may be two of them, the other one is somebody else.
        """
        named: dict[str, list[str]] = defaultdict(list)
        for part in known:
            named[name_in(part)].append(part)
        queue, asked, meant = deque(doubtful), {*doubtful}, list[set[str]]()
        while queue:
            part = queue.popleft()
            names = self._list_meant(part, {name_in(part)} if part in known else set())
            if names:
                meant.append(names)
                further = {other for name in names for other in named[name]} - asked
                queue += sorted(further)
                asked |= further
        return _count_beyond(meant, self._bearers)

    def _list_meant(self, part: str, own: set[str]) -> set[str]:
        """The counted names that may mean the person of a key part, and `own`; empty if these are too many."""
        names = set(own)
        for name in self._find_meant(part):
            if name is None or len(names) > _MOST_MEANT:
                return set()
            names.add(name)
        return names

    def _find_meant(self, part: str) -> Iterator[str | None]:
        """The other names that may mean the person of a key part, perhaps several times; None if too many are near."""
        name, has_id = name_in(part), id_in(part) is not None
        pairs = ((spelling, other) for spelling in spell(name) for other in self._near(spelling))
        for compared, (spelling, other) in enumerate(pairs):
            if compared >= COMPARED:
                if self._further == MOST_FURTHER:
                    yield None
                    return
                self._further += 1
            if other.name == name or (has_id and not self._bare[other.name]):
                continue
            if other.may_be(spelling):
                yield other.name

    def _near(self, spelling: Spelling) -> Iterable[Spelling]:
        """The names that may be another spelling, and some that may not; a name may come more than once."""
        if not spelling.keys:
            return self._all if spelling.words else ()
        keys = sorted(spelling.keys)
        subsets = chain.from_iterable(combinations(keys, size) for size in range(len(keys) + 1))
        within = (self._by_keys.get(frozenset(subset), ()) for subset in subsets)
        shorter: Iterable[Sequence[Spelling]] = ()
        longer: Iterable[Sequence[Spelling]] = [self._by_key.get(key, ()) for key in keys]
        if not spelling.initials:  # then a longer name without initials has all of the keys
            shorter = (self._with_initials.get(key, ()) for key in keys)
            pairs = [self._by_pair.get(pair, ()) for pair in combinations(keys, 2)]
            longer = sorted(pairs or longer, key=len)[:1]
        alike = self._by_letters.get(spelling.letters, ())
        return chain(alike, *within, *shorter, *longer, *self._list_crosswise(spelling))

    def _list_crosswise(self, spelling: Spelling) -> Iterable[Sequence[Spelling]]:
        """The names that begin alike, where each word is an initial in one of the two: "Ann E." beside "A. Example"."""
        if not spelling.initials:
            return
        for letters in sorted(spelling.list_beginnings()):
            for initials, names in self._by_begins.get(letters, {}).items():
                if len(initials | spelling.initials) == len(spelling.words):
                    yield names


def _count_beyond(meant: Iterable[set[str]], bearers: Mapping[str, int]) -> int:
    """How many people are left over if each bearer is one of them; a set has the names that one of them may bear."""
    root: dict[str, str] = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            root[name] = name = root[root[name]]
        return name

    firsts = list[str]()
    for names in meant:
        first, *rest = names
        firsts.append(first)
        for name in rest:
            root[find(name)] = find(first)
    beyond = Counter(map(find, firsts))
    for name in [*root]:
        beyond[find(name)] -= bearers[name]
    return sum(more for more in beyond.values() if more > 0)
