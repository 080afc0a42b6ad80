"""The axis of time of every picture. Its first label says the year, and so does each label of a January."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from api.commands.charts.frame import Sheet

_NARROW_TICKS: Final = 4
_EACH_DAY: Final = {"interval": "day", "step": 1}
_YEAR: Final = "utcFormat(datum.value, '%Y')"
_LABEL: Final = r"test(/ \d\d$/, datum.label) ? utcFormat(datum.value, '%-d %b') : datum.label"
"""A day as the pages say it: Vega writes "Nov 02" or "Sun 02"."""
_LABELS: Final = (
    f"(datum.index == 0 || utcmonth(datum.value) == 0) && indexof(datum.label, {_YEAR}) < 0"
    f" ? [{_LABEL}, {_YEAR}] : ({_LABEL})"
)
"""A label in the language of Vega; the year is on a line of its own, unless the label says it already."""


def time_axis(
    inks: Sheet, first: str, last: str, ticks: int = 8, **options: object
) -> dict[str, Any]:
    """An axis of time from one day to another with about `ticks` labels, fewer on a phone; no label is an hour."""
    count = _NARROW_TICKS if inks.is_narrow else ticks
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days
    ticked = _EACH_DAY if days <= count else count
    return {"title": None, "labelFlush": True, "tickCount": ticked, "labelExpr": _LABELS, **options}


def along(inks: Sheet, days: Collection[str]) -> dict[str, Any]:
    """The days of rows from left to right."""
    axis = time_axis(inks, min(days), max(days))
    return {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}
