"""Parley and the field's own tools read the same notation, but for the differences named here.

Each difference has a name, a reason and a row in docs/adr/0003-valid-time-notation.md. A text on
which Parley and `edtf-validate` disagree must belong to one of them, and each must be a real one.
"""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from edtf import parse_edtf
from edtf_validate.valid_edtf import is_valid

from domain.instant import BEGINNING, parse_instant
from domain.valid_time import ValidTime, ValidTimeError

if TYPE_CHECKING:
    from time import struct_time

ADR: Final = Path(__file__).parents[2] / "docs" / "adr" / "0003-valid-time-notation.md"
DRAWN: Final = 900

# fmt: off
SPECIFICATION: Final = (
    "1985-04-12", "1985-04", "1985", "1985-04-12T23:20:30", "1985-04-12T23:20:30Z",
    "1985-04-12T23:20:30-04", "1985-04-12T23:20:30+04:30", "1964/2008", "2004-06/2006-08",
    "2004-02-01/2005-02-08", "2004-02-01/2005-02", "2004-02-01/2005", "2005/2006-02",
    "Y170000002", "Y-170000002", "2001-21", "1984?", "2004-06~", "2004-06-11%", "201X", "20XX",
    "2004-XX", "1985-04-XX", "1985-XX-XX", "1985-04-12/..", "1985-04/..", "1985/..",
    "../1985-04-12", "../1985-04", "../1985", "1985-04-12/", "1985-04/", "1985/", "/1985-04-12",
    "/1985-04", "/1985", "-1985", "Y-17E7", "Y17E8", "1950S2", "Y171010000S3", "Y3388E2S3",
    "2001-34", "2001-29", "[1667,1668,1670..1672]", "[..1760-12-03]", "[1760-12..]",
    "[1760-01,1760-02,1760-12..]", "[1667,1760-12]", "[..1984]", "{1667,1668,1670..1672}",
    "{1960,1961-12}", "{..1984}", "2004-06~-11", "2004?-06-11", "?2004-06-~11", "2004-%06-11",
    "156X-12-25", "15XX-12-25", "XXXX-12-XX", "1XXX-XX", "1XXX-12", "1984-1X",
    "2004-06-~01/2004-06-~20", "2004-06-XX/2004-07-03", "1984~/2004-06", "1984/2004-06~",
    "1984~/2004~", "1984?/2004%", "1984?/2004-06~", "2004-06-11T24:00:00", "0000", "-0001-02-28",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Difference:
    """A class of texts that Parley alone accepts, or alone refuses, and how to know them."""

    name: str
    parley_accepts: bool
    example: str
    holds: Callable[[str], bool]


def unqualified(text: str) -> str:
    return re.sub(r"[?~%]", "", text)


def has_impossible_day(text: str) -> bool:
    found = re.findall(r"-?([\dX]{4})-([\dX]{2})-([\dX]{2})", unqualified(text))
    return any(not possible(*each) for each in found)


def possible(year: str, month: str, day: str) -> bool:
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
    if not re.fullmatch(r"[\dX-]+/[\dX-]+", unqualified(text)):
        return False
    start, end = (first_day(each) for each in unqualified(text).split("/"))
    return end < start


def first_day(text: str) -> tuple[int, ...]:
    """The first day as the oracle sees it: it takes a season as an end for its last month."""
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
        holds=lambda text: "X" in text and unqualified(text) != text,
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
        example="2004-24/2004-11",
        holds=lambda text: endpoint(text, r"-2[1-4][?~%]?$"),
    ),
)


def parley_accepts(text: str) -> bool:
    try:
        ValidTime.parse(text)
    except ValidTimeError:
        return False
    return True


def oracle_accepts(text: str) -> bool:
    try:
        return bool(is_valid(text))
    except Exception:  # noqa: BLE001 - a crash of the oracle is a refusal
        return False


class Dice:
    """Draws EDTF texts of every form, some a sign away from valid; the same each time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def texts(self) -> Iterator[str]:
        forms = (self.moment, self.moment, self.interval, self.interval, self.members)
        while True:
            text = self.random.choice((*forms, self.long_year, self.time))()
            yield text if self.random.random() < 0.7 else self.spoilt(text)

    def parts(self) -> list[str]:
        number, pick = self.random.randrange, self.random.choice
        plain = f"{number(1990, 2030)}"
        year = pick([plain, plain, plain, plain, "0000", f"-{number(1, 3000):04d}"])
        return [year, f"{number(1, 13):02d}", f"{number(1, 32):02d}"][: pick([1, 2, 3, 3])]

    def plain(self) -> str:
        return "-".join(self.parts())

    def moment(self) -> str:
        number, pick = self.random.randrange, self.random.choice
        parts, form = self.parts(), number(6)
        if form == 0:
            return self.plain() + pick("?~%")
        if form == 1:
            return "-".join(pick([part + pick("?~%"), pick("?~%") + part, part]) for part in parts)
        if form == 2:
            return "-".join(re.sub(r"\d", lambda d: pick([d[0], d[0], "X"]), p) for p in parts)
        if form == 3:
            return f"{parts[0]}-{number(21, 42)}" + pick(["", "", "", "~"])
        if form == 4:
            return "-".join([*parts[:-1], "XX"]) + pick(["", "", "", "~"])
        return self.plain()

    def interval(self) -> str:
        start, end = (self.random.choice(["", "..", *(self.moment() for _ in "123")]) for _ in "12")
        return f"{start}/{end}"

    def members(self) -> str:
        pick = self.random.choice
        drawn = [
            pick([self.plain(), self.moment(), f"{self.plain()}..{self.plain()}"])
            for _ in range(self.random.randrange(1, 4))
        ]
        inside = pick(["", "", ".."]) + ",".join(drawn) + pick(["", "", ".."])
        return pick(["[{}]", "{{{}}}"]).format(inside)

    def long_year(self) -> str:
        number, pick = self.random.randrange, self.random.choice
        tail = pick(["", f"E{number(8)}"]) + pick(["", "S1", "S3", "S0"])
        return f"Y{pick(['', '-'])}{number(10, 10**6)}{tail}"

    def time(self) -> str:
        hour, minute, second = (self.random.randrange(most) for most in (26, 62, 62))
        zones = ["", "Z", "+04", "-05:30", "+00:00", "-00:00", "+14:00", "+14:30", "+13:59", "+4"]
        zone = self.random.choice(zones)
        return f"{self.plain()}T{hour:02d}:{minute:02d}:{second:02d}{zone}"

    def spoilt(self, text: str) -> str:
        at = self.random.randrange(len(text))
        sign = self.random.choice("0123456789X?~%-/.,[]{}TZYSE+: \t")
        return self.random.choice(
            [text[:at] + sign + text[at:], text[:at] + text[at + 1 :], sign + text[at:], text * 2]
        )


def corpus() -> list[str]:
    drawn = zip(range(DRAWN), Dice(seed=20251126).texts(), strict=False)
    return list(dict.fromkeys([*SPECIFICATION, *(text for _, text in drawn)]))


def test_parley_reads_every_example_of_the_specification() -> None:
    assert [text for text in SPECIFICATION if not parley_accepts(text)] == []


def test_parley_and_the_oracle_accept_the_same_texts_but_for_the_named_differences() -> None:
    accepted, unnamed = 0, []
    for text in corpus():
        parley, oracle = parley_accepts(text), oracle_accepts(text)
        accepted += parley
        named = (each for each in DIFFERENCES if each.parley_accepts is parley)
        if parley is not oracle and not any(each.holds(text) for each in named):
            unnamed.append((text, parley, oracle))
    assert unnamed == []
    assert DRAWN // 4 < accepted < DRAWN


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: each.name)
def test_every_named_difference_is_a_real_one(difference: Difference) -> None:
    assert difference.holds(difference.example)
    assert parley_accepts(difference.example) is difference.parley_accepts
    assert oracle_accepts(difference.example) is not difference.parley_accepts


def test_the_decision_record_names_the_same_differences() -> None:
    row = re.compile(r"^\| `([a-z0-9-]+)` \| (accepts|refuses) \|", re.MULTILINE)
    rows = row.findall(ADR.read_text("utf-8"))
    told = {(each.name, "accepts" if each.parley_accepts else "refuses") for each in DIFFERENCES}
    assert set(rows) == told


def instant_of(moment: struct_time) -> int:
    return parse_instant(f"{moment.tm_year:04d}-{moment.tm_mon:02d}-{moment.tm_mday:02d}T00:00:00Z")


DAY: Final = 86_400_000_000


@pytest.mark.parametrize(
    "text",
    [
        *("2025", "2025-09", "2025-09-11", "2024-02", "202X", "20XX", "2024-02-XX", "2025-XX"),
        *("2025-21", "2025-22", "2025-23", "2025-31", "2025-33", "2025-37", "2025-41", "0001-01"),
    ],
)
def test_strict_bounds_are_those_of_the_edtf_library(text: str) -> None:
    bounds, theirs = ValidTime.parse(text).bounds, parse_edtf(text)
    assert bounds.start_earliest == instant_of(theirs.lower_strict())
    assert bounds.start_latest == instant_of(theirs.upper_strict()) + DAY


@pytest.mark.parametrize("text", ["2025~", "2025?", "2025%", "202X~", "20XX~"])
def test_a_year_in_doubt_is_as_wide_as_in_the_edtf_library(text: str) -> None:
    bounds, theirs = ValidTime.parse(text).bounds, parse_edtf(text)
    assert bounds.start_earliest == instant_of(theirs.lower_fuzzy())
    assert bounds.start_latest == instant_of(theirs.upper_fuzzy()) + DAY


def test_a_day_in_doubt_is_not_a_year_in_doubt_as_it_is_in_the_edtf_library() -> None:
    bounds, theirs = ValidTime.parse("2025-09-11~").bounds, parse_edtf("2025-09-11~")
    assert instant_of(theirs.lower_fuzzy()) == parse_instant("2024-08-10T00:00:00Z")
    assert bounds.start_earliest == parse_instant("2025-09-10T00:00:00Z")


def test_the_ten_years_that_the_library_invents_do_not_show() -> None:
    assert parse_edtf("/2025").lower_strict().tm_year == 2015
    assert ValidTime.parse("/2025").bounds.start_earliest == BEGINNING
