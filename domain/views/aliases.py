"""Follows aliases from a spelling to a name or an id.

If two aliases lead one spelling to different names, it means neither. An editor can decide by preferring one of the
aliases. The order in which they were recorded, and their number, do not decide.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from domain.named import Name, Named, Sort, key_of, text_of
from domain.naming import fold_for_search, fold_name, shorten_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.kinds.envoys import Alias
    from domain.views.terms import Borne

Targets = dict[str, str]
"""The names to which the aliases of one spelling lead: {folded name: name}."""
_BEARERS: Final = 2


def keep_preferred(aliases: Iterable[tuple[Alias, bool]]) -> list[Alias]:
    """The aliases of pairs (alias, preferred), without those that compete with a preferred alias of their spelling."""
    pairs = list(aliases)
    settled = {_fold_spelling(alias) for alias, preferred in pairs if preferred}
    return [
        alias for alias, preferred in pairs if preferred or _fold_spelling(alias) not in settled
    ]


def _fold_spelling(alias: Alias) -> tuple[Sort, str]:
    return alias.sort, fold_name(text_of(alias.name))


class Aliases:
    """Where folded spellings lead, by sort: `ends` gives one name, `torn` several names to which aliases lead.

    `given` has the id to which a spelling of a person or body leads, if its aliases name one id, or lead on to a
    spelling whose aliases do, and no other id in `borne` has that spelling. `written` has each folded spelling as it
    was written.
    """

    def __init__(self, aliases: Iterable[Alias], borne: Iterable[Borne] = ()) -> None:
        targets: dict[Sort, dict[str, Targets]] = defaultdict(lambda: defaultdict(dict))
        named: dict[tuple[Sort, str], dict[str, Name]] = defaultdict(dict)
        self.written: dict[Sort, Targets] = defaultdict(dict)
        for alias in aliases:
            sort, name = _fold_spelling(alias)
            led = text_of(alias.same_as)
            for spelling in (text_of(alias.name), led):
                _write(self.written[sort], spelling)
            _write(targets[sort][name], led)
            named[sort, name][key_of(alias.same_as)] = alias.same_as
        self.ends: dict[Sort, Targets] = {}
        self.torn: dict[Sort, dict[str, list[Name]]] = {}
        self.given: dict[str, str] = {}
        for sort, led_to in targets.items():
            ways, torn = _Ways(led_to).settle()
            if sort is Sort.SOMEBODY:
                self.given = _carry_ids(ways, _list_ids(named, ways), borne)
            self.ends[sort] = _ends(ways)
            self.torn[sort] = {
                name: [named[sort, name][key] for key in sorted(named[sort, name])] for name in torn
            }

    def end(self, name: str, sort: Sort) -> str:
        """The folded name to which the aliases of a folded name lead."""
        end = self.ends.get(sort, {}).get(name)
        return name if end is None else shorten_key(fold_name(end))

    def list_same(self, name: str, sort: Sort) -> set[str]:
        """A name, and all names that are the same by aliases."""
        return {name, *self.tied.get((sort, self.end(fold_name(name), sort)), ())}

    def spellings_of(self, name: str, sort: Sort) -> set[str]:
        """A name, its spellings by aliases, and those of the names that differ from it only in accents."""
        alike = self._alike.get((sort, fold_for_search(name)), ())
        ends = {self.end(fold_name(name), sort), *alike}
        return {name, *(spelling for end in ends for spelling in self.tied.get((sort, end), ()))}

    @cached_property
    def tied(self) -> dict[tuple[Sort, str], set[str]]:
        """{(sort, name to which aliases lead): the spellings from which they lead there}."""
        tied: dict[tuple[Sort, str], set[str]] = defaultdict(set)
        for sort, written in self.written.items():
            for name, spelling in written.items():
                tied[sort, self.end(name, sort)].add(spelling)
        return tied

    @cached_property
    def _alike(self) -> dict[tuple[Sort, str], set[str]]:
        """{(sort, spelling without accents): the names to which its aliases lead}."""
        ends: dict[tuple[Sort, str], set[str]] = defaultdict(set)
        for (sort, end), spellings in self.tied.items():
            for spelling in spellings:
                ends[sort, fold_for_search(spelling)].add(end)
        return ends


def _write(written: Targets, spelling: str) -> None:
    """Keep one way to write a name: the last by code points, whatever the order in which the aliases come."""
    key = fold_name(spelling)
    written[key] = max(spelling, written.get(key, spelling))


@dataclass(slots=True)
class _Ways:
    """Spellings, and the names to which their aliases lead; names that are surely the same are joined."""

    targets: Mapping[str, Targets]
    led: Targets = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def settle(self) -> tuple[Targets, list[str]]:
        """{spelling: the name to which it leads}, and the spellings that lead to names which may be different.

        A spelling with several aliases leads on if all its names lead to one name: "A is B", "A is C" and "B is C" are
        about one person.
        """
        torn = set[str]()
        for name, targets in self.targets.items():
            others = targets.keys() - {name}
            if len(others) > 1:
                torn.add(name)
                for other in (name, *others):
                    self.waiting[other].add(name)
            else:
                self.led[name] = targets[next(iter(others), name)]
        for name, led in self.led.items():
            self._join(name, fold_name(led))
        again = deque(sorted(torn))
        while again:
            name = again.popleft()
            if name in torn and self._leads_on(name):
                torn.discard(name)
                again += sorted(self._join(name, fold_name(self.led[name])))
        return self.led, sorted(torn)

    def _leads_on(self, name: str) -> bool:
        """Whether all names of a spelling are one name, or the spelling itself; then it leads to the first of them."""
        own = self._root(name)
        targets = sorted(self.targets[name].keys() - {name})
        away = [target for target in targets if self._root(target) != own]
        if len({self._root(target) for target in away}) > 1:
            return False
        self.led[name] = self.targets[name][(away or targets)[0]]
        return True

    def _join(self, one: str, other: str) -> set[str]:
        """Join two names; returns the spellings that waited for either of them, as they may lead on now."""
        root, lesser = self._root(one), self._root(other)
        if root == lesser:
            return set()
        if len(self.waiting[root]) < len(self.waiting[lesser]):
            root, lesser = lesser, root
        self.roots[lesser] = root
        moved = self.waiting.pop(lesser, set())
        self.waiting[root] |= moved
        return moved

    def _root(self, name: str) -> str:
        root = name
        while (up := self.roots.get(root, root)) != root:
            root = up
        while (up := self.roots.get(name, name)) != root:
            self.roots[name] = root
            name = up
        return root


def _list_ids(
    named: Mapping[tuple[Sort, str], Mapping[str, Name]], ways: Iterable[str]
) -> dict[str, str]:
    """{spelling: the one id that its aliases name}."""
    ids_of = {
        name: {led.id for led in named[Sort.SOMEBODY, name].values() if isinstance(led, Named)}
        for name in ways
    }
    return {name: ids.pop() for name, ids in ids_of.items() if len(ids) == 1}


def _carry_ids(
    ways: Mapping[str, str], given: Mapping[str, str], borne: Iterable[Borne]
) -> dict[str, str]:
    """{spelling: the id to which it leads, directly or through other spellings}, unless another id bears it too.

    Of the ids that bear a spelling, two are kept: they show whether another id than the given one bears it.
    """
    bearers: dict[str, set[str]] = defaultdict(set)
    for spelling, id_ in borne:
        name = spelling
        while name in ways and id_ not in (ids := bearers[name]) and len(ids) < _BEARERS:
            ids.add(id_)
            name = fold_name(ways[name])
    carried: dict[str, str | None] = {
        name: id_ if bearers[name] <= {id_} else None for name, id_ in given.items()
    }
    for start in ways:
        way, name = dict[str, None](), start
        while name in ways and name not in carried and name not in way:
            way[name] = None
            name = fold_name(ways[name])
        carried |= dict.fromkeys(way, carried.get(name))
    return {name: id_ for name, id_ in carried.items() if id_ is not None}


def _ends(same_as: Mapping[str, str]) -> Targets:
    """{folded name: name to which its aliases lead}; each alias is followed once, also in long chains and rings."""
    ends: Targets = {}
    for start in same_as:
        way: Targets = {}
        name, key = start, start
        while key in same_as and key not in ends and key not in way:
            name = way[key] = same_as[key]
            key = fold_name(name)
        if key in way:
            met = list(way)
            name = min((way[spelling] for spelling in met[met.index(key) :]), key=fold_name)
        ends |= dict.fromkeys(way, ends.get(key, name))
    return ends
