"""A picture within a page: its SVG takes the colours of the page, light or dark, and runs and loads nothing."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from markupsafe import Markup

from api.commands.charts.frame import inks

if TYPE_CHECKING:
    from api.http.exchange.in_process import Reply

__all__ = ["PICTURES", "Picture", "inline"]

PICTURES: Final = {
    "releases": "How a number adds up",
    "known": "How a number became known",
    "held": "Who is held, by who counted",
    "posts": "Who held which post",
    "measures": "Measures and their stages",
    "activity": "How much changed when",
}
"""The pictures that there are, as links name them."""
_COLOURS: Final = {colour: f"var(--{name})" for name, colour in asdict(inks("light")).items()}
_COLOUR: Final = re.compile("|".join(map(re.escape, _COLOURS)))
_SVG: Final = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Picture:
    """A picture to put into a page: its markup, its size in pixels, and its name for those who do not see it."""

    markup: Markup
    width: int
    height: int
    name: str


def inline(reply: Reply) -> Picture:
    """Read the picture that an answer of the API is."""
    root = ET.fromstring(reply.body)  # noqa: S314 -- what Parley drew itself
    for child in [*root]:
        if child.tag == f"{_SVG}rect":
            root.remove(child)
    for each in root.iter():
        for attribute in ("fill", "stroke"):
            if attribute in each.attrib:
                each.set(attribute, _COLOUR.sub(_named, each.attrib[attribute]))
    root.attrib.pop("font-family", None)
    markup = Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 -- serialized, so every text in it is escaped
    width, height = (round(float(root.attrib[side])) for side in ("width", "height"))
    return Picture(markup, width, height, root.attrib["aria-label"])


def _named(found: re.Match[str]) -> str:
    return _COLOURS[found[0]]
