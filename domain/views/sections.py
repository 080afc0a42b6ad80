"""A list of the state is given whole, or its first items with how many there are and where the rest is.

A snapshot is given whole; what is asked for over and over stays small, however much is on record.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

MOST: Final = 100
"""How many items a list has at most, where it is not given whole."""
ROOM: Final = 2**19
"""After how many characters of texts a list of a state ends."""
ROOM_OF_PAGE: Final = 4 * ROOM
"""The same for a page of such a list."""
MORE: Final = "_more"
"""What follows the name of a list in the name of what says how much more of it there is."""
LONGEST_PLACE: Final = 1_000
"""Characters of a key that a place has; a longer key goes by its beginning and its hash."""

Key = tuple[str, ...]
Place = tuple[int | str, ...]
"""Where an item stands in its list. The rivals of an item have its place and one number more."""
Rest = Callable[[str, Place], str]
"""The address of what follows a place in a list, by the list's path; an answer with whole lists needs none."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked of a list: its path, the place that the page follows, and how many items it has at most."""

    path: str
    after: Place | None
    limit: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The items of a list in their order, each by its place and made only where it is shown.

    `inside` gives the list within an item. Places ascend, but for those of rivals, which are ordered by rank.
    """

    places: Sequence[Place]
    item: Callable[[int], Any]
    inside: Callable[[int], Listed] | None = None
    ascending: bool = True

    def page(
        self, after: Place | None, limit: int, room: int | None = None
    ) -> tuple[list[Any], Place | None]:
        """At most `limit` items past a place, and the place of the last of them where more follow.

        Fewer where their texts fill the `room`, in characters; at least one where there is one.
        """
        start = 0 if after is None else self._past(after)
        end = min(start + limit, len(self.places))
        items: list[Any] = []
        held = 0
        for index in range(start, end):
            if room is not None and held >= room:
                break
            items.append(self.item(index))
            held += 0 if room is None else characters(items[-1])
        end = start + len(items)
        return items, self.places[end - 1] if items and end < len(self.places) else None

    def within(self, place: Place) -> Listed:
        """The list within the item at a place; empty where that item is there no more, as after an erasure."""
        if self.inside is None or place not in self.places:
            return Listed((), lambda _: None)
        return self.inside(self.places.index(place))

    def fill(self, owner: dict[str, Any], name: str, path: str, rest: Rest | None) -> None:
        """Put the list into its owner as `name`, and beside it `{name}_more` where not all of it is given."""
        if rest is None:
            owner[name], last = self.page(None, len(self.places))
        else:
            owner[name], last = self.page(None, MOST, ROOM)
        if rest is not None and last is not None:
            owner[name + MORE] = {"count": len(self.places), "href": rest(path, last)}

    def _past(self, after: Place) -> int:
        """The index after a place. Where what stood there was erased, nothing that follows it is left out."""
        if after in self.places:
            return self.places.index(after) + 1
        return bisect_right(self.places, after) if self.ascending else 0


def characters(part: object) -> int:
    """How many characters the texts in some JSON have."""
    if isinstance(part, str):
        return len(part)
    if isinstance(part, dict):
        return sum(map(characters, part.values()))
    return sum(map(characters, part)) if isinstance(part, list) else 0


def place_of(key: Key) -> Place:
    """The place of the entry with a folded key."""
    text = "\x1f".join(key)
    if len(text) > LONGEST_PLACE:
        text = f"{text[:LONGEST_PLACE]}\x1f{sha256(text.encode()).hexdigest()}"
    return (text,)
