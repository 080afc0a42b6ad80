"""Reads an EDTF set, which has at least two dates, or a range of dates, and may be open at its ends.

Members are years, seasons, months and days; the ends of a range have no qualifiers, and the same precision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.time.edtf_date import Occurrence, read_date
from domain.time.edtf_fault import ValidTimeError
from domain.time.instant import BEGINNING, END

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN: Final = re.compile(r"-?[0-9]{4}(?:-[01][0-9](?:-[0-9]{2})?)?")
_OPEN: Final = ".."


@dataclass(frozen=True, slots=True)
class Members:
    """The dates of a set, with a range's two ends; an open end has no bound."""

    moments: tuple[Occurrence, ...]
    open_start: bool
    open_end: bool

    def hull(self) -> Occurrence:
        """One moment somewhere from the first member to the last."""
        return Occurrence(
            BEGINNING if self.open_start else min(moment.lower for moment in self.moments),
            END if self.open_end else max(moment.upper for moment in self.moments),
            BEGINNING if self.open_start else min(moment.earliest for moment in self.moments),
            END if self.open_end else max(moment.latest for moment in self.moments),
        )


def read_members(text: str, start: int, end: int) -> Members:
    """Read text[start:end], brackets included, or raise ValidTimeError."""
    closing = {"[": "]", "{": "}"}[text[start]]
    if text[end - 1] != closing or end - start < len("[]"):
        raise ValidTimeError(text, end, f"write {closing!r} at the end of the set")
    first, last = start + 1, end - 1
    open_start = text.startswith(_OPEN, first, last)
    open_end = text.endswith(_OPEN, first + (2 if open_start else 0), last)
    moments: list[Occurrence] = []
    for at, stop in _pieces(text, first, last):
        opens, closes = open_start and at == first, open_end and stop == last
        moments += _member(text, at, stop, opens=opens, closes=closes)
    if len(moments) == 1 and not (open_start or open_end):
        raise ValidTimeError(
            text, last, "write two dates or more, or a range, in a set: [2025-09-11,2025-09-14]"
        )
    return Members(tuple(moments), open_start, open_end)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while (comma := text.find(",", start, end)) >= 0:
        yield start, comma
        start = comma + 1
    yield start, end


def _member(
    text: str, start: int, end: int, *, opens: bool, closes: bool
) -> tuple[Occurrence, ...]:
    if opens or closes:
        start, end = start + (2 if opens else 0), end - (2 if closes else 0)
        if opens and closes:
            raise ValidTimeError(text, end, "write '..' before or after a date, not on both sides")
        return (_plain(text, start, end),)
    middle = text.find(_OPEN, start, end)
    if middle < 0:
        return (read_date(text, start, end),)
    if middle in (start, end - len(_OPEN)):
        raise ValidTimeError(
            text, middle, "write '..' before the first date or after the last, or between two dates"
        )
    return _range(text, start, middle, end)


def _range(text: str, start: int, middle: int, end: int) -> tuple[Occurrence, ...]:
    after = middle + len(_OPEN)
    first, last = _plain(text, start, middle), _plain(text, after, end)
    if text[start + 1 : middle].count("-") != text[after + 1 : end].count("-"):
        raise ValidTimeError(
            text, after, "write both ends of a range as days, as months or as years"
        )
    if last.upper <= first.lower:
        raise ValidTimeError(text, after, "the range ends before it starts: swap its ends")
    return first, last


def _plain(text: str, start: int, end: int) -> Occurrence:
    moment = read_date(text, start, end)
    if not _PLAIN.fullmatch(text, start, end):
        raise ValidTimeError(
            text, start, "write the end of a range as a year, a month or a day, without qualifiers"
        )
    return moment
