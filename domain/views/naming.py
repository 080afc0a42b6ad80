"""Finds out which person, place or body a name means at a perspective.

Aliases lead from a spelling to a name; ids distinguish people with one name. Both count over all of valid time. A bare
name means the only id that bears it. If several ids bear it, or aliases lead it apart, it means none of them.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from domain.errors import ContentError
from domain.kinds.envoys import Alias
from domain.named import (
    Name,
    Named,
    Sort,
    fields_naming,
    id_in,
    join_parts,
    key_of,
    key_of_id,
    text_of,
)
from domain.naming import fold_name, shorten_key
from domain.views.aliases import Aliases, keep_preferred
from domain.views.terms import BORNE, PART, PERSON, borne_by, search_term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.fact import Fact
    from domain.register import RegisterEntry
    from domain.views.terms import Borne
    from domain.views.versions import Seen

AMBIGUOUS: Final = "ambiguous"
"""The field of an entry that lists the ids that bear its name."""
MOST_TERMS: Final = 1_000
"""How many spellings of one name a filter looks for; each is a parameter of a statement."""
_SPELT_TOO_OFTEN: Final = f"more than {MOST_TERMS:,} spellings by aliases: search for one of them"


class Names:
    """The names of a negotiation. `borne`: {id: names that have it}; `torn` and `written`: as in `Aliases`."""

    def __init__(self, aliases: Iterable[Alias], borne: Iterable[Borne] = ()) -> None:
        pairs = list(borne)
        self._aliases = read = Aliases(aliases, pairs)
        self.torn, self.written = read.torn, read.written
        self._ids: dict[str, set[str]] = defaultdict(set)
        self.borne: dict[str, set[str]] = defaultdict(set)
        self._resolved: dict[Name, Name] = {}
        self._keys: dict[Name, str] = {}
        self._folded: dict[str, str] = {}
        self._borne_by: dict[str, list[str]] = {}
        for name, id_ in pairs:
            self._ids[self._aliases.end(name, Sort.SOMEBODY)].add(id_)
            self.borne[id_].add(name)
        self.are_plain: Final = not (self.borne or any(self.written.values()))

    @classmethod
    def of(cls, slice_: Iterable[Seen]) -> Names:
        """The names of the known facts."""
        records = [seen.version.record for seen in slice_]
        aliases = [
            (record.fact, record.preferred) for record in records if isinstance(record.fact, Alias)
        ]
        borne = (each for record in records for each in borne_by(record.fact))
        return cls(keep_preferred(aliases), borne)

    def apart(self) -> Names:
        """A copy with caches of its own, for names that a request gives: these names do not stay in memory."""
        same = copy(self)
        same._resolved, same._keys, same._borne_by, same._folded = {}, {}, {}, {}  # noqa: SLF001 -- its own
        return same

    @property
    def doubtful(self) -> bool:
        """Whether some name may mean several people: an id is known, or aliases lead one name to different names."""
        return bool(self.borne) or any(self.torn.values())

    def is_plain(self, part: str) -> bool:
        """Whether an unresolved key part means its name alone: no alias has the name, and its id has no other."""
        id_ = id_in(part)
        name = part if id_ is None else part.removesuffix(key_of_id("", id_))
        own = not self._ids.get(name) if id_ is None else self.borne.get(id_) == {name}
        return own and all(name not in written for written in self.written.values())

    def select_plain(self, names: set[str]) -> set[str]:
        """Those of some folded names without an id that mean their name alone, as `is_plain` tells."""
        borne = (name for name, ids in self._ids.items() if ids)
        return names if self.are_plain else names.difference(borne, *self.written.values())

    def canonical(self, name: str, sort: Sort = Sort.SOMEBODY) -> str:
        """The name to which the aliases of a name lead; if they form a ring, the alphabetically first name in it."""
        return ends.get(self._fold(name), name) if (ends := self._aliases.ends.get(sort)) else name

    def resolve(self, name: Name) -> Name:
        """The name to which aliases lead, with its id if exactly one id bears it."""
        resolved = name if self.are_plain else self._resolved.get(name)
        if resolved is None:
            resolved = self._resolved[name] = self._resolve(name)
        return resolved

    def _resolve(self, name: Name) -> Name:
        end = self.canonical(text_of(name))
        if isinstance(name, Named):
            return Named(name=end, id=name.id)
        if between := self._find_meanings(self._fold(end), Sort.SOMEBODY):
            return next(iter(between.values())) if len(between) == 1 else end
        alias_id = self._aliases.given.get(self._fold(name))
        ids = self.ids(end) if alias_id is None else [alias_id]
        return Named(name=end, id=ids[0]) if len(ids) == 1 else end

    def _find_meanings(self, folded: str, sort: Sort) -> dict[str, Name]:
        """{key part: name} of the different names to which aliases lead a folded spelling; else empty."""
        between: dict[str, Name] = {}
        for name in self.torn.get(sort, {}).get(folded, ()):
            led: Name = self.canonical(text_of(name), sort)
            if sort is Sort.SOMEBODY:
                ids = self.ids(text_of(led)) if isinstance(name, str) else [name.id]
                led = Named(name=text_of(led), id=ids[0]) if len(ids) == 1 else led
            between[self._part(led)] = led
        return between

    def list_torn(self) -> dict[str, list[Name]]:
        """{spelling: names} for each folded spelling of a person or body that aliases lead to different names."""
        sort = Sort.SOMEBODY
        names = {name: self._find_meanings(name, sort) for name in self.torn.get(sort, {})}
        return {name: list(between.values()) for name, between in names.items() if len(between) > 1}

    def list_rival_targets(self, alias: Alias) -> list[str]:
        """The different names to which this alias and others lead its spelling; empty if they all lead to one."""
        between = self._find_meanings(self._fold(text_of(alias.name)), alias.sort).values()
        return sorted(map(text_of, between)) if len(between) > 1 else []

    def meant(self, name: str, sort: Sort = Sort.SOMEBODY) -> list[str]:
        """The ids that bear a bare name, and the ids or names to which aliases lead it, if these are several."""
        if self.are_plain:
            return []
        ids = self.ids(name) if sort is Sort.SOMEBODY else []
        between = self._find_meanings(self._fold(name), sort).values()
        led = (name.id if isinstance(name, Named) else name for name in between)
        return sorted({*ids, *led})

    def ids(self, name: str) -> list[str]:
        """The ids that bear a name under any of its spellings."""
        ids = self._borne_by.get(name)
        if ids is None:
            end = self._aliases.end(shorten_key(self._fold(name)), Sort.SOMEBODY)
            ids = self._borne_by[name] = sorted(self._ids.get(end, ()))
        return ids

    def bearers(self, name: Name) -> set[str]:
        """The key parts of all people whom an ambiguous name may mean; empty for other names."""
        resolved = self.resolve(name)
        if isinstance(resolved, Named):
            return set()
        ids = {self.key(Named(name=resolved, id=id_)) for id_ in self.ids(resolved)}
        return ids | self._find_meanings(self._fold(resolved), Sort.SOMEBODY).keys()

    def key(self, name: Name) -> str:
        """The key part of a person or body; if they have an id, it contains the alphabetically first of their names."""
        if self.are_plain and isinstance(name, str):
            return self._fold(name)
        if name not in self._keys:
            self._keys[name] = self._part(self.resolve(name))
        return self._keys[name]

    def _fold(self, name: str) -> str:
        """The result of `fold_name`, computed once for each name."""
        if name not in self._folded:
            self._folded[name] = fold_name(name)
        return self._folded[name]

    def _part(self, resolved: Name) -> str:
        """The key part of a resolved name."""
        if not isinstance(resolved, Named):
            return self._fold(resolved)
        ends = (
            self._aliases.end(spelling, Sort.SOMEBODY)
            for spelling in self.borne.get(resolved.id, ())
        )
        return key_of_id(min(ends, default=resolved.name), resolved.id)

    def read_field(self, fact: Fact, field: str) -> tuple[str, dict[str, Any]]:
        """The key part of a field's value ("" for None), and {field: resolved value}, with `{field}_id` for an id."""
        name = getattr(fact, field, None)
        if name is None:
            return "", {field: None}
        sort = fields_naming(type(fact)).get(field)
        if sort is not Sort.SOMEBODY:
            shown = name if sort is None else self.canonical(name, sort)
            return key_of(shown), {field: shown}
        resolved = self.resolve(name)
        id_ = {f"{field}_id": resolved.id} if isinstance(resolved, Named) else {}
        return self.key(name), {field: text_of(resolved), **id_}

    def read_answer(
        self, fact: Fact, answer: RegisterEntry
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The fields that a register entry shows, and its key. A name is resolved to a text, and `{field}_id`."""
        sorts = fields_naming(type(fact))
        shows: dict[str, Any] = {**answer.key, **answer.shows}
        key: list[str] = []
        for field in answer.names:
            if field not in answer.key and shows[field] is not None:
                shows[field] = self.resolve(shows[field])
        for field, name in answer.key.items():
            if isinstance(name, tuple):
                shows[field] = join_parts(map(self.key, name))
                key.append(shows[field])
                continue
            named = field in answer.names
            sort = Sort.SOMEBODY if named else sorts.get(field)
            if sort is Sort.SOMEBODY:
                key.append(self.key(name))
                shows |= self._describe_name(field, name, always=named)
            else:
                shows[field] = self.canonical(text_of(name), sort) if sort else name
                key.append(self._part(shows[field]))
                if sort and (meant := self.meant(shows[field], sort)):
                    shows[AMBIGUOUS] = meant
        return shows, tuple(key)

    def key_parts(self, name: Name, sort: Sort) -> set[str]:
        """All key parts that a name may have: its spellings, each without an id and with each id that bears it."""
        spelt = self._aliases.list_same(text_of(name), sort)
        if sort is not Sort.SOMEBODY:
            return {fold_name(spelling) for spelling in spelt}
        ids = {name.id} if isinstance(name, Named) else set[str]()
        ids |= {id_ for spelling in spelt for id_ in self.ids(spelling)}
        for borne in {borne for id_ in ids for borne in self.borne.get(id_, ())}:
            spelt |= self._aliases.list_same(borne, sort)
        alone = {fold_name(spelling) for spelling in spelt}
        alone |= {spelling for spelling, id_ in self._leading.items() if id_ in ids}
        return {*alone, *(key_of_id(spelling, id_) for spelling in alone for id_ in ids)}

    def terms(self, field: str, name: str) -> set[tuple[str, str]]:
        """The terms of a filter by `person` or `place`; a fact needs one of them. ContentError if they are too many."""
        terms = self._terms(field, name)
        if len(terms) > MOST_TERMS:
            raise ContentError.at(f"/{field}", _SPELT_TOO_OFTEN)
        return {(field, search_term(name)), *terms}

    def _terms(self, field: str, wanted: str) -> set[tuple[str, str]]:
        if field != PERSON:
            return {
                (field, search_term(name))
                for name in self._aliases.spellings_of(wanted, Sort.PLACE)
            }
        led_to, sort = self._leading.get(self._fold(wanted)), Sort.SOMEBODY
        spellings = set[str]() if led_to else self._aliases.spellings_of(wanted, sort)
        ends = {self._aliases.end(shorten_key(fold_name(name)), sort) for name in spellings}
        ids = {led_to} if led_to else {id_ for end in ends for id_ in self._ids.get(end, ())}
        known = {wanted} if wanted in self.borne else ids if len(ids) == 1 else set[str]()
        spellings |= {name for name, id_ in self._leading.items() if id_ in known}
        borne = {(name, id_) for id_ in known for name in self.borne[id_]}
        for name, id_ in borne:
            if self._ids[self._aliases.end(name, sort)] == {id_}:
                spellings |= self._aliases.spellings_of(name, sort)
        terms = {(field, search_term(name)) for name in spellings}
        return terms | {(BORNE, f"{name}{PART}{id_}") for name, id_ in borne}

    def spellings(self) -> list[list[str]]:
        """The groups of names that are the same by aliases, each in alphabetical order."""
        return [sorted(ids) for ids in self._aliases.tied.values()]

    @cached_property
    def _leading(self) -> dict[str, str]:
        """{spelling: the id to which its aliases lead}."""
        leading, sort = dict(self._aliases.given), Sort.SOMEBODY
        for spelling in self.torn.get(sort, ()):
            only = list(self._find_meanings(spelling, sort).values())
            if len(only) == 1 and isinstance(only[0], Named):
                tied = map(fold_name, self._aliases.tied[sort, spelling])
                leading |= dict.fromkeys(tied, only[0].id)
        return leading

    def _describe_name(self, field: str, name: Name, *, always: bool) -> dict[str, Any]:
        resolved = self.resolve(name)
        meant = [] if isinstance(resolved, Named) else self.meant(resolved)
        shown: dict[str, Any] = {field: text_of(resolved)}
        if isinstance(resolved, Named) or always:
            shown[f"{field}_id"] = resolved.id if isinstance(resolved, Named) else None
        return {**shown, AMBIGUOUS: meant} if len(meant) > 1 else shown
