"""Draws stocks, with a line for each counter, and the number of facts that change in each month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.commands.charts.frame import (
    LEGEND,
    Sheet,
    draw_nothing,
    month_of,
    plain,
    table,
    values,
    wrap_text,
)
from api.commands.charts.time_axis import along
from api.commands.number_words import interval_in_words

_DASHES: Final = [[1, 0], [6, 3], [2, 2], [9, 3, 2, 3], [4, 1], [1, 3]]
_SHAPES: Final = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
_SYMBOL: Final = 40
"""How wide a legend's mark is, with what is left free beside it."""
MOST: Final = 6
"""How many counters a picture shows: there are as many different dashes and marks."""


def counters(points: Sequence[Mapping[str, Any]], inks: Sheet, what: str) -> dict[str, Any]:
    """A picture of a stock's points {population, counted_by, at, until, low, high, contested}, a line for each counter.

    It shows those with the most points.
    """
    numbered = (point for point in points if point["low"] or point["high"] is not None)
    named = [{**point, "counter": _counter(point)} for point in numbered]
    if not named:
        return draw_nothing(inks)
    many: dict[str, int] = {}
    for point in named:
        many[point["counter"]] = many.get(point["counter"], 0) + 1
    kept = sorted(many, key=lambda name: (-many[name], name))[:MOST]
    columns = 1 if inks.is_narrow else 2
    lines = {
        name: "\n".join(wrap_text(name, LEGEND, inks.width / columns - _SYMBOL)) for name in kept
    }
    labels = [*lines.values()]
    rows = [
        {
            **_find_heights(point),
            "counter": lines[point["counter"]],
            "at": month_of(at),
            "said": at == point["at"],
        }
        for point in named
        if point["counter"] in kept
        for at in dict.fromkeys((point["at"], point["until"]))
    ]
    x = along(inks, [row["at"] for row in rows])
    axis = {"title": what, "tickMinStep": 1, "labelPadding": 8}
    y = {"field": "low", "type": "quantitative", "axis": axis}
    legend = {
        "title": None,
        "orient": "bottom",
        "columns": columns,
        "symbolStrokeColor": inks.ink,
        "labelExpr": r"split(datum.label, '\n')",
    }
    by = {
        "field": "counter",
        "type": "nominal",
        "sort": labels,
        "legend": {**legend, "symbolType": "stroke"},
    }
    dash = {**by, "scale": {"domain": labels, "range": _DASHES[: len(kept)]}}
    shape = {**by, "scale": {"domain": labels, "range": _SHAPES[: len(kept)]}}
    stated = [point for point in rows if point["said"]]
    ink = inks.so
    hollow = {"condition": {"test": "datum.at_most", "value": inks.paper}, "value": ink}
    told = (
        (point["counter"], point["at"], _say(point), "contested" if point["contested"] else "")
        for counter in kept
        for point in named
        if point["counter"] == counter
    )
    return {
        "table": table(("counted by", "from", "number", "contested"), told),
        "height": 300,
        "layer": [
            {
                "data": values(rows),
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.8, "color": ink},
                "encoding": {"x": x, "y": y, "strokeDash": dash, "detail": {"field": "counter"}},
            },
            {
                "data": values(stated),
                "mark": {"type": "rule", "strokeWidth": 1.2, "color": ink, "strokeDash": [3, 2]},
                "encoding": {"x": x, "y": y, "y2": {"field": "top"}},
            },
            {
                "data": values(stated),
                "mark": {"type": "point", "size": 70, "filled": True, "opacity": 1, "color": ink,
                         "stroke": ink, "strokeWidth": 1.4},
                "encoding": {"x": x, "y": y, "shape": shape, "fill": hollow},
            },
        ],
    }  # fmt: skip


def _find_heights(point: Mapping[str, Any]) -> dict[str, Any]:
    """The heights at which a count is drawn: `low` and `top`. One that says only "at most" is drawn at its most."""
    top = point["low"] if point["high"] is None else point["high"]
    at_most = point["low"] == 0 < top
    low = top if at_most else point["low"]
    return {"low": low, "top": top, "at_most": at_most}


def _say(point: Mapping[str, Any]) -> str:
    return plain(interval_in_words(point))


def _counter(point: Mapping[str, Any]) -> str:
    parts = (point.get("counted_by") or "not said by whom", point.get("population"))
    return ": ".join(plain(part) for part in parts if part)


def strips(axes: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], inks: Sheet) -> dict[str, Any]:
    """A picture with a strip for each axis: the more facts change in a month, the stronger and taller it is there."""
    drawn: list[dict[str, Any]] = []
    days = sorted(
        month_of(item["at"]) for _, items in axes for item in items if item["at"][:4].isdecimal()
    )
    if not days:
        return draw_nothing(inks)
    scale = {"type": "utc", "domain": [days[0], days[-1]]}
    for name, items in axes:
        rows = [
            {"at": month_of(item["at"]), "changes": item["changes"]}
            for item in items
            if item["at"][:4].isdecimal()
        ]
        shade = {"range": [0.5, 1]}
        opacity = {"field": "changes", "type": "quantitative", "scale": shade, "legend": None}
        drawn.append({
            "title": {"text": name, "anchor": "start", "frame": "group", "fontSize": 13, "fontWeight": 600,
                      "color": inks.ink},
            "width": inks.width,
            "height": 56,
            "data": values(rows),
            "mark": {"type": "bar", "width": {"band": 1}, "color": inks.ink},
            "encoding": {
                "x": {**along(inks, days), "timeUnit": "utcyearmonth", "bandPosition": 0, "scale": scale},
                "y": {"field": "changes", "type": "quantitative",
                      "axis": {"title": None, "tickCount": 2, "tickMinStep": 1}},
                "opacity": opacity,
            },
        })  # fmt: skip
    return {"table": _months(axes), "vconcat": drawn, "spacing": 12}


def _months(axes: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]) -> dict[str, Any]:
    """How many facts change in each month along each axis."""
    counted = [{item["at"]: item["changes"] for item in items} for _, items in axes]
    months = sorted({at for axis in counted for at in axis})
    rows = ([at, *(f"{axis.get(at, 0):,}" for axis in counted)] for at in months)
    return table(("month", *(name for name, _ in axes)), rows)
