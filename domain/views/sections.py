"""Gives a list of the state whole, or its first items with the number of all items and the address of the rest.

A snapshot has whole lists. The state, which clients request often, gives only the first items, so it stays small.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol, overload

MOST: Final = 100
"""How many items of a list are given at most where it is not given whole."""
ROOM: Final = 2**19
"""After how many characters of text a list in a state breaks off."""
ROOM_OF_PAGE: Final = 4 * ROOM
"""After how many characters of text a page of such a list breaks off."""
MOST_CROWDED: Final = 1_500
"""After how many names, beyond FEW_NAMES in each fact, a page of people breaks off."""
FEW_NAMES: Final = 5
MORE: Final = "_more"
"""The suffix of the field that says how many items a list has: `custody` has `custody_more`."""
LONGEST_PLACE: Final = 1_000
"""How many characters of a key a place holds; a longer key is cut off there, and followed by its hash."""

Key = tuple[str, ...]
Place = tuple[int | str, ...]
"""Where an item stands in its list. The place of a rival is that of its entry, with one more number; that of an answer
beside an entry has the name of the list and two numbers more."""
NamingFact = tuple[int, Callable[[], Iterable[object]]]
"""A fact by the position at which it was recorded, and a function that lists the names in it."""
Rest = Callable[[str, Place], str]
"""The address of what follows a place in a list, by the list's path; an answer with whole lists needs none."""


@dataclass(frozen=True, slots=True)
class PageQuery:
    """A request for at most `limit` items of the list at a path: from its start, or after a place."""

    path: str
    after: Place | None
    limit: int


@dataclass(frozen=True, slots=True)
class Places(Sequence[Place]):
    """The places of the entries with some keys, in their order; each is made only when it is needed."""

    keys: Sequence[Key]

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Place: ...

    @overload
    def __getitem__(self, index: slice) -> Places: ...

    def __getitem__(self, index: int | slice) -> Place | Places:
        return Places(self.keys[index]) if isinstance(index, slice) else place_of(self.keys[index])


class PageContent:
    """What a page holds so far: characters of text, up to about `room`, and names in the facts of its people."""

    def __init__(self, room: int | None) -> None:
        self._room = room
        self._characters = 0
        self._facts: set[int] = set()
        self._crowd = 0

    @property
    def is_full(self) -> bool:
        """Whether the page breaks off; not without a `room`."""
        if self._room is None:
            return False
        return self._characters >= self._room or self._crowd >= MOST_CROWDED

    def add(self, characters: int, facts: Iterable[NamingFact]) -> None:
        """Add an item with so many characters, and its facts; each fact counts once."""
        self._characters += characters
        for fact, list_names in facts:
            if fact not in self._facts:
                self._facts.add(fact)
                self._crowd += max(0, sum(1 for _ in list_names()) - FEW_NAMES)


class Pages(Protocol):
    """A list that is read page by page."""

    def page(
        self, after: Place | None, limit: int, room: int | None = None
    ) -> tuple[list[Any], Place | None]:
        """A page, as `Listed.page` gives it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The items of a list in order; each has a place, and is made only when it is shown.

    `item` takes the index of an item; `inside` does too, and gives the list of that name within the item, or its
    rivals. Places ascend, except in a list within an item, which is ordered by rank. `weigh` gives the number of
    characters of an item. `count` is the number of all items if the list has only the first of them. `keeps` tells
    of an index whether its item belongs to the list, where only a page finds that out. `facts` gives the facts of
    an item in a list of people.
    """

    places: Sequence[Place]
    item: Callable[[int], Any]
    inside: Callable[[int, str | None], Listed] | None = None
    ascending: bool = True
    weigh: Callable[[int, Any], int] = lambda _, item: count_characters(item)
    count: int | None = None
    keeps: Callable[[int], bool] | None = None
    facts: Callable[[int], Iterable[NamingFact]] = lambda _: ()

    def page(
        self, after: Place | None, limit: int, room: int | None = None
    ) -> tuple[list[Any], Place | None]:
        """At most `limit` items after a place, and the place of the last of them, or None if nothing follows.

        With a `room`, the page ends early once its texts have so many characters, or the facts of its people name many
        others; but it has at least one item if there is one.
        """
        start = 0 if after is None else self._past(after)
        items: list[Any] = []
        content, last = PageContent(room), start
        for index in range(start, len(self.places)):
            if self.keeps is not None and not self.keeps(index):
                continue
            if len(items) == limit or (items and content.is_full):
                return items, self.places[last]
            items.append(self.item(index))
            last = index
            if room is not None:
                content.add(self.weigh(index, items[-1]), self.facts(index))
        return items, None

    def within(self, place: Place, name: str | None = None) -> Listed:
        """The list of a name within the item at a place, by default its rivals; empty if the item was erased."""
        if self.inside is None or place not in self.places:
            return Listed((), lambda _: None)
        return self.inside(self.places.index(place), name)

    def fill(self, owner: dict[str, Any], name: str, path: str, rest: Rest | None) -> None:
        """Put the list into `owner` as `name`, and add `{name}_more` if the list is not given whole."""
        if rest is None:
            owner[name], last = self.page(None, len(self.places))
        else:
            owner[name], last = self.page(None, MOST, ROOM)
        if rest is not None and last is not None:
            count = len(self.places) if self.count is None else self.count
            owner[name + MORE] = {"count": count, "href": rest(path, last)}

    def _past(self, after: Place) -> int:
        """The index after a place. If the item at that place was erased, no item that follows it is skipped."""
        if after in self.places:
            return self.places.index(after) + 1
        return bisect_right(self.places, after) if self.ascending else 0


def bound_list(owner: dict[str, Any], name: str, href: str | None) -> dict[str, Any]:
    """The owner with the first items of a long list, and `{name}_more`; unchanged without an `href` of the rest."""
    items = owner.get(name, ())
    if href is None or len(items) <= MOST:
        return owner
    return {**owner, name: items[:MOST], name + MORE: {"count": len(items), "href": href}}


def count_characters(part: object) -> int:
    """How many characters the texts in a JSON value have in all."""
    total = 0
    waiting: list[Any] = [part]
    for value in waiting:
        kind = type(value)  # isinstance takes twice as long, and lists have thousands of values
        if kind is str:
            total += len(value)
        elif kind is dict:
            waiting += value.values()
        elif kind is list:
            waiting += value
    return total


def place_of(key: Key) -> Place:
    """The place of the entry with a folded key."""
    text = "\x1f".join(key)
    if len(text) > LONGEST_PLACE:
        text = f"{text[:LONGEST_PLACE]}\x1f{sha256(text.encode()).hexdigest()}"
    return (text,)
