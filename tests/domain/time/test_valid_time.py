"""Each valid time has the bounds worked out by hand; texts that are no EDTF are refused."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.time.edtf_fault import ValidTimeError
from domain.time.instant import BEGINNING, END, parse_instant
from domain.time.valid_time import ValidTime, strict_upper
from tests.domain.time.edtf_examples import MOMENTS, SPANS


def instants(written: str) -> tuple[int, ...]:
    return tuple(
        {"<": BEGINNING, ">": END}.get(each)
        or parse_instant(each + ("Z" if "T" in each else "T00:00:00Z"))
        for each in written.split()
    )


def bounds(text: str) -> tuple[int, int, int, int]:
    found = ValidTime.parse(text).bounds
    return found.start_earliest, found.start_latest, found.end_earliest, found.end_latest


@pytest.mark.parametrize(("text", "written"), MOMENTS.items())
def test_a_moment_bounds_the_start_and_leaves_the_end_open(text: str, written: str) -> None:
    assert bounds(text) == (*instants(written), END, END)
    assert not ValidTime.parse(text).spans


@pytest.mark.parametrize(("text", "written"), SPANS.items())
def test_an_interval_or_an_all_of_set_bounds_both_ends(text: str, written: str) -> None:
    assert bounds(text) == instants(written)
    assert ValidTime.parse(text).spans


def test_an_open_end_is_not_an_unknown_end() -> None:
    open_end, unknown = ValidTime.parse("2025-09-11/.."), ValidTime.parse("2025-09-11/")
    assert (open_end.bounds.end_unknown, unknown.bounds.end_unknown) == (False, True)
    assert open_end.bounds.end_earliest == END
    assert unknown.bounds.end_earliest == unknown.bounds.start_earliest


def test_an_open_start_is_not_an_unknown_start() -> None:
    assert ValidTime.parse("/2025").bounds.start_unknown
    assert not ValidTime.parse("../2025").bounds.start_unknown
    assert not ValidTime.parse("2025").bounds.start_unknown


def test_the_text_is_kept_as_written_and_in_its_parts() -> None:
    assert ValidTime.parse("2025-09~/..").text == "2025-09~/.."
    for text, start, end in (
        ("2025-09~/..", "2025-09~", ".."),
        ("2025-09-11/", "2025-09-11", ""),
        ("/2025", "", "2025"),
        ("2025-09", "2025-09", None),
        ("[2024,2025]", "[2024,2025]", None),
    ):
        valid_time = ValidTime.parse(text)
        assert (valid_time.start_text, valid_time.end_text) == (start, end)


@pytest.mark.parametrize(
    ("text", "ended", "result"),
    [
        ("2025-11-09", "2025-12-01", "2025-11-09/2025-12-01"),
        ("2025-11-09/..", "2025-12~", "2025-11-09/2025-12~"),
        ("2025-11-09/", "[2025-12-01..2025-12-09]", "2025-11-09/[2025-12-01..2025-12-09]"),
        ("2025-11-09/2025-11-30", "2025-12-01", "2025-11-09/2025-12-01"),
        ("../2024", "2025", "../2025"),
        ("[2025-11-01..2025-11-26]", "2025-12", "[2025-11-01..2025-11-26]/2025-12"),
        ("2025-09-11T10:00:00Z", "2025-09-11", "2025-09-11T10:00:00Z/2025-09-11"),
    ],
)
def test_ending_keeps_the_start(text: str, ended: str, result: str) -> None:
    assert ValidTime.parse(text).end_at(ended) == ValidTime.parse(result)


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("2025-11-09", "2025-11-08"),
        ("2025-11-09", ".."),
        ("2025-11-09", ""),
        ("2025-11-09", "2025-12/2026"),
        ("2025-11-09", "{2025-12,2026}"),
        ("2025-11-09", "soon"),
        ("{2024,2025}", "2026"),
    ],
)
def test_an_end_before_the_start_or_without_a_moment_is_refused(text: str, ended: str) -> None:
    with pytest.raises(ValidTimeError):
        ValidTime.parse(text).end_at(ended)


def test_an_end_before_the_start_is_told_to_write_a_later_date_and_not_to_swap() -> None:
    for text, ended in (
        ("2025-11-09", "2025-11-08"),
        ("[2025-11-01..2025-11-26]", "2025-10"),
        ("2025-11~/..", "2024~"),
    ):
        with pytest.raises(ValidTimeError, match=r"begins with .*: write a later date") as refused:
            ValidTime.parse(text).end_at(ended)
        assert refused.value.text == ended


@pytest.mark.parametrize(
    ("text", "offset", "reason"),
    [
        ("", 0, "empty"),
        (" 2025", 0, "white space"),
        ("2025-09-11\n", 10, "white space"),
        ("2025\x00", 4, "cannot stand"),
        ("٢٠٢٥", 0, "cannot stand"),
        ("2025-09-11–2025-09-12", 10, "cannot stand"),
        ("2" * 201, 200, "longer than 200"),
        ("2025-13", 5, "13 is neither a month"),
        ("2025-00", 5, "no month 00"),
        ("2025-42", 5, "no month 42"),
        ("2025-5X", 0, "no day of the calendar"),
        ("2025-02-30", 8, "no day 30"),
        ("2025-02-3X", 0, "no day of the calendar"),
        ("XXX1-02-29", 0, "no day of the calendar"),
        ("2025-1-1", 4, "two-digit month"),
        ("2025-09-1", 7, "two-digit day"),
        ("2025-09-11-12", 10, "nothing may follow"),
        ("-0000", 0, "without a sign"),
        ("?2025?", 5, "one qualifier"),
        ("?2025-21", 0, "at the end"),
        ("2025-21-01", 7, "no days"),
        ("202X-21", 0, "without X"),
        ("2025T10:00:00", 4, "after a whole day"),
        ("2025-09-11~T10:00:00Z", 11, "after a whole day"),
        ("2025-09-11T10:00", 16, "two-digit second"),
        ("2025-09-11T25:00:00", 11, "no hour 25"),
        ("2025-09-11T24:00:01", 11, "no hour 24"),
        ("2025-09-11T10:00:00+15:00", 19, "-14:00 to"),
        ("2025-09-11T10:00:00-00:00", 19, "-14:00 to"),
        ("2025-09-11T10:00:00.5Z", 19, "nothing may follow"),
        ("Y2025", 0, "five digits"),
        ("Y0", 0, "leading zeros"),
        ("2025S0", 4, "nothing may follow"),
        ("/", 0, "write a start or an end"),
        ("2024/2025/2026", 9, "one '/'"),
        ("2025-09-11/2025-09-10", 11, "ends before it starts"),
        ("2025~/2024~", 6, "ends before it starts"),
        ("...", 0, "four-digit year"),
        ("2025/{2026,2027}", 5, "four-digit year"),
        ("[2025", 5, "write ']' at the end"),
        ("[2025}", 6, "write ']' at the end"),
        ("[2025]", 5, "two dates or more"),
        ("[2025,,2026]", 6, "four-digit year"),
        ("[2025-21..2025-22]", 1, "without qualifiers"),
        ("[2026..2025]", 7, "ends before it starts"),
        ("[2025..2026-01]", 7, "as days, as months"),
        ("[2025~..2026]", 1, "without qualifiers"),
        ("[2025,..2026]", 6, "before the first date"),
        ("[..2025..]", 7, "both sides"),
        ("[..]", 3, "four-digit year"),
    ],
)
def test_a_malformed_text_says_where_and_why(text: str, offset: int, reason: str) -> None:
    with pytest.raises(ValidTimeError, match=reason) as caught:
        ValidTime.parse(text)
    assert (caught.value.text, caught.value.offset) == (text, offset)


def make_invalid_texts(seed: int) -> list[str]:
    """1,500 invalid texts, made from the valid texts above."""
    dice, texts = random.Random(seed), [*MOMENTS, *SPANS]
    noise = [*" \t\n\x00\x1b\u200b\ud800é–٣abcxzt_;|()<>&*'\"\\^=!@#$", "null", "NaN", "-99-", "//"]
    invalid = []
    for _ in range(1_500):
        text = dice.choice(texts)
        at = dice.randrange(len(text) + 1)
        invalid.append(text[:at] + dice.choice(noise) + text[at:])
    return invalid


def test_a_thousand_malformed_texts_are_refused_in_silence(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for text in make_invalid_texts(seed=20251126):
        with pytest.raises(ValidTimeError) as caught:
            ValidTime.parse(text)
        assert 0 <= caught.value.offset <= len(text)
        assert caught.value.reason
    assert capfd.readouterr() == ("", "")


@given(st.text(st.sampled_from("0123456789XX-/.?~%[]{},TZYSE+:"), max_size=24) | st.text())
def test_no_text_raises_anything_but_a_valid_time_error(text: str) -> None:
    for read in (ValidTime.parse, strict_upper, ValidTime.parse("2025").end_at):
        try:
            read(text)
        except ValidTimeError as fault:
            assert 0 <= fault.offset <= len(fault.text)  # noqa: PT017 - most texts raise, not all


def test_what_is_not_a_text_is_refused() -> None:
    others: tuple[object, ...] = (None, 2025, 2025.5, [], b"2025")
    for other in others:
        with pytest.raises(ValidTimeError, match="a date is sent as text"):
            ValidTime.parse(other)


days = st.dates().map(lambda day: day.isoformat())
qualifiers = st.sampled_from(["", "?", "~", "%"])
moments = st.builds(
    lambda day, length, qualifier: day[:length] + qualifier,
    days,
    st.sampled_from([4, 7, 10]),
    qualifiers,
)
edges = moments | st.sampled_from(["", ".."])
texts = st.one_of(
    st.sampled_from([*MOMENTS, *SPANS]),
    moments,
    st.builds("{}/{}".format, edges, edges),
    st.builds("[{},{}]".format, moments, moments),
    st.builds("{{{},{}}}".format, moments, moments),
)


@given(texts)
def test_bounds_are_ordered(text: str) -> None:
    try:
        found = bounds(text)
    except ValidTimeError:
        assert "/" in text
        return
    start_earliest, start_latest, end_earliest, end_latest = found
    assert BEGINNING <= start_earliest <= start_latest <= end_latest <= END
    assert start_earliest <= end_earliest <= end_latest


@given(texts.filter(lambda text: "/" not in text))
def test_reading_twice_gives_the_same(text: str) -> None:
    assert ValidTime.parse(text) == ValidTime.parse(text[:1] + text[1:])


@given(days)
def test_a_wider_text_contains_a_narrower_one(day: str) -> None:
    chain = [day, day[:7], day[:7] + "~", day[:7] + "%", day[:4] + "%", "XXXX%"]
    for narrow, wide in pairwise(chain):
        inner, outer = bounds(narrow), bounds(wide)
        assert outer[0] <= inner[0] <= inner[1] <= outer[1]
    assert bounds(f"[..{day}]")[1] == bounds(day)[1]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2025-09-11", "2025-09-11T23:59:59.999999Z"),
        ("2025-09-11?", "2025-09-11T23:59:59.999999Z"),
        ("2025-09%", "2025-09-30T23:59:59.999999Z"),
        ("2025", "2025-12-31T23:59:59.999999Z"),
        ("2025-09-XX", "2025-09-30T23:59:59.999999Z"),
        ("2025-09-11T10:00:00Z", "2025-09-11T10:00:00Z"),
        ("2025-09-11T12:00:00.25+02:00", "2025-09-11T10:00:00.25Z"),
        ("2025-09-11T10:00:00", "2025-09-11T10:00:00Z"),
        ("[2025-09-11..2025-09-13]", "2025-09-13T23:59:59.999999Z"),
    ],
)
def test_the_strict_upper_bound_ignores_qualifiers(text: str, written: str) -> None:
    assert strict_upper(text) == parse_instant(written)


@pytest.mark.parametrize("text", ["", "x", "2025/2026", "2025/..", "..", "[2025..]", "Y17E7"])
def test_what_has_no_last_moment_has_no_strict_upper_bound(text: str) -> None:
    with pytest.raises(ValidTimeError):
        strict_upper(text)
