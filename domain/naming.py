"""Two names are one where their folded forms are equal; this is the one place that says how a text is folded.

`folded` is for comparing: keys of the state, aliases, origins, rivals, what is counted. It leaves out what a reader
does not see and what a keyboard makes: Unicode's compatibility forms and case (Unicode 16, section 3.13, D146), what is
not shown, kinds of apostrophes, quotation marks, hyphens and blanks. `plain` is for finding: it leaves out accents too.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import Final

from domain.characters import UNSEEN

__all__ = ["HASHED", "LONGEST_KEY", "folded", "plain", "short"]

LONGEST_KEY: Final = 1_024
"""Bytes of a folded text that is a key; PostgreSQL takes 2,704 of an index row, longer ones go by their hash."""
HASHED: Final = 64
"""Characters of a key that goes by its hash."""

_APOSTROPHES: Final = (
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
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_QUOTATION_MARKS, '"')
    | dict.fromkeys(_HYPHENS, "-")
)

#: An accent on a blank, as compatibility forms have what is typed for an apostrophe.
_ACCENTED_BLANK: Final = re.compile(" [\u0300\u0301\u0313\u0314\u0342]+")

#: Letters that Unicode does not take apart, as those write them who have no such key. Case folding
#: has made ß "ss" by then.
_UNMARKED: Final = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
    }
)


def folded(text: str) -> str:
    """A text as it is compared."""
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    seen = UNSEEN.sub("", text).translate(_ALIKE)
    for form in ("NFD", "NFKD", "NFKC"):
        seen = unicodedata.normalize(form, seen).casefold()
    alike = _ACCENTED_BLANK.sub("'", unicodedata.normalize("NFKC", seen)).translate(_ALIKE)
    return " ".join(alike.split())


def plain(text: str) -> str:
    """Text as it is searched: as it is compared, and without accents."""
    decomposed = unicodedata.normalize("NFKD", folded(text))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(bare.translate(_UNMARKED).split())


def short(text: str) -> str:
    """The text itself; of one longer than a key of an index may be its hash."""
    kept = text.encode()
    return text if len(kept) <= LONGEST_KEY else sha256(kept).hexdigest()
