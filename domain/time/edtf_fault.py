"""Reports faults in EDTF texts, each with its place and reason."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 200
"""The most characters of an expression."""

TextForm = tuple[tuple[re.Pattern[str], str], ...]
"""The parts of a form in order, each with a description of it."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_SHOWN: Final = 20
_STRANGE: Final = re.compile(r"[^-0-9XYETZS?~%\[\]{},./:+]")


class ValidTimeError(ValueError):
    """A text is not a valid time: `text`, the 0-based `offset` of the fault, and the `reason`."""

    def __init__(self, text: str, offset: int, reason: str) -> None:
        """Keep what was read, and where and why it failed."""
        super().__init__(f"{text[:60]!r} at offset {offset}: {reason}")
        self.text = text
        self.offset = offset
        self.reason = reason


def shape(*parts: tuple[str, str]) -> TextForm:
    """Compile a form from pairs of pattern and description."""
    return tuple((re.compile(pattern), expected) for pattern, expected in parts)


def first_fault(text: str, start: int, form: TextForm) -> tuple[int, str]:
    """Find where a text first differs from a form, and why: (offset, reason)."""
    offset = start
    for pattern, expected in form:
        match = pattern.match(text, offset)
        if match is None:
            return offset, f"expected {expected}"
        offset = match.end()
    return offset, "nothing may follow here: leave out the rest"


def refuse_strange(text: object) -> str:
    """Return a text of 1 to 200 EDTF characters, or raise ValidTimeError at the first other character."""
    if not isinstance(text, str):
        raise ValidTimeError(
            str(text), 0, 'a date is sent as text: write it in quotes, such as "2025-09-11"'
        )
    if not text:
        raise ValidTimeError(
            text, 0, "the date is empty: write one, such as 2025-09-11, or 2025-09 for a month"
        )
    if len(text) > LONGEST:
        raise ValidTimeError(
            text, LONGEST, f"longer than {LONGEST} characters: write a shorter date"
        )
    strange = _STRANGE.search(text)
    if strange:
        what = "white space" if strange[0].isspace() else _quote(_word_at(text, strange.start()))
        raise ValidTimeError(text, strange.start(), f"{what} cannot stand in an EDTF date")
    return text


def _quote(word: str) -> str:
    """A word in quotes; a single character, which may look like another one, by its number if it is not ASCII."""
    return repr(word) if len(word) > 1 else ascii(word)


def _word_at(text: str, offset: int) -> str:
    """The word that a letter belongs to, cut short; another character alone."""
    words = _WORD.finditer(text)
    faulty = next((word[0] for word in words if word.start() <= offset < word.end()), text[offset])
    return faulty[:_SHOWN]
