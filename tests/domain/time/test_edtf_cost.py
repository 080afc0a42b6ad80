"""The cost of reading or refusing a date is bounded by the length of its text."""

from __future__ import annotations

import re
import sys
import time
from calendar import monthrange
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.time.edtf_calendar import DAY, day_number
from domain.time.edtf_date import read_date
from domain.time.edtf_fault import LONGEST, ValidTimeError
from domain.time.edtf_meant import explain
from domain.time.valid_time import ValidTime, strict_upper
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

DIGITS: Final = {"X": "0123456789"}
MOST_STEPS: Final = 5_000
"""The most calls for one text of any form; 40 dates of five characters fit in one."""

YEARS: Final = ("XXXX", "XXX1", "XX1X", "X9XX", "-XXX3", "X300", "-0X00", "1X9X", "2023")
DATES: Final = tuple(
    "-".join(parts)
    for parts in product(
        YEARS,
        ("02", "06", "X2", "0X", "XX", "00", "21"),
        ("29", "30", "31", "X9", "3X", "XX", "00", "32"),
    )
)


def repeat_piece(piece: str, form: str = "{}") -> str:
    room = LONGEST - len(form) + 2
    return form.format(",".join([piece] * ((room + 1) // (len(piece) + 1))))


HOSTILE: Final = (
    *DATES,
    *(
        repeat_piece(date, form)
        for date in DATES[::7]
        for form in ("[{}]", "{{{}}}", "[..{}]", "[{}..]")
    ),
    *(f"{one}/{other}" for one, other in zip(DATES[::11], DATES[5::11], strict=False)),
    *(repeat_piece(year, "[{}]") for year in YEARS),
    *(f"%{date[:4]}%-%{date[5:7]}%-%{date[8:]}%" for date in DATES[:100]),
    *("Y1E9999", f"Y1E{'9' * 190}", f"Y{'9' * 190}", f"Y-{'9' * 190}S9", f"1950S{'9' * 190}"),
    *(f"Y{'9' * 90}E{'9' * 90}", f"Y1E{'9' * 90}S{'9' * 90}", "Y1E6S1/Y-1E6S1"),
    *("X" * LONGEST, "." * LONGEST, "," * LONGEST, "/" * LONGEST, "-" * LONGEST, "[" * LONGEST),
    *("[" + "." * 198 + "]", "[" + "," * 198 + "]", "{" + ".." * 99 + "}", "~" * LONGEST),
    *("9" * LONGEST, "2025-" * 40, "2025T" * 40, f"2025-09-11T{':' * 189}", "XXXX-02-30T00:00:00"),
    *("Z" * LONGEST, "S" * LONGEST, "Y" * LONGEST, "E" * LONGEST, "?%~" * 66, "XXXX-XX-XX" * 20),
)


def steps(read: Callable[[], object]) -> int:
    """The number of calls of functions in Python and C, and of steps of generators."""
    count = 0

    def count_call(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(count_call)
    try:
        read()
    except ValidTimeError:
        pass
    finally:
        sys.setprofile(None)
    return count


def test_the_dearest_known_dates_are_parsed_within_a_bounded_number_of_steps() -> None:
    assert max(map(len, HOSTILE)) == LONGEST
    dearest = max((steps(partial(ValidTime.parse, text)), text) for text in HOSTILE)
    assert dearest[0] < MOST_STEPS, dearest
    dearest = max((steps(partial(strict_upper, text)), text) for text in HOSTILE)
    assert dearest[0] < MOST_STEPS, dearest


@settings(max_examples=choose_count(60, 600))
@given(st.text("0129X-?~%[]{},./:+TYSEZ", min_size=1, max_size=LONGEST))
def test_any_drawn_date_is_parsed_within_a_bounded_number_of_steps(text: str) -> None:
    assert steps(partial(ValidTime.parse, text)) < MOST_STEPS


@pytest.mark.parametrize(
    "text",
    [
        *("mid " * 15, f"the {'end of ' * 8}", f"before {'x ' * 26}", f"{'march ' * 9}2020"),
        *(
            f"before {'march ' * 7}2020",
            "a" * LONGEST,
            "a 1 " * 50,
            "by " * 66,
            f"in the mid {'-' * 40}",
        ),
    ],
)
def test_the_advice_for_a_refused_date_takes_a_bounded_number_of_steps(text: str) -> None:
    with pytest.raises(ValidTimeError) as refused:
        ValidTime.parse(text)
    assert steps(partial(explain, refused.value)) < MOST_STEPS
    begun = time.process_time()
    explain(refused.value)
    assert time.process_time() - begun < 0.05


def test_a_date_is_refused_in_as_many_steps_whether_its_years_are_one_or_all() -> None:
    def refusal(text: str) -> int:
        return steps(lambda: read_date(text, 0, len(text)))

    for day in ("02-30", "06-31", "0X-00", "XX-32", "02-29"):
        assert refusal(f"XXX1-{day}") < refusal(f"2021-X{day[1:]}") + 200
    assert refusal("XXXX-02-30") < 200


def numbers(mask: str, most: int) -> list[int]:
    pattern = re.compile(mask.replace("X", "."))
    return [each for each in range(1, most + 1) if pattern.fullmatch(f"{each:02d}")]


def list_matching(text: str) -> Iterator[tuple[int, int, int]]:
    """Every day that the digits of a masked date allow, one by one."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    year, month, day = digits.split("-")
    months, days = numbers(month, 12), numbers(day, 31)
    for number in map(int, map("".join, product(*(DIGITS.get(each, each) for each in year)))):
        astronomical = sign * number % 400 or 400
        for at, on in product(months, days):
            if (sign > 0 or number) and on <= monthrange(astronomical, at)[1]:
                yield sign * number, at, on


masks = st.lists(st.sampled_from("0123456789XX"), min_size=8, max_size=8).map("".join)


@settings(max_examples=choose_count(30, 600))
@given(st.sampled_from(["", "-"]), masks)
def test_a_masked_date_reaches_from_its_first_day_to_its_last(sign: str, digits: str) -> None:
    assume(digits[:4].count("X") < 3 and "X" in digits and not "12" < digits[4:6] <= "41")
    check_days(f"{sign}{digits[:4]}-{digits[4:6]}-{digits[6:]}")


@pytest.mark.parametrize(
    "text",
    [
        *("XX00-02-29", "-XX00-02-29", "X300-02-29", "-0X00-02-29", "XXX1-02-29", "-000X-02-29"),
        *("X1X0-02-29", "1X9X-02-29", "1X9X-X2-3X", "2XXX-0X-31", "XXX2-06-31", "XX1X-X6-3X"),
    ],
)
def test_a_masked_date_in_leap_years_reaches_from_its_first_day_to_its_last(text: str) -> None:
    check_days(text)


def check_days(text: str) -> None:
    days = sorted(day_number(*day) for day in list_matching(text))
    if not days:
        with pytest.raises(ValidTimeError):
            read_date(text, 0, len(text))
    elif text.count("X"):
        reading = read_date(text, 0, len(text))
        assert (reading.lower, reading.upper) == (days[0] * DAY, (days[-1] + 1) * DAY)
