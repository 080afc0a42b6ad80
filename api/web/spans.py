"""Places vague dates on an axis: the part that is certain, and the part that is only possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.time.edtf_calendar import DAY
from domain.time.instant import BEGINNING, END, format_instant, parse_instant

WIDTH: Final = 1_000
"""How wide an axis is, in its own units."""
_LEAST: Final = 5.0
"""How wide a date is drawn at least, so that it can be seen."""
_OPEN_STARTS: Final = ("..", "{..")
"""The beginnings of a valid time with an open start: both bounds of its start are the beginning of time."""


@dataclass(frozen=True)
class Span:
    """A part of an axis, in its units; `sure` where the fact certainly holds or begins there."""

    start: float
    width: float
    sure: bool


@dataclass(frozen=True)
class Axis:
    """A stretch of time, from `first` to `last` in microseconds since the epoch."""

    first: int
    last: int

    @property
    def ends(self) -> tuple[str, str]:
        """The first and the last day."""
        first, last = (format_instant(at).partition("T")[0] for at in (self.first, self.last - 1))
        return first, last

    def place(self, instant: int) -> float:
        """Give where an instant lies, within the axis."""
        share = (instant - self.first) / max(self.last - self.first, 1)
        return round(min(max(share, 0.0), 1.0) * WIDTH, 1)

    def spans(self, bounds: Mapping[str, Any], valid: str) -> list[Span]:
        """Give what to draw of a fact: when it may have begun and, of a period with an end, how long it went on."""
        begins, begun = _start(bounds, valid)
        spans = [self._span(begins, begun, sure=begun - begins <= DAY)]
        if "/" in valid or valid.startswith("{"):
            ends = _instant(bounds["end_earliest"], END)
            ended = _instant(bounds["end_latest"], END)
            if begun < ends < END:
                spans.append(self._span(begun, ends, sure=True))
            if max(begun, ends) < ended < END:
                spans.append(self._span(max(begun, ends), ended, sure=ended - ends <= DAY))
        return spans

    def _span(self, start: int, end: int, *, sure: bool) -> Span:
        left, right = self.place(start), self.place(end)
        width = round(max(right - left, _LEAST), 1)
        return Span(min(left, WIDTH - _LEAST), width, sure)


def axis_of(records: Sequence[Mapping[str, Any]]) -> Axis | None:
    """Give the axis that holds the beginnings of all these facts; None where one day holds all."""
    begins = [
        instant
        for record in records
        for instant in _start(record["valid_bounds"], record["fact"]["valid"])
        if BEGINNING < instant < END
    ]
    if not begins or max(begins) - min(begins) <= DAY:
        return None
    return Axis(min(begins), max(begins))


def _start(bounds: Mapping[str, Any], valid: str) -> tuple[int, int]:
    """Give the two instants between which a fact began."""
    unbounded = BEGINNING if valid.startswith(_OPEN_STARTS) else END
    begins = _instant(bounds["start_earliest"], BEGINNING)
    return begins, _instant(bounds["start_latest"], unbounded)


def _instant(written: str | None, unbounded: int) -> int:
    return unbounded if written is None else parse_instant(written)
