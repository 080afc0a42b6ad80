"""Reads valid time: an EDTF text, kept as written, and the four bounds that it implies.

This module reads intervals and sets of levels 0 to 2 (ISO 8601-2; Library of Congress, 2019); `edtf_moment` reads all
other forms. Days are UTC days. docs/adr/0003-valid-time-notation.md has the decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from domain.time.edtf_fault import ValidTimeError, refuse_strange
from domain.time.edtf_moment import read_moment
from domain.time.edtf_set import read_members
from domain.time.instant import BEGINNING, END, InstantError, parse_instant

if TYPE_CHECKING:
    from domain.time.edtf_date import Occurrence

_OPEN: Final = ".."
_UNKNOWN: Final = ""
_REMEMBERED: Final = 65_536


@dataclass(frozen=True, slots=True)
class Bounds:
    """Microseconds: start in [start_earliest, start_latest), end in (end_earliest, end_latest].

    BEGINNING and END mean unbounded. Both bounds of an open start are BEGINNING, and both of an open end are END; an
    unknown end may come at any time after the earliest start.
    """

    start_earliest: int
    start_latest: int
    end_earliest: int
    end_latest: int
    start_unknown: bool
    end_unknown: bool


@dataclass(frozen=True, slots=True)
class ValidTime:
    """A valid time: the text as written, and its bounds.

    `spans` is True for an interval or an all-of set, and False for one moment, which bounds only the start.
    """

    text: str
    bounds: Bounds
    spans: bool

    @classmethod
    def parse(cls, text: object) -> ValidTime:
        """Read EDTF of level 0 to 2; raise ValidTimeError for any other text."""
        return _parse(text if isinstance(text, str) else refuse_strange(text))

    @property
    def start_text(self) -> str:
        """The start of an interval as written ('' unknown, '..' open); the whole text of any other form."""
        return self.text.partition("/")[0]

    @property
    def end_text(self) -> str | None:
        """The end of an interval as written ('' unknown, '..' open); None for any other form."""
        _, slash, end = self.text.partition("/")
        return end if slash else None

    def end_at(self, ended: str) -> ValidTime:
        """The interval from this start to the moment `ended`; ValidTimeError if that is not possible."""
        end = read_moment(refuse_strange(ended), 0, len(ended))
        if self.text.startswith("{"):
            raise ValidTimeError(
                self.text, 0, "a set of days, {…}, cannot be ended: correct its dates instead"
            )
        start = _endpoint(self.start_text, 0, len(self.start_text))
        if start and end.upper <= start.lower:
            detail = f"the fact begins with {self.start_text}, and cannot end before that: write a later date"
            raise ValidTimeError(ended, 0, f"{detail}, or correct when it began")
        return ValidTime.parse(f"{self.start_text}/{ended}")


@lru_cache(maxsize=_REMEMBERED)
def strict_upper(text: str) -> int:
    """The last microsecond of one moment, without its qualifiers; ValidTimeError if it has no end.

    A time of day is that instant itself, as it is for a cut; RFC 3339 decimals are read, too.
    """
    if "T" in text and not text.startswith("["):
        return _instant(text)
    upper = read_moment(refuse_strange(text), 0, len(text)).upper
    if upper >= END:
        raise ValidTimeError(text, 0, "the date has no end: write a day, month or year")
    return upper - 1


def _instant(text: str) -> int:
    try:
        return parse_instant(text)
    except InstantError:
        return read_moment(refuse_strange(text), 0, len(text)).lower


@lru_cache(maxsize=_REMEMBERED)
def _parse(text: str) -> ValidTime:
    refuse_strange(text)
    if "/" in text:
        return ValidTime(text, _interval(text), spans=True)
    if text.startswith("{"):
        return ValidTime(text, _bound_members(text), spans=True)
    moment = read_moment(text, 0, len(text))
    return ValidTime(text, _bounds(moment.earliest, moment.latest, END, END), spans=False)


def _interval(text: str) -> Bounds:
    slash = text.index("/")
    second = text.find("/", slash + 1)
    if second >= 0:
        raise ValidTimeError(text, second, "an interval has one '/', as in 2025-09-11/2025-09-20")
    if text == "/":
        raise ValidTimeError(
            text, 0, "write a start or an end of the interval, as in 2025-09-11/.."
        )
    start, end = _endpoint(text, 0, slash), _endpoint(text, slash + 1, len(text))
    if start and end and end.upper <= start.lower:
        raise ValidTimeError(text, slash + 1, "the interval ends before it starts: swap its ends")
    return _bound_span(text[:slash], start, text[slash + 1 :], end)


def _endpoint(text: str, start: int, end: int) -> Occurrence | None:
    return None if text[start:end] in {_OPEN, _UNKNOWN} else read_moment(text, start, end)


def _bound_span(
    start_text: str, start: Occurrence | None, end_text: str, end: Occurrence | None
) -> Bounds:
    start_unknown, end_unknown = start_text == _UNKNOWN, end_text == _UNKNOWN
    end_earliest, end_latest = (end.earliest, end.latest) if end else (END, END)
    earliest, latest = (start.earliest, start.latest) if start else (BEGINNING, BEGINNING)
    if start_unknown:
        latest = end_latest
    if end_unknown:
        end_earliest = earliest
    return _bounds(
        earliest, latest, end_earliest, end_latest,
        start_unknown=start_unknown, end_unknown=end_unknown,
    )  # fmt: skip


def _bound_members(text: str) -> Bounds:
    members = read_members(text, 0, len(text))
    earliest = [moment.earliest for moment in members.moments]
    latest = [moment.latest for moment in members.moments]
    start = (BEGINNING, BEGINNING) if members.open_start else (min(earliest), min(latest))
    end = (END, END) if members.open_end else (max(earliest), max(latest))
    return _bounds(*start, *end)


def _bounds(
    start_earliest: int,
    start_latest: int,
    end_earliest: int,
    end_latest: int,
    *,
    start_unknown: bool = False,
    end_unknown: bool = False,
) -> Bounds:
    """Make bounds, moved where needed so that no start is after its end."""
    return Bounds(
        start_earliest,
        min(start_latest, end_latest),
        max(end_earliest, start_earliest),
        end_latest,
        start_unknown,
        end_unknown,
    )
