"""Draws a number along time: the area is solid up to its low bound, and hatched from there to its high bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final

from api.commands.charts.frame import HALF, WIDTH, Sheet, day, draw_nothing, table, values
from api.commands.charts.time_axis import along
from domain.number.total import NOT_COUNTED, NOTHING_RECORDED

HATCHES: Final = 150
"""How many lines hatch a picture from its left to its right."""
HEIGHT: Final = 300


def band(
    steps: Sequence[Mapping[str, Any]], until: str, inks: Sheet, ink: str, *, title: str
) -> dict[str, Any]:
    """A picture of steps {at, low, high, text, contested}, in order of `at`.

    A step lasts until the next one begins, the last step until the day `until`. `at` is a day too. A `high` of None
    means no bound: the hatching then reaches the top of the picture.
    """
    bounded_steps = _select_changes(steps)
    if not bounded_steps:
        return _draw_unbounded(steps, inks)
    steps = bounded_steps
    end = max(until, _find_next_day(steps[-1]["at"]))
    bounds = [step["low"] if step["high"] is None else step["high"] for step in steps]
    most = max([1, *bounds])
    room = most * 1.12
    y = {
        "type": "quantitative",
        "scale": {"domain": [0, room]},
        "axis": {"title": title, "tickMinStep": 1, "labelPadding": 8},
    }
    rows = [{**step, "top": room if step["high"] is None else step["high"]} for step in steps]
    drawn = [*rows, {**rows[-1], "at": end}]
    bounded = [{**step, "top": None if step["high"] is None else step["top"]} for step in drawn]
    lines = _hatches(drawn, HATCHES * inks.width // WIDTH)
    x = along(inks, [steps[0]["at"], end])
    last = rows[-1]
    stepped = {"interpolate": "step-after"}
    low, top = {"field": "low", **y}, {"field": "top", **y}
    shape = {"type": "point", "size": 90, "opacity": 1, "strokeWidth": 1.4, "stroke": ink}
    contested = values([row for row in rows if row["contested"]])
    return {
        "table": _table_of(rows),
        "height": HEIGHT,
        "layer": [
            {
                "data": values(drawn),
                "mark": {"type": "area", "color": ink, "opacity": 0.16, **stepped},
                "encoding": {"x": x, "y": low},
            },
            {
                "data": values(lines),
                "mark": {"type": "rule", "color": ink, "strokeWidth": 0.7, "opacity": 0.55},
                "encoding": {"x": x, "y": low, "y2": {"field": "top"}},
            },
            {
                "data": values(bounded),
                "mark": {
                    "type": "line",
                    "color": ink,
                    "strokeWidth": 1.2,
                    "strokeDash": [4, 3],
                    **stepped,
                },
                "encoding": {"x": x, "y": top},
            },
            {
                "data": values(drawn),
                "mark": {"type": "line", "color": ink, "strokeWidth": 2.4, **stepped},
                "encoding": {"x": x, "y": low},
            },
            {
                "data": contested,
                "mark": {**shape, "shape": "circle", "fill": inks.paper},
                "encoding": {"x": x, "y": low},
            },
            {
                "data": contested,
                "mark": {**shape, "shape": HALF, "fill": ink, "filled": True},
                "encoding": {"x": x, "y": low},
            },
            {
                "data": values([{"at": end, "low": last["top"], "text": last["text"]}]),
                "mark": {
                    "type": "text",
                    "align": "right",
                    "baseline": "bottom",
                    "dy": -6,
                    "dx": -2,
                    "fontWeight": 600,
                    "fontSize": 14,
                    "color": inks.ink,
                },
                "encoding": {"x": x, "y": low, "text": {"field": "text"}},
            },
        ],
    }


def _draw_unbounded(steps: Sequence[Mapping[str, Any]], inks: Sheet) -> dict[str, Any]:
    """The picture where no step has a bound: the last step in words, if it has a number at all."""
    told = [step for step in steps if step["text"] not in {NOTHING_RECORDED, NOT_COUNTED}]
    if not told:
        return draw_nothing(inks)
    at, text = told[-1]["at"], told[-1]["text"]
    words = f"{text[0].upper()}{text[1:]}, by {day(at)}. Not drawn: no source gives a limit."
    return {**draw_nothing(inks, words), "table": _table_of(told)}


def _table_of(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return table(
        ("from", "number", "contested"),
        ((step["at"], step["text"], "contested" if step["contested"] else "") for step in steps),
    )


def _select_changes(steps: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The steps that differ from the step before them, beginning with the first step that has a number."""
    changes: list[Mapping[str, Any]] = []
    for step in steps:
        if not changes and not step["low"] and step["high"] is None:
            continue
        if not changes or {**changes[-1], "at": step["at"]} != step:
            changes.append(step)
    return changes


def _hatches(drawn: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    """Lines from what is certain to what is possible, in equal distances over the whole time."""
    days = [date.fromisoformat(step["at"]).toordinal() for step in drawn]
    between = max(1, (days[-1] - days[0]) // most)
    lines = []
    for one, (at, to) in zip(drawn, pairwise(days), strict=False):
        if one["top"] <= one["low"]:
            continue
        lines += [
            {"at": date.fromordinal(number).isoformat(), "low": one["low"], "top": one["top"]}
            for number in range(at + (days[0] - at) % between, to, between)
        ]
    return lines


def _find_next_day(day: str) -> str:
    try:
        return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    except OverflowError:
        return day
