"""Reads a page of a negotiation's people from the facts that name them; with a status, also from those that give it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from domain.kinds.prisoners import CUSTODY
from domain.named import Being, beings_in
from domain.views.answers import Answers
from domain.views.custody import PARDONED, find_sources, list_statuses_of
from domain.views.people import PeopleFilter, filter_people, find_meant
from domain.views.sections import Listed, PageContent, Place, Rest, count_characters
from domain.views.versions import FactVersion
from infrastructure.readers.state.named_people import NamedPeople, NeedsAllFactsError
from infrastructure.readers.state.near_names import NearNames

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY: Final = 1_000
"""At most this many facts that give a status, or names that match a search, are all read to find who has a status."""
_MORE: Final = 8
"""For each so many people on a page, facts about one more are read, because a name may be only that of a body."""
_FIRST, _GROWTH = 120, 4
"""For how many people facts are read first, and how many times as many each time after that."""
_TRIED: Final = (2, 4)
"""How many pages of people with known custody are looked through for a status: first 2 pages, then 4 more.

If too few of them have the status, all facts that give it to somebody are read.
"""


@dataclass(frozen=True)
class PeoplePages:
    """The list of `list_people`.

    `of_kinds` gives the facts of some kinds, or None if there are more than a given number. `whole` gives the list that
    is made from all facts.
    """

    named: NamedPeople
    wanted: PeopleFilter
    rest: Rest | None
    of_kinds: Callable[[frozenset[str], int | None], Sequence[FactVersion] | None]
    whole: Callable[[], Listed]

    def page(
        self, after: Place | None, limit: int, room: int | None = None
    ) -> tuple[list[Any], Place | None]:
        """A page, as `Listed.page` gives it."""
        try:
            return self._page(after, limit, room)
        except NeedsAllFactsError:
            return self.whole().page(after, limit, room)

    def _page(
        self, after: Place | None, limit: int, room: int | None
    ) -> tuple[list[Any], Place | None]:
        items: list[Any] = []
        content, last = PageContent(room), after
        many = limit + 1 + limit // _MORE
        for listed in self._lists("" if after is None else self.named.key_at(after), many):
            for index, place in enumerate(listed.places):
                if listed.keeps is not None and not listed.keeps(index):
                    continue
                if len(items) == limit or (items and content.is_full):
                    return items, last
                items.append(listed.item(index))
                content.add(count_characters(items[-1]), listed.facts(index))
                last = place
        return items, None

    def _lists(self, after: str, many: int) -> Iterator[Listed]:
        """The people after a key, in order, about `many` at once."""
        if self.wanted.person is not None:
            versions = self.named.naming_alike(self.wanted.person)
            keys = find_meant(versions, self.named.names, self.wanted.person)
            meant = self.named.special.alike(self.wanted.person).union(keys)
            yield self._list(sorted(key for key in meant if key > after))
            return
        for shown in self._keys(after, many):
            yield from map(self._list, _slice_growing(shown))

    @cached_property
    def _near(self) -> NearNames:
        return NearNames(self.named)

    def _list(self, keys: Sequence[str]) -> Listed:
        """The people with some keys, from the facts that name them and those to whom they are related."""
        related = self.named.special.related(keys)
        naming, versions = self.named.naming_and_denying(related)
        everyone = self.named.everyone(naming, keys, related, self._near.index)
        answers = Answers.of(versions, self.named.names, CUSTODY)
        answers = answers.under(CUSTODY, ((key,) for key in sorted(keys)))
        return filter_people(everyone, answers, self.named.perspective, self.wanted, self.rest)

    def _keys(self, after: str, many: int) -> Iterator[Sequence[str]]:
        """Keys after a key, in order, among them those of all people whom the filter keeps; about `many` at once."""
        q, status = self.wanted.q, self.wanted.status
        few: list[str] = []
        if q is not None:
            matching = self.named.matching(q, after)
            few = [] if status is None else [*islice(matching, MANY + 1)]
            if len(few) <= MANY:
                yield from _slice(few, many)
                while keys := [*islice(matching, many)]:
                    yield keys
                return
        if status is not None:
            yield from self._with_status(after, many, status, few)
            return
        while keys := self.named.keys(after, many):
            yield keys
            after = keys[-1]

    def _with_status(
        self, after: str, many: int, wanted: str, first: Sequence[str]
    ) -> Iterator[Sequence[str]]:
        """The keys of people who may have a status; `first` are the first whose names match a search."""
        statuses = list_statuses_of(wanted)
        sources = find_sources(statuses)
        facts = self.of_kinds(sources, None if PARDONED in statuses else MANY)
        if facts is None and first:
            yield from _slice(first, many)
            after = first[-1]
        for pages in _TRIED if facts is None and not first else ():
            keys, more_follow = self.named.in_custody(after, pages * many)
            yield from _slice(keys, many)
            if not more_follow:
                return
            after = keys[-1]
        facts = self.of_kinds(sources, None) if facts is None else facts
        giving = (
            fact
            for fact in (version.record.fact for version in facts or ())
            if getattr(fact, "status", None) in (None, *statuses)
        )
        key = self.named.names.key
        named = {key(name) for fact in giving for name in beings_in(fact, Being.PERSON)}
        yield from _slice(sorted(each for each in named if each > after), many)


def _slice_growing(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Keys, first `_FIRST` at once, then more and more: a page often breaks off early if its facts name many people."""
    start, many = 0, _FIRST
    while start < len(keys):
        yield keys[start : start + many]
        start, many = start + many, many * _GROWTH


def _slice(keys: Sequence[str], many: int) -> Iterator[Sequence[str]]:
    """Keys, `many` at once."""
    for start in range(0, len(keys), many):
        yield keys[start : start + many]
