"""Reads one moment in any EDTF form: a date, a time of day, a long or rounded year, a one-of set."""

from __future__ import annotations

import re
from typing import Final

from domain.time.edtf_calendar import DAY, month_start
from domain.time.edtf_date import Occurrence, exactly, read_date
from domain.time.edtf_fault import ValidTimeError, first_fault, shape
from domain.time.edtf_set import read_members
from domain.time.instant import BEGINNING, END

_SECOND: Final = 1_000_000
_TIME: Final = re.compile(
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?:Z|(?P<sign>[+-])(?P<zone_hour>[0-9]{2})(?::(?P<zone_minute>[0-9]{2}))?)?"
)
_TIME_SHAPE: Final = shape(
    (r"[0-9]{2}", "a two-digit hour"),
    (r":[0-9]{2}", "':' and a two-digit minute"),
    (r":[0-9]{2}", "':' and a two-digit second"),
    (r"(?:Z|[+-][0-9]{2}(?::[0-9]{2})?)?", "'Z' or an offset"),
)
_YEAR: Final = re.compile(
    r"(?:Y(?P<long>-?[1-9][0-9]*)(?:E(?P<exponent>[1-9][0-9]*))?|(?P<short>-?[0-9]{4}))"
    r"(?:S(?P<digits>[1-9][0-9]*))?"
)
_YEAR_SHAPE: Final = shape(
    (r"Y-?[1-9][0-9]*|-?[0-9]{4}", "a year without leading zeros"),
    (r"(?:E[1-9][0-9]*)?(?:S[1-9][0-9]*)?", "'E' and an exponent, or 'S' and a number of digits"),
)
_MOST_YEAR_DIGITS: Final = 7
_PLAIN_YEAR_DIGITS: Final = 4
_MOST_EXPONENT_DIGITS: Final = 2
_MOST_ZONE_MINUTES: Final = 14 * 60
_HOUR_MINUTES: Final = 60


def read_moment(text: str, start: int, end: int) -> Occurrence:
    """Read text[start:end] as one moment within BEGINNING and END, or raise ValidTimeError."""
    piece = text[start:end]
    if piece.startswith("["):
        return read_members(text, start, end).hull()
    if "T" in piece:
        return _read_time(text, start, end)
    if "Y" in piece or "S" in piece:
        return _read_year(text, start, end)
    return read_date(text, start, end)


def _read_time(text: str, start: int, end: int) -> Occurrence:
    """Read one second, in UTC unless the text has an offset."""
    at = text.index("T", start)
    day = read_date(text, start, at)
    if day.upper - day.lower != DAY or day.latest != day.upper or "X" in text[start:at]:
        raise ValidTimeError(
            text, at, "write a time after a whole day only, as in 2025-09-11T14:30:00Z"
        )
    match = _TIME.fullmatch(text, at + 1, end)
    if match is None:
        raise ValidTimeError(text, *first_fault(text[:end], at + 1, _TIME_SHAPE))
    lower = day.lower + (_clock(text, match) - _zone(text, match) * 60) * _SECOND
    return exactly(lower, lower + _SECOND)


def _clock(text: str, match: re.Match[str]) -> int:
    """Seconds from midnight; 24:00:00 is the midnight that ends the day."""
    hour, minute, second = (int(match[name]) for name in ("hour", "minute", "second"))
    if (hour, minute, second) != (24, 0, 0):
        for name, most in (("hour", 23), ("minute", 59), ("second", 59)):
            if int(match[name]) > most:
                raise ValidTimeError(
                    text, match.start(name), f"there is no {name} {match[name]}: write 00 to {most}"
                )
    return hour * 3_600 + minute * 60 + second


def _zone(text: str, match: re.Match[str]) -> int:
    """Minutes east of UTC."""
    if match["sign"] is None:
        return 0
    minute = int(match["zone_minute"] or 0)
    minutes = int(match["zone_hour"]) * _HOUR_MINUTES + minute
    nameless = match["sign"] == "-" and minutes == 0
    if nameless or minute >= _HOUR_MINUTES or minutes > _MOST_ZONE_MINUTES:
        raise ValidTimeError(
            text,
            match.start("sign"),
            "write an offset from -14:00 to +14:00, or Z for UTC; -00:00 is not allowed",
        )
    return -minutes if match["sign"] == "-" else minutes


def _read_year(text: str, start: int, end: int) -> Occurrence:
    match = _YEAR.fullmatch(text, start, end)
    if match is None:
        raise ValidTimeError(text, *first_fault(text[:end], start, _YEAR_SHAPE))
    written = match["long"] or match["short"]
    if written == "-0000":
        raise ValidTimeError(text, start, "write year 0000 without a sign")
    short = len(written.lstrip("-")) <= _PLAIN_YEAR_DIGITS
    if match["long"] and not match["exponent"] and short:
        raise ValidTimeError(
            text,
            start,
            "write a year after Y with five digits or more, or with an exponent as in Y17E7",
        )
    first, last = _round_year(written, match["exponent"] or "0", match["digits"])
    return exactly(_clamp(month_start(first, 1)), _clamp(month_start(last + 1, 1)))


def _round_year(written: str, exponent: str, significant: str | None) -> tuple[int, int]:
    """The first and last year of a rounded year; a year beyond the clock's range becomes 10⁷ or -10⁷."""
    zeros = int(exponent) if len(exponent) <= _MOST_EXPONENT_DIGITS else 10 * _MOST_YEAR_DIGITS
    digits = written.lstrip("-")
    year, step = 10**_MOST_YEAR_DIGITS, 1
    if len(digits) + zeros <= _MOST_YEAR_DIGITS:
        year = int(digits) * 10**zeros
        length = len(str(year))
        step = 10 ** max(0, length - int(significant or length))
    first = year // step * step
    last = first + step - 1
    return (-last, -first) if written.startswith("-") else (first, last)


def _clamp(instant: int) -> int:
    return min(max(instant, BEGINNING), END)
