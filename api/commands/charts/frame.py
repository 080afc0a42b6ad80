"""Draws the frame of every picture: its title, its subject, its perspective in words, and the position of the log.

What is certain is solid, what is possible is hatched between dashed lines, and what is contested has a half-filled
mark. So nothing is shown by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any, Final, Literal, get_args
from unicodedata import east_asian_width

Theme = Literal["light", "dark"]
SANS: Final = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"
WIDTH: Final = 680
NARROW: Final = 280
"""The width of a drawing in pixels, without the padding: on a page, and on a phone."""
_PADDING: Final = {"left": 20, "right": 24, "top": 18, "bottom": 16}
_PADDING_NARROW: Final = {**_PADDING, "left": 2, "right": 10}
_LARGE: Final = 20
LEGEND: Final = 12
"""How tall the letters of a legend are."""
_SMALL: Final = 13
_FOOT: Final = 11.5
_LINE: Final = 14
_WIDEST: Final = 0.62
"""How wide a letter is on average, beside its height, in the widest font in which pictures are drawn."""
_WIDE: Final = 1.7
"""The same for wide letters, as Chinese has them: the drawing library leaves that much room for each."""
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


@dataclass(frozen=True)
class Sheet(Inks):
    """What a picture is drawn on: its colours, and how wide it is."""

    width: int = WIDTH

    @property
    def is_narrow(self) -> bool:
        """Whether it is for a phone: labels are above what they name, and long lines are broken."""
        return self.width < WIDTH


def sheet(theme: str, *, narrow: bool) -> Sheet:
    """The sheet of a theme, for a page or for a phone."""
    return Sheet(**asdict(inks(theme)), width=NARROW if narrow else WIDTH)


def wrap_text(text: str, size: float, width: float) -> list[str]:
    """A text in lines that fit in a width, for letters of a size in pixels in a wide font."""
    letter = _WIDE if any(east_asian_width(character) in "WF" for character in text) else _WIDEST
    return wrap(text, int(width / (letter * size)))


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
    inks: Sheet,
) -> dict[str, Any]:
    """The parts of a spec that all pictures share; `told` says what the marks mean."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": inks.paper,
        "padding": _PADDING_NARROW if inks.is_narrow else _PADDING,
        "width": inks.width,
        "title": {
            "text": wrap_text(plain(title), _LARGE, inks.width) if inks.is_narrow else plain(title),
            "subtitle": [
                line
                for text in (f"{sentence(perspective)}.", told)
                for line in wrap_text(text, _SMALL, inks.width)
            ],
            "anchor": "start",
            "frame": "group",
            "offset": 18,
            "fontSize": _LARGE,
            "fontWeight": 600,
            "color": inks.ink,
            "subtitleColor": inks.quiet,
            "subtitleFontSize": _SMALL,
            "subtitlePadding": 6,
            "subtitleLineHeight": 18,
        },
        "config": _config(inks),
        "usermeta": {"perspective": dict(perspective), "source": source(negotiation, perspective)},
    }


def add_foot(spec: dict[str, Any], picture: Mapping[str, Any], on: Sheet) -> dict[str, Any]:
    """A spec with a picture, and under it the line that says where it is from.

    What the picture has as its `table` is for those who read the spec; it is not drawn.
    """
    width, foot = spec.pop("width"), wrap_text(spec["usermeta"]["source"], _FOOT, on.width)
    drawn = {name: part for name, part in picture.items() if name != "table"}
    spec["usermeta"]["table"] = picture["table"]
    line = {
        "data": {"values": [{}]},
        "width": width,
        "height": _LINE * len(foot),
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "top",
            "fontSize": _FOOT,
            "lineBreak": "\n",
            "x": 0,
            "y": 2,
        },
        "encoding": {
            "text": {"value": "\n".join(foot)},
            "color": {"value": spec["config"]["title"]["subtitleColor"]},
        },
    }
    return {**spec, "spacing": 14, "vconcat": [{"width": width, **drawn}, line]}


def sentence(perspective: Mapping[str, Any]) -> str:
    """Where one stands, in words."""
    so = f"What was so on {day(perspective['as_of'])}"
    known = perspective["as_known_at"]
    verb = "recorded" if perspective["clock"] == "recorded" else "published"
    if known is not None:
        so += f", as {verb} by {day(known)}"
    certain = ", however the dates are read" if perspective["match"] == "certain" else ""
    return f"{so}{certain}"


def source(negotiation: str, perspective: Mapping[str, Any]) -> str:
    """Where a picture is from: the record, and how far its log went."""
    return f"Source: the record “{plain(negotiation)}” in Parley, position {perspective['position']:,} of its log"


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
    legend = {"labelColor": inks.ink, "labelFontSize": LEGEND, "labelLimit": 0, "symbolSize": 90}
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


def draw_nothing(inks: Sheet, told: str = "Nothing is counted by this day.") -> dict[str, Any]:
    """The picture where there is nothing to show."""
    lines = wrap_text(told, _LINE, inks.width)
    return {
        "table": table((), ()),
        "height": 60 + 18 * (len(lines) - 1),
        "data": values([{}]),
        "mark": {
            "type": "text",
            "color": inks.quiet,
            "fontSize": _LINE,
            "align": "left",
            "x": 0,
            "lineBreak": "\n",
        },
        "encoding": {"text": {"value": "\n".join(lines)}},
    }
