"""Dates are said in words, at most as sharp as they were written."""

from __future__ import annotations

import pytest

from api.web.dates import cut_in_words, date_in_words, since_in_words

DATES = {
    "2025-11-22": "22 November 2025",
    "2025-11": "November 2025",
    "2025": "2025",
    "2025-11-22?": "22 November 2025 (uncertain)",
    "2025-11~": "November 2025 (about)",
    "2025%": "2025 (about, uncertain)",
    "2025-22": "summer 2025",
    "2025-11-XX": "a day in November 2025",
    "2025-XX": "2025",
    "2025-XX-XX": "2025",
    "[2025-11-20..2025-11-26]": "between 20 November 2025 and 26 November 2025",
    "[..2025-06-25]": "by 25 June 2025",
    "[2025-06-25..]": "25 June 2025 or later",
    "[2025-06,2025-08]": "June 2025 or August 2025",
    "{2025-06,2025-08}": "June 2025 and August 2025",
    "2025-01/2025-03": "January 2025 to March 2025",
    "2025-01/..": "since January 2025",
    "2025-01/": "from January 2025, end not known",
    "../2025-01": "until January 2025",
    "/2025-01": "beginning not known; until January 2025",
    "[2024-12-01..2024-12-10]/2025-01-26": "between 1 December 2024 and 10 December 2024 to 26 January 2025",
    "2025-11-22T14:05:00Z": "22 November 2025, 14:05 UTC",
    "2025-11-22T14:05:00.000000+03:00": "22 November 2025, 14:05 UTC+03:00",
    "Y-170000002": "Y-170000002",
    "198X": "198X",
    "2025-32": "2025-32",
    "?2025-06": "?2025-06",
}


@pytest.mark.parametrize("edtf", DATES)
def test_a_date_is_said_in_words(edtf: str) -> None:
    assert date_in_words(edtf) == DATES[edtf]


def test_short_words_have_months_of_three_letters() -> None:
    assert date_in_words("2025-11-22/..", short=True) == "since 22 Nov 2025"


def test_the_end_of_a_day_is_that_day() -> None:
    assert cut_in_words("2025-11-22T23:59:59.999999Z") == "22 November 2025"
    assert cut_in_words("2025-11-22T23:59:58.999999Z") == "22 November 2025, 23:59 UTC"


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2025-11-09", "since 9 Nov 2025"),
        ("[..2025-06-25]", "by 25 Jun 2025"),
        ("[2025-11-01..2025-11-26]", "between 1 Nov 2025 and 26 Nov 2025"),
        ("2025-01/..", "since Jan 2025"),
    ],
)
def test_since_is_said_once(edtf: str, words: str) -> None:
    assert since_in_words(edtf) == words
