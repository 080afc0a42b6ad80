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
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection

from domain.errors import ContentError
from domain.kinds.prisoners import CUSTODY
from domain.named import Being, beings_in, text_of
from domain.naming import fold_name, shorten_key
from domain.sought import AllOf, make_name_test
from domain.time.perspective import Perspective
from domain.views.alike import index_names
from domain.views.name_lists import ALL
from domain.views.naming import Names
from domain.views.people import Everyone
from domain.views.rivalry.special_names import SpecialNames
from domain.views.sections import LONGEST_PLACE, place_of
from domain.views.terms import BODY, PERSON, search_term
from infrastructure.projections.fact_rows import questions_of
from infrastructure.readers.pages import read_versions
from infrastructure.readers.state import name_lists
from infrastructure.readers.state.placeholders import bind_placeholders
from infrastructure.readers.state.questions import bind_given
from infrastructure.tables.facts import FactTables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sqlalchemy import Select

    from domain.named import Name
    from domain.views.alike import Likeness, Somebody
    from domain.views.sections import Place
    from domain.views.versions import FactVersion

_FIRST: Final = 20
"""How many facts are read first to find one in which a name is seen."""
_MOST_LONG: Final = 100
"""How many names may be too long for the lists; if there are more, all facts are read."""
_NAMES_AT_ONCE: Final = 10_000
"""How many names are searched at once."""


class NeedsAllFactsError(Exception):
    """Only all facts can tell whom a name may mean."""


@dataclass(frozen=True)
class NamedPeople:
    """The people of a negotiation at a perspective; `parties` are not people."""

    connection: Connection
    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective
    names: Names
    parties: Sequence[str]

    @property
    def are_listed(self) -> bool:
        """Whether the lists tell all names: a few are too long for them, and no alias or id touches these."""
        few = len(self._too_long) <= _MOST_LONG
        return few and all(self.names.is_plain(name) for name, _ in self._too_long)

    @cached_property
    def _too_long(self) -> Sequence[Any]:
        """(name, term) of the first names that are too long for the lists, both shortened."""
        return self.rows(name_lists.select_long, limit=_MOST_LONG + 1)

    def _find_long(self) -> Iterator[str]:
        """The names that are too long for the lists, of facts that are seen; each in one of its spellings."""
        for long, term in self._too_long:
            found = (
                name
                for version in self._some_versions(PERSON, term)
                for name in map(text_of, version.record.fact.list_names())
                if shorten_key(fold_name(name)) == long
            )
            yield from islice(found, 1)

    def key_at(self, place: Place) -> str:
        """The key of the person at a place."""
        shown = str(place[0])
        if len(shown) <= LONGEST_PLACE:
            return shown
        keys = (key for key in self.special.between("", None) if place_of((key,)) == place)
        return next(keys, shown)

    @cached_property
    def special(self) -> SpecialNames:
        """The names that aliases or ids touch, or that are too long for the lists."""
        return SpecialNames(self.names, [*self._find_long()])

    def keys(self, after: str, limit: int) -> list[str]:
        """The first keys after a key, about `limit`, under which somebody may stand."""
        names = self.first_names(ALL, after, limit)
        last = names[-1] if len(names) == limit else None
        return sorted({*names, *self.special.between(after, last)})

    def matching(self, q: AllOf, after: str) -> Iterator[str]:
        """The keys after a key, in order, of people whose names may match a search."""
        test = make_name_test(q)
        special = [*self.special.spelt_after(after)]
        may_match = test([" ".join(spelt) for _, spelt in special])
        aliased = [key for (key, _), matches in zip(special, may_match, strict=True) if matches]
        names = [after]
        while names:
            names = self.read_lists([ALL], names[-1], _NAMES_AT_ONCE)[ALL]
            found = {name for name, matches in zip(names, test(names), strict=True) if matches}
            met = bisect_right(aliased, names[-1]) if names else len(aliased)
            yield from sorted(found.union(aliased[:met]))
            del aliased[:met]

    def in_custody(self, after: str, limit: int) -> tuple[list[str], bool]:
        """(keys, whether more may follow): the next `limit` keys after `after` with a fact about custody, in order.

        All keys of special names in between are among them.
        """
        first, _ = questions_of(CUSTODY.section)
        rows = self.rows(name_lists.select_custody, after=f"{first}{after}", limit=limit)
        found = [row.question.removeprefix(first) for row in rows]
        last = found[-1] if len(found) == limit else None
        return sorted({*found, *self.special.between(after, last)}), last is not None

    def naming(self, keys: Iterable[str]) -> Sequence[FactVersion]:
        """The facts that name people with some keys, in order of recording."""
        return self._versions(self._find_naming(self._terms_of(keys)))

    def naming_and_denying(
        self, keys: Iterable[str]
    ) -> tuple[Sequence[FactVersion], Sequence[FactVersion]]:
        """(the facts that name people with some keys, these and the facts that deny one of them)."""
        facts = self._find_naming(self._terms_of(keys))
        versions = self._versions(facts, name_lists.select_with_denials)
        return [version for version in versions if version.record.id.hex in facts], versions

    def _terms_of(self, keys: Iterable[str]) -> set[str]:
        spellings = self.special.spellings_of
        return {search_term(name) for key in keys for name in spellings(key)}

    def naming_alike(self, person: str) -> Sequence[FactVersion]:
        """Facts that name people who may be meant by an id or a spelling, in order of recording.

        The people who are meant by a special name may be missing (`SpecialNames.alike`).
        """
        try:
            terms = self.names.terms(PERSON, person)
        except ContentError as error:
            raise NeedsAllFactsError from error
        alone = {term for field, term in terms if field == PERSON}
        return self._versions(self._find_naming(alone))

    def everyone(
        self,
        versions: Sequence[FactVersion],
        keys: Collection[str],
        related: Collection[str] = (),
        index: Callable[[Collection[Somebody]], Likeness] = index_names,
    ) -> Everyone:
        """The people with some keys, from all facts that name them and the people with `related` keys.

        `index` as for `Everyone`.
        """
        key_of = self.names.key
        persons = {
            key_of(name)
            for version in versions
            for name in beings_in(version.record.fact, Being.PERSON)
        }
        named = {key_of(body) for version in versions for body in version.record.fact.bodies()}
        unsure = {key for key in {*keys, *related} if key not in persons and key not in named}
        bodies = (*self.parties, *self._find_bodies(unsure))
        return Everyone(versions, self.names, bodies, keys, index, related)

    def _find_bodies(self, keys: Iterable[str]) -> Iterator[Name]:
        """Names of bodies in facts that are seen, one for each of some keys that a body has."""
        of_term: dict[str, set[str]] = defaultdict(set)
        for key in keys:
            for name in self.special.spellings_of(key):
                of_term[shorten_key(name)].add(key)
        for term in self.terms(name_lists.select_used, BODY, of_term):
            for body in self._bodies(term):
                if (key := self.names.key(body)) in of_term[term]:
                    yield body
                    of_term[term].remove(key)
                    if not of_term[term]:
                        break

    def _bodies(self, term: str) -> Iterator[Name]:
        """The bodies in the facts that have a term of bodies."""
        for version in self._some_versions(BODY, term):
            yield from version.record.fact.bodies()

    def _some_versions(self, field: str, term: str) -> Iterator[FactVersion]:
        """The facts that have a term in a field; a few of them are read first."""
        for first, limit in ((0, _FIRST), (_FIRST, name_lists.UNLIMITED)):
            some = name_lists.select_some_facts
            rows = self.rows(some, field=field, term=term, first=first, limit=limit)
            yield from self._versions({row.fact_id for row in rows})
            if len(rows) < limit:
                return

    def first_names(self, list_: str, after: str, limit: int) -> list[str]:
        """The first names of a list after a name, in order; a name comes once for each of its texts."""
        rows = self.rows(name_lists.select_names, of=list_, after=after, limit=limit)
        return [row.name for row in rows]

    def read_lists(self, lists: Collection[str], after: str, limit: int) -> dict[str, list[str]]:
        """{list: its first names after a name, in order}."""
        rows = self.rows(name_lists.select_lists, lists, after=after, limit=limit)
        return {list_: sorted(_unpack(names)) for list_, names in rows}

    def terms(
        self, make: Callable[..., Select[Any]], field: str, terms: Iterable[str]
    ) -> list[str]:
        """Those of some terms in a field that a statement selects."""
        return [row.term for row in self.rows(make, terms, field=field)]

    def _find_naming(self, terms: Collection[str]) -> set[str]:
        """The ids of the facts of which a version names somebody by one of these terms."""
        rows = self.rows(name_lists.select_facts, terms, field=PERSON) if terms else ()
        return {row.fact_id for row in rows}

    def _versions(
        self,
        facts: Collection[str],
        make: Callable[..., Select[Any]] = name_lists.select_versions,
    ) -> list[FactVersion]:
        rows = self.rows(make, facts) if facts else ()
        return read_versions(rows, self.perspective)

    def rows(
        self, make: Callable[..., Select[Any]], given: Iterable[str] | None = None, **values: object
    ) -> Sequence[Any]:
        """The rows of a statement at the perspective, for the `given` texts if it takes some."""
        sqlite = self.connection.dialect.name == "sqlite"
        statement = make(self.tables, public=self.perspective.published_cut is None, sqlite=sqlite)
        about = bind_placeholders(self.negotiation_id, self.perspective)
        asked = {} if given is None else bind_given(sorted(given), sqlite=sqlite)
        return self.connection.execute(statement, {**about, **asked, **values}).all()


def _unpack(names: Any) -> list[str]:  # noqa: ANN401 -- JSON, which psycopg has read
    """The names in a JSON array; empty if it is missing."""
    return json.loads(names) if isinstance(names, str) else names or []
