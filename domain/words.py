"""A text is searched as words; where a script has no blanks between them, as pairs of characters.

Words of other scripts than Latin may be found by their Latin transliteration, which the library anyascii gives.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from domain.naming import fold_for_search, fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "LONGEST_WORD",
    "is_unspaced",
    "romanise",
    "search_units",
    "split_accented_words",
    "split_words",
    "transliterate",
]

#: A word counts up to here; longer ones that begin alike are the same.
LONGEST_WORD: Final = 255

#: Modifier letters by Unicode's category, apostrophes by use.
_APOSTROPHES: Final = frozenset("\u02ba\u02bb\u02bc")
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3005-\u3007"
    "\u3040-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f"
    "\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)
"""Thai, Lao, Burmese, Hangul, Khmer, Tai scripts, kana, bopomofo, Han and Yi, as a class of a pattern.

Korean has blanks, and particles that stand to a word without one."""
_NO_LETTER: Final = re.compile(f"[\\W_{''.join(sorted(_APOSTROPHES))}]")
"""What is no letter or numeral: a blank, or a mark of the letter before it."""
_RUNS: Final = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")


def split_words(text: str) -> list[str]:
    """The runs of letters, numerals and their marks of one sort of script, as `fold_for_search` folds them."""
    return _runs(fold_for_search(text))


def split_accented_words(text: str) -> list[str]:
    """The same with their accents, from which a transliteration is made."""
    return _runs(fold_name(text))


def _runs(text: str) -> list[str]:
    if text.isascii():
        return [word[:LONGEST_WORD] for word in _NO_LETTER.sub(" ", text).split()]
    blanks = {ord(each): " " for each in set(text) if _NO_LETTER.match(each) and not _is_mark(each)}
    letters = text.translate(blanks)
    runs = (run for word in letters.split() for run in _RUNS.findall(word))
    return [run if is_unspaced(run) else run[:LONGEST_WORD] for run in runs]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc"}


def is_unspaced(word: str) -> bool:
    """Whether a word of `split_words` is of a script without blanks."""
    return not word.isascii() and _IS_UNSPACED.match(word) is not None


def search_units(found: Iterable[str]) -> list[str]:
    """What of words is looked for: each itself, or where it has no blanks each two of its characters, and the last."""
    return [unit for word in found for unit in (_pairs(word) if is_unspaced(word) else (word,))]


def _pairs(word: str) -> list[str]:
    return [*map("".join, pairwise(word)), word[-1]]


def romanise(text: str) -> list[list[str]]:
    """The words of a text in Latin letters, once for each transliteration that is not the words themselves.

    From the letters with their accents (Андрей is andrey) and from those without (andrei). What has no blanks is
    there by its characters and by pairs of them (xi, xijin, jin, jinping, ping).
    """
    if text.isascii():
        return []
    own = split_words(text)
    found = (
        [latin for word in each for latin in _latin(word)]
        for each in (own, split_accented_words(text))
    )
    return [list(each) for each in dict.fromkeys(map(tuple, found)) if list(each) != own]


def transliterate(found: Sequence[str]) -> tuple[str, ...]:
    """Words in Latin letters; empty where a script has no blanks, or a letter no transliteration."""
    if any(map(is_unspaced, found)):
        return ()
    latin = tuple(map(_latin_word, found))
    return latin if all(latin) else ()


def _latin(word: str) -> Iterable[str]:
    if not is_unspaced(word):
        return filter(None, (_latin_word(word),))
    characters = [_latin_word(character) for character in word]
    both = (each for pair in pairwise(characters) for each in (pair[0], "".join(pair)))
    return filter(None, (*both, characters[-1]))


def _latin_word(word: str) -> str:
    if word.isascii():
        return word
    return "".join(filter(str.isalnum, anyascii(word).lower()))[:LONGEST_WORD]
