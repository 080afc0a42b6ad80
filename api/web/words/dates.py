"""Says dates in words, never more precisely than they were written; a text that is not a date is shown unchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from api.web.words.calendar_words import day_in_words, join_words
from domain.time.edtf_fault import ValidTimeError
from domain.time.valid_time import ValidTime

_INSTANT: Final = re.compile(
    r"(?P<day>[+-]?\d{4,6}-\d\d-\d\d)T(?P<time>\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d(?::\d\d)?)?"
)
_LAST: Final = re.compile(r"([+-]?\d{4,6}-\d\d-\d\d)T23:59:59\.999999Z")
_PLAIN: Final = re.compile(r"\d{4}(-\d\d){0,2}")
_UNKNOWN: Final = "not known"
_OPEN: Final = ".."
_NO_BEGINNING: Final = "no beginning"
_NO_START: Final = "beginning not known"


def date_in_words(edtf: str, *, short: bool = False) -> str:
    """Say an EDTF date, set or interval, or an RFC 3339 instant: "2025-11" is "November 2025".

    With `short`, months have three letters.
    """
    start, slash, end = edtf.partition("/")
    if slash:
        return _period_in_words(start, end, short=short)
    if edtf in {"", _OPEN}:
        return _UNKNOWN
    if edtf[0] + edtf[-1] in {"[]", "{}"}:
        return _set_in_words(edtf, short=short)
    return instant_in_words(edtf, short=short)


def since_in_words(edtf: str, *, short: bool = True) -> str:
    """Say since when something is so: "since 9 Nov 2025", "by 25 Jun 2025", "since some time between … and …".

    `edtf` is the beginning alone, or an interval or all-of set that begins with it.
    """
    start = edtf.partition("/")[0]
    if start.startswith("{"):
        start = _first_of(start)
    if start in {"", _OPEN}:
        return _NO_START
    told = date_in_words(start, short=short)
    if told.startswith("by "):
        return told
    return _say_since(f"some time {told}" if told.startswith("between ") else told)


def ends_in_words(dates: Sequence[str]) -> str:
    """Say of when the first and the last of some things are that are in order; nothing where one of these is vague."""
    if not all(_PLAIN.fullmatch(date) for date in (dates[0], dates[-1])):
        return ""
    first, last = date_in_words(dates[0]), date_in_words(dates[-1])
    return f"The first of these is of {first}, the last of {last}." if first != last else ""


def instant_in_words(instant: str, *, short: bool = False) -> str:
    """Say an RFC 3339 instant or a time of day in EDTF to the minute, or a date; without an offset it is in UTC."""
    match = _INSTANT.fullmatch(instant)
    if match is None:
        return day_in_words(instant, short=short) or instant
    zone = (match["zone"] or "Z").replace("Z", "")
    zone = f"{zone}:00" if len(zone) == len("+03") else zone
    return f"{day_in_words(match['day'], short=short) or match['day']}, {match['time']} UTC{zone}"


def cut_in_words(instant: str, *, short: bool = False) -> str:
    """Say a cut as a reader gave it: if it is the last microsecond of a day, say the day."""
    match = _LAST.fullmatch(instant)
    return instant_in_words(instant if match is None else match[1], short=short)


def _period_in_words(start: str, end: str, *, short: bool) -> str:
    begins, ends = (_edge(edge, short=short) for edge in (start, end))
    if start in {"", _OPEN}:
        begins = _NO_START if start == "" else _NO_BEGINNING
        if end in {"", _OPEN}:
            return f"{begins}; {'end not known' if end == '' else 'still goes on'}"
        return f"until {ends}" if start else f"{begins}; until {ends}"
    if end == _OPEN:
        return _say_since(begins)
    if end == "":
        return f"from {begins}, end not known"
    vague = start.startswith("[") or end.startswith("[")
    return f"from {begins} until {ends}" if vague else f"{begins} to {ends}"


def _say_since(begins: str) -> str:
    return f"since {re.sub('^a (?=day|month|year)', 'some ', begins)}"


def _edge(edge: str, *, short: bool) -> str:
    """One side of an interval, which may be a one-of set."""
    told = date_in_words(edge, short=short)
    if told.startswith("by "):
        return f"{told.removeprefix('by ')} or earlier"
    return f"some time {told}" if told.startswith("between ") else told


def _set_in_words(edtf: str, *, short: bool) -> str:
    members = edtf[1:-1].split(",")
    if edtf[0] == "{":
        return join_words([_some_of_all(member, short=short) for member in members], "and")
    if len(members) == 1 and members[0].startswith(_OPEN):
        return f"by {date_in_words(members[0].removeprefix(_OPEN), short=short)}"
    return " or ".join(_one_of_these(member, short=short) for member in members)


def _some_of_all(member: str, *, short: bool) -> str:
    """Say a member of an all-of set: all of a range are meant."""
    start, dots, end = member.partition(_OPEN)
    begins, ends = (date_in_words(edge, short=short) for edge in (start, end))
    if not dots:
        return begins
    if not start:
        return f"all time until {ends}"
    return f"{begins} to {ends}" if end else f"all time from {begins}"


def _one_of_these(member: str, *, short: bool) -> str:
    """Say a member of a one-of set: one of a range is meant."""
    start, dots, end = member.partition(_OPEN)
    begins, ends = (date_in_words(edge, short=short) for edge in (start, end))
    if not dots:
        return begins
    if not start:
        return f"{ends} or earlier"
    return f"between {begins} and {ends}" if end else f"{begins} or later"


def _first_of(all_of: str) -> str:
    """Give the first date of an all-of set; nothing where it has no beginning."""
    if all_of.startswith("{.."):
        return ""
    dates = [member.partition(_OPEN)[0] for member in all_of[1:-1].split(",")]
    try:
        return min(dates, key=lambda date: ValidTime.parse(date).bounds.start_earliest)
    except ValidTimeError:
        return ""
