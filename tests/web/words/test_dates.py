"""Dates are written in words that are at most as exact as their EDTF."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final

import pytest

from api.web.words.dates import cut_in_words, date_in_words, since_in_words
from domain.time.edtf_calendar import DAY, day_number, month_start
from domain.time.instant import BEGINNING, END
from domain.time.valid_time import ValidTime
from tests.domain.time.edtf_examples import MOMENTS, SPANS, SPECIFICATION
from tests.domain.time.test_edtf_oracle import Dice, parley_accepts
from tests.thorough import choose_count

DATES: Final = {
    "2025-11-22": ("22 November 2025", "since 22 November 2025"),
    "2025-11": ("November 2025", "since November 2025"),
    "2025": ("2025", "since 2025"),
    # years before 1 and after 9999
    "0000": ("1 BC", "since 1 BC"),
    "-0044-03-15": ("15 March 45 BC", "since 15 March 45 BC"),
    "Y12000": ("the year 12000", "since the year 12000"),
    "Y17E7": ("the year 170000000", "since the year 170000000"),
    "Y-170000002": ("170000003 BC", "since 170000003 BC"),
    "Y-9E999999999999": ("a year far in the past", "since some year far in the past"),
    "Y14567S3": ("a year from 14500 to 14599", "since some year from 14500 to 14599"),
    "1950S2": ("a year from 1900 to 1999", "since some year from 1900 to 1999"),
    "-1950S2": ("a year from 2000 BC to 1901 BC", "since some year from 2000 BC to 1901 BC"),
    # qualifiers
    "2025-11-22?": ("22 November 2025 (uncertain)", "since 22 November 2025 (uncertain)"),
    "2025-11~": ("November 2025 (about)", "since November 2025 (about)"),
    "2025%": ("2025 (about, uncertain)", "since 2025 (about, uncertain)"),
    "?2025-06": ("June 2025 (uncertain)", "since June 2025 (uncertain)"),
    "2025?-06-~11": ("11 June 2025 (about, uncertain)", "since 11 June 2025 (about, uncertain)"),
    # seasons
    "2025-22": ("summer 2025", "since summer 2025"),
    "2025-25": ("spring 2025 (northern hemisphere)", "since spring 2025 (northern hemisphere)"),
    "2025-32": ("winter 2025 (southern hemisphere)", "since winter 2025 (southern hemisphere)"),
    "2025-33": ("the first quarter of 2025", "since the first quarter of 2025"),
    "2025-38": ("the second four months of 2025", "since the second four months of 2025"),
    "2025-41": ("the second half of 2025", "since the second half of 2025"),
    # unknown digits
    "198X": ("the 1980s", "since the 1980s"),
    "200X": ("a year from 2000 to 2009", "since some year from 2000 to 2009"),
    "-015X": ("a year from 160 BC to 151 BC", "since some year from 160 BC to 151 BC"),
    "-XXXX": ("a year from 10000 BC to 2 BC", "since some year from 10000 BC to 2 BC"),
    "2025-XX": ("2025", "since 2025"),
    "2025-XX-XX": ("2025", "since 2025"),
    "2025-1X": (
        "a month from October to December 2025",
        "since some month from October to December 2025",
    ),
    "2025-X1": ("January or November 2025", "since January or November 2025"),
    "2025-11-XX": ("a day in November 2025", "since some day in November 2025"),
    "2025-11-2X": (
        "a day from 20 to 29 November 2025",
        "since some day from 20 to 29 November 2025",
    ),
    "2025-11-X1": ("1, 11 or 21 November 2025", "since 1, 11 or 21 November 2025"),
    "2025-XX-10": ("the 10th of some month in 2025", "since the 10th of some month in 2025"),
    "2025-XX-22": ("the 22nd of some month in 2025", "since the 22nd of some month in 2025"),
    "2025-X1-11": (
        "the 11th of January or November 2025",
        "since the 11th of January or November 2025",
    ),
    "202X-11-22": (
        "22 November of some year in the 2020s",
        "since 22 November of some year in the 2020s",
    ),
    "20XX-XX-03": (
        "the 3rd of some month of some year from 2000 to 2099",
        "since the 3rd of some month of some year from 2000 to 2099",
    ),
    # sets
    "[2025-11-20..2025-11-26]": (
        "between 20 November 2025 and 26 November 2025",
        "since some time between 20 November 2025 and 26 November 2025",
    ),
    "[..2025-06-25]": ("by 25 June 2025", "by 25 June 2025"),
    "[2025-06-25..]": ("25 June 2025 or later", "since 25 June 2025 or later"),
    "[2025-06,2025-08]": ("June 2025 or August 2025", "since June 2025 or August 2025"),
    "[..1672,1680]": ("1672 or earlier or 1680", "since 1672 or earlier or 1680"),
    "{2025-06,2025-08}": ("June 2025 and August 2025", "since June 2025"),
    "{2025-11-03,2025-11-01}": ("3 November 2025 and 1 November 2025", "since 1 November 2025"),
    "{1667,1668,1670..1672}": ("1667, 1668 and 1670 to 1672", "since 1667"),
    "{..1984}": ("all time until 1984", "beginning not known"),
    "{1984..}": ("all time from 1984", "since 1984"),
    # intervals
    "2025-01/2025-03": ("January 2025 to March 2025", "since January 2025"),
    "2025-01/..": ("since January 2025", "since January 2025"),
    "2025-01/": ("from January 2025, end not known", "since January 2025"),
    "../2025-01": ("until January 2025", "beginning not known"),
    "/2025-01": ("beginning not known; until January 2025", "beginning not known"),
    "../..": ("no beginning; still goes on", "beginning not known"),
    "/..": ("beginning not known; still goes on", "beginning not known"),
    "../": ("no beginning; end not known", "beginning not known"),
    "[2024-12-01..2024-12-10]/2025-01-26": (
        "from some time between 1 December 2024 and 10 December 2024 until 26 January 2025",
        "since some time between 1 December 2024 and 10 December 2024",
    ),
    "[..2025-06-25]/..": ("since 25 June 2025 or earlier", "by 25 June 2025"),
    "2025-01/[2025-03,2025-05]": (
        "from January 2025 until March 2025 or May 2025",
        "since January 2025",
    ),
    # hours
    "2025-11-22T14:05:00Z": ("22 November 2025, 14:05 UTC", "since 22 November 2025, 14:05 UTC"),
    "2025-11-22T14:05:00": ("22 November 2025, 14:05 UTC", "since 22 November 2025, 14:05 UTC"),
    "2025-11-22T14:05:00-04": (
        "22 November 2025, 14:05 UTC-04:00",
        "since 22 November 2025, 14:05 UTC-04:00",
    ),
    "2025-11-22T14:05:00.000000+03:00": (
        "22 November 2025, 14:05 UTC+03:00",
        "since 22 November 2025, 14:05 UTC+03:00",
    ),
    # only the beginning
    "..": ("not known", "beginning not known"),
}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MENTION: Final = re.compile(
    rf"(?:(?P<day>\d\d?) )?(?:(?P<month>{'|'.join(_MONTHS)}) )?(?:the year )?(?P<year>\d+)(?P<bc> BC)?"
)
_PLAIN: Final = re.compile(
    rf"(?:between |from some time between )?{_MENTION.pattern}"
    rf"(?:(?:,| or| and| to| until| or between) {re.sub(r'[?]P<[a-z]+>', '', _MENTION.pattern)})*"
)
"""Words for plain dates and nothing else; the date lies between the first and the last of them."""
_RAW: Final = re.compile(r"\.\.|[][{}/X?~%]|since (?:by|between|since|from|until|a )")


@pytest.mark.parametrize("edtf", DATES)
def test_a_date_is_said_in_words(edtf: str) -> None:
    assert (date_in_words(edtf), since_in_words(edtf, short=False)) == DATES[edtf]


def test_short_words_have_months_of_three_letters() -> None:
    assert date_in_words("2025-11-22/..", short=True) == "since 22 Nov 2025"
    assert since_in_words("[..2025-06-25]") == "by 25 Jun 2025"
    assert date_in_words("2025-1X", short=True) == "a month from Oct to Dec 2025"


def test_the_end_of_a_day_is_that_day() -> None:
    assert cut_in_words("2025-11-22T23:59:59.999999Z") == "22 November 2025"
    assert cut_in_words("2025-11-22T23:59:58.999999Z") == "22 November 2025, 23:59 UTC"
    assert cut_in_words("-000044-03-15T23:59:59.999999Z") == "15 March 45 BC"
    assert cut_in_words("+012000-12-31T23:59:59.999999Z") == "31 December 12000"


def test_no_date_that_can_be_recorded_is_shown_raw_or_sharper_than_it_is() -> None:
    drawn = (text for text in Dice(seed=41).texts() if parley_accepts(text))
    plain = 0
    for text in [*MOMENTS, *SPANS, *SPECIFICATION, *islice(drawn, choose_count(1_000, 20_000))]:
        for told in (
            *(date_in_words(text, short=short) for short in (False, True)),
            *(since_in_words(text, short=short) for short in (False, True)),
        ):
            assert not _RAW.search(told), (text, told)
            assert told
        told, valid = date_in_words(text), ValidTime.parse(text)
        first, most = valid.bounds.start_earliest, valid.bounds.start_latest
        most = valid.bounds.end_latest if valid.spans else most
        if "X" not in text and _PLAIN.fullmatch(told) and first > BEGINNING and most < END:
            plain += 1
            named = _find_meant(told)
            assert named[0] <= first, (text, told)
            assert named[1] >= most, (text, told)
    assert plain > 100


def _find_meant(words: str) -> tuple[int, int]:
    """The stretch of time, [first, last), that holds all dates that the words name."""
    stretches = [_stretch(each) for each in _MENTION.finditer(words)]
    return min(first for first, _ in stretches), max(last for _, last in stretches)


def _stretch(mention: re.Match[str]) -> tuple[int, int]:
    year = 1 - int(mention["year"]) if mention["bc"] else int(mention["year"])
    if mention["month"] is None:
        return month_start(year, 1), month_start(year + 1, 1)
    month = _MONTHS.index(mention["month"]) + 1
    if mention["day"] is None:
        return month_start(year, month), month_start(year, month + 1)
    start = day_number(year, month, int(mention["day"])) * DAY
    return start, start + DAY
