"""Says a date in words: a day, month, season or year, with unknown digits, before year 1 and after 9999."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from domain.time.edtf_calendar import days_in_month

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SEASONS: Final = {
    "21": "spring {}",
    "22": "summer {}",
    "23": "autumn {}",
    "24": "winter {}",
    **{
        f"{number}": f"{season} {{}} ({half}ern hemisphere)"
        for first, half in ((25, "north"), (29, "south"))
        for number, season in enumerate(("spring", "summer", "autumn", "winter"), first)
    },
    **{
        f"{number}": f"the {part} of {{}}"
        for number, part in enumerate(
            (
                *("first quarter", "second quarter", "third quarter", "last quarter"),
                *("first four months", "second four months", "last four months"),
                *("first half", "second half"),
            ),
            33,
        )
    },
}
_SIGN: Final = r"[?~%]?"
_DATE: Final = re.compile(
    rf"{_SIGN}(?P<year>-?[0-9X]{{4}}|[+-][0-9]{{6}}){_SIGN}"
    rf"(?:-{_SIGN}(?P<month>[0-9X]{{2}}){_SIGN}(?:-{_SIGN}(?P<day>[0-9X]{{2}}){_SIGN})?)?"
)
_LONG: Final = re.compile(r"Y?(?P<year>-?[0-9]+)(?:E(?P<zeros>[0-9]+))?(?:S(?P<digits>[0-9]+))?")
_DECADE: Final = re.compile(r"[0-9]{2}[1-9]X")
_ANY: Final = "XX"
_FEWEST_IN_A_ROW: Final = 3
_PLAIN_YEARS: Final = 9999
_MOST_DIGITS: Final = 12
"""The most digits of a year that is said as a number."""
_LEAP_YEAR: Final = 2000
_MOST_DAYS: Final = 31
_HEDGES: Final = {
    frozenset(): "",
    frozenset("?"): " (uncertain)",
    frozenset("~"): " (about)",
}
_BOTH: Final = " (about, uncertain)"


def day_in_words(date: str, *, short: bool = False) -> str | None:
    """Say an EDTF date without hour, or the date of an instant; None for any other text.

    With `short`, months have three letters.
    """
    match = _DATE.fullmatch(date)
    if match is None:
        return _long_year(date)
    told = _say_date(match["year"], match["month"], match["day"], short=short)
    hedge = _HEDGES.get(frozenset(re.findall("[?~%]", date)), _BOTH)
    return None if told is None else f"{told}{hedge}"


@lru_cache(maxsize=4_096)
def _say_date(year: str, month: str | None, day: str | None, *, short: bool) -> str | None:
    if month is None or month in _SEASONS:
        return _SEASONS.get(month or "", "{}").format(_year(year))
    months = _list_fitting(month, len(_MONTHS))
    days = _list_fitting(day or "01", _most_days(months))
    if not months or not days:
        return None
    if len(months) == len(_MONTHS):
        return _in_some_month(year, day, days)
    names = [_MONTHS[number - 1][: 3 if short else None] for number in months]
    return _of_year(_in_month(day, days, _either("a month", months, names)), year)


def _in_some_month(year: str, day: str | None, days: list[int]) -> str:
    if day in {None, _ANY}:
        return _year(year)
    told = f"{_ordinals(days)} of some month"
    return f"{told} of some year {_say_years(year)}" if "X" in year else f"{told} in {_year(year)}"


def _in_month(day: str | None, days: list[int], months: str) -> str:
    """Say some days within one of some months; the months are already in words."""
    if day is None:
        return months
    if day == _ANY:
        return f"a day in {months}"
    if " " in months:
        return f"{_ordinals(days)} of {months}"
    return f"{_either('a day', days, [f'{number}' for number in days])} {months}"


def _either(what: str, numbers: list[int], names: list[str]) -> str:
    """Say one of some months or days: "a month from October to December", "January or November"."""
    neighbours = all(after == before + 1 for before, after in pairwise(numbers))
    if neighbours and len(numbers) >= _FEWEST_IN_A_ROW:
        return f"{what} from {names[0]} to {names[-1]}"
    return join_words(names, "or")


def join_words(words: Sequence[str], joint: str) -> str:
    """Join words as a sentence does: "one, two and three"."""
    *others, last = words
    return f"{', '.join(others)} {joint} {last}" if others else last


def _ordinals(days: list[int]) -> str:
    return _either("a day", days, [f"the {_ordinal(day)}" for day in days])


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in {11, 12, 13} else ending}"


def _of_year(told: str, year: str) -> str:
    return (
        f"{told} of some year {_say_years(year)}" if "X" in year else f"{told} {_number(int(year))}"
    )


def _year(year: str) -> str:
    """Say a year: "2025", "45 BC" (which EDTF writes -0044), "the 1980s", "a year from 1900 to 1999"."""
    if "X" not in year:
        number = int(year)
        return f"the year {number}" if number > _PLAIN_YEARS else _number(number)
    return f"the {year[:3]}0s" if _DECADE.fullmatch(year) else f"a year {_say_years(year)}"


def _say_years(year: str) -> str:
    """Say between which years a year with unknown digits lies."""
    if _DECADE.fullmatch(year):
        return f"in the {year[:3]}0s"
    least, most = (year.replace("X", digit) for digit in "09")
    if year.startswith("-"):
        least, most = most, "-0001" if int(least) == 0 else least
    return _from_to(int(least), int(most))


def _from_to(least: int, most: int) -> str:
    return f"from {_number(least)} to {_number(most)}"


def _number(year: int) -> str:
    return f"{year}" if year > 0 else f"{1 - year} BC"


def _long_year(text: str) -> str | None:
    """Say a year that is long or rounded: "the year 170000002", "a year from 1900 to 1999"."""
    match = _LONG.fullmatch(text)
    if match is None:
        return None
    is_past = match["year"].startswith("-")
    zeros = int(match["zeros"] or 0)
    digits = match["year"].lstrip("-") + "0" * min(zeros, _MOST_DIGITS)
    if len(digits) > _MOST_DIGITS:
        return f"a year far in the {'past' if is_past else 'future'}"
    step = 10 ** max(0, len(digits) - int(match["digits"] or len(digits)))
    if step == 1:
        return _year(f"-{digits}" if is_past else digits)
    least = int(digits) // step * step
    most = least + step - 1
    return f"a year {_from_to(-most, -least) if is_past else _from_to(least, most)}"


def _list_fitting(mask: str, most: int) -> list[int]:
    """Give the numbers from 1 to `most` whose two digits fit, each a digit or X."""
    fits = re.compile(mask.replace("X", "[0-9]"))
    return [number for number in range(1, most + 1) if fits.fullmatch(f"{number:02d}")]


def _most_days(months: list[int]) -> int:
    return max((days_in_month(_LEAP_YEAR, month) for month in months), default=_MOST_DAYS)
