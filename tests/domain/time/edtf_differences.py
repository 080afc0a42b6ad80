"""Each class of text on which Parley and `edtf-validate` disagree: a name and a real example."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Difference:
    """A class of texts that only Parley accepts, or only Parley refuses, and a test for them."""

    name: str
    parley_accepts: bool
    example: str
    holds: Callable[[str], bool]


def drop_qualifiers(text: str) -> str:
    return re.sub(r"[?~%]", "", text)


def has_impossible_day(text: str) -> bool:
    matches = re.findall(r"-?([\dX]{4})-([\dX]{2})-([\dX]{2})", drop_qualifiers(text))
    return any(not is_possible(*each) for each in matches)


def is_possible(year: str, month: str, day: str) -> bool:
    years = re.compile(year.replace("X", "."))
    leap = any(years.fullmatch(f"{each:04d}") for each in range(10_000) if calendar.isleap(each))
    for number in range(1, 13):
        if re.fullmatch(month.replace("X", "."), f"{number:02d}"):
            days = range(1, calendar.monthrange(2024 if leap else 2023, number)[1] + 1)
            if any(re.fullmatch(day.replace("X", "."), f"{each:02d}") for each in days):
                return True
    return False


def has_backward_range(text: str) -> bool:
    return any(
        sort_key(first) > sort_key(last)
        for first, last in re.findall(r"(-?\d{4}[-\d]*)\.\.(-?\d{4}[-\d]*)", text)
    )


def sort_key(plain: str) -> tuple[int, ...]:
    sign = -1 if plain.startswith("-") else 1
    year, *rest = plain.lstrip("-").split("-")
    return sign * int(year), *map(int, rest)


def has_end_on_an_earlier_day(text: str) -> bool:
    if not re.fullmatch(r"[\dX-]+/[\dX-]+", drop_qualifiers(text)):
        return False
    start, end = (first_day(each) for each in drop_qualifiers(text).split("/"))
    return end < start


def first_day(text: str) -> tuple[int, ...]:
    """The first day as `edtf-validate` computes it: as the end of an interval, a season counts by its last month."""
    year, month, day = (*sort_key(text.replace("X", "0")), 1, 1)[:3]
    return year, {21: 5, 22: 8, 23: 11, 24: 12}.get(month, month), day


def endpoint(text: str, pattern: str) -> bool:
    return "/" in text and any(re.search(pattern, each) for each in text.split("/"))


SEASON_BEYOND_24: Final = r"^-?\d{4}-(2[5-9]|3\d|4[01])[?~%]?$"
LEVEL_2: Final = r"X|[?~%]-?\d|[?~%]-"
FORMS: Final = r"T|Y|S|^\["

DIFFERENCES: Final = (
    Difference(
        "impossible-day", parley_accepts=False, example="2005-02-29", holds=has_impossible_day
    ),
    Difference(
        "time-without-a-day",
        parley_accepts=False,
        example="2004-01T10:10:10Z",
        holds=lambda text: bool(re.match(r"-?\d{4}(-\d\d)?T", text)),
    ),
    Difference(
        "backward-range", parley_accepts=False, example="[2005..2003]", holds=has_backward_range
    ),
    Difference(
        "white-space",
        parley_accepts=False,
        example="[1667 ,1668]",
        holds=lambda text: bool(re.search(r"\s", text)),
    ),
    Difference(
        "too-long",
        parley_accepts=False,
        example="[" + ",".join(["1985"] * 50) + "]",
        holds=lambda text: len(text) > 200,
    ),
    Difference(
        "zone-offset",
        parley_accepts=True,
        example="2004-01-01T10:10:10+00:00",
        holds=lambda text: bool(re.search(r"T.*(\+00(:00)?|[+-]14|[+-]00:\d\d)$", text)),
    ),
    Difference(
        "masked-and-qualified",
        parley_accepts=True,
        example="201X~",
        holds=lambda text: "X" in text and drop_qualifiers(text) != text,
    ),
    Difference(
        "season-beyond-24",
        parley_accepts=True,
        example="2025-33/2025-34",
        holds=lambda text: (
            endpoint(text, SEASON_BEYOND_24) or bool(re.search(SEASON_BEYOND_24, text))
        ),
    ),
    Difference(
        "season-without-a-hemisphere",
        parley_accepts=True,
        example="2004-23/2004-05",
        holds=lambda text: endpoint(text, r"-2[1-4][?~%]?$"),
    ),
    Difference(
        "season-in-a-set",
        parley_accepts=True,
        example="[2025-21,2025-23]",
        holds=lambda text: bool(re.search(r"[\[{,]-?\d{4}-(2[1-9]|3\d|4[01])[?~%]?[],}]", text)),
    ),
    Difference(
        "any-moment-opens-or-closes",
        parley_accepts=True,
        example="2004-01-01T10:10:10Z/..",
        holds=lambda text: (
            endpoint(text, FORMS) or (endpoint(text, r"^(\.\.)?$") and endpoint(text, LEVEL_2))
        ),
    ),
    Difference(
        "year-zero-or-before",
        parley_accepts=True,
        example="-0005-01/-0005-06",
        holds=lambda text: endpoint(text, r"^[?~%]?(-|0000)"),
    ),
    Difference(
        "end-overlaps-start",
        parley_accepts=True,
        example="2004-06/2004",
        holds=has_end_on_an_earlier_day,
    ),
    Difference(
        "open-set-with-a-range-last",
        parley_accepts=True,
        example="[..1984,1986,1990..1995]",
        holds=lambda text: bool(re.match(r"[\[{]\.\..*,.*\d\.\.", text)),
    ),
    Difference(
        "season-months",
        parley_accepts=False,
        example="2004-21/2004-01",
        holds=lambda text: endpoint(text, r"-2[1-4][?~%]?$"),
    ),
)
