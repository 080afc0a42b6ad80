"""Finds the keys of many names at once, by which those are chosen that may be other spellings of a name."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from domain.spelling.many_names import latinise_names
from domain.spelling.names import MOST_WORDS, SERVANT, SOFT, WITH_ALLAH
from domain.spelling.readings import is_plain, may_vary
from domain.spelling.words import list_word_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

_SOFT: Final = "".join(sorted({chr(letter) for table in SOFT for letter in table}))
_JOINED: Final = "\u00df\u0132\u0133\u017f\u01c7-\u01cc\u01f1-\u01f3\u02b0-\u02ff"
"""Letters that are folded to letters without accents."""
_ALONE: Final = re.compile(f"(?:^|[ .-])[^ .-](?:[ .-]|$)|[{_SOFT}{_SOFT.upper()}{_JOINED}]")
"""Finds an initial or a letter that changes a sound; the name has no other marks than blanks, dots and hyphens."""


def list_keys(names: Sequence[str]) -> list[frozenset[str] | None]:
    """The keys of the words of each name; None for a name that has initials or several spellings.

    None, too, for names with letters that are not folded by themselves, and for the few names that are split otherwise.
    """
    words = [_split(name, latin) for name, latin in zip(names, latinise_names(names), strict=True)]
    different = [*dict.fromkeys(chain.from_iterable(filter(None, words)))]
    keys = dict(zip(different, list_word_keys(different), strict=True)) if different else {}
    return [None if each is None else frozenset([keys[word] for word in each]) for each in words]


def _split(name: str, latin: str | None) -> list[str] | None:
    """The words of a name in Latin letters; None if it has to be spelt alone."""
    if not latin or _ALONE.search(name):
        return None
    small = name.lower()
    if WITH_ALLAH.search(small) or (may_vary(small) and is_plain(small)):
        return None
    words = latin.split(" ")
    return None if len(words) > MOST_WORDS or SERVANT in "".join(words) else words
