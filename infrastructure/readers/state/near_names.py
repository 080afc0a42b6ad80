"""Finds the names that are written much like those of some people, and reads who is shown under them.

Names that begin alike are compared as they are in the lists. Only for those that are much alike are people read. If so
many names begin alike that some are not compared, people are read for the first of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from domain.named import Named
from domain.naming import shorten_key
from domain.spelling.many_names import fold_names
from domain.views.alike import (
    MOST,
    MOST_COMPARED,
    Likeness,
    Written,
    list_beginnings,
    write_in_latin,
)
from domain.views.name_lists import ALL
from domain.views.sections import place_of
from domain.views.terms import BODY, PERSON
from infrastructure.readers.state import name_lists

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from domain.views.alike import Somebody
    from infrastructure.readers.state.named_people import NamedPeople

_NAMES_A_LIST: Final = MOST_COMPARED + 20
"""For how many names of a list people are read at once."""
_MOST_READ: Final = 3 * MOST_COMPARED
"""How many names of a list are compared as they are; those of a longer list are not."""

Called = tuple[str, str | None]
"""The name of a person that is shown, and the id."""


@dataclass(frozen=True)
class _BeginAlike:
    """The first names of a list, those of them that are no special names, and (key, spelling) of all special names."""

    names: Sequence[str]
    plain: Sequence[str]
    special: Sequence[tuple[str, str]]

    @property
    def is_whole(self) -> bool:
        """Whether these are all names of the list."""
        return len(self.names) < _MOST_READ

    def __len__(self) -> int:
        return len(self.plain) + len(self.special)

    @cached_property
    def first(self) -> set[str]:
        """The keys of the names that are read at once, and of all special names."""
        return {*self.plain[:_NAMES_A_LIST], *(key for key, _ in self.special)}

    def find_alike(self, latin: str) -> set[str]:
        """The keys of the names that are written much like one in Latin letters."""
        return self._keys(self._written.find_alike(latin))

    def find_spelt(self, name: str, others: Iterable[_BeginAlike]) -> set[str]:
        """The keys of the names that may be another spelling of one; `others` are the lists after this one."""
        shared = {
            self.places[each]
            for other in others
            for each in self.places.keys() & other.places.keys()
        }
        return self._keys(self._written.find_spelt(name, shared))

    def _keys(self, found: Iterable[int]) -> set[str]:
        plain = len(self.plain)
        return {self.plain[at] if at < plain else self.special[at - plain][0] for at in found}

    @cached_property
    def places(self) -> Mapping[str | tuple[str, str], int]:
        """{name, or (key, spelling) of a special name: its index}."""
        entries: tuple[str | tuple[str, str], ...] = (*self.plain, *self.special)
        return {each: at for at, each in enumerate(entries)}

    @cached_property
    def _written(self) -> Written:
        return Written([*self.plain, *(spelt for _, spelt in self.special)])


class NearNames:
    """The names near those of some people. What is read is kept for the next people."""

    def __init__(self, named: NamedPeople) -> None:
        self._named = named
        self._lists: dict[str, _BeginAlike] = {}
        self._known: dict[str, Called | None] = {}
        self._plain: set[str] = set()

    def index(self, people: Collection[Somebody]) -> Likeness:
        """The names that may be written much like those of some people, in the order of their keys."""
        begin = [(person, list_beginnings(person.name)) for person in people]
        self._read_lists(set().union(*(wanted for _, wanted in begin)))
        near, many = set[str](), set[str]()
        for person, wanted in begin:
            keys = self._find_near(person, [self._lists[list_] for list_ in wanted])
            if keys is None:
                many |= wanted
            else:
                near |= keys
        shown = near.union(*(self._lists[list_].first for list_ in many))
        self._read_called(shown)
        for list_ in many:
            shown |= self._read_many(list_)
        known = ((key, self._known[key]) for key in sorted(shown))
        return Likeness(called for _, called in known if called is not None)

    def _find_near(self, person: Somebody, lists: Sequence[_BeginAlike]) -> set[str] | None:
        """The keys of the names in some lists that are written much like that of a person.

        None if so many are, or so many names are in the lists, that some of them may not be compared or not be hints.
        """
        if not all(each.is_whole for each in lists):
            return None
        (latin,) = write_in_latin([person.name])
        near = set[str]().union(*(each.find_alike(latin) for each in lists))
        for at, each in enumerate(lists):
            near |= each.find_spelt(person.name, lists[at + 1 :])
        all_compared = sum(map(len, lists)) <= MOST_COMPARED
        name = person.name if person.id is None else Named(name=person.name, id=person.id)
        own = {self._named.names.key(name)}
        return near if len(near) <= MOST + 1 and (all_compared or near <= own) else None

    def _read_lists(self, lists: set[str]) -> None:
        new = lists - self._lists.keys()
        read = self._named.read_lists(new, "", _MOST_READ) if new else {}
        keys_of = self._named.special.keys_of
        for list_, names in read.items():
            plain = [name for name in dict.fromkeys(names) if keys_of(name) == {name}]
            self._lists[list_] = _BeginAlike(names, plain, self._special.get(list_, []))

    @cached_property
    def _special(self) -> Mapping[str, list[tuple[str, str]]]:
        """{list: (key, spelling) of the special names in it}."""
        special: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for key, spelt in self._named.special.spelt_after(""):
            for name in spelt:
                for list_ in list_beginnings(name):
                    special[list_].append((key, name))
        return special

    def _read_many(self, list_: str) -> set[str]:
        """Read who is shown under the names of a list, until no more are compared; gives the keys that were read."""
        names, listed = self._lists[list_].names[:_NAMES_A_LIST], 0
        read = set[str]()
        while len(names) == _NAMES_A_LIST:
            listed += self._count_listed(list_, names)
            if listed >= MOST_COMPARED:
                break
            names = self._named.first_names(list_, names[-1], _NAMES_A_LIST)
            read |= {*names}
            self._read_called(read)
        return read

    def _count_listed(self, list_: str, names: Sequence[str]) -> int:
        """How many of these keys belong to a person whose shown name is in the list `list_`."""
        shown = {key: called for key in {*names} if (called := self._known.get(key)) is not None}
        return sum(
            key in self._plain or list_ in list_beginnings(name) for key, (name, _) in shown.items()
        )

    def _read_called(self, keys: set[str]) -> None:
        """Read who is shown under some keys: nobody, or the person with the key.

        Where spellings, aliases, ids or bodies may change the name, the facts are read; otherwise a term is enough.
        """
        if not (new := keys - self._known.keys()):
            return
        named = self._named
        plain = self._find_plain(new)
        self._plain |= plain.keys()
        terms = dict(zip(plain, map(shorten_key, fold_names([*plain])), strict=True))
        seen = {*named.terms(name_lists.select_seen, PERSON, terms.values())}
        for key, text in plain.items():
            self._known[key] = (text, None) if terms[key] in seen else None
        unsure = new - plain.keys()
        others = named.everyone(named.naming(unsure), unsure).people if unsure else {}
        for key in unsure:
            person = others.get(place_of((key,)))
            self._known[key] = None if person is None else (person.name, person.id)

    def _find_plain(self, keys: set[str]) -> dict[str, str]:
        """{key: name} of the keys that only one spelling has, and that mean this name alone."""
        named, ordered = self._named, [*keys]
        terms = dict(zip(ordered, map(shorten_key, fold_names(ordered)), strict=True))
        texts: dict[str, str] = {}
        accented: dict[str, set[str]] = defaultdict(set)
        twice = set(map(named.names.key, named.parties))
        for list_, name, text in named.rows(
            name_lists.select_spellings, keys.union(terms.values())
        ):
            if list_ != ALL:
                accented[name].add(text)
            elif name in texts:
                twice.add(name)
            else:
                texts[name] = text
        bodies = named.terms(name_lists.select_used, BODY, keys)
        alone = named.names.select_plain((texts.keys() & keys) - twice)
        alone = alone.difference(bodies, named.special.between("", None))
        return {
            key: texts[key]
            for key in alone
            if len(accented.get(terms[key], set()) | ({terms[key]} & texts.keys())) == 1
        }
