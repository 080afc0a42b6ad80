"""Every picture has a frame: its title, what it shows, its perspective in words, and the position of the log.

What is certain is solid, what is possible is hatched between dashed lines, and what is contested has a half-filled
mark: nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

__all__ = [
    "HALF",
    "WIDTH",
    "Inks",
    "Theme",
    "day",
    "footed",
    "frame",
    "inks",
    "month_of",
    "nothing",
    "plain",
    "sentence",
    "source",
    "table",
    "theme_names",
    "values",
]

Theme = Literal["light", "dark"]
SANS: Final = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"
WIDTH: Final = 680
LONGEST: Final = 110
"""How many characters of a name a picture shows."""
HALF: Final = "M0,-1A1,1,0,0,0,0,1Z"
"""The left half of a disk."""
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)


@dataclass(frozen=True)
class Inks:
    """The colours of a theme, as the pages have them."""

    paper: str
    ink: str
    quiet: str
    hair: str
    so: str
    known: str


_INKS: Final[Mapping[str, Inks]] = {
    "light": Inks("#fbf9f4", "#1b1814", "#6a6459", "#ddd6c7", "#9c3d16", "#155a6b"),
    "dark": Inks("#14140f", "#ece7da", "#a39c8d", "#36332a", "#f0a078", "#7cc6d6"),
}


def inks(theme: str) -> Inks:
    """The colours of a theme."""
    return _INKS[theme]


def theme_names() -> tuple[str, ...]:
    """The themes that there are."""
    return get_args(Theme)


def plain(text: str) -> str:
    """A name on one line: what cannot be seen is left out, and a long one is cut off."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text[: 2 * LONGEST]).split())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def frame(
    title: str,
    told: str,
    negotiation: str,
    perspective: Mapping[str, Any],
    inks: Inks,
) -> dict[str, Any]:
    """The parts of a spec that all pictures share; `told` says what the marks mean."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": inks.paper,
        "padding": {"left": 20, "right": 24, "top": 18, "bottom": 16},
        "width": WIDTH,
        "title": {
            "text": plain(title),
            "subtitle": [sentence(perspective), told],
            "anchor": "start",
            "frame": "group",
            "offset": 18,
            "fontSize": 20,
            "fontWeight": 600,
            "color": inks.ink,
            "subtitleColor": inks.quiet,
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
            "subtitleLineHeight": 18,
        },
        "config": _config(inks),
        "usermeta": {"perspective": dict(perspective), "source": source(negotiation, perspective)},
    }


def footed(spec: dict[str, Any], picture: Mapping[str, Any]) -> dict[str, Any]:
    """A spec with a picture, and under it the line that says where it is from.

    What the picture has as its `table` is for those who read the spec; it is not drawn.
    """
    width, foot = spec.pop("width"), spec["usermeta"]["source"]
    drawn = {name: part for name, part in picture.items() if name != "table"}
    spec["usermeta"]["table"] = picture["table"]
    line = {
        "data": {"values": [{}]},
        "width": width,
        "height": 14,
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "top",
            "fontSize": 11.5,
            "x": 0,
            "y": 2,
        },
        "encoding": {
            "text": {"value": foot},
            "color": {"value": spec["config"]["title"]["subtitleColor"]},
        },
    }
    return {**spec, "spacing": 14, "vconcat": [{"width": width, **drawn}, line]}


def sentence(perspective: Mapping[str, Any]) -> str:
    """Where one stands, in words."""
    so = f"What was so on {day(perspective['as_of'])}"
    known = perspective["as_known_at"]
    said = "recorded" if perspective["clock"] == "recorded" else "published"
    if known is not None:
        so += f", as {said} by {day(known)}"
    certain = ", however the dates are read" if perspective["match"] == "certain" else ""
    return f"{so}{certain}"


def source(negotiation: str, perspective: Mapping[str, Any]) -> str:
    """Where a picture is from: the record, and how far its log went."""
    return f"Source: the record “{plain(negotiation)}” in Parley, position {perspective['position']} of its log"


def day(instant: str) -> str:
    """The day of an instant, as a reader says it; the instant where its year has more than four digits."""
    date = instant.partition("T")[0]
    parts = date.split("-")
    if len(parts) != len(("year", "month", "day")) or not parts[0].isdecimal():
        return instant
    return f"{int(parts[2])} {_MONTHS[int(parts[1]) - 1]} {int(parts[0])}"


def month_of(date: str) -> str:
    """A year or month as its first day, as the axis of a picture takes it."""
    return f"{date}-01-01"[:10] if date.count("-") == 0 else f"{date}-01"[:10]


def _config(inks: Inks) -> dict[str, Any]:
    axis = {
        "labelColor": inks.quiet,
        "titleColor": inks.quiet,
        "domainColor": inks.quiet,
        "tickColor": inks.quiet,
        "gridColor": inks.hair,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 400,
    }
    legend = {"labelColor": inks.ink, "labelFontSize": 12, "labelLimit": 320, "symbolSize": 90}
    return {
        "font": SANS,
        "axis": axis,
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
        "legend": {**legend, "titleColor": inks.quiet, "titleFontSize": 12, "titleFontWeight": 400},
        "view": {"stroke": None},
        "title": {"subtitleColor": inks.quiet},
        "text": {"color": inks.ink, "fontSize": 12.5},
    }


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """The numbers of a picture as a table."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def values(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Rows of data within a spec."""
    return {"values": list(rows)}


def nothing(inks: Inks, told: str = "Nothing is counted by this day.") -> dict[str, Any]:
    """The picture where there is nothing to show."""
    return {
        "table": table((), ()),
        "height": 60,
        "data": values([{}]),
        "mark": {"type": "text", "color": inks.quiet, "fontSize": 14, "align": "left", "x": 0},
        "encoding": {"text": {"value": told}},
    }
