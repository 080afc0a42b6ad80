"""Draws who or what held each lane over time: solid where certain, hatched where possible, split where contested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from api.commands.charts.courses import Spell
from api.commands.charts.frame import WIDTH, Sheet, draw_nothing, table, values, wrap_text
from api.commands.charts.time_axis import time_axis

LEFT: Final = 216
"""Where time begins: left of it stand the labels; on a narrow sheet they stand above what they name."""
ABOVE: Final = 16
INDENT: Final = 10
ROW: Final = 26
LETTER: Final = 13
LINE: Final = 16
"""How tall the letters of a label are, and how far apart its lines."""
HEAD: Final = 30
BAR: Final = 14
HATCHES: Final = 110
"""How many lines would hatch the whole width."""
_TOP: Final = {"y": {"field": "top", "type": "quantitative", "scale": None, "axis": None}}
_BOTH: Final = {**_TOP, "y2": {"field": "bottom"}}


@dataclass(frozen=True)
class LaneRow:
    """A row of the picture: the heading of a lane, or one label with its spells."""

    lines: Sequence[str]
    y: int
    """Where the middle of its first line is."""
    spells: Sequence[Spell]
    bar: int
    """At which height its spells are drawn."""

    @property
    def label(self) -> dict[str, Any]:
        """The text of the row, and the height that has to be free for it."""
        end = self.y + LINE * (len(self.lines) - 1)
        return {"text": "\n".join(self.lines), "at": self.y, "top": self.y - 12, "bottom": end + 10}


def lanes(spells: Sequence[Spell], until: str, inks: Sheet, *, has_more: bool) -> dict[str, Any]:
    """A picture of spells by lane, each label on a row of its own; time ends with the day `until`.

    In the table, a spell that lasts until then has no end (None).
    """
    if not spells:
        return draw_nothing(inks, "Nothing of this is on record by this day.")
    rows, height = _rows(spells, inks)
    left, width = 0 if inks.is_narrow else LEFT, inks.width
    first = date.fromisoformat(min(spell.start for spell in spells))
    last = max(date.fromisoformat(until), first + timedelta(days=2))
    ends = first.isoformat(), last.isoformat()
    x = {
        "field": "start",
        "type": "temporal",
        "scale": {"type": "utc", "range": [left, width], "domain": [*ends]},
        "axis": time_axis(inks, *ends, 6, grid=True, domain=False),
    }
    along = {"x": x, "x2": {"field": "end"}}
    bars = [_bar(spell, row.bar) for row in rows for spell in row.spells]
    looks = {look: [bar for bar in bars if bar["look"] == look] for look in _LOOKS}
    outlined = {"type": "rect", "fill": None, "stroke": inks.so, "strokeWidth": 1.2}
    filled = {"type": "rect", "fill": inks.so, "stroke": inks.so, "strokeWidth": 0.8}
    half = [{**bar, "top": (bar["top"] + bar["bottom"]) / 2} for bar in looks["contested"]]
    heads = [row.label for row in rows if not row.spells]
    labels = [row.label for row in rows if row.spells]
    shaded = [*heads, *labels] if inks.is_narrow else heads
    told = (
        (spell.lane, spell.label, spell.start, spell.end if spell.end < until else None, spell.look)
        for spell in spells
    )
    return {
        "table": table(("which", "what", "from", "until before", "how sure"), told),
        "height": height,
        "layer": [
            _layer(
                shaded,
                {"type": "rect", "fill": inks.paper, "x": 0, "x2": width},
                _BOTH,
            ),
            _layer(looks["certain"], filled, along | _BOTH),
            _layer(looks["possible"], {**outlined, "strokeDash": [4, 3]}, along | _BOTH),
            _layer(
                list(_hatches(looks["possible"], first, last, HATCHES * width // WIDTH)),
                {"type": "rule", "color": inks.so, "strokeWidth": 0.9},
                {"x": x, **_BOTH},
            ),
            _layer(looks["contested"], outlined, along | _BOTH),
            _layer(half, filled, along | _BOTH),
            _layer(
                looks["unknown"],
                {"type": "rule", "color": inks.quiet, "strokeWidth": 1.6, "strokeDash": [1.5, 4]},
                along | {"y": {**_TOP["y"], "field": "middle"}},
            ),
            _text(heads, {"fontWeight": 600}),
            _text(labels, {"dx": 0 if inks.is_narrow else INDENT}),
            *([_text([{"text": _MORE, "at": height - 8}], {"color": inks.quiet})] if has_more else []),
        ],
    }  # fmt: skip


_LOOKS: Final = ("certain", "possible", "contested", "unknown")
_MORE: Final = "There are more than are shown here."


def _rows(spells: Sequence[Spell], on: Sheet) -> tuple[list[LaneRow], int]:
    """The rows from above to below, and the height of all. On a narrow sheet, labels stand above their spells."""
    rows: list[LaneRow] = []
    y = 4
    room = on.width if on.is_narrow else LEFT - INDENT - 16
    for lane, within in groupby(spells, key=lambda spell: spell.lane):
        head = wrap_text(lane, LETTER, on.width)
        rows.append(LaneRow(head, y, (), y))
        y += HEAD - 8 + LINE * (len(head) - 1)
        for label, mine in groupby(within, key=lambda spell: spell.label):
            lines = wrap_text(label, LETTER, room)
            extra = LINE * (len(lines) - 1)
            rows.append(LaneRow(lines, y, list(mine), y + extra + ABOVE if on.is_narrow else y))
            y += ROW - 4 + extra + (ABOVE if on.is_narrow else 0)
        y += 12
    return rows, y


def _bar(spell: Spell, y: int) -> dict[str, Any]:
    top = y - BAR / 2
    return {
        "start": spell.start,
        "end": spell.end,
        "look": spell.look,
        "label": spell.label,
        "top": top,
        "bottom": top + BAR,
        "middle": y,
    }


def _hatches(
    bars: Sequence[dict[str, Any]], first: date, last: date, most: int
) -> Iterator[dict[str, Any]]:
    """Lines through what is possible, in equal distances over the whole time."""
    between = max(1, (last - first).days // most)
    for bar in bars:
        at, end = (date.fromisoformat(bar[name]).toordinal() for name in ("start", "end"))
        for day in range(at + (first.toordinal() - at) % between, end, between):
            start = date.fromordinal(day).isoformat()
            yield {"start": start, "top": bar["top"], "bottom": bar["bottom"]}


def _layer(rows: Any, mark: dict[str, Any], encoding: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 -- rows of data
    return {"data": values(rows), "mark": mark, "encoding": encoding}


def _text(rows: Sequence[dict[str, Any]], properties: dict[str, Any]) -> dict[str, Any]:
    mark = {
        "type": "text",
        "align": "left",
        "baseline": "middle",
        "fontSize": LETTER,
        "lineBreak": "\n",
        "lineHeight": LINE,
        **properties,
    }
    return {
        "data": values(rows),
        "mark": mark,
        "encoding": {
            "x": {"value": 0},
            "y": {**_TOP["y"], "field": "at"},
            "text": {"field": "text"},
        },
    }
