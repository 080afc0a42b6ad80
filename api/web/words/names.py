"""Writes names for readers: of a name with an id, its text."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["shorten_names"]

_WITHOUT_NAMES: Final = frozenset({"fact", "rivals", "facts", "uncounted", "perspective"})
"""The parts of a state that hold no such names; most of a state are these."""


def shorten_names(part: Any) -> Any:  # noqa: ANN401 -- the JSON of a state or of a part of one
    """The same, with a text in place of each {name, id}."""
    if isinstance(part, list):
        return [shorten_names(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.keys() == {"name", "id"}:
        return part["name"]
    return {
        name: value if name in _WITHOUT_NAMES else shorten_names(value)
        for name, value in part.items()
    }
