"""The axis of time of every picture. Its first label says the year, and so does each label of a January."""

from __future__ import annotations

from typing import Any, Final

from api.commands.charts.frame import Sheet

_NARROW_TICKS: Final = 4
_YEAR: Final = "utcFormat(datum.value, '%Y')"
_LABEL: Final = r"test(/ \d\d$/, datum.label) ? utcFormat(datum.value, '%-d %b') : datum.label"
"""A day as the pages say it: Vega writes "Nov 02" or "Sun 02"."""
_LABELS: Final = (
    f"(datum.index == 0 || utcmonth(datum.value) == 0) && indexof(datum.label, {_YEAR}) < 0"
    f" ? [{_LABEL}, {_YEAR}] : ({_LABEL})"
)
"""A label in the language of Vega; the year is on a line of its own, unless the label says it already."""


def time_axis(inks: Sheet, ticks: int = 8, **options: object) -> dict[str, Any]:
    """An axis of time with about so many labels; fewer on a phone."""
    count = _NARROW_TICKS if inks.is_narrow else ticks
    return {"title": None, "labelFlush": True, "tickCount": count, "labelExpr": _LABELS, **options}


def along(inks: Sheet) -> dict[str, Any]:
    """The days of rows from left to right."""
    scale = {"type": "utc"}
    return {"field": "at", "type": "temporal", "scale": scale, "axis": time_axis(inks)}
