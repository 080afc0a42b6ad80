"""Places vague dates on an axis: what is certain of a date, and what is only possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

__all__ = ["WIDTH", "Axis", "Span", "axis_of"]

WIDTH: Final = 1_000
"""How wide an axis is, in its own units."""
_LEAST: Final = 5.0
"""How wide a date is drawn at least, so that it can be seen."""
_DAY: Final = 86_400.0
_FIRST: Final = "0001-01-01T00:00:00.000000Z"


@dataclass(frozen=True)
class Span:
    """A part of an axis, in its units; `sure` where the fact certainly holds or begins there."""

    start: float
    width: float
    sure: bool


@dataclass(frozen=True)
class Axis:
    """A stretch of time, from `first` to `last` in seconds since the epoch."""

    first: float
    last: float

    def place(self, instant: str) -> float:
        """Give where an instant lies, within the axis."""
        share = (_seconds(instant) - self.first) / max(self.last - self.first, 1.0)
        return round(min(max(share, 0.0), 1.0) * WIDTH, 1)

    def spans(self, bounds: Mapping[str, Any], valid: str) -> list[Span]:
        """Give what to draw of a fact: when it may have begun and, of a period, how long it went on."""
        begins, begun = (bounds["start_earliest"] or _FIRST, bounds["start_latest"] or _FIRST)
        is_exact = _seconds(begun) - _seconds(begins) <= _DAY
        spans = [self._span(begins, begun, sure=is_exact)]
        if "/" in valid:
            ends = bounds["end_earliest"] or bounds["end_latest"]
            if ends is not None:
                spans.append(self._span(begun, ends, sure=not bounds["end_unknown"]))
        return spans

    def _span(self, start: str, end: str, *, sure: bool) -> Span:
        left, right = self.place(start), self.place(end)
        width = round(max(right - left, _LEAST), 1)
        return Span(min(left, WIDTH - _LEAST), width, sure)


def axis_of(records: Sequence[Mapping[str, Any]]) -> Axis | None:
    """Give the axis that holds the beginnings of all these facts; None where one day holds all."""
    begins = [
        _seconds(instant)
        for record in records
        for name in ("start_earliest", "start_latest")
        if (instant := record["valid_bounds"][name]) is not None
    ]
    if not begins or max(begins) - min(begins) <= _DAY:
        return None
    return Axis(min(begins), max(begins))


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()
