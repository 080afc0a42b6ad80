"""Splits texts into the words that are searched; in scripts without blanks, into pairs of characters.

Words in scripts other than Latin can be found by their Latin transliteration, by the library anyascii.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

from domain.naming import APOSTROPHES, fold_for_search, fold_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: A word counts up to here; longer ones that begin alike are the same.
LONGEST_WORD: Final = 255

#: Modifier letters by Unicode's category, apostrophes by use.
_APOSTROPHES: Final = frozenset("\u02ba\u02bb\u02bc")
_APOSTROPHE: Final = re.compile(f"['\u02ba{APOSTROPHES}]")
_WITHIN: Final = re.compile(
    r"(?<=[^\W\d_])['\u02ba](?!(?:s|t|d|m|re|ve|ll)\b)(?=[^\W\d_])", re.IGNORECASE
)
_AROUND: Final = 3
"""How many words before and after a word with an apostrophe stand beside it where it has none."""
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3005-\u3007"
    "\u3040-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f"
    "\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003fffd"
)
"""Thai, Lao, Burmese, Hangul, Khmer, Tai scripts, kana, bopomofo, Han and Yi, as a class of a pattern.

Korean has blanks, and particles that stand to a word without one."""
_SOFT_RUN: Final = re.compile("[ijy]+")
_FIRST_SOFT: Final = re.compile("^i(?=[aeou])")
_LAST_SOFT: Final = re.compile("(?<=[^aeiou])i$")
_LAST_LONG: Final = re.compile("[iy]{2}$")
_NO_LETTER: Final = re.compile(f"[\\W_{''.join(sorted(_APOSTROPHES))}]")
"""A character that is no letter or numeral. It separates words, unless it is a mark of the letter before it."""
_RUNS: Final = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")


def split_words(text: str) -> list[str]:
    """The words of a text, folded by `fold_for_search`; a change to a script without blanks begins a new word."""
    return _runs(fold_for_search(text))


def split_accented_words(text: str) -> list[str]:
    """The words of a text with their accents, folded by `fold_name`, from which transliterations are made."""
    return _runs(fold_name(text))


def join_parts(text: str) -> str | None:
    """A text folded by `fold_name`, without the apostrophes within its words; None if it has none.

    So a word that is written with and without an apostrophe is found both ways: Ol'ga, Olga. The apostrophe of an
    English ending stays, as in "minister's".
    """
    if not _APOSTROPHE.search(text):
        return None
    joined, number = _WITHIN.subn("", fold_name(text))
    return joined if number else None


def list_joined(text: str) -> list[str]:
    """The parts of a text that have words with apostrophes within, without these; each with some words around it."""
    if join_parts(text) is None:
        return []
    words = fold_name(text).split()
    parts: list[str] = []
    end = 0
    for at, word in enumerate(words):
        if not _WITHIN.search(word):
            continue
        begin = max(at - _AROUND, 0)
        if begin >= end:
            parts.append("")
        parts[-1] = " ".join((parts[-1], *words[max(begin, end) : at + _AROUND + 1]))
        end = at + _AROUND + 1
    return [_WITHIN.sub("", part) for part in parts]


def _runs(text: str) -> list[str]:
    if text.isascii():
        words = _NO_LETTER.sub(" ", text).split()
        return words if len(text) <= LONGEST_WORD else [word[:LONGEST_WORD] for word in words]
    blanks = {
        ord(character): " "
        for character in set(text)
        if _NO_LETTER.match(character) and not _is_mark(character)
    }
    letters = text.translate(blanks)
    runs = (run for word in letters.split() for run in _RUNS.findall(word))
    return [run if is_unspaced(run) else run[:LONGEST_WORD] for run in runs]


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in {"Mn", "Mc"}


def is_unspaced(word: str) -> bool:
    """Whether a word of `split_words` is of a script without blanks."""
    return not word.isascii() and _IS_UNSPACED.match(word) is not None


def search_units(words: Iterable[str]) -> list[str]:
    """The units that are searched: words; in scripts without blanks their pairs, and the last character."""
    return [unit for word in words for unit in (_pairs(word) if is_unspaced(word) else (word,))]


def _pairs(word: str) -> list[str]:
    return [*map("".join, pairwise(word)), word[-1]]


def romanise(text: str) -> list[list[str]]:
    """The words of a text in Latin letters: one list for each transliteration that differs from the words themselves.

    One is made with accents (Андрей becomes andrey), one without (andrei). A word in a script without blanks becomes
    its characters and pairs of them (xi, xijin, jin, jinping, ping).
    """
    if text.isascii():
        return []
    own = split_words(text)
    transliterations = (
        [latin for word in words for latin in _latin(word)]
        for words in (own, split_accented_words(text))
    )
    return [list(form) for form in dict.fromkeys(map(tuple, transliterations)) if list(form) != own]


def merge_letters(word: str) -> str:
    """A word in Latin letters with one letter for i, j, y and runs of them, so that Daria, Darya and Darja are one.

    The beginning of a word remains the beginning of it: the result for "dar" begins that for "darya".
    """
    return _SOFT_RUN.sub("i", word).replace("x", "ks")


def respell(word: str) -> list[str]:
    """What papers make of a transliterated word: yulia, julia and julija, dmitry for dmitriy, zelenskyy."""
    merged = merge_letters(word)
    forms = (_FIRST_SOFT.sub(first, merged) for first in "yj")
    ends = (_LAST_LONG.sub(end, word) for end in ("yy", "yi"))
    return [merged, *(_LAST_SOFT.sub("y", form) for form in forms), word.replace("y", "j"), *ends]


def transliterate(words: Sequence[str]) -> tuple[str, ...]:
    """Words in Latin letters; empty if one is in a script without blanks, or has no transliteration."""
    if any(map(is_unspaced, words)):
        return ()
    latin = tuple(map(_latin_word, words))
    return latin if all(latin) else ()


def _latin(word: str) -> Iterable[str]:
    if not is_unspaced(word):
        return filter(None, (_latin_word(word),))
    characters = [_latin_word(character) for character in word]
    both = (unit for pair in pairwise(characters) for unit in (pair[0], "".join(pair)))
    return filter(None, (*both, characters[-1]))


def _latin_word(word: str) -> str:
    return word if word.isascii() else _transliterate_word(word)


@lru_cache(maxsize=8_192)
def _transliterate_word(word: str) -> str:
    return "".join(filter(str.isalnum, anyascii(word).lower()))[:LONGEST_WORD]


def romanise_name(folded: str) -> str:
    """The letters and digits of a name that `fold_name` folded, in Latin letters: with its accents, and without.

    The result contains the letters and digits of each unit of `list_words`, in Latin letters.
    """
    return f"{folded.translate(_ACCENTED)} {folded.translate(_BARE)}"


class _Letters(dict[int, str]):
    """{code point: its letters and digits in Latin letters, once it is folded}; made when first looked up."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, character: int) -> str:
        folded = anyascii(self._fold(chr(character))).lower()
        letters = self[character] = "".join(filter(str.isalnum, folded))
        return letters


_ACCENTED: Final = _Letters(str)
_BARE: Final = _Letters(fold_for_search)
