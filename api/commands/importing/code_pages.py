"""Guesses the code page of a text only if no other likely code page would read it differently.

Windows-1251 is certain if whole words are Russian, Ukrainian or Belarusian, with capitals in their usual places and
about as many vowels as these languages have: text in other code pages does not look like this. Windows-1252 is certain
if all characters beyond ASCII are signs and letters that Windows-1250, -1254 and -1257 have at the same byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_CYRILLIC: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў")
_VOWELS: Final = frozenset("аеёиоуыэюяіїє")
_NEVER_FIRST: Final = frozenset("ъыь")
_WORD: Final = re.compile(r"[^\W\d_]+")
_FEWEST_LETTERS: Final = 10
_ODD_WORDS: Final = 0.02
_SHARES: Final = (0.3, 0.55)
"""The lowest and highest share of vowels among letters."""

_ALIKE: Final = "äéëóöüßÄÉÓÖÜ"
"""Letters that have the same byte in the code pages of Western and Central Europe, Turkey and the Baltic."""
_SURE: Final = re.compile(
    f"(?<=[A-Za-z{_ALIKE}])[{_ALIKE}]|[{_ALIKE}](?=[a-z{_ALIKE}])"
    r"|(?<=[A-Za-z])’(?=[A-Za-z])|(?<=[\s\d,;\"])[–—](?=[\s\d,;\"])"
    "|“[^“”]*”|„[^„“”]*[“”]|‘[^‘’]*’|«[^«»]*»|(?<=[\\s\\d])[\xa0°§©®±](?=[\\s\\d\\w])|\xa0"
)
_PAIRS: Final = str.maketrans("", "", "“”„‘’«»")


def code_page_of(lines: Iterable[bytes]) -> str | None:
    """The code page of lines that are not UTF-8; None if it is not certain."""
    cyrillic, western = _Cyrillic(), True
    for line in lines:
        if line.isascii():
            continue
        cyrillic.take(line.decode("windows-1251", "replace"))
        western = western and _is_western(line)
    if cyrillic.is_sure:
        return "windows-1251"
    return "windows-1252" if western else None


def _is_western(line: bytes) -> bool:
    text = line.decode("windows-1252", "replace")
    left = _SURE.sub(lambda match: match[0].translate(_PAIRS) if len(match[0]) > 1 else "", text)
    left = _SURE.sub("", left)
    return left.isascii()


class _Cyrillic:
    """Counts the words of a text that was decoded as Windows-1251."""

    def __init__(self) -> None:
        self._words = self._odd = self._letters = self._small = self._vowels = 0

    def take(self, text: str) -> None:
        """Count the words of the next line."""
        for word in _WORD.findall(text):
            if word.isascii():
                continue
            small = word.lower()
            self._words += 1
            self._letters += len(word)
            self._small += sum(one == other for one, other in zip(word, small, strict=True))
            self._vowels += sum(letter in _VOWELS for letter in small)
            written = word in (small, word.upper(), word.capitalize())
            own = _CYRILLIC.issuperset(small) and small[0] not in _NEVER_FIRST
            self._odd += not (written and own)

    @property
    def is_sure(self) -> bool:
        """Whether the words are certainly those of a Cyrillic text."""
        least, most = _SHARES
        return (
            self._letters >= _FEWEST_LETTERS
            and self._odd <= _ODD_WORDS * self._words
            and 2 * self._small > self._letters
            and least * self._letters <= self._vowels <= most * self._letters
        )
