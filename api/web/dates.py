"""Says dates in words, at most as sharp as they were written; what has no words here is shown as it is written."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["cut_in_words", "date_in_words", "instant_in_words", "since_in_words"]

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SEASONS: Final = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
_DATE: Final = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?P<mark>[?~%]?)"
)
_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d:\d\d)"
)
_LAST: Final = re.compile(r"(\d{4}-\d\d-\d\d)T23:59:59\.999999Z")
_HEDGES: Final = {"": "", "?": " (uncertain)", "~": " (about)", "%": " (about, uncertain)"}
_ANY: Final = "XX"


def date_in_words(edtf: str, *, short: bool = False) -> str:
    """Say an EDTF date, set or interval, or an RFC 3339 instant: "2025-11" is "November 2025".

    With `short`, months have three letters.
    """
    if _INSTANT.fullmatch(edtf):
        return instant_in_words(edtf, short=short)
    if edtf[:1] in "[{" and edtf[-1:] in "]}":
        return _set_in_words(edtf, short=short)
    start, slash, end = edtf.partition("/")
    return _period_in_words(start, end, short=short) if slash else _day(start, short=short) or edtf


def since_in_words(edtf: str) -> str:
    """Say since when something is so, in short words: "since 9 Nov 2025", "by 25 Jun 2025", "between … and …"."""
    told = date_in_words(edtf, short=True)
    return told if told.startswith(("by ", "between ", "since ", "from ")) else f"since {told}"


def instant_in_words(instant: str, *, short: bool = False) -> str:
    """Say an RFC 3339 instant to the minute; "Z" is said as UTC."""
    found = _INSTANT.fullmatch(instant)
    if found is None:
        return instant
    zone = "UTC" if found["zone"] == "Z" else f"UTC{found['zone']}"
    return f"{_day(found[1], short=short) or found[1]}, {found[2]} {zone}"


def cut_in_words(instant: str, *, short: bool = False) -> str:
    """Say a cut as a reader gave it: the last microsecond of a day is that day."""
    found = _LAST.fullmatch(instant)
    if found is None:
        return instant_in_words(instant, short=short)
    return _day(found[1], short=short) or found[1]


def _period_in_words(start: str, end: str, *, short: bool) -> str:
    begins, ends = (_bound(edge, short=short) for edge in (start, end))
    if start in {"", ".."}:
        since = "" if start else "beginning not known; "
        return f"{since}until {ends}"
    if end == "..":
        return f"since {begins}"
    return f"from {begins}, end not known" if end == "" else f"{begins} to {ends}"


def _set_in_words(edtf: str, *, short: bool) -> str:
    members = [member.strip() for member in edtf[1:-1].split(",")]
    if edtf[0] == "{":
        return " and ".join(_span(member, short=short) for member in members)
    return " or ".join(_span(member, short=short) for member in members)


def _span(member: str, *, short: bool) -> str:
    start, dots, end = member.partition("..")
    if not dots:
        return _bound(start, short=short)
    if not start:
        return f"by {_bound(end, short=short)}"
    if not end:
        return f"{_bound(start, short=short)} or later"
    return f"between {_bound(start, short=short)} and {_bound(end, short=short)}"


def _bound(edge: str, *, short: bool) -> str:
    """One side of an interval, which may itself be a set."""
    if edge[:1] in {"[", "{"}:
        return _set_in_words(edge, short=short)
    return _day(edge, short=short) or edge


def _day(date: str, *, short: bool) -> str | None:
    """A day, month, season or year in words; None where it has none here."""
    found = _DATE.fullmatch(date)
    if found is None:
        return None
    year, month, day = found["year"], found["month"], found["day"]
    hedge = _HEDGES[found["mark"]]
    if month in {None, _ANY}:
        return f"{'some day in ' if month and day != _ANY and day else ''}{year}{hedge}"
    if month in _SEASONS:
        return f"{_SEASONS[month]} {year}{hedge}"
    if not 1 <= int(month) <= len(_MONTHS):
        return None
    name = _MONTHS[int(month) - 1]
    told = f"{name[:3] if short else name} {year}{hedge}"
    if day is None:
        return told
    return f"a day in {told}" if day == _ANY else f"{int(day)} {told}"
