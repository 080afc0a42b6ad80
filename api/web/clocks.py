"""The two sliders: the days on which something changes along each clock, and where one stands among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from api.web.dates import date_in_words

if TYPE_CHECKING:
    from api.web.page import Page

__all__ = ["Clock", "Clocks", "read_clocks"]

MOST_STOPS: Final = 300
"""How many stops a slider has at most; where there are more, they are grouped by month, then by year."""
_UNITS: Final = ("day", "month", "year")
_TALLEST: Final = 28.0
_LEAST_APART: Final = 9


@dataclass(frozen=True)
class Clock:
    """One slider: `stops` are days, months or years, as an address takes them, with how much changes at each."""

    parameter: str
    stops: Sequence[str]
    changes: Sequence[int]
    now: int
    before: str | None
    after: str | None

    @property
    def bars(self) -> list[tuple[int, float, bool]]:
        """Give the strip of activity: (place, height, whether it lies behind where one stands) for each stop."""
        most = max(self.changes, default=1)
        return [
            (at, round(_TALLEST * sqrt(count / most), 1), at <= self.now)
            for at, count in enumerate(self.changes)
        ]

    @property
    def labels(self) -> list[tuple[int, str]]:
        """Give the months, or years, to write under the strip, where each begins, none too near to another."""
        told: list[tuple[int, str]] = []
        seen = ""
        apart = max(1, len(self.stops) // _LEAST_APART)
        for at, stop in enumerate(self.stops):
            month = stop[:7]
            if month != seen and (not told or at - told[-1][0] >= apart):
                told.append((at, date_in_words(month, short=True)))
            seen = month
        return told

    @property
    def words(self) -> list[str]:
        """Give each stop in words."""
        return [date_in_words(stop, short=True) for stop in self.stops]


@dataclass(frozen=True)
class Clocks:
    """Both sliders; each is None where its clock has no more than one stop."""

    so: Clock | None
    known: Clock | None


async def read_clocks(page: Page) -> Clocks:
    """Ask for the stops of both clocks; the clock of knowledge is that of the papers unless the page has another."""
    known_by = page.cuts.get("clock", "published")
    assert page.standing is not None, "the first answer says where one stands"  # noqa: S101 -- a programmer's error
    at = page.standing.perspective
    return Clocks(
        so=await _clock(page, "as_of", "valid", {}, at["as_of"]),
        known=await _clock(page, "as_known_at", known_by, {"clock": known_by}, at["as_known_at"]),
    )


async def _clock(
    page: Page, parameter: str, axis: str, more: Mapping[str, str], cut: str | None
) -> Clock | None:
    items: Sequence[Mapping[str, Any]] = ()
    for unit in _UNITS:
        question = {"axis": axis, "by": unit, "limit": str(MOST_STOPS)}
        content = await page.ask("/moments", question)
        items = content["items"]
        if content["next"] is None:
            break
    stops = [str(item["at"]) for item in items]
    if len(stops) <= 1:
        return None
    now = len(stops) - 1
    if cut is not None:
        now = max((at for at, stop in enumerate(stops) if stop <= cut[: len(stop)]), default=0)

    def address(at: int) -> str | None:
        if not 0 <= at < len(stops):
            return None
        return page.here(**{parameter: stops[at], **more})

    changes = [int(item["changes"]) for item in items]
    return Clock(parameter, stops, changes, now, address(now - 1), address(now + 1))
