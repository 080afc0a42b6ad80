"""The ways in which a word of a name may be read in Latin letters, where its letters do not tell how it sounds.

In Latin letters without accents "c" may be ts, ch or k, and in French "ch" is sh. Hebrew and Arabic leave out most
vowels, and Hebrew writes some letters alike that sound differently.
"""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING, Final

from domain.words import transliterate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST: Final = 4
"""How many readings of a word are compared."""
_HEBREW: Final = re.compile("[\u05d0-\u05ea]+")
_SOUNDS: Final = ",v/b,g,d,h/,v,z,kh,t,y,kh,q/kh,l,m,m,n,n,s,,f,f/p,ts,ts,q,r,sh,t"
_HEBREW_LETTERS: Final = {
    chr(0x5D0 + at): tuple(sounds.split("/")) for at, sounds in enumerate(_SOUNDS.split(","))
}
"""How each letter may sound, from alef to tav; empty where it may be silent."""
_FIRST_HEBREW: Final = {"ב": ("b",), "כ": ("q",), "פ": ("p",), "ה": ("h",)}
_LAST_HEBREW: Final = {"ה": ("",), "פ": ("f",), "ב": ("v", "b")}
_ARABIC: Final = re.compile("[\u0621-\u06d3]+")
_ALEF: Final = "\u0627"
_ARTICLE: Final = re.compile("^\u0627\u0644(?=...)")
_SERVANT: Final = "\u0639\u0628\u062f"
_SERVANT_OF: Final = re.compile(f"{_SERVANT}\u0627\u0644(?!\u0644\u0647$)(?=...)")
_LAST_HEH: Final = "\u0647"
_TWICE: Final = re.compile(r"([^l])\1")
"""A doubled consonant is written as one letter, so there is a vowel between two letters that are the same."""
_LONG_VOWEL: Final = re.compile("[awy]")
"""After one of these the letter for "h" at the end of an Arabic name is mostly no ending of a woman's name."""
_LAST_HAH: Final = "\u062d"
_SHORT: Final = 3
"""A word with at most so many letters has one reading of its "c"."""
_OPEN_C: Final = re.compile("(?<![sctx])c(?=[aeouyn]|i(?![aou])|$)")
"""A "c" that may stand for "ч", as many write Łacinka and Serbian names."""
_BEFORE_A: Final = re.compile("(?<![sct])c(?=[aou])")
_FIRST_C: Final = re.compile("c(?=[aoun])")
_SLAVIC: Final = re.compile(
    "(?:sk(?:i|y|yi|yy|iy|ij|aj?a|aya|aia)|[aeo]u|[aeo]va?|nk[ao]|[aiu]k|ka|kala|ic|at|ot|ut)$"
)
"""How Slavic surnames end."""
_FRENCH_ACCENTS: Final = "éèêëïîôûùâàç"
_FRENCH: Final = re.compile(f"ou(?=[^\\Wsu])|tch|[{_FRENCH_ACCENTS}]")
"""Letters by which a Slavic or Arabic name is written in French."""
_FRENCH_CH: Final = re.compile("(?<![tsc])ch")
_VARYING: Final = re.compile(f"c|dj|{_FRENCH.pattern}|\\b(?:q|kh)")
_GUTTURAL: Final = ((re.compile("^q"), "g"), (re.compile("^kh(?=\\w{4})"), "k"))


def list_readings(word: str, latin: str) -> tuple[str, ...]:
    """The readings of a word of a name that is not in Latin letters; only `latin` if these letters tell them."""
    if _HEBREW.fullmatch(word):
        return (*islice(dict.fromkeys(_read_hebrew(word)), _MOST),)
    if _ARABIC.fullmatch(word):
        return _read_arabic(word)
    return (latin,)


def _read_hebrew(word: str) -> Iterator[str]:
    letters = [_HEBREW_LETTERS[letter] for letter in word]
    letters[0] = _FIRST_HEBREW.get(word[0], letters[0])
    letters[-1] = _LAST_HEBREW.get(word[-1], letters[-1])
    return (_TWICE.sub(r"\1a\1", "".join(read)) for read in product(*letters))


def _read_arabic(word: str) -> tuple[str, ...]:
    """The readings of an Arabic word without its article; a letter for "h" at its end may be silent."""
    if word == _SERVANT:
        return ("abd",)
    joined = _SERVANT_OF.match(word)
    parts = _ARTICLE.sub("", word[joined.end() :] if joined else word).split(_ALEF)
    text = _TWICE.sub(r"\1a\1", "a".join("".join(transliterate((part,))) for part in parts))
    if joined:
        return (f"abdul{text}",)
    if word.endswith(_LAST_HEH):
        return (f"{text[:-1]}a", text) if _LONG_VOWEL.match(text[-2:-1]) else (f"{text[:-1]}a",)
    return (text, text[:-1]) if word.endswith(_LAST_HAH) and text[1:] else (text,)


def is_plain(name: str) -> bool:
    """Whether a name has no accents besides those of French, so that its other letters may stand for accented ones."""
    return name.isascii() or all(letter.isascii() or letter in _FRENCH_ACCENTS for letter in name)


def may_vary(name: str) -> bool:
    """Whether a word of a name that `is_plain` may have several readings."""
    return _VARYING.search(name) is not None


def list_plain_readings(name: str, words: Iterable[str]) -> list[tuple[str, ...]]:
    """The readings of each word of a name that `is_plain`, the word itself first."""
    french = bool(_FRENCH.search(name))
    return [tuple(islice(dict.fromkeys(_read_plain(word, french=french)), _MOST)) for word in words]


def _read_plain(word: str, *, french: bool) -> Iterator[str]:
    yield word
    if "c" in word and len(word) > _SHORT:
        slavic = _SLAVIC.search(word)
        if slavic or not _FIRST_C.match(word):
            yield _OPEN_C.sub("ch", word)
            if word.endswith("dzic"):
                yield f"{word[:-4]}dzhich"
            if slavic:
                yield _BEFORE_A.sub("ts", word)
    if french:
        yield _FRENCH_CH.sub("sh", word).replace("j", "zh")
    if "dj" in word:
        yield word.replace("dj", "d")
    if not _SLAVIC.search(word):
        for pattern, letters in _GUTTURAL:
            yield pattern.sub(letters, word)
