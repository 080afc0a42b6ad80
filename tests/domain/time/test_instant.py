"""Instants are read and written without loss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.time.edtf_meant import explain_cut
from domain.time.instant import (
    BEGINNING,
    END,
    InstantError,
    format_instant,
    parse_cut,
    parse_instant,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: (moment - EPOCH) // timedelta(microseconds=1)
)


@given(instants)
def test_an_instant_is_written_as_the_standard_library_writes_it(instant: int) -> None:
    moment = EPOCH + timedelta(microseconds=instant)
    written = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert format_instant(instant) == written


@given(st.integers(BEGINNING + 1, END - 1))
def test_what_is_written_is_read_back_in_every_year(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2025-09-11T00:00:00Z", "2025-09-11T00:00:00.000000Z"),
        ("2025-09-11T00:00:00.5Z", "2025-09-11T00:00:00.500000Z"),
        ("2025-09-11t03:00:00.000001+03:00", "2025-09-11T00:00:00.000001Z"),
        ("2025-09-10T18:30:00-05:30", "2025-09-11T00:00:00.000000Z"),
        ("2025-09-11T00:00:00-00:00", "2025-09-11T00:00:00.000000Z"),
        ("0000-12-31T23:59:59z", "+000000-12-31T23:59:59.000000Z"),
        ("-000044-03-15T12:00:00Z", "-000044-03-15T12:00:00.000000Z"),
        ("9999-12-31T23:59:59-01:00", "+010000-01-01T00:59:59.000000Z"),
    ],
)
def test_an_offset_and_up_to_six_decimals_are_read(text: str, written: str) -> None:
    assert format_instant(parse_instant(text)) == written


@pytest.mark.parametrize(
    ("text", "offset", "reason"),
    [
        ("", 0, "year"),
        ("2025-09-11", 10, "'T'"),
        ("2025-09-11 00:00:00Z", 10, "'T'"),
        ("2025-09-11T00:00", 16, "two-digit second, as in 2025-09-11T14:30:00Z"),
        ("2025-09-11T00:00:00", 19, "'Z'"),
        ("2025-09-11T00:00:00.Z", 19, "decimals"),
        ("2025-09-11T00:00:00.1234567Z", 19, "six decimals"),
        ("2025-09-11T00:00:00+0300", 19, "hh:mm"),
        ("2025-09-11T00:00:00ZZ", 20, "nothing may follow"),
        ("2025-02-29T00:00:00Z", 8, "no day 29"),
        ("2025-13-01T00:00:00Z", 5, "month 13"),
        ("2025-09-11T24:00:00Z", 11, "hour 24"),
        ("2025-09-11T23:59:60Z", 17, "second 60"),
        ("2025-09-11T00:00:00+24:00", 20, "offset hour 24"),
        ("-0000-01-01T00:00:00Z", 0, "without a sign"),
        ("+200000-01-01T00:00:00Z", 0, "out of range"),
        ("٢٠٢٥-09-11T00:00:00Z", 0, "year"),
    ],
)
def test_a_fault_says_where_it_is(text: str, offset: int, reason: str) -> None:
    with pytest.raises(InstantError, match=reason) as caught:
        parse_instant(text)
    assert (caught.value.text, caught.value.offset) == (text, offset)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2025", "2025-12-31T23:59:59.999999Z"),
        ("2025-11", "2025-11-30T23:59:59.999999Z"),
        ("2024-02", "2024-02-29T23:59:59.999999Z"),
        ("2025-12", "2025-12-31T23:59:59.999999Z"),
        ("2025-11-22", "2025-11-22T23:59:59.999999Z"),
        ("-0044", "-000044-12-31T23:59:59.999999Z"),
        ("2025-11-22T10:00:00+02:00", "2025-11-22T08:00:00.000000Z"),
    ],
)
def test_a_bare_year_month_or_day_cuts_at_its_last_microsecond(text: str, written: str) -> None:
    assert format_instant(parse_cut(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "2025?", "2025-11-22~", "2025-11-22/..", "2025-21", "202X", "2025-02-29"),
        *("[2025]", "2025-1-1", " 2025", "2025 ", "now", "20251122", "2025-11-22T10:00:00"),
    ],
)
def test_a_vague_or_broken_text_is_no_cut(text: str) -> None:
    with pytest.raises(InstantError) as caught:
        parse_cut(text)
    assert 0 <= caught.value.offset <= len(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("20.03.2026", "write 2026-03-20"),
        ("12/02/2026", "write 2026-12-02 or 2026-02-12"),
        ("March 2026", "write 2026-03"),
        ("yesterday", ""),
        ("2026-03-20 14:00", ""),
        ("2026-01-05/2026-01-07", ""),
    ],
)
def test_a_day_in_another_notation_is_told_how_to_ask_for_it(text: str, advice: str) -> None:
    with pytest.raises(InstantError, match="expected a day, month or year") as caught:
        parse_cut(text)
    assert explain_cut(caught.value).partition("; ")[2] == advice
