"""Suggests dates for words beside a month or a year: "mid-February 2026", "late 1999", "by March 2025"."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from domain.time.edtf_words import AFTER, AT_THE_EARLIEST, BY, OTHER, PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Suggestion = tuple[str, str]
"""An EDTF, and what it says in words."""

_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_PART: Final = re.compile(
    rf"(?:(?:in|at|around|about)\s+)?(?:the\s+)?(?P<word>{'|'.join(PARTS)})[-\s]+(?:of\s+)?(?:the\s+)?(?P<date>.+)"
)
_SIDE: Final = re.compile(
    rf"(?P<word>before|{'|'.join((*BY, *AFTER, *AT_THE_EARLIEST))})\s+(?:the\s+end\s+of\s+)?(?:the\s+)?(?P<date>.+)"
)
_ON: Final = re.compile(
    r"(?P<date>.+?),?\s+(?:(?P<later>(?:or|and)\s+(?:later|after)|onwards?)|(?:or|and)\s+(?:earlier|before))"
)
_OTHER: Final = re.compile(rf"\b(?:{OTHER})\b")
_WITHIN: Final = re.compile(
    rf"(?P<before>[^0-9]*?)(?P<date>(?:\b(?:{'|'.join(_NAMES).casefold()})\s+)?\b\d{{4}}(?:-\d\d)?)\b(?P<after>[^0-9]*)"
)
_DAYS: Final = ((1, 10), (10, 20), (20, 31))
_MONTHS: Final = ((1, 4), (5, 8), (9, 12))
_YEARS: Final = ((0, 3), (4, 6), (7, 9))
_MONTH_NAMES: Final = dict(enumerate(_NAMES, 1))
_SEASONS: Final = {21: "spring", 22: "summer", 23: "autumn", 24: "winter"}
_SHAPE: Final = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_DECADE: Final = re.compile(r"\d{3}X")


def split_words(text: str) -> tuple[str, str] | None:
    """The word that narrows a date, or "" for words that Parley does not know, and the date; None without words."""
    for pattern in (_PART, _SIDE):
        match = pattern.fullmatch(text)
        if match:
            return match["word"], match["date"]
    on = _ON.fullmatch(text)
    if on:
        return "later" if on["later"] else "by", on["date"]
    match = _WITHIN.fullmatch(text)
    if (
        match
        and not _OTHER.search(match["before"])
        and any(character.isalpha() for character in match["before"] + match["after"])
    ):
        return "", match["date"]
    return None


def suggest(word: str, edtf: str) -> Iterator[Suggestion]:
    """What to write for a word beside a year, month, day, season or decade in EDTF."""
    named = name_date(edtf)
    if word in PARTS or not word:
        yield edtf, named if _is_season(edtf) else f"some day in {named}"
    if word in PARTS:
        yield from _narrow(edtf, PARTS[word])
    elif word in AT_THE_EARLIEST:
        yield f"[{edtf}..]", f"one day, {named} at the earliest"
        yield f"{edtf}/..", "from then on, and still so"
    elif word in AFTER:
        for later in _suggest_neighbour(edtf, 1):
            yield f"[{later}..]", f"one day after {named}"
            yield f"{later}/..", "from then on, and still so"
    elif word == "before":
        for earlier in _suggest_neighbour(edtf, -1):
            yield f"[..{earlier}]", f"one day before {named}"
            yield f"../{earlier}", "all the time until then"
    elif word:
        yield f"[..{edtf}]", f"one day, {named} at the latest"
        yield f"../{edtf}", "all the time until then"


def name_date(edtf: str) -> str:
    """A year, month, day, season or decade as one says it: "February 2026", "the 1990s"."""
    if _DECADE.fullmatch(edtf):
        return f"the {edtf[:3]}0s"
    match = _SHAPE.fullmatch(edtf)
    if match is None or match[2] is None:
        return edtf
    named = {**_MONTH_NAMES, **_SEASONS}.get(int(match[2]))
    if named is None:
        return edtf
    return " ".join(part for part in (match[3] and str(int(match[3])), named, match[1]) if part)


def _is_season(edtf: str) -> bool:
    """Whether what follows the year is a season, or another part of a year that EDTF numbers."""
    return edtf[5:].isdecimal() and int(edtf[5:]) > len(_NAMES)


def _narrow(edtf: str, part: int) -> Iterable[Suggestion]:
    """The third of a month, a year or a decade; none of a season or a day."""
    if _DECADE.fullmatch(edtf):
        first, last = (f"{edtf[:3]}{digit}" for digit in _YEARS[part])
    elif len(edtf) == len("2026"):
        first, last = (f"{edtf}-{month:02d}" for month in _MONTHS[part])
    elif len(edtf) == len("2026-02") and not _is_season(edtf):
        most = monthrange(int(edtf[:4]), int(edtf[5:]))[1]
        first, last = (f"{edtf}-{min(day, most):02d}" for day in _DAYS[part])
    else:
        return
    yield f"[{first}..{last}]", "one day between the two"


def _suggest_neighbour(edtf: str, step: int) -> Iterable[str]:
    """The year, month or day before (-1) or after (1) another; nothing for a season, or beyond the years 1 to 9999."""
    match = _SHAPE.fullmatch(edtf)
    if match is None or _is_season(edtf):
        return
    year, month, day = int(match[1]), match[2], match[3]
    try:
        if day:
            yield (date(year, int(month), int(day)) + timedelta(days=step)).isoformat()
        elif month:
            months = year * 12 + int(month) - 1 + step
            yield date(months // 12, months % 12 + 1, 1).isoformat()[:7]
        else:
            yield date(year + step, 1, 1).isoformat()[:4]
    except (ValueError, OverflowError):
        return
