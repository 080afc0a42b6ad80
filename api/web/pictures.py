"""Puts the SVG of a picture into a page: it takes the page's colours, light or dark, and runs and loads nothing."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from markupsafe import Markup

from api.commands.charts.frame import inks

if TYPE_CHECKING:
    from api.http.exchange.in_process import Reply

PICTURES: Final = {
    "releases": "How a number adds up",
    "known": "How a number became known",
    "held": "Who is held, by who counted",
    "posts": "Who held which post",
    "measures": "Measures and their stages",
    "activity": "How much changed when",
}
"""All pictures, with their names in links."""
_COLOURS: Final = {colour: f"var(--{name})" for name, colour in asdict(inks("light")).items()}
_COLOUR: Final = re.compile("|".join(map(re.escape, _COLOURS)))
_SVG: Final = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Picture:
    """A picture to put into a page: its markup, its size in pixels, and its name for those who do not see it.

    Its markup has two forms, for a page and for a phone; the page shows the one that fits.
    """

    markup: Markup
    width: int
    height: int
    name: str
    narrow: tuple[int, int]


def inline(reply: Reply) -> Picture:
    """Read the picture that an answer of the API is, in both widths."""
    both = ET.fromstring(reply.body)  # noqa: S314 -- what Parley drew itself
    wide, narrow = both
    markup = Markup("").join(
        _markup(each, name) for each, name in ((wide, "wide"), (narrow, "slim"))
    )
    return Picture(markup, *_size(wide), wide.attrib["aria-label"], _size(narrow))


def _size(root: ET.Element) -> tuple[int, int]:
    width, height = (round(float(root.attrib[side])) for side in ("width", "height"))
    return width, height


def _markup(root: ET.Element, name: str) -> Markup:
    """A picture as a page has it, of a class with a name."""
    del root.attrib["y"]
    root.set("class", f"{name}-picture")
    for child in [*root]:
        if child.tag == f"{_SVG}rect":
            root.remove(child)
    for element in root.iter():
        for attribute in ("fill", "stroke"):
            if attribute in element.attrib:
                element.set(attribute, _COLOUR.sub(_name_colour, element.attrib[attribute]))
    root.attrib.pop("font-family", None)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 -- serialized, so every text in it is escaped


def _name_colour(match: re.Match[str]) -> str:
    return _COLOURS[match[0]]
