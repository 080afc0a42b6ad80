"""A refusal of a common way to write a date names the EDTF that may be meant; if there are two, both."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentError
from domain.time.edtf_fault import ValidTimeError
from domain.time.edtf_meant import explain, may_mean
from domain.time.valid_time import ValidTime, strict_upper
from tests.examples import fact
from tests.strategies import SOME

WRITTEN = {
    "1981-1983": ["1981/1983"],
    "1981\u20131983": ["1981/1983"],
    "1981 - 1983": ["1981/1983"],
    "c. 1950s": ["195X~", "195X"],
    "1950s": ["195X"],
    "ca. 1950": ["1950~", "1950"],
    "2016/17": ["2016/2017"],
    "May 2024": ["2024-05"],
    "1 May 2024": ["2024-05-01"],
    "May 1st, 2024": ["2024-05-01"],
    "1. Sept. 2024": ["2024-09-01"],
    "05/01/2024": ["2024-05-01", "2024-01-05"],
    "25/01/2024": ["2024-01-25"],
    "05.01.2024": ["2024-01-05"],
    "2024/05/01": ["2024-05-01"],
    "2024-5-1": ["2024-05-01"],
    "20240501": ["2024-05-01"],
    "2024-05-01T00:00:00.000Z": ["2024-05-01T00:00:00Z", "2024-05-01"],
    "2024-05-01 10:30": ["2024-05-01T10:30:00", "2024-05-01"],
    "May 2024 to June 2024": ["2024-05/2024-06"],
    "since May 2024": ["2024-05/.."],
    "until 2024": ["../2024"],
    "spring 2024": ["2024-21"],
    "22.11.2025": ["2025-11-22"],
    "11/22/2025": ["2025-11-22"],
    "45983": ["2025-11-22"],
    "45983.0": ["2025-11-22"],
    "5/1/24": ["2024-05-01", "2024-01-05"],
    "1 мая 2024 \u0433.": ["2024-05-01"],
    "май 2024": ["2024-05"],
    "11 вересня 2025 року": ["2025-09-11"],
    "Q1 2024": ["2024-33"],
    "2024-Q4": ["2024-36"],
    "3Q 2024": ["2024-35"],
    "May 2024?": ["2024-05?"],
    "1-3 May 2024": ["2024-05-01/2024-05-03"],
    "May 1\u20133, 2024": ["2024-05-01/2024-05-03"],
    "1\u20133 мая 2024": ["2024-05-01/2024-05-03"],
    "2024-05-01/present": ["2024-05-01/.."],
    "May 2024 - now": ["2024-05/.."],
    "2024 to the present": ["2024/.."],
    "the 1950s": ["195X"],
    "11-Sep-2025": ["2025-09-11"],
    "11-Sep-25": ["2025-09-11"],
    "Sep-25": ["2025-09"],
    "11-09-2025": ["2025-09-11", "2025-11-09"],
    "25-09-2025": ["2025-09-25"],
    "11.09.25": ["2025-09-11"],
    "09/2025": ["2025-09"],
    "09.2025": ["2025-09"],
    "2025 September": ["2025-09"],
    "2025 Sep 11": ["2025-09-11"],
    "Thursday, 11 September 2025": ["2025-09-11"],
    "Thu 11 Sep 2025": ["2025-09-11"],
    "2025 (?)": ["2025?"],
    "11.09.2025 (?)": ["2025-09-11?"],
    "11\u201313.09.2025": ["2025-09-11/2025-09-13"],
    "11.09.2025-13.09.2025": ["2025-09-11/2025-09-13"],
    "September\u2013October 2025": ["2025-09/2025-10"],
    "2024\u201325": ["2024/2025"],
    "осень 2025": ["2025-23"],
    "влітку 2025": ["2025-22"],
    "в сентябре 2025 года": ["2025-09"],
    "\u0443 вересні 2025": ["2025-09"],
    "2025\u201309\u201311": ["2025-09-11"],
    "2025\u201109": ["2025-09"],
    "11\u201309\u20132025": ["2025-09-11", "2025-11-09"],
    "\uff12\uff10\uff12\uff15-\uff10\uff19": ["2025-09"],
    "2025/26": ["2025/2026"],
    "2025-09-11..": ["2025-09-11/.."],
    "11.09.2025 \u2026": ["2025-09-11/.."],
    "..2025-09": ["../2025-09"],
    "from 2021 to 2024": ["2021/2024"],
    "January to March 2025": ["2025-01/2025-03"],
    "\u0441 января по март 2025 года": ["2025-01/2025-03"],
    "\u0441 2021 года": ["2021/.."],
    "да 2024 года": ["../2024"],
    "около 2020": ["2020~", "2020"],
    "11 жніўня 2025 \u0433.": ["2025-08-11"],
    "\u0443 верасні 2025": ["2025-09"],
    "2025-09-11 or 2025-09-12": ["[2025-09-11,2025-09-12]"],
    "11.09.2025, 13.09.2025": [
        "{2025-09-11,2025-09-13}",
        "[2025-09-11,2025-09-13]",
    ],
    "between 2021 and 2024": [],
    "Sep 25": [],
    "11/09": [],
    "13/13/24": [],
    "99999": [],
    "31/02/2024": [],
    "yesterday": [],
    "": [],
    "1" * 1_000: [],
}


@pytest.mark.parametrize("text", WRITTEN)
def test_what_may_be_meant_is_told(text: str) -> None:
    assert may_mean(text) == WRITTEN[text]


@pytest.mark.parametrize("text", ["1981-1983", "05/01/2024", "2024-05-01T00:00:00.000Z"])
def test_a_refused_date_of_a_fact_comes_with_what_may_be_meant(text: str) -> None:
    with pytest.raises(ContentError) as refused:
        fact("release", valid=text)
    (fault,) = refused.value.faults
    assert fault.pointer == "/valid"
    assert fault.detail.endswith(f"write {' or '.join(WRITTEN[text])}")


@SOME
@given(st.text(alphabet="0123456789-/. csTZ:Maytouni", max_size=24))
def test_all_that_is_told_is_edtf(text: str) -> None:
    for each in may_mean(text):
        ValidTime.parse(each)


LOOSE = {
    "mid-February 2026": "2026-02 (some day in February 2026), or [2026-02-10..2026-02-20] (one day between the two)",
    "end of May 2026": "2026-05 (some day in May 2026), or [2026-05-20..2026-05-31] (one day between the two)",
    "in early 2025": "2025 (some day in 2025), or [2025-01..2025-04] (one day between the two)",
    "Late 1999": "1999 (some day in 1999), or [1999-09..1999-12] (one day between the two)",
    "the mid-1990s": "199X (some day in the 1990s), or [1994..1996] (one day between the two)",
    "spring 2020": "2020-21 (spring 2020)",
    "late spring 2020": "2020-21 (spring 2020)",
    "by the end of May 2025": "[..2025-05] (one day, May 2025 at the latest), or ../2025-05 (all the time until then)",
    "before 2020-03": "[..2020-02] (one day before March 2020), or ../2020-02 (all the time until then)",
    "before 1 May 2020": "[..2020-04-30] (one day before 1 May 2020), or ../2020-04-30 (all the time until then)",
    "after 2020": "[2021..] (one day after 2020), or 2021/.. (from then on, and still so)",
    "February 2026 or so": "2026-02 (some day in February 2026)",
    "not before 2025": "[2025..] (one day, 2025 at the earliest), or 2025/.. (from then on, and still so)",
    "после 2020": "[2021..] (one day after 2020), or 2021/.. (from then on, and still so)",
    "наприкінці 2025": "2025 (some day in 2025), or [2025-09..2025-12] (one day between the two)",
    "since at least 2021": "",
    "between January and March 2025": "",
    "not in 2025": "",
    "yesterday": "",
    "mid-February": "",
    "before 0001": "",
    "late 2025-13": "",
    "late 2025-33": "2025-33 (2025-33)",
    "before 2025-33": "",
    "31/02/2024": "",
}


LATER: Final = "[2025..] (one day, 2025 at the earliest), or 2025/.. (from then on, and still so)"


@pytest.mark.parametrize("text", ["2025 or later", "2025 and after", "2025 onwards"])
def test_a_date_or_later_is_no_day_within_that_date(text: str) -> None:
    assert _explain_refusal(text).partition("; write ")[2] == LATER
    earlier = _explain_refusal("2025 or earlier").partition("; write ")[2]
    assert earlier.startswith("[..2025] (one day, 2025 at the latest)")


def _explain_refusal(text: str, *, one_date: bool = False) -> str:
    with pytest.raises(ValidTimeError) as refused:
        ValidTime.parse(text)
    return explain(refused.value, one_date=one_date)


@pytest.mark.parametrize("text", LOOSE)
def test_words_beside_a_date_are_named_and_what_to_write_for_them_is_told(text: str) -> None:
    said = _explain_refusal(text)
    assert said.partition("; write ")[2] == LOOSE[text]
    if LOOSE[text]:
        word = text.replace("-", " ").partition(" ")[0]
        assert f"{word!r} cannot stand in an EDTF date; write" in said


@pytest.mark.parametrize("text", LOOSE)
def test_where_one_date_is_asked_for_what_is_told_is_one(text: str) -> None:
    told = _explain_refusal(text, one_date=True).partition("; write ")[2]
    for each in told.split(", or ") if told else ():
        strict_upper(each.partition(" (")[0])


@SOME
@given(
    st.sampled_from(["mid ", "late ", "before ", "by ", "after ", "x"]),
    st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True),
)
def test_all_that_is_told_for_words_is_edtf(word: str, date: str) -> None:
    told = _explain_refusal(f"{word}{date}").partition("; write ")[2]
    for each in told.split(", or ") if told else ():
        ValidTime.parse(each.partition(" (")[0])


def test_a_word_in_other_letters_is_named_as_it_was_written_and_a_look_alike_by_its_number() -> (
    None
):
    assert "'Радио' cannot stand in an EDTF date" in _explain_refusal("Радио Север")
    assert "'\\u041e' cannot stand in an EDTF date" in _explain_refusal("2\u041e25")
