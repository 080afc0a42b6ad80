"""Reads and writes instants, which are integers: microseconds since 1970-01-01T00:00:00Z, from BEGINNING to END."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from domain.time.edtf_calendar import DAY, civil_day, day_number, days_in_month, month_start
from domain.time.edtf_fault import first_fault, shape

BEGINNING: Final = -(2**62)
"""Stands for "no lower bound": before every instant that can be written."""
END: Final = 2**62
"""Stands for "no upper bound": after every instant that can be written."""

_SECOND: Final = 1_000_000
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 -- UTC, like all instants
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_YEAR: Final = r"(?P<year>\d{4}|[+-]\d{6}|-\d{4})"
_INSTANT: Final = re.compile(
    _YEAR + r"-(?P<month>\d\d)-(?P<day>\d\d)[Tt](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    r"(?:\.(?P<fraction>\d{1,6}))?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<offset_hour>\d\d):(?P<offset_minute>\d\d))",
    re.ASCII,
)
_SHAPE: Final = shape(
    (r"[0-9]{4}|[+-][0-9]{6}|-[0-9]{4}", "a four-digit year"),
    (r"-[0-9]{2}", "'-' and a two-digit month"),
    (r"-[0-9]{2}", "'-' and a two-digit day"),
    (r"[Tt][0-9]{2}", "'T' and a two-digit hour"),
    (r":[0-9]{2}", "':' and a two-digit minute"),
    (r":[0-9]{2}", "':' and a two-digit second"),
    (
        r"(?:\.[0-9]{1,6}(?![0-9]))?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})",
        "at most six decimals, then 'Z' or ±hh:mm",
    ),
)
_EXAMPLE: Final = "2025-09-11T14:30:00Z"
_CUT: Final = re.compile(_YEAR + r"(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", re.ASCII)
_LIMITS: Final = (
    ("month", 1, 12),
    ("hour", 0, 23),
    ("minute", 0, 59),
    ("second", 0, 59),
    ("offset_hour", 0, 23),
    ("offset_minute", 0, 59),
)


class InstantError(ValueError):
    """A text is not an instant: `text`, the 0-based `offset` of the fault, and the `reason`."""

    def __init__(self, text: str, offset: int, reason: str) -> None:
        """Keep what was read, and where and why it failed."""
        super().__init__(f"{text[:60]!r} at offset {offset}: {reason}")
        self.text = text
        self.offset = offset
        self.reason = reason


def parse_instant(text: str) -> int:
    """Read RFC 3339 with an offset and 0 to 6 decimals, or raise InstantError.

    It reads all that `format_instant` writes, expanded years included. Leap seconds are refused, because this clock has
    none.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        offset, reason = first_fault(text, 0, _SHAPE)
        raise InstantError(text, offset, f"{reason}, as in {_EXAMPLE}")
    year, month, day = _check_date(text, match)
    shift = int(match["offset_hour"] or 0) * _HOUR + int(match["offset_minute"] or 0) * _MINUTE
    instant = (
        day_number(year, month, day) * DAY
        + int(match["hour"]) * _HOUR
        + int(match["minute"]) * _MINUTE
        + int(match["second"]) * _SECOND
        + int((match["fraction"] or "").ljust(6, "0"))
        - (-shift if match["sign"] == "-" else shift)
    )
    return _in_range(text, instant)


def format_instant(instant: int) -> str:
    """Write RFC 3339 in UTC, with six decimals and Z; years outside 0001 to 9999 are written ±YYYYYY (ISO 8601)."""
    try:
        plain = _EPOCH + timedelta(microseconds=instant)
    except OverflowError:  # a datetime has the years 1 to 9999 only
        return _format_far(instant)
    return f"{plain.isoformat(timespec='microseconds')}Z"


def _format_far(instant: int) -> str:
    number, micros = divmod(instant, DAY)
    year, month, day = civil_day(number)
    seconds, micros = divmod(micros, _SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{year:+07d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}.{micros:06d}Z"


def parse_cut(text: str) -> int:
    """Read a cut of a time axis, an inclusive instant, or raise InstantError.

    An RFC 3339 instant is the cut itself; a year, month or day cuts at its last microsecond (UTC).
    """
    match = _CUT.fullmatch(text)
    if match is None and text.lstrip("+-")[:1].isdigit() and "T" in text.upper():
        return parse_instant(text)
    if match is None:
        raise InstantError(
            text,
            first_fault(text, 0, _SHAPE)[0],
            f"expected a day, month or year, such as 2025-09-11, or a time, such as {_EXAMPLE}",
        )
    year, month, day = _check_date(text, match)
    if match["day"]:
        after = (day_number(year, month, day) + 1) * DAY
    else:
        after = month_start(year, month + 1) if match["month"] else month_start(year + 1, 1)
    return _in_range(text, after - 1)


def _check_date(text: str, match: re.Match[str]) -> tuple[int, int, int]:
    parts = match.groupdict()
    for name, low, high in _LIMITS:
        if parts.get(name) and not low <= int(parts[name]) <= high:
            what = name.replace("_", " ")
            raise InstantError(
                text, match.start(name), f"there is no {what} {parts[name]}: write {low} to {high}"
            )
    year, month, day = int(parts["year"]), int(parts["month"] or 1), int(parts["day"] or 1)
    if parts["year"].startswith("-") and year == 0:
        raise InstantError(text, 0, "write year 0000 without a sign")
    last = days_in_month(year, month)
    if not 1 <= day <= last:
        raise InstantError(
            text, match.start("day"), f"this month has no day {parts['day']}: write 01 to {last}"
        )
    return year, month, day


def _in_range(text: str, instant: int) -> int:
    if not BEGINNING < instant < END:
        raise InstantError(
            text, 0, "the year is out of range: write one between -144000 and +148000"
        )
    return instant
