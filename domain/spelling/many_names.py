"""Folds many names at once, and writes them in Latin letters.

This works for names in which each letter is folded by itself: Latin, Greek and Cyrillic letters without separate marks.
Other names are folded one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from domain.naming import fold_for_search, fold_name
from domain.words import split_accented_words, split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST: Final = 100
"""The most characters of a name that is folded together with others."""
_OTHERS: Final = range(0xC0, 0x530)
"""The code points besides ASCII among which such letters are."""
_BETWEEN: Final = " -."
"""The characters that may stand between words."""


@dataclass(frozen=True, slots=True)
class _Alphabet:
    """{code point: letters} without accents, the same in Latin letters, and in Latin letters with accents.

    `words` is `bare` with a blank for each character between words, as `latin` and `accented` have it.
    """

    bare: Mapping[int, str]
    words: Mapping[int, str]
    latin: Mapping[int, str]
    accented: Mapping[int, str]
    are_known: re.Pattern[str]
    """Matches a text that has only such letters, and characters between words or lines."""
    is_silent: re.Pattern[str]
    """Finds a word that begins with a letter for which Latin has none, such as a soft sign."""

    def stand_for_themselves(self, text: str) -> bool:
        """Whether each letter of a text is folded alone, and each word has a letter in Latin."""
        return bool(self.are_known.fullmatch(text)) and not self.is_silent.search(text)


def fold_names(names: Sequence[str]) -> list[str]:
    """`fold_for_search` of each of some names that `fold_name` has folded."""
    folded = _translate(names, _alphabet().bare)
    return [fold_for_search(names[at]) if each is None else each for at, each in enumerate(folded)]


def latinise_names(names: Sequence[str]) -> list[str | None]:
    """The words of each name in Latin letters, without accents; None for a name that is folded alone."""
    words = _translate(names, _alphabet().latin)
    return [None if each is None else " ".join(each.split()) for each in words]


def split_latin(name: str) -> tuple[Sequence[str], Sequence[str]] | None:
    """The words of a name without accents, and the same in Latin letters; None for a name that is folded alone."""
    alphabet = _alphabet()
    if len(name) > LONGEST or "\n" in name or not alphabet.stand_for_themselves(name):
        return None
    return name.translate(alphabet.words).split(), name.translate(alphabet.latin).split()


def list_latin_words(names: Sequence[str]) -> list[str | None]:
    """The same, with a blank before and after each word; if a name is not in ASCII, its words with accents follow."""
    bare = _translate(names, _alphabet().latin)
    if all(map(str.isascii, names)):
        return [None if each is None else f" {each} " for each in bare]
    accented = _translate(names, _alphabet().accented)
    return [None if each is None else f" {each} {accented[at]} " for at, each in enumerate(bare)]


def _translate(names: Sequence[str], table: Mapping[int, str]) -> Sequence[str | None]:
    """Each name, translated by a table; None if it has a letter that is not folded by itself."""
    lines, short = "\n".join(names), max(map(len, names), default=0) <= LONGEST
    known = _alphabet().stand_for_themselves
    if names and short and lines.count("\n") == len(names) - 1 and known(lines):
        return lines.translate(table).split("\n")
    return [
        name.translate(table) if len(name) <= LONGEST and "\n" not in name and known(name) else None
        for name in names
    ]


@cache
def _alphabet() -> _Alphabet:
    """The letters that are folded by themselves."""
    bare = {code: chr(code).lower() for code in range(128) if chr(code).isalnum()}
    accented = dict(bare)
    for letter in filter(str.isalpha, map(chr, _OTHERS)):
        name, folded = fold_name(letter), fold_for_search(letter)
        words = split_accented_words(f"a{letter}a"), split_words(f"a{letter}a")
        if words == ([f"a{name}a"], [f"a{folded}a"]) and folded:
            bare[ord(letter)], accented[ord(letter)] = folded, _romanise(name)
    latin = {code: _romanise(folded) for code, folded in bare.items()}
    silent = "".join(chr(code) for code in bare if not (latin[code] and accented[code]))
    between = dict.fromkeys(map(ord, _BETWEEN), " ")
    known, gaps = (re.escape("".join(each)) for each in (map(chr, bare), _BETWEEN))
    return _Alphabet(
        bare,
        bare | between,
        latin | between,
        accented | between,
        re.compile(f"[{known}{gaps}\n]*"),
        re.compile(f"(?:^|[{gaps}\n])[{silent}]"),
    )


def _romanise(letter: str) -> str:
    return "".join(filter(str.isalnum, anyascii(letter).lower()))
