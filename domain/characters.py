"""Which characters a text of the record may hold: this is the one place that says so.

Refused is what no script needs and a reader does not see: what moves a cursor, turns the order of what follows, ends
lines, or means nothing. What some script needs stands where the text has something of that script: marks of direction
and isolates beside letters from right to left, joiners beside the scripts and symbols that are joined. These refusals
are for recording: a text that was stored before is read as it is. docs/adr/0026-characters.md says why.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["JOINED", "UNSEEN", "invisible", "is_blank", "strange_character"]

_IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The Default_Ignorable_Code_Points of Unicode 16, DerivedCoreProperties.txt, as a class of a pattern."""
UNSEEN: Final = re.compile(f"[{_IGNORABLE}]")
_EMPTY: Final = "\u2800"
"""The Braille cell without a dot."""

_NEVER: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202d\u202e\u206a-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "\U000e0001\U000e0020-\U000e007f]"
)
"""Controls but tab and line breaks, separators of lines, overrides, marks that Unicode took back, the byte order mark,
interlinear annotations, halves of surrogate pairs, what is no character, and tags."""
_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
"""The flag of a part of a country, the one use of tags that Unicode has left."""
_OPENS: Final = re.compile("[\u202a\u202b\u2066-\u2068]")
_CLOSES: Final = {"\u202a": "\u202c", "\u202b": "\u202c"}
_TURNS: Final = re.compile("[\u202a-\u202c\u2066-\u2069]")
_MARKS: Final = re.compile("[\u061c\u200e\u200f]")
_JOINERS: Final = re.compile("[\u200b-\u200d]")
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u05ff\u0600-\u061b\u061d-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff"
    "\U0001e800-\U0001efff]"
)
JOINED: Final = (
    "\u0530-\u061b\u061d-\u10ff\u1100-\u1dff\u2190-\u2bff\u2e80-\ufaff\ufb13-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010800-\U0001fbff\U00020000-\U0003fffd"
)
"""Scripts that join letters or write no blanks between words, and symbols, as a class of a pattern.

Latin, Greek and Cyrillic are none of them."""
_OF_JOINED: Final = re.compile(f"[{JOINED}]")


def strange_character(text: str) -> str | None:
    """Say which character of a text cannot be recorded, where it is and what to do; None where all can."""
    if text.isascii():
        found = _NEVER.search(text)
        return None if found is None else _said(found[0], found.start())
    at = _first_strange(_FLAG.sub(lambda flag: "\U0001f3f4" * len(flag[0]), text))
    return None if at is None else _said(text[at], at)


def _first_strange(text: str) -> int | None:
    patterns = [_NEVER]
    if not _RIGHT_TO_LEFT.search(text):
        patterns += [_MARKS, _TURNS]
    if not _OF_JOINED.search(text):
        patterns.append(_JOINERS)
    found = [match.start() for pattern in patterns if (match := pattern.search(text))]
    unpaired = _first_unpaired(text)
    return min([*found, *([] if unpaired is None else [unpaired])], default=None)


def _first_unpaired(text: str) -> int | None:
    """Where something that turns the order is not ended in the same text, or is ended and was not begun."""
    begun: list[re.Match[str]] = []
    for match in _TURNS.finditer(text):
        if _OPENS.match(match[0]):
            begun.append(match)
        elif begun and _CLOSES.get(begun[-1][0], "\u2069") == match[0]:
            begun.pop()
        else:
            return match.start()
    return begun[0].start() if begun else None


def _said(character: str, at: int) -> str:
    name = unicodedata.name(character, "").lower()
    shown = f"U+{ord(character):04X}" + (f" ({name})" if name else "")
    return f"{shown} at character {at + 1} is not seen and not needed here: {_advice(character)}"


def _advice(character: str) -> str:
    if character in "\x0b\x0c\x85\u2028\u2029":
        return "write a line break in its place"
    if "\x80" <= character <= "\x9f":
        return "leave it out, or read the source in the encoding that it was written in"
    return "leave it out"


def invisible(character: str) -> bool:
    """Whether nothing is shown for a character by default, as Unicode's Default_Ignorable_Code_Point has it."""
    return UNSEEN.match(character) is not None


def is_blank(text: str) -> bool:
    """Whether nothing is seen of a text: blanks of all sorts, marks without a letter, and what is not shown."""
    return not any(map(_seen, text))


def _seen(character: str) -> bool:
    if character.isalnum() and character < "\u0300":
        return True
    if character == _EMPTY or invisible(character):
        return False
    category = unicodedata.category(character)
    return category[0] in "LNPS" or category in ("Co", "Cn")
