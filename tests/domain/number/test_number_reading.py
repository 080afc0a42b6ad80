"""Each phrase of the table of numbers is read as a person reads it, and none as more exact than it is."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.number.reading import NumberReading, read_number
from domain.number.running import find_beginning, runs_on, surely_runs_on
from domain.number.tokens import split_tokens
from tests.strategies import SOME

with Path(__file__).with_name("number_phrases.tsv").open(encoding="utf-8") as _table:
    PHRASES: Final = {
        row["text"]: row["reading"] for row in csv.DictReader(_table, delimiter="\t", quoting=csv.QUOTE_NONE)
    }  # fmt: skip


def write_reading(read: NumberReading | None) -> str:
    """A reading as the table writes it: `ge 50`, `50..60`, `~50`, `ge 24*` for a plural; empty if it is refused."""
    if read is None:
        return ""
    if read.comparator == "approx":
        return f"~{'' if read.value is None else read.value}"
    if read.value is None:
        return f"{read.low}..{read.high}" if read.comparator == "eq" else f"ge {read.low}*"
    return f"{read.comparator} {read.value}"


def test_a_phrase_is_read_as_it_is_meant_or_not_at_all() -> None:
    assert {text: write_reading(read_number(text)) for text in PHRASES} == PHRASES


def test_there_are_enough_phrases_and_many_of_them_say_no_number() -> None:
    assert len(PHRASES) > 2_000
    assert sum(not reading for reading in PHRASES.values()) > 800


EXACT: Final = sorted(
    text
    for text, reading in PHRASES.items()
    if reading.startswith("eq") and not set(text) & set("(,;") and not runs_on(text)
)


@pytest.mark.parametrize("text", EXACT)
def test_what_makes_a_number_inexact_is_never_passed_over(text: str) -> None:
    number = read_number(text)
    assert number is not None
    for hedged in (
        f"not {text}",
        f"about {text}",
        f"{text} or so",
        f"{text} of 99",
        f"{text} years",
    ):
        read = read_number(hedged)
        assert read is None or read.comparator == "approx", hedged
    for hedged, low in ((f"at least {text}", True), (f"up to {text}", False)):
        read = read_number(hedged)
        assert read is None or (read.high if low else read.low) is None, hedged


with Path(__file__).with_name("number_remarks.tsv").open(encoding="utf-8") as _table:
    REMARKS: Final = {row["remark"]: row["kind"] for row in csv.DictReader(_table, delimiter="\t")}


def list_remarks(kind: str) -> list[str]:
    return [remark for remark, each in REMARKS.items() if each == kind]


@pytest.mark.parametrize("remark", list_remarks("adds"))
@pytest.mark.parametrize("number", ["3", "three", "три"])
def test_a_remark_that_may_add_to_a_number_or_dispute_it_is_not_passed_over(
    remark: str, number: str
) -> None:
    said = remark.format(number)
    for text in (f"52, {said}", f"52 ({said})", f"at least fifty; {said}", f"dozens, {said}"):
        assert read_number(text) is None, text


@pytest.mark.parametrize("remark", list_remarks("part"))
def test_a_remark_on_a_part_of_a_number_or_a_day_leaves_it(remark: str) -> None:
    said = remark.format("3")
    for text in (f"52, {said}", f"52 ({said})", f"at least fifty-two; {said}"):
        read = read_number(text)
        assert read, text
        assert read.low == 52, text


def test_a_remark_that_makes_a_number_less_than_exact_is_not_passed_over() -> None:
    doubts = list_remarks("doubts")
    assert len(doubts) > 500
    texts = [
        text
        for said in doubts
        for text in (f"52, {said}", f"52 ({said})", f"at least fifty; {said}", f"dozens, {said}")
    ]
    assert [text for text in texts if read_number(text)] == []


def test_a_remark_on_who_they_are_or_who_says_so_leaves_the_number() -> None:
    for said in list_remarks("leaves"):
        for text in (f"52, {said}", f"52 ({said})"):
            assert write_reading(read_number(text)) == "eq 52", text


with Path(__file__).with_name("number_since.tsv").open(encoding="utf-8") as _table:
    SINCE: Final = {row["text"]: row["since"] for row in csv.DictReader(_table, delimiter="\t")}


@pytest.mark.parametrize("text", SINCE)
def test_since_tells_of_the_number_unless_it_tells_of_something_else(text: str) -> None:
    assert (" ".join(find_beginning(text)), runs_on(text)) == (SINCE[text], bool(SINCE[text]))
    assert write_reading(read_number(text)) == "eq 52"


@pytest.mark.parametrize("unit", ["hundred", "dozen", "thousand", "million"])
def test_a_hyphen_before_a_unit_makes_no_range(unit: str) -> None:
    for count in ("half", "a half", "two", "five", "twenty-five", "2", "one-and-a-half"):
        blank = read_number(f"{count} {unit}".replace("-", " "))
        assert read_number(f"{count}-{unit}") == blank, count
        assert blank is None or blank.comparator == "eq"


@pytest.mark.parametrize("mark", [",", " (", ";", "\n", "\r\n", "\N{LINE SEPARATOR}"])
def test_a_mark_between_two_numbers_makes_no_third_of_them(mark: str) -> None:
    for first, second in (
        ("twenty", "five"),
        ("fifty", "only two"),
        ("двадцать", "лишь пять"),
    ):
        assert read_number(f"{first}{mark}{second}") is None
    assert mark == "," or read_number(f"100{mark}200") is None
    assert (
        write_reading(read_number(f"one thousand{mark.replace(' (', ',')} two hundred"))
        == "eq 1200"
    )


@SOME
@given(st.integers(0, 10**12))
def test_digits_are_read_with_any_usual_mark_between_thousands(number: int) -> None:
    for mark in (
        ",",
        " ",
        "\N{NO-BREAK SPACE}",
        "\N{THIN SPACE}",
        "'",
        "\N{RIGHT SINGLE QUOTATION MARK}",
    ):
        read = read_number(f"{number:,}".replace(",", mark))
        assert read == NumberReading("eq", number, number, number)
    assert read_number(str(number)) == NumberReading("eq", number, number, number)


@pytest.mark.parametrize(
    "text",
    [
        "- - -",
        "-",
        "--",
        "( )",
        "()",
        ",",
        ", ,",
        "fifty (",
        "50 )",
        "(50))",
        "ten (10) thousand",
        "dozens (a) hundred",
    ],
)
def test_marks_alone_and_brackets_that_break_off_are_no_number(text: str) -> None:
    assert read_number(text) is None


WORDS: Final = sorted({word for text in PHRASES for word in split_tokens(text) or ()})


@SOME
@given(st.lists(st.sampled_from(WORDS) | st.sampled_from("(),-+"), min_size=1, max_size=7))
def test_words_and_marks_in_any_order_are_read_or_not(words: list[str]) -> None:
    read = read_number(" ".join(words))
    assert read is None or write_reading(read)


@SOME
@given(st.text(max_size=250))
def test_any_text_is_read_or_not_and_nothing_else_happens(text: str) -> None:
    read = read_number(text)
    assert read is None or write_reading(read)


@SOME
@given(st.lists(st.sampled_from(sorted({w for t in PHRASES for w in t.split()})), max_size=8))
def test_words_of_number_in_any_order_give_bounds_in_order_or_nothing(words: list[str]) -> None:
    read = read_number(" ".join(words))
    if read is not None and read.low is not None and read.high is not None:
        assert read.low <= read.high


with Path(__file__).with_name("number_bases.tsv").open(encoding="utf-8") as _table:
    BASES: Final = {row["text"]: row["basis"] for row in csv.DictReader(_table, delimiter="\t")}


def test_a_number_of_several_events_is_cumulative_or_refused() -> None:
    """Also one that may be of several events: "perhaps"."""
    bases = {text: "perhaps" if runs_on(text) else "increment" for text in BASES}
    bases |= {text: "cumulative" for text in BASES if surely_runs_on(text)}
    assert {text: basis if read_number(text) else "" for text, basis in bases.items()} == BASES
    assert not [text for text in BASES if surely_runs_on(text) and not runs_on(text)]
