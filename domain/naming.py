"""Folds texts. Two names are the same if their folded forms are equal; no other module decides this.

`fold_name` is for comparing: keys of the state, aliases, origins, rivals, what is counted. It leaves out what a reader
does not see and what a keyboard makes: Unicode's compatibility forms and case (Unicode 16, section 3.13, D146), what is
not shown, kinds of apostrophes, quotation marks, hyphens and blanks. `fold_for_search` is for finding: it leaves out
accents too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import Final

from domain.characters import UNSEEN

LONGEST_KEY: Final = 1_024
"""How many UTF-8 bytes a key has at most; a longer one is replaced by its hash. PostgreSQL indexes up to 2,704."""
HASHED: Final = 64
"""How many characters the hash of a key has."""
_SHORT: Final = 120
"""Folded forms are kept in memory of texts with at most so many characters: most names, which are folded often."""

APOSTROPHES: Final = (
    "`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u0374\u0384\u055a\u05f3\u1fbd\u1fbf\u1fef\u1ffd\u1ffe"
    "\u2018\u2019\u201a\u201b\u2032\u2035\u275b\u275c\ua78b\ua78c\uff07\uff40"
)
_QUOTATION_MARKS: Final = (
    "\u05f4\u201c\u201d\u201e\u201f\u275d\u275e\u301d\u301e\u301f\uff02\u00ab\u00bb"
)
_HYPHENS: Final = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2796\u2e17\u2e1a\u2e3a\u2e3b"
    "\u2e40\u2e5d\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d"
)
_ALIKE: Final = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(_QUOTATION_MARKS, '"')
    | dict.fromkeys(_HYPHENS, "-")
)

#: An accent on a blank, as compatibility forms have what is typed for an apostrophe.
_ACCENTED_BLANK: Final = re.compile(" [\u0300\u0301\u0313\u0314\u0342]+")

#: Letters that Unicode does not take apart, as those write them who have no such key. Case folding
#: has made ß "ss" by then.
_UNMARKED: Final = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "\u0131": "i",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "\u0491": "\u0433",  # Ukrainian ge with upturn
    **dict.fromkeys("\u02be\u02bf\u02c0\u02c1", ""),  # half rings, as romanised Arabic has them
}
_ALEF, _HEH, _KAF, _YEH = "\u0627", "\u0647", "\u0643", "\u064a"
_ARABIC: Final = {
    **dict.fromkeys("\u0640\u0621\u0674", ""),  # tatweel, and hamza on no letter
    **dict.fromkeys("\u0671\u0672\u0673\u0675", _ALEF),
    **dict.fromkeys("\u0629\u06be\u06c1\u06c3\u06d5", _HEH),
    **dict.fromkeys("\u06a9\u06aa", _KAF),
    **dict.fromkeys("\u0649\u06cc\u06d0\u06d2", _YEH),
}
"""Letters that Arabic, Persian and Urdu write otherwise, or only sometimes; others are a letter with a mark on it."""
_LETTERS: Final = str.maketrans(_UNMARKED | _ARABIC)
_KEPT_MARKS: Final = frozenset({8, 9, 84, 91, 103, 107, 118, 122, 129, 130, 132})
"""Unicode's combining classes of marks that are part of the spelling: of kana, Thai, Lao and Indic scripts."""
_IN_HEBREW: Final = re.compile("(?<=[\u05d0-\u05ea])[\"'](?=[\u05d0-\u05ea])")
"""Geresh and gershayim within a word, however they are typed."""


def fold_name(text: str) -> str:
    """The folded form of a text, by which it is compared."""
    return _fold_short(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    seen = UNSEEN.sub("", text).translate(_ALIKE)
    for form in ("NFD", "NFKD", "NFKC"):
        seen = unicodedata.normalize(form, seen).casefold()
    alike = _ACCENTED_BLANK.sub("'", unicodedata.normalize("NFKC", seen)).translate(_ALIKE)
    return " ".join(alike.split())


_fold_short: Final = lru_cache(maxsize=8_192)(_fold)


def by_letters(name: str) -> tuple[str, str]:
    """The sort key of names; of the names that somebody has, the first in this order is shown."""
    return fold_name(name), name


def fold_for_search(text: str) -> str:
    """The form of a text in which it is searched: folded, without accents and letter variants, with ASCII digits."""
    if text.isascii():
        return fold_name(text)
    seen = unicodedata.normalize("NFKD", fold_name(text))
    bare = seen.translate({ord(letter): _bare(letter) for letter in set(seen)})
    spelt = unicodedata.normalize("NFC", bare.translate(_LETTERS))
    return " ".join(_IN_HEBREW.sub("", spelt).split())


def _bare(letter: str) -> str:
    """A letter unchanged, a digit as an ASCII digit, and an empty text for an accent."""
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    mark = unicodedata.combining(letter)
    if (mark and mark not in _KEPT_MARKS) or unicodedata.category(letter) == "Me":
        return ""
    return letter


def shorten_key(text: str) -> str:
    """The text, or its SHA-256 in hexadecimal if it has more than LONGEST_KEY bytes of UTF-8."""
    kept = text.encode()
    return text if len(kept) <= LONGEST_KEY else sha256(kept).hexdigest()
