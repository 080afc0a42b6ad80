"""Numbers the days of the proleptic Gregorian calendar, in all years, also before year 1."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

DAY: Final = 86_400_000_000
"""Microseconds in a day."""

_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in_month(year: int, month: int) -> int:
    """Count the days of a month, 1 to 12; years are astronomical, so year 0 is 1 BC."""
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        return 29
    return _MONTH_DAYS[month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Count the days from 1970-01-01 to a valid day, by Hinnant's `days_from_civil`."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def month_start(year: int, month: int) -> int:
    """Count the microseconds from 1970 to a month's start; months above 12 or below 1 carry over."""
    carried, index = divmod(month - 1, 12)
    return day_number(year + carried, index + 1, 1) * DAY


@lru_cache(maxsize=16_384)
def civil_day(number: int) -> tuple[int, int, int]:
    """Return the (year, month, day) of a day number, by Hinnant's `civil_from_days`."""
    era, day_of_era = divmod(number + 719_468, 146_097)
    leapless = day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    year_of_era = leapless // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return (
        era * 400 + year_of_era + (month <= 2),
        month,
        day_of_year - (153 * shifted + 2) // 5 + 1,
    )


def shift_months(instant: int, months: int) -> int:
    """Move an instant by whole months; a day that the month lacks becomes its last day."""
    number, rest = divmod(instant, DAY)
    year, month, day = civil_day(number)
    carried, index = divmod(year * 12 + month - 1 + months, 12)
    return day_number(carried, index + 1, min(day, days_in_month(carried, index + 1))) * DAY + rest
