"""The lists in which the names of a negotiation stand, so that people are found by the order or the words of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.named import text_of
from domain.naming import fold_for_search, fold_name, shorten_key
from domain.views.alike import list_beginnings

if TYPE_CHECKING:
    from domain.fact import Fact

ALL: Final = ""
"""The list of all names."""
ACCENTED: Final = "\x1d"
"""The list that leads from names without accents to those of which they are made."""
LONG: Final = "\x1e"
"""The list of the names that are too long for the others."""
LONGEST_LISTED: Final = 1_000
"""How many bytes of UTF-8 a name in a list has at most."""
Called = tuple[str, str, str]
"""A name in a list, as (list, name, text): folded, and as it is written."""


def list_called(fact: Fact) -> set[Called]:
    """The names in a fact as (list, name, text). A list is ALL, ACCENTED, LONG, or the beginning of a Latin word."""
    called = set[Called]()
    for text in {text_of(name) for name in fact.list_names()}:
        name, bare = fold_name(text), fold_for_search(text)
        if max(len(each.encode()) for each in (text, name, bare)) > LONGEST_LISTED:
            called.add((LONG, shorten_key(name), shorten_key(bare)))
            continue
        called |= {(list_, name, text) for list_ in (ALL, *list_beginnings(text))}
        if bare != name:
            called.add((ACCENTED, bare, name))
    return called
