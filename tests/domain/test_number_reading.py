"""Numbers in words: each phrase of the table is read as a person reads it, and none as sharper than it is."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.number.reading import NumberReading, read_number
from tests.strategies import SOME

with Path(__file__).with_name("number_phrases.tsv").open(encoding="utf-8") as _table:
    PHRASES: Final = {
        row["text"]: row["reading"] for row in csv.DictReader(_table, delimiter="\t", quoting=csv.QUOTE_NONE)
    }  # fmt: skip


def shown(read: NumberReading | None) -> str:
    """A reading as the table has it: `ge 50`, `50..60`, `~50`, `ge 24*` of a plural; nothing where it is refused."""
    if read is None:
        return ""
    if read.comparator == "approx":
        return f"~{'' if read.value is None else read.value}"
    if read.value is None:
        return f"{read.low}..{read.high}" if read.comparator == "eq" else f"ge {read.low}*"
    return f"{read.comparator} {read.value}"


@pytest.mark.parametrize("text", PHRASES)
def test_a_phrase_is_read_as_it_is_meant_or_not_at_all(text: str) -> None:
    assert shown(read_number(text)) == PHRASES[text]


def test_there_are_enough_phrases_and_many_of_them_say_no_number() -> None:
    assert len(PHRASES) > 750
    assert sum(not reading for reading in PHRASES.values()) > 130


EXACT: Final = sorted(
    text
    for text, reading in PHRASES.items()
    if reading.startswith("eq") and not set(text) & set("(,")
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


@SOME
@given(st.text(max_size=250))
def test_any_text_is_read_or_not_and_nothing_else_happens(text: str) -> None:
    read = read_number(text)
    assert read is None or shown(read)


@SOME
@given(st.lists(st.sampled_from(sorted({w for t in PHRASES for w in t.split()})), max_size=8))
def test_words_of_number_in_any_order_give_bounds_in_order_or_nothing(words: list[str]) -> None:
    read = read_number(" ".join(words))
    if read is not None and read.low is not None and read.high is not None:
        assert read.low <= read.high
