"""Decides which characters a text of the record may have; no other module does.

It refuses characters that a reader does not see and no script needs: those that move a cursor, turn the order of text,
end lines or mean nothing. Marks of direction and isolates are allowed in texts with letters from right to left; other
invisible characters only next to a character that needs them, as joiners, fillers and variation selectors are.
A text of one line, such as a name, may have no line break and no soft hyphen, which would make two names of one.
Only new texts are checked: a stored text is read as it is. docs/adr/0026-characters.md says why.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

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
    + "\U0001d159\U000e0001\U000e0020-\U000e007f]"
)
"""Controls but tab and line breaks, separators of lines, overrides, marks that Unicode took back, the byte order mark,
interlinear annotations, halves of surrogate pairs, what is no character, the note without a head, and tags."""
_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{1,8}\U000e007f")
"""The flag of a part of a country, the one use of tags that Unicode has left."""
_OPENS: Final = re.compile("[\u202a\u202b\u2066-\u2068]")
_CLOSES: Final = {"\u202a": "\u202c", "\u202b": "\u202c"}
_TURNS: Final = re.compile("[\u202a-\u202c\u2066-\u2069]")
_MARKS: Final = re.compile("[\u061c\u200e\u200f]")
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
_EMOJI: Final = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa"
    "\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u2604\u260e\u2611\u2614\u2615\u2618\u261d\u2620\u2622\u2623"
    "\u2626\u262a\u262e\u262f\u2638-\u263a\u2640\u2642\u2648-\u2653\u265f\u2660\u2663\u2665\u2666\u2668\u267b\u267e"
    "\u267f\u2692-\u2697\u2699\u269b\u269c\u26a0\u26a1\u26a7\u26aa\u26ab\u26b0\u26b1\u26bd\u26be\u26c4\u26c5\u26c8\u26ce"
    "\u26cf\u26d1\u26d3\u26d4\u26e9\u26ea\u26f0-\u26f5\u26f7-\u26fa\u26fd\u2702\u2705\u2708-\u270d\u270f\u2712\u2714"
    "\u2716\u271d\u2721\u2728\u2733\u2734\u2744\u2747\u274c\u274e\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27a1"
    "\u27b0\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""What Unicode shows as an emoji (emoji-data.txt; of the blocks of pictographs all), digits left out."""
_IDEOGRAPHS: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_VARIED: Final = (
    f"{_IDEOGRAPHS}\u1000-\u109f\ua840-\ua877\uaa60-\uaa7f\u2200-\u22ff\u2a00-\u2aff\u3001\u3002\uff01\uff0c\uff0e"
    "\uff1a\uff1b\uff1f\U00010ac0-\U00010aff\U00013000-\U000143ff"
)
"""What StandardizedVariants.txt has variants of, but in Latin text: by script, and not each."""
_MONGOLIAN: Final = "\u1820-\u18aa"
_PLACES: Final = (
    "\u00ad",
    f"(?<=[{JOINED}\ufe0f])[\u200b-\u200d]",
    f"(?<![\u200b-\u200d])[\u200b-\u200d](?=[{JOINED}])",
    f"(?<=[{_EMOJI}])[\ufe0e\ufe0f]",
    "(?<=[#*0-9])\ufe0f(?=\u20e3)",
    f"(?<=[{_VARIED}])[\ufe00-\ufe06]",
    f"(?<=[{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]",
    f"(?<=[{_MONGOLIAN}])[\u180b-\u180d\u180f]",
    f"(?<=[{_MONGOLIAN}\u180b-\u180d\u180f])\u180e(?=[{_MONGOLIAN}])",
    "\u115f(?=[\u1161-\u11a7\ud7b0-\ud7c6])",
    "(?<=[\u1100-\u115e\ua960-\ua97c])\u1160",
    "\u115f\u1160(?=[\u11a8-\u11ff\ud7cb-\ud7fb])",
    "\u3164(?=[\u3131-\u3163\u3165-\u318e])",
    "\uffa0(?=[\uffa1-\uffdc])",
    "(?<=[\u0591-\u05c7])\u034f(?=[\u0591-\u05c7])",
    "(?<=[\U0001bc00-\U0001bc9f])[\U0001bca0-\U0001bca3]",
)
"""Where what is not shown is needed: joiners, variants of a character, Mongolian letters, syllables of Hangul that lack
a letter, the order of Hebrew points, shorthand. A second one that follows is not."""
_NEEDED: Final = re.compile("|".join(_PLACES))
_OF_DIRECTION: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HIEROGLYPHS: Final = re.compile("(?<![\U00013000-\U0001345f])[\U00013430-\U0001343f]")
_BREAKS: Final = "\n\r\x0b\x0c\x85\u2028\u2029"
_NAMES: Final = {"\n": "line feed", "\r": "carriage return"}
_NOT_IN_LINE: Final = re.compile("[\n\r\u00ad]")
_PLAIN: Final = re.compile(
    "[ -~\u00a1-\u00a7\u00a9-\u00ac\u00ae\u00b0-\u00b3\u00b5-\u00b7\u00b9-\u0240\u0391-\u03a1\u03a3-\u03ce"
    "\u0400-\u0482\u048a-\u0523\u2010-\u2027\u2030-\u203a\u20ac\u2116]*"
)
"""Texts of these characters alone have nothing to be looked at, and a reader sees each of these but the blank."""


def is_plain(text: str) -> bool:
    """Whether a text is not blank, and has only characters that every text may have; by a quick test."""
    usual = text.isprintable() if text.isascii() else _PLAIN.fullmatch(text) is not None
    return usual and text != "" and not text.isspace()


def strange_character(text: str, *, one_line: bool = False) -> str | None:
    """Say which character of a text cannot be recorded, where it is and what to do; None if all can be recorded.

    A text of `one_line`, such as a name, may have no line break and no soft hyphen.
    """
    patterns = [_NEVER, _NOT_IN_LINE] if one_line else [_NEVER]
    if text.isascii():
        at = _first(patterns, text)
    else:
        at = _first_strange(_FLAG.sub(lambda flag: "\U0001f3f4" * len(flag[0]), text), patterns)
    return None if at is None else _describe(text[at], at, one_line=one_line)


def _first_strange(text: str, patterns: list[re.Pattern[str]]) -> int | None:
    patterns = [*patterns, _HIEROGLYPHS]
    if not _RIGHT_TO_LEFT.search(text):
        patterns += [_MARKS, _TURNS]
    offsets = [_first(patterns, text), _first_unneeded(text), _first_unpaired(text)]
    return min((offset for offset in offsets if offset is not None), default=None)


def _first(patterns: list[re.Pattern[str]], text: str) -> int | None:
    matches = (pattern.search(text) for pattern in patterns)
    return min((match.start() for match in matches if match is not None), default=None)


def _first_unneeded(text: str) -> int | None:
    """The index of the first invisible character that no neighbour needs; None if there is none."""
    if not UNSEEN.search(text):
        return None
    needed = {at for match in _NEEDED.finditer(text) for at in range(*match.span())}
    unseen = (match.start() for match in UNSEEN.finditer(text) if not _OF_DIRECTION.match(match[0]))
    return next((at for at in unseen if at not in needed), None)


def _first_unpaired(text: str) -> int | None:
    """The index of the first change of direction that has no end in the text, or end that has no start."""
    begun: list[re.Match[str]] = []
    for match in _TURNS.finditer(text):
        if _OPENS.match(match[0]):
            begun.append(match)
        elif begun and _CLOSES.get(begun[-1][0], "\u2069") == match[0]:
            begun.pop()
        else:
            return match.start()
    return begun[0].start() if begun else None


def _describe(character: str, at: int, *, one_line: bool) -> str:
    name = unicodedata.name(character, "").lower() or _NAMES.get(character, "")
    shown = f"U+{ord(character):04X}" + (f" ({name})" if name else "")
    if one_line and character in _BREAKS:
        return f"{shown} at character {at + 1} breaks what is one line: write a blank in its place"
    return f"{shown} at character {at + 1} is not seen and not needed here: {_advice(character)}"


def _advice(character: str) -> str:
    if character in _BREAKS:
        return "write a line break in its place"
    if "\x80" <= character <= "\x9f":
        return "leave it out, or read the source in the encoding that it was written in"
    return "leave it out"


def is_invisible(character: str) -> bool:
    """Whether a character is invisible by default: one of Unicode's Default_Ignorable_Code_Point."""
    return UNSEEN.match(character) is not None


def is_blank(text: str) -> bool:
    """Whether a reader sees nothing of a text: only blanks, marks without a letter, and invisible characters."""
    return not any(map(_is_visible, text))


def is_printable_line(text: str) -> bool:
    """Whether a text is one printable line that is not blank, and has only characters that can be recorded."""
    seen = text.isprintable() and not is_blank(text)
    return seen and strange_character(text, one_line=True) is None


def _is_visible(character: str) -> bool:
    if character.isalnum() and character < "\u0300":
        return True
    if character == _EMPTY or is_invisible(character):
        return False
    category = unicodedata.category(character)
    return category[0] in "LNPS" or category in ("Co", "Cn")
