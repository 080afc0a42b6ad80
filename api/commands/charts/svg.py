"""Makes a drawn SVG small: removes marks for programs and empty shapes, shortens numbers, writes repeated parts once.

Screen readers read only the picture's name; its numbers are in a table beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, groupby
from typing import Final
from xml.etree import ElementTree as ET

_SVG: Final = "http://www.w3.org/2000/svg"
_NUMBER: Final = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_NUMBERED: Final = frozenset({"transform", "d", "x", "y", "x2", "y2", "width", "height", "dy"})
_DROPPED: Final = frozenset({
    *("role", "class", "pointer-events", "stroke-miterlimit", "version", "aria-hidden"),
    *("aria-label", "aria-roledescription"),
})  # fmt: skip
_ELEMENTS: Final = frozenset({"svg", "g", "path", "rect", "line", "text", "tspan"})
"""All that a picture is made of: nothing that links, loads or runs."""
_PASSED_ON: Final = frozenset({
    *("fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight"),
    "text-anchor",
})  # fmt: skip
"""What a group says for everything in it."""
_MOVED: Final = re.compile(r"translate\(([^,()]+),([^,()]+)\)")
_PLACED: Final = frozenset({"transform", "x2", "y2"})
_UNSAID: Final = {"opacity": "1", "transform": "translate(0,0)"}

ET.register_namespace("", _SVG)


def tidy(svg: bytes, name: str) -> bytes:
    """Give a picture that looks the same, under a name."""
    root = ET.fromstring(svg)  # noqa: S314 -- what our own process drew
    _clean(root)
    _name_font(root)
    _gather(root)
    _join(root)
    root.set("role", "img")
    root.set("aria-label", name)
    return ET.tostring(root, encoding="unicode").encode()


def stack(pictures: Iterable[bytes]) -> bytes:
    """Give several pictures in one, each above the next."""
    whole = ET.Element(f"{{{_SVG}}}svg")
    width = height = 0.0
    for picture in pictures:
        part = ET.fromstring(picture)  # noqa: S314 -- what was made tidy here
        part.set("y", _NUMBER.sub(_shorten, str(height)))
        width, height = (
            max(width, float(part.attrib["width"])),
            height + float(part.attrib["height"]),
        )
        whole.append(part)
    for name, size in (("width", width), ("height", height)):
        whole.set(name, _NUMBER.sub(_shorten, str(size)))
    return ET.tostring(whole, encoding="unicode").encode()


def _clean(element: ET.Element) -> None:
    for name in [*element.attrib]:
        text = element.attrib[name]
        if name in _NUMBERED:
            element.attrib[name] = text = _NUMBER.sub(_shorten, text)
        if name in _DROPPED or _UNSAID.get(name) == text:
            del element.attrib[name]
    for child in [*element]:
        _clean(child)
        if _is_empty(child):
            element.remove(child)
    element[:] = [*chain.from_iterable(_unwrap(child) for child in element)]


def _shorten(match: re.Match[str]) -> str:
    short = f"{float(match[0]):.1f}".removesuffix(".0")
    return "0" if short == "-0" else short


def _is_empty(element: ET.Element) -> bool:
    """Whether nothing of it is seen, or it is nothing that a picture is made of."""
    kind = element.tag.rpartition("}")[2]
    if kind not in _ELEMENTS or element.get("display") == "none":
        return True
    if kind == "path":
        return element.get("d") in {"", "M0,0h0v0h0Z"} or (
            "stroke" not in element.attrib and "fill" not in element.attrib
        )
    return kind == "g" and not len(element)


def _unwrap(element: ET.Element) -> Iterable[ET.Element]:
    """A group that says nothing is its content."""
    is_plain = element.tag.endswith("}g") and not element.attrib
    return [*element] if is_plain else [element]


def _name_font(root: ET.Element) -> None:
    """Name the font once."""
    named = [element for element in root.iter() if "font-family" in element.attrib]
    if len({element.get("font-family") for element in named}) == 1:
        root.set("font-family", named[0].attrib["font-family"])
        for element in named:
            del element.attrib["font-family"]


def _gather(element: ET.Element) -> None:
    """Say once, on the group, what all within it say alike."""
    for child in element:
        _gather(child)
    if not len(element) or element.tag.endswith("}text"):
        return
    for name in _PASSED_ON:
        values = {child.get(name) for child in element}
        if len(values) == 1 and None not in values and name not in element.attrib:
            element.set(name, values.pop() or "")
            for child in element:
                del child.attrib[name]


def _join(element: ET.Element) -> None:
    """Make one path of neighbouring lines that look alike."""
    joined: list[ET.Element] = []
    for look, lines in groupby(element, key=_look_of_line):
        alike = list(lines)
        if look is None or len(alike) == 1:
            joined += alike
        else:
            path = ET.Element(f"{{{_SVG}}}path", {**dict(look), "d": "".join(map(_path_of, alike))})
            path.tail = alike[-1].tail
            joined.append(path)
    element[:] = joined
    for child in element:
        _join(child)


def _look_of_line(element: ET.Element) -> tuple[tuple[str, str], ...] | None:
    """What a line looks like, wherever it is; None for anything else, and for a line that is turned."""
    if not element.tag.endswith("}line") or not _MOVED.fullmatch(
        element.get("transform", "translate(0,0)")
    ):
        return None
    return tuple(sorted(item for item in element.attrib.items() if item[0] not in _PLACED))


def _path_of(line: ET.Element) -> str:
    match = _MOVED.fullmatch(line.get("transform", "translate(0,0)"))
    assert match is not None, "such a line has no look"  # noqa: S101 -- a programmer's error
    return f"M{match[1]},{match[2]}l{line.get('x2', '0')},{line.get('y2', '0')}"
