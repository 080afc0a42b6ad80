"""Reads some of the people whom facts name, from no other facts than those that name them.

The lists of names (`FactTables.called`) tell who may be there, in order. The facts that name somebody tell whether they
are seen. The terms of bodies tell whether a name is known only as that of a body.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection

from domain.errors import ContentError
from domain.kinds.prisoners import CUSTODY
from domain.named import Being, Sort, beings_in, text_of
from domain.naming import fold_name, shorten_key
from domain.sought import AllOf, make_name_test
from domain.time.perspective import Perspective
from domain.views.alike import MOST_COMPARED, Likeness, list_beginnings
from domain.views.name_lists import ALL, LONG
from domain.views.naming import Names
from domain.views.people import Everyone
from domain.views.sections import place_of
from domain.views.terms import BODY, PERSON, search_term
from infrastructure.projections.fact_rows import questions_of
from infrastructure.readers.pages import read_versions
from infrastructure.readers.state import name_lists
from infrastructure.readers.state.placeholders import bind_placeholders
from infrastructure.readers.state.questions import bind_given
from infrastructure.tables.facts import FactTables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Select

    from domain.named import Name
    from domain.views.alike import Somebody
    from domain.views.versions import FactVersion

_FIRST: Final = 20
"""How many facts are read first to find one in which a body is seen."""
_NAMES_A_LIST: Final = MOST_COMPARED + 100
"""How many names of a list are read at once."""
_NAMES_AT_ONCE: Final = 10_000
"""How many names are searched at once."""


class NeedsAllFactsError(Exception):
    """Only all facts can tell whom a name may mean."""


@dataclass(frozen=True)
class NamedPeople:
    """The people of a negotiation at a perspective, if no name there may mean several; `parties` are not people."""

    connection: Connection
    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective
    names: Names
    parties: Sequence[str]

    @property
    def are_listed(self) -> bool:
        """Whether the lists have all names. A name that is too long is in no list."""
        return not self._first_names(LONG, "", 1)

    def keys(self, after: str, limit: int) -> list[str]:
        """The first keys after a key, at most `limit`, under which somebody may stand."""
        return [*dict.fromkeys(self._first_names(ALL, after, limit))]

    def matching(self, q: AllOf, after: str) -> Iterator[str]:
        """The keys after a key, in order, of people whose names may match a search."""
        may_match = make_name_test(q)
        aliased = sorted(
            key
            for spelt in self.names.spellings()
            for key in set(map(self.names.key, spelt))
            if key > after and may_match(map(fold_name, (key, *spelt)))
        )
        names = [after]
        while names:
            names = self._read_lists([ALL], names[-1], _NAMES_AT_ONCE)[ALL]
            found = {name for name in names if may_match((name,))}
            met = bisect_right(aliased, names[-1]) if names else len(aliased)
            yield from sorted(found.union(aliased[:met]))
            del aliased[:met]

    def in_custody(self, after: str, limit: int) -> tuple[list[str], bool]:
        """The keys after a key, in order, of `limit` people of whose custody facts tell, and whether more follow.

        All keys of names with aliases in between are among them.
        """
        first, _ = questions_of(CUSTODY.section)
        rows = self._rows(name_lists.select_custody, after=f"{first}{after}", limit=limit)
        found = [row.question.removeprefix(first) for row in rows]
        last = found[-1] if len(found) == limit else None
        others = (self.names.key(text) for spelt in self.names.spellings() for text in spelt)
        aliased = {key for key in others if key > after and (last is None or key <= last)}
        return sorted({*found, *aliased}), last is not None

    def naming(self, keys: Iterable[str]) -> Sequence[FactVersion]:
        """The facts that name people with some keys, in order of recording."""
        terms = {search_term(part) for key in keys for part in self._parts(key)}
        return self._naming(terms)

    def naming_alike(self, person: str) -> Sequence[FactVersion]:
        """The facts that name people who may be meant by a spelling, in order of recording."""
        try:
            terms = self.names.terms(PERSON, person)
        except ContentError as error:
            raise NeedsAllFactsError from error
        alone = {term for field, term in terms if field == PERSON}
        return self._naming(alone)

    def everyone(self, versions: Sequence[FactVersion], keys: Collection[str]) -> Everyone:
        """The people with some keys, from all facts that name them."""
        persons = {
            self.names.key(name)
            for version in versions
            for name in beings_in(version.record.fact, Being.PERSON)
        }
        unsure = {part for key in keys if key not in persons for part in self._parts(key)}
        named = {body for version in versions for body in version.record.fact.bodies()}
        unsure -= {fold_name(text_of(body)) for body in named}
        bodies = (*self.parties, *self._find_bodies(unsure))
        return Everyone(versions, self.names, bodies, keys, self._index)

    def _parts(self, key: str) -> Collection[str]:
        """The key parts of all spellings of the person with a key; empty if it means another."""
        if self.names.is_plain(key):
            return {key}
        return self.names.key_parts(key, Sort.SOMEBODY) if self.names.key(key) == key else ()

    def _find_bodies(self, parts: Collection[str]) -> Iterator[str]:
        """Those of some key parts under which a fact that is seen names a body."""
        of_term = {shorten_key(part): part for part in parts}
        for term in self._terms(name_lists.select_used, BODY, of_term):
            if any(fold_name(text_of(body)) == of_term[term] for body in self._bodies(term)):
                yield of_term[term]

    def _bodies(self, term: str) -> Iterator[Name]:
        """The bodies in the facts that have a term of bodies; a few of these facts are read first."""
        for first, limit in ((0, _FIRST), (_FIRST, name_lists.UNLIMITED)):
            some = name_lists.select_some_facts
            rows = self._rows(some, field=BODY, term=term, first=first, limit=limit)
            for version in self._versions({row.fact_id for row in rows}):
                yield from version.record.fact.bodies()
            if len(rows) < limit:
                return

    def _index(self, people: Collection[Somebody]) -> Likeness:
        """The names that may be written much like those of some people, in the order of their keys."""
        wanted = {each for person in people for each in list_beginnings(person.name)}
        lists = self._read_lists(wanted, "", _NAMES_A_LIST)
        known = self._find_called(set().union(*lists.values()))
        for list_, first in lists.items():
            listed, names = _count_listed(list_, first, known), first
            while len(names) == _NAMES_A_LIST and listed < MOST_COMPARED:
                names = self._first_names(list_, names[-1], _NAMES_A_LIST)
                known |= self._find_called({*names} - known.keys())
                listed += _count_listed(list_, names, known)
        return Likeness((name, None) for _, name in sorted(known.items()) if name is not None)

    def _find_called(self, keys: AbstractSet[str]) -> dict[str, str | None]:
        """{key: the name that is shown of the person with this key, or None if nobody is listed with it}.

        Where spellings, aliases or bodies may change that name, the facts are read; otherwise a term is enough.
        """
        if not keys:
            return {}
        terms = {key: search_term(key) for key in keys}
        texts: dict[str, set[str]] = defaultdict(set)
        accented: dict[str, set[str]] = defaultdict(set)
        spelt = self._rows(name_lists.select_spellings, {*keys, *terms.values()})
        for list_, name, text in spelt:
            (texts if list_ == ALL else accented)[name].add(text)
        parties = set(map(self.names.key, self.parties))
        bodies = {*self._terms(name_lists.select_used, BODY, keys)}
        sure = {
            key
            for key in keys
            if len(texts[key]) == 1
            and len(accented[terms[key]] | ({terms[key]} & texts.keys())) == 1
            and key not in bodies | parties
            and self.names.is_plain(key)
        }
        seen = {*self._terms(name_lists.select_seen, PERSON, {terms[key] for key in sure})}
        called = {key: min(texts[key]) if terms[key] in seen else None for key in sure}
        unsure = keys - sure
        others = self.everyone(self.naming(unsure), unsure).people if unsure else {}
        for key in unsure:
            person = others.get(place_of((key,)))
            called[key] = None if person is None else person.name
        return called

    def _first_names(self, list_: str, after: str, limit: int) -> list[str]:
        rows = self._rows(name_lists.select_names, of=list_, after=after, limit=limit)
        return [row.name for row in rows]

    def _read_lists(self, lists: Collection[str], after: str, limit: int) -> dict[str, list[str]]:
        """{list: its first names after a name, in order}."""
        rows = self._rows(name_lists.select_lists, lists, after=after, limit=limit)
        return {list_: sorted(_unpack(names)) for list_, names in rows}

    def _terms(
        self, make: Callable[..., Select[Any]], field: str, terms: Iterable[str]
    ) -> list[str]:
        return [row.term for row in self._rows(make, terms, field=field)]

    def _naming(self, terms: Collection[str]) -> list[FactVersion]:
        """The facts of which a version names somebody by one of these terms, in order of recording."""
        rows = self._rows(name_lists.select_facts, terms, field=PERSON) if terms else ()
        return self._versions({row.fact_id for row in rows})

    def _versions(self, facts: Collection[str]) -> list[FactVersion]:
        rows = self._rows(name_lists.select_versions, facts) if facts else ()
        return read_versions(rows, self.perspective)

    def _rows(
        self, make: Callable[..., Select[Any]], given: Iterable[str] | None = None, **values: object
    ) -> Sequence[Any]:
        sqlite = self.connection.dialect.name == "sqlite"
        statement = make(self.tables, public=self.perspective.published_cut is None, sqlite=sqlite)
        about = bind_placeholders(self.negotiation_id, self.perspective)
        asked = {} if given is None else bind_given(sorted(given), sqlite=sqlite)
        return self.connection.execute(statement, {**about, **asked, **values}).all()


def _count_listed(list_: str, keys: Iterable[str], known: Mapping[str, str | None]) -> int:
    """How many people with some keys are shown under a name of a list."""
    shown = (known[key] for key in {*keys})
    return sum(name is not None and list_ in list_beginnings(name) for name in shown)


def _unpack(names: Any) -> list[str]:  # noqa: ANN401 -- JSON, which psycopg has read
    """The names in a JSON array; empty if it is missing."""
    return json.loads(names) if isinstance(names, str) else names or []
