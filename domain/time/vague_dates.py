"""Says what to do about two dates that contradict each other, also if one of them is approximate or uncertain."""

from __future__ import annotations

from typing import Final

from domain.time.instant import format_instant
from domain.time.valid_time import ValidTime

_QUALIFIERS: Final = frozenset("?~%")


def tell_contradiction(*dates: str) -> str:
    """Tell what to do about two dates in an order that cannot be; neither of them is an interval.

    If one of them is approximate or uncertain, the advice names the days that Parley takes it for.
    """
    vague = next((date for date in dates if not _QUALIFIERS.isdisjoint(date)), None)
    if vague is None:
        return "one of the two dates may be wrong"
    bounds = ValidTime.parse(vague).bounds
    first, last = (
        format_instant(at).partition("T")[0]
        for at in (bounds.start_earliest, bounds.start_latest - 1)
    )
    return (
        f"{vague} is read as {first} to {last}; if it may be another day, write all days that it may be, as in "
        f"[{first}..{last}], or correct the date that is wrong"
    )
