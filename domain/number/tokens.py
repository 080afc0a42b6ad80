"""Splits the text of a number into words, numbers and signs, in the form in which the tables of words have them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.number.language import Phrase

LONGEST: Final = 200
"""The most characters of a number; a longer text is prose."""
MARKS: Final = frozenset(",()")
"""The tokens that begin or end a remark."""
LONGEST_PHRASE: Final = 5
_MOST_TOKENS: Final = 24
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_ALIKE: Final = str.maketrans("\u2a7e\u2267\u2a7d\u2266\u223c\u2243\u2245\u2272\u2273", "≥≥≤≤≈≈≈≈≈")
"""Signs of comparison that mean the same as others."""
_JOINED: Final = re.compile(r"(?<=\d)(?=(?:ish|bn|mn|mln|тыс|тис|млн|млрд)\b)")
"""Where a unit is written behind digits without a blank."""
_CASE_ENDING: Final = re.compile(r"(?<=\d)-(?:ти|ми)(?!\w)|(?:(?<=^[234])|(?<=\s[234]))-х(?!\w)")
"""The grammatical case of a number in digits, in Russian and Ukrainian: "50-ти"."""
_LINE_BREAKS: Final = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_ARABIC_MARKS: Final = str.maketrans("\u066b\u066c", ".,")
"""The decimal mark and the thousands separator of Arabic and Persian."""
_APOSTROPHES: Final = re.compile("[\u2018\u2019\u02bc\u02b9\uff07`]")
_TOKEN: Final = re.compile(
    r"(?P<number>\d{1,3}(?:(?P<mark>[,.' ])\d{3})(?:(?P=mark)\d{3})*(?:[.,]\d{1,2})?[km]?(?![\w.,']*\d)"
    r"|\d+(?:[.,]\d+)?[km]?(?![\w.,']*\d))(?!\w)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)\.?"
    r"|(?P<sign>>=|<=|[≥≤><~≈+,()-])"
)


def split_tokens(text: str) -> Phrase | None:
    """The words, numbers and signs of a text; None if it has anything else, or is too long."""
    if len(text) > LONGEST or any(map(_hides_digits, text)):
        return None
    plain = _LINE_BREAKS.sub(", ", text.strip()).translate(_ARABIC_MARKS)
    plain = unicodedata.normalize("NFKC", plain).casefold().replace("\u0451", "\u0435")
    plain = _APOSTROPHES.sub("'", _DASHES.sub("-", plain.translate(_ALIKE)))
    plain = _JOINED.sub(" ", _CASE_ENDING.sub("", plain))
    plain = plain.replace("[", "(").replace("]", ")").replace(";", ", ").rstrip(" .")
    plain = " ".join(plain.split())
    tokens, at = list[str](), 0
    while at < len(plain):
        match = _TOKEN.match(plain, at)
        if match is None or len(tokens) == _MOST_TOKENS:
            return None
        tokens.append(match["word"] or match[0])
        at = match.end() + (plain[match.end() : match.end() + 1] == " ")
    return tuple(tokens) or None


def measure_phrase(
    tokens: Phrase, at: int, phrases: frozenset[Phrase] | Mapping[Phrase, object]
) -> int:
    """The number of tokens of the longest phrase at a place; 0 if there is none."""
    lengths = range(min(LONGEST_PHRASE, len(tokens) - at), 0, -1)
    return next((length for length in lengths if tokens[at : at + length] in phrases), 0)


def _hides_digits(character: str) -> bool:
    """Whether a character becomes digits in compatibility form but is not a digit, as a footnote mark or fraction."""
    if character.isdecimal():
        return False
    return any(map(str.isdecimal, unicodedata.normalize("NFKC", character)))
