"""Parley and `edtf-validate` accept the same texts, except for named differences.

Each difference has a name, a reason and a row in docs/adr/0003-valid-time-notation.md. A text on
which Parley and `edtf-validate` disagree must belong to one of them, and each must be a real one.
"""

from __future__ import annotations

import random
import re
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from edtf import parse_edtf

from domain.time.edtf_fault import ValidTimeError
from domain.time.instant import BEGINNING, parse_instant
from domain.time.valid_time import ValidTime
from tests.domain.time.edtf_differences import DIFFERENCES, Difference
from tests.domain.time.edtf_examples import SPECIFICATION
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from time import struct_time

ADR: Final = Path(__file__).parents[3] / "docs" / "adr" / "0003-valid-time-notation.md"
DRAWN: Final = choose_count(100, 5_000)


def parley_accepts(text: str) -> bool:
    try:
        ValidTime.parse(text)
    except ValidTimeError:
        return False
    return True


@cache
def oracle() -> Callable[[str], object]:
    """The validator `edtf-validate`, which takes seconds to import."""
    with warnings.catch_warnings():
        # It builds its grammar with older names of pyparsing, which turns these warnings on when it is imported.
        warnings.simplefilter("ignore")
        from edtf_validate.valid_edtf import is_valid  # noqa: PLC0415
    return is_valid  # type: ignore[no-any-return]


def oracle_accepts(text: str) -> bool:
    is_valid = oracle()
    try:
        return bool(is_valid(text))
    except Exception:  # noqa: BLE001 - a crash of the oracle is a refusal
        return False


class Dice:
    """Draws EDTF texts of every form, some of them one character away from valid; the same each time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def texts(self) -> Iterator[str]:
        forms = (self.moment, self.moment, self.interval, self.interval, self.members)
        while True:
            text = self.random.choice((*forms, self.long_year, self.time))()
            yield text if self.random.random() < 0.7 else self.spoil(text)

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

    def spoil(self, text: str) -> str:
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
    accepted, unnamed, texts = 0, [], corpus()
    for text in texts:
        parley, oracle = parley_accepts(text), oracle_accepts(text)
        accepted += parley
        named = (each for each in DIFFERENCES if each.parley_accepts is parley)
        if parley is not oracle and not any(each.holds(text) for each in named):
            unnamed.append((text, parley, oracle))
    assert unnamed == []
    assert len(texts) // 4 < accepted < len(texts)


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
        *("2025-25", "2025-26", "2025-27", "2025-31", "2025-33", "2025-37", "2025-41", "0001-01"),
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
