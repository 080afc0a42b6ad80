"""At a perspective, aliases lead from a spelling to a name, and ids tell apart people who have the same name.

Both count over all of valid time. A bare name that one id bears means that id; one that several ids bear means none.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.kinds.envoys import Alias
from domain.named import (
    Name,
    Named,
    Sort,
    fields_naming,
    key_of,
    key_of_id,
    text_of,
)
from domain.naming import fold_for_search, fold_name, shorten_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.fact import Fact
    from domain.register import RegisterEntry
    from domain.views.versions import Seen

__all__ = ["AMBIGUOUS", "BORNE", "MOST_TERMS", "Names", "borne_by", "terms_of"]

AMBIGUOUS: Final = "ambiguous"
"""The field of an entry that lists the ids that bear its name."""
BORNE: Final = "borne"
"""The field of terms that hold a name with its id; terms of `person` and `place` hold a name alone."""
_PART: Final = "\x1f"
MOST_TERMS: Final = 1_000
"""How many spellings of one name a filter looks for; each is a parameter of a statement."""

Borne = tuple[str, str]
"""A folded name, or its hash where it is long, and an id that bears it."""


def borne_by(fact: Fact) -> set[Borne]:
    """The names with an id in a fact, as (folded name, id)."""
    named = (name for name in fact.named() if isinstance(name, Named))
    return {(shorten_key(fold_name(each.name)), each.id) for each in named}


def terms_of(fact: Fact) -> set[tuple[str, str]]:
    """The names and places by which a fact is found, as (field, term)."""
    found = {("person", shorten_key(fold_for_search(text_of(name)))) for name in fact.named()}
    found |= {("place", shorten_key(fold_for_search(place))) for place in fact.located()}
    return found | {(BORNE, f"{name}{_PART}{id_}") for name, id_ in borne_by(fact)}


class Names:
    """The names of one negotiation, by `aliases` in the order of recording and by the names that ids bear."""

    def __init__(self, aliases: Iterable[Alias], borne: Iterable[Borne] = ()) -> None:
        led: dict[Sort, dict[str, str]] = defaultdict(dict)
        self._written: dict[Sort, dict[str, str]] = defaultdict(dict)
        self._given: dict[str, str] = {}
        for each in aliases:
            name = fold_name(text_of(each.name))
            led[each.sort][name] = text_of(each.same_as)
            for spelling in map(text_of, (each.name, each.same_as)):
                self._written[each.sort].setdefault(fold_name(spelling), spelling)
            if each.sort is Sort.SOMEBODY and isinstance(each.same_as, Named):
                self._given[name] = each.same_as.id
        self._ends = {sort: _ends(same_as) for sort, same_as in led.items()}
        self._ids: dict[str, set[str]] = defaultdict(set)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._resolved: dict[Name, Name] = {}
        self._keys: dict[Name, str] = {}
        for name, id_ in borne:
            self._ids[self._end(name, Sort.SOMEBODY)].add(id_)
            self._names[id_].add(name)

    @classmethod
    def of(cls, slice_: Iterable[Seen]) -> Names:
        """The names of the known facts; of two aliases for one name, the one recorded later counts."""
        facts = [seen.version.record.fact for seen in slice_]
        aliases = (fact for fact in facts if isinstance(fact, Alias))
        return cls(aliases, (each for fact in facts for each in borne_by(fact)))

    @property
    def has_ids(self) -> bool:
        """Whether anybody has an id."""
        return bool(self._names)

    @property
    def aliases(self) -> Sequence[str]:
        """The folded names that aliases lead away from, in alphabetical order."""
        return sorted({name for ends in self._ends.values() for name in ends})

    def canonical(self, name: str, sort: Sort = Sort.SOMEBODY) -> str:
        """The name at the end of the aliases; where they form a ring, the first of its names in alphabetical order."""
        return self._ends.get(sort, {}).get(fold_name(name), name)

    def resolve(self, name: Name) -> Name:
        """The name at the end of the aliases, with its id where exactly one id bears it."""
        found = self._resolved.get(name)
        if found is None:
            found = self._resolved[name] = self._resolve(name)
        return found

    def _resolve(self, name: Name) -> Name:
        found = self.canonical(text_of(name))
        if isinstance(name, Named):
            return Named(name=found, id=name.id)
        given = self._given.get(fold_name(name))
        ids = self.ids(found) if given is None else [given]
        return Named(name=found, id=ids[0]) if len(ids) == 1 else found

    def ids(self, name: str) -> list[str]:
        """The ids that bear a name under any of its spellings."""
        return sorted(self._ids.get(self._end(shorten_key(fold_name(name)), Sort.SOMEBODY), ()))

    def bearers(self, name: Name) -> set[str]:
        """The key parts of all ids that bear a name which does not mean a single one of them; else empty."""
        found = self.resolve(name)
        if isinstance(found, Named):
            return set()
        return {self.key(Named(name=found, id=id_)) for id_ in self.ids(found)}

    def key(self, name: Name) -> str:
        """The key part for a person; for one with an id it holds the alphabetically first of their names."""
        found = self._keys.get(name)
        if found is None:
            found = self._keys[name] = self._key(name)
        return found

    def _key(self, name: Name) -> str:
        found = self.resolve(name)
        if not isinstance(found, Named):
            return fold_name(found)
        ends = (self._end(each, Sort.SOMEBODY) for each in self._names.get(found.id, ()))
        return key_of_id(min(ends, default=found.name), found.id)

    def read_field(self, fact: Fact, field: str) -> tuple[str, dict[str, Any]]:
        """What a fact says in a field, with aliases resolved: a key part, and {field: value} with `{field}_id` if any.

        Where the fact says nothing there, the part is empty and the value None.
        """
        name = getattr(fact, field, None)
        if name is None:
            return "", {field: None}
        sort = fields_naming(type(fact)).get(field)
        if sort is not Sort.SOMEBODY:
            shown = name if sort is None else self.canonical(name, sort)
            return key_of(shown), {field: shown}
        found = self.resolve(name)
        id_ = {f"{field}_id": found.id} if isinstance(found, Named) else {}
        return self.key(name), {field: text_of(found), **id_}

    def read_answer(
        self, fact: Fact, answer: RegisterEntry
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The fields that a fact's answer shows, with names resolved, and its key.

        A name in the key is shown as text, with `{field}_id` beside it, and `ambiguous` where several ids bear it.
        """
        sorts = fields_naming(type(fact))
        shows: dict[str, Any] = {**answer.key, **answer.shows}
        key: list[str] = []
        for field in answer.names:
            if field not in answer.key and shows[field] is not None:
                shows[field] = self.resolve(shows[field])
        for field, name in answer.key.items():
            named = field in answer.names
            sort = Sort.SOMEBODY if named else sorts.get(field)
            if sort is Sort.SOMEBODY:
                key.append(self.key(name))
                shows |= self._shown(field, name, always=named)
            else:
                shows[field] = self.canonical(text_of(name), sort) if sort else name
                key.append(key_of(shows[field]))
        return shows, tuple(key)

    def key_parts(self, name: Name, sort: Sort) -> set[str]:
        """All key parts that the bearer of a name may have: one for each spelling, without an id and with each id."""
        spelt = self._tied_to(text_of(name), sort)
        if sort is not Sort.SOMEBODY:
            return {fold_name(each) for each in spelt}
        ids = {name.id} if isinstance(name, Named) else set[str]()
        ids |= {id_ for each in spelt for id_ in self.ids(each)}
        for each in {each for id_ in ids for each in self._names.get(id_, ())}:
            spelt |= self._tied_to(each, sort)
        alone = {fold_name(each) for each in spelt}
        return {*alone, *(key_of_id(each, id_) for each in alone for id_ in ids)}

    def _tied_to(self, name: str, sort: Sort) -> set[str]:
        """A name, and all names that aliases make the same."""
        return {name, *self._tied.get((sort, self._end(fold_name(name), sort)), ())}

    def terms(self, field: str, asked: str) -> set[tuple[str, str]]:
        """The terms that a filter by `person` or `place` looks for; a fact needs one of them.

        Of more than MOST_TERMS, the alphabetically first are taken, and the one that was asked for.
        """
        found = sorted(self._terms(field, asked))[:MOST_TERMS]
        return {(field, shorten_key(fold_for_search(asked))), *found}

    def _terms(self, field: str, asked: str) -> set[tuple[str, str]]:
        sort = Sort.SOMEBODY if field == "person" else Sort.PLACE
        spellings = self._spellings(asked, sort)
        found = {(field, shorten_key(fold_for_search(each))) for each in spellings}
        if sort is Sort.PLACE:
            return found
        ids = {id_ for each in spellings for id_ in self.ids(each)}
        known = {asked} if asked in self._names else ids if len(ids) == 1 else set[str]()
        for id_ in known:
            for name in self._names[id_]:
                found.add((BORNE, f"{name}{_PART}{id_}"))
                if self._ids[self._end(name, Sort.SOMEBODY)] == {id_}:
                    alike = self._spellings(name, Sort.SOMEBODY)
                    found |= {("person", shorten_key(fold_for_search(each))) for each in alike}
        return found

    def spellings(self) -> list[list[str]]:
        """The groups of names that aliases make one, each in alphabetical order."""
        return [sorted(each) for each in self._tied.values()]

    def _spellings(self, asked: str, sort: Sort) -> set[str]:
        """A name, and all names that aliases make the same as it, or as a name that differs from it only in accents."""
        ends = {
            self._end(fold_name(asked), sort),
            *self._alike.get((sort, fold_for_search(asked)), ()),
        }
        return {asked, *(each for end in ends for each in self._tied.get((sort, end), ()))}

    @cached_property
    def _tied(self) -> dict[tuple[Sort, str], set[str]]:
        """{(sort, name at the end of the aliases): the spellings that lead there}."""
        found: dict[tuple[Sort, str], set[str]] = defaultdict(set)
        for sort, written in self._written.items():
            for name, spelling in written.items():
                found[sort, self._end(name, sort)].add(spelling)
        return found

    @cached_property
    def _alike(self) -> dict[tuple[Sort, str], set[str]]:
        """{(sort, spelling without accents): the names at the end of its aliases}."""
        found: dict[tuple[Sort, str], set[str]] = defaultdict(set)
        for (sort, end), spellings in self._tied.items():
            for each in spellings:
                found[sort, fold_for_search(each)].add(end)
        return found

    def _end(self, name: str, sort: Sort) -> str:
        """The folded name at the end of the aliases of a folded one."""
        end = self._ends.get(sort, {}).get(name)
        return name if end is None else shorten_key(fold_name(end))

    def _shown(self, field: str, name: Name, *, always: bool) -> dict[str, Any]:
        found = self.resolve(name)
        ids = [] if isinstance(found, Named) else self.ids(found)
        shown: dict[str, Any] = {field: text_of(found)}
        if isinstance(found, Named) or always:
            shown[f"{field}_id"] = found.id if isinstance(found, Named) else None
        return {**shown, AMBIGUOUS: ids} if len(ids) > 1 else shown


def _ends(same_as: Mapping[str, str]) -> dict[str, str]:
    """{folded name: name at the end of its aliases}; each alias is followed once, also in long chains and rings."""
    ends: dict[str, str] = {}
    for start in same_as:
        way: dict[str, str] = {}
        name, key = start, start
        while key in same_as and key not in ends and key not in way:
            name = way[key] = same_as[key]
            key = fold_name(name)
        if key in way:
            met = list(way)
            name = min((way[each] for each in met[met.index(key) :]), key=fold_name)
        ends |= dict.fromkeys(way, ends.get(key, name))
    return ends
