"""Reads an EDTF date as a half-open interval of days, `lower` to `upper`; a qualifier widens it.

Dates are years, months, days and seasons, with masked digits (X) and with qualifiers (? ~ %) in every position of
levels 0 to 2. A qualifier widens the interval on both sides by one unit of its component, `%` by two; the unit of a
masked component is that of the component before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

from domain.time.edtf_calendar import DAY, day_number, days_in_month, month_start, shift_months
from domain.time.edtf_fault import ValidTimeError, first_fault, shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DATE: Final = re.compile(
    r"(?P<before_year>[?~%])?(?P<year>-?[0-9X]{4})(?P<after_year>[?~%])?"
    r"(?:-(?P<before_month>[?~%])?(?P<month>[0-9X]{2})(?P<after_month>[?~%])?"
    r"(?:-(?P<before_day>[?~%])?(?P<day>[0-9X]{2})(?P<after_day>[?~%])?)?)?"
)
_DATE_SHAPE: Final = shape(
    (r"[?~%]?-?[0-9X]{4}[?~%]?", "a four-digit year"),
    (r"-[?~%]?[0-9X]{2}[?~%]?", "'-' and a two-digit month"),
    (r"-[?~%]?[0-9X]{2}[?~%]?", "'-' and a two-digit day"),
)
_QUALIFIERS: Final = frozenset("?~%")
_SEASON_WEEKS: Final = 12
_COMMON_YEAR: Final = 1
_LEAP_YEAR: Final = 4
_FEBRUARY: Final = 28
_SEASONS: Final = {
    21: (3, 9), 22: (0, 15), 23: (3, 9), 24: (0, 15),
    25: (3, 3), 26: (6, 3), 27: (9, 3), 28: (12, 3),
    29: (9, 3), 30: (12, 3), 31: (3, 3), 32: (6, 3),
    33: (1, 3), 34: (4, 3), 35: (7, 3), 36: (10, 3),
    37: (1, 4), 38: (5, 4), 39: (9, 4), 40: (1, 6), 41: (7, 6),
}  # fmt: skip
"""First month and number of months; 0 is December of the year before, and a winter ends in the next year.

21 to 24 name no hemisphere, so they cover the season of both: spring is autumn in the other hemisphere, and a summer or
winter may begin in December of this year or of the year before.
"""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """The time of an occurrence: in [lower, upper) as written, and in [earliest, latest) with its qualifiers."""

    lower: int
    upper: int
    earliest: int
    latest: int


def exactly(lower: int, upper: int) -> Occurrence:
    """Make a moment without qualifiers."""
    return Occurrence(lower, upper, lower, upper)


def read_date(text: str, start: int, end: int) -> Occurrence:
    """Read text[start:end] as a year, month, day or season, or raise ValidTimeError."""
    match = _DATE.fullmatch(text, start, end)
    if match is None:
        raise ValidTimeError(text, *first_fault(text[:end], start, _DATE_SHAPE))
    month = match["month"]
    if match["year"] == "-0000":
        raise ValidTimeError(text, start, "write year 0000 without a sign")
    if month and "41" >= month > "12" and "X" not in month:
        lower, upper = _season(text, match)
    elif "X" in match[0]:
        lower, upper = _find_masked_range(text, match)
    else:
        lower, upper = _plain(text, match)
    if _QUALIFIERS.isdisjoint(match[0]):
        return exactly(lower, upper)
    return _widen(text, match, lower, upper)


def _plain(text: str, match: re.Match[str]) -> tuple[int, int]:
    year, month, day = match["year"], match["month"], match["day"]
    if month is None:
        return month_start(int(year), 1), month_start(int(year) + 1, 1)
    if not "01" <= month <= "12":
        raise ValidTimeError(
            text, match.start("month"), f"there is no month {month}: write 01 to 12"
        )
    if day is None:
        return month_start(int(year), int(month)), month_start(int(year), int(month) + 1)
    last = days_in_month(int(year), int(month))
    if not 1 <= int(day) <= last:
        raise ValidTimeError(
            text, match.start("day"), f"this month has no day {day}: write 01 to {last}"
        )
    lower = day_number(int(year), int(month), int(day)) * DAY
    return lower, lower + DAY


def _season(text: str, match: re.Match[str]) -> tuple[int, int]:
    number, at = int(match["month"]), match.start("month")
    if number not in _SEASONS:
        raise ValidTimeError(
            text, at, f"{number} is neither a month nor a season: write 01 to 12, or 21 to 41"
        )
    if match["day"]:
        raise ValidTimeError(text, match.end("month"), "a season has no days: leave the day out")
    if match["before_year"] or match["after_year"] or match["before_month"]:
        raise ValidTimeError(
            text,
            match.start(),
            "write the qualifier (?, ~ or %) of a season at the end, as in 2025-21~",
        )
    if "X" in match["year"]:
        raise ValidTimeError(
            text, match.start("year"), "write all digits of a season's year, without X"
        )
    first, months = _SEASONS[number]
    year = int(match["year"])
    return month_start(year, first), month_start(year, first + months)


def _find_masked_range(text: str, match: re.Match[str]) -> tuple[int, int]:
    first, last = _stretch(match, 1), _stretch(match, -1)
    if first is None or last is None:
        raise ValidTimeError(
            text,
            match.start(),
            "no day of the calendar has these digits: put X for other digits, or correct one",
        )
    return first[0], last[1]


def _stretch(match: re.Match[str], step: int) -> tuple[int, int] | None:
    """The first interval that fits the digits, or the last if step is -1; None if no interval fits."""
    months = _fitting_numbers(match["month"] or "01", 12)[::step]
    days = _fitting_numbers(match["day"] or "01", 31)[::step]
    year = next(_years_with(match["year"], months, days, step), None)
    if year is None:
        return None
    if match["month"] is None:
        return month_start(year, 1), month_start(year + 1, 1)
    if match["day"] is None:
        return month_start(year, months[0]), month_start(year, months[0] + 1)
    lower = day_number(year, *next(_list_fitting(year, months, days))) * DAY
    return lower, lower + DAY


def _years_with(mask: str, months: Sequence[int], days: Sequence[int], step: int) -> Iterator[int]:
    """The years with one of the days in one of the months; only leap years are searched one by one."""
    if any(_list_fitting(_COMMON_YEAR, months, days)):
        yield from _years(mask, step)
    elif any(_list_fitting(_LEAP_YEAR, months, days)) and _fits_a_multiple_of_4(mask):
        yield from (year for year in _years(mask, step) if days_in_month(year, 2) > _FEBRUARY)


def _list_fitting(
    year: int, months: Sequence[int], days: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """The (month, day) of a year, in the order of the months and days given."""
    return ((m, day) for m in months for day in days if day <= days_in_month(year, m))


def _fits_a_multiple_of_4(mask: str) -> bool:
    """Whether a leap year may fit the digits; then one is near, so the search for it is short."""
    tens, ones = mask[-2], mask[-1]
    return any(
        (10 * int(ten) + int(one)) % 4 == 0 for ten in _choices(tens) for one in _choices(ones)
    )


@cache
def _fitting_numbers(mask: str, most: int) -> tuple[int, ...]:
    """The numbers from 1 to `most` that fit two digits, each a digit or X."""
    tens, ones = mask[0], mask[1]
    numbers = (10 * int(ten) + int(one) for ten in _choices(tens) for one in _choices(ones))
    return tuple(number for number in numbers if 1 <= number <= most)


def _choices(digit: str) -> str:
    return "0123456789" if digit == "X" else digit


def _years(mask: str, step: int) -> Iterator[int]:
    sign = -1 if mask[0] == "-" else 1
    choices = [_choices(digit)[:: sign * step] for digit in mask[-4:]]
    years = (sign * int("".join(digits)) for digits in product(*choices))
    return (year for year in years if year or sign > 0)


def _widen(text: str, match: re.Match[str], lower: int, upper: int) -> Occurrence:
    months = micros = 0
    for component in ("year", "month", "day"):
        before, after = match[f"before_{component}"], match[f"after_{component}"]
        if before and after:
            raise ValidTimeError(
                text,
                match.end(component),
                "write at most one qualifier (?, ~ or %) for a year, a month or a day",
            )
        times = {None: 0, "%": 2}.get(before or after, 1)
        unit = _unit(match, component) if times else (0, 0)
        months, micros = months + times * unit[0], micros + times * unit[1]
    earliest = shift_months(lower, -months) - micros
    return Occurrence(lower, upper, earliest, shift_months(upper, months) + micros)


def _unit(match: re.Match[str], component: str) -> tuple[int, int]:
    """How far one qualifier of a component widens the interval: (months, microseconds)."""
    if component == "year":
        return 12 * 10 ** (4 - len(match["year"][-4:].rstrip("X"))), 0
    if "X" in match[component]:
        return _unit(match, "month" if component == "day" else "year")
    if component == "month":
        return (0, _SEASON_WEEKS * 7 * DAY) if match["month"] > "12" else (1, 0)
    return 0, DAY
