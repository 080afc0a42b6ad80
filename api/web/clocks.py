"""Makes the two sliders: the times at which something changes along each clock, and which of them the page shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from api.web.words.dates import cut_in_words, date_in_words
from domain.time.edtf_calendar import DAY
from domain.time.instant import parse_cut, parse_instant

if TYPE_CHECKING:
    from api.web.answers import PageAnswers

MOST_STOPS: Final = 300
"""The most stops of a slider; if there are more changes, all of a month, a year or more become one stop."""
_TALLEST: Final = 28.0
_EVERYTHING: Final = "all so far"
_YEARS: Final = {"decade": 10, "century": 100, "millennium": 1_000}
_OTHER: Final = {"recorded": "published", "published": "recorded"}


@dataclass(frozen=True)
class Clock:
    """One slider: its `stops` as an address takes them and in `words`, with how much changes at each.

    One stands `here`, in words, which is at stop `now` or after it; `last` is the day of that stop where it is earlier.
    """

    parameter: str
    stops: Sequence[str]
    words: Sequence[str]
    changes: Sequence[int]
    now: int
    here: str
    last: str | None
    before: str | None
    after: str | None

    @property
    def bars(self) -> list[tuple[int, float, bool]]:
        """Give the strip of activity: (place, height, whether it is past the present stop) for each stop."""
        most = max(self.changes, default=1)
        return [
            (at, round(_TALLEST * sqrt(count / most), 1), at <= self.now)
            for at, count in enumerate(self.changes)
        ]


@dataclass(frozen=True)
class Clocks:
    """Both sliders; a slider is None if its clock has fewer than two stops.

    The slider of knowledge uses the published or the recorded clock (`by`); `other` is the page by the other.
    """

    so: Clock | None
    known: Clock | None
    by: str
    other: str


async def read_clocks(page: PageAnswers) -> Clocks:
    """Ask for the stops of both clocks.

    The clock of knowledge is that of the answer. If the page names neither a clock nor a cut in knowledge, it is the
    clock of publication.
    """
    assert page.standing is not None, "the first answer says where one stands"  # noqa: S101 -- a programmer's error
    at = page.standing.perspective
    by = at["clock"] if at["as_known_at"] or "clock" in page.given else "published"
    return Clocks(
        so=await _clock(page, "as_of", "valid", at["as_of"]),
        known=await _clock(page, "as_known_at", by, at["as_known_at"], clock=by),
        by=by,
        other=page.here(clock=_OTHER[by]),
    )


async def _clock(
    page: PageAnswers, parameter: str, axis: str, cut: str | None, **with_it: str
) -> Clock | None:
    asked = {"axis": axis, "by": "auto", "limit": f"{MOST_STOPS}"}
    content = await page.ask("/moments", asked)
    stops, words, changes = _stops(content)
    now = len(stops) - 1
    if cut is not None:
        now = bisect_right([parse_cut(stop) for stop in stops], _end_of_day(cut)) - 1
    if now < 0 and cut is not None:
        now = 0
        stops.insert(0, cut)
        words.insert(0, cut_in_words(cut, short=True))
        changes.insert(0, 0)
    if len(stops) <= 1:
        return None

    def address(at: int) -> str | None:
        return page.here(**{parameter: stops[at], **with_it}) if 0 <= at < len(stops) else None

    here, last = _describe_place(cut, stops[now], words[now], content["by"])
    if parameter == "as_of" and page.standing is not None and page.standing.is_now:
        here = date_in_words(page.standing.so_day, short=True)
    before, after = address(now - 1), address(now + 1)
    return Clock(parameter, stops, words, changes, now, here, last, before, after)


def _describe_place(cut: str | None, stop: str, words: str, by: str) -> tuple[str, str | None]:
    """The present place of the slider, in words, and the day of the last change if that is earlier."""
    if cut is None:
        return _EVERYTHING, None
    is_earlier = by == "day" and parse_cut(stop) < parse_instant(cut) // DAY * DAY
    return cut_in_words(cut, short=True), words if is_earlier else None


def _stops(content: Any) -> tuple[list[str], list[str], list[int]]:  # noqa: ANN401 -- an answer
    """Give the stops of an answer, their words, and how much changes at each."""
    stops = [str(item["at"]) for item in content["items"]]
    words = [_in_words(stop, content["by"]) for stop in stops]
    return stops, words, [int(item["changes"]) for item in content["items"]]


def _in_words(stop: str, by: str) -> str:
    told = date_in_words(stop, short=True)
    if by not in _YEARS:
        return told
    return f"{date_in_words(f'{int(stop) - _YEARS[by] + 1:+07d}')} to {told}"


def _end_of_day(cut: str) -> int:
    """The last microsecond of the day of a cut: a day on which one stands is behind one."""
    return (parse_instant(cut) // DAY + 1) * DAY - 1
