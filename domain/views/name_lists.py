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
    """The names in a fact, each in every list where it stands."""
    return {called for text in texts_in(fact) for called in list_name(text)}


def texts_in(fact: Fact) -> set[str]:
    """The names in a fact, as they are written."""
    return set(map(text_of, fact.list_names()))


def list_name(text: str) -> set[Called]:
    """A name in every list where it stands: ALL, ACCENTED, LONG, and those of the beginnings of its Latin words."""
    name, bare = fold_name(text), fold_for_search(text)
    if max(len(each.encode()) for each in (text, name, bare)) > LONGEST_LISTED:
        return {(LONG, shorten_key(name), shorten_key(bare))}
    called = {(list_, name, text) for list_ in (ALL, *list_beginnings(text))}
    return called if bare == name else {*called, (ACCENTED, bare, name)}
