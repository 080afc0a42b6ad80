"""Writes names for readers: of a name with an id, its text; and so that a name moves no word beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

_FROM_RIGHT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")
"""Letters of scripts that are written from right to left."""

_WITHOUT_NAMES: Final = frozenset({"fact", "rivals", "facts", "uncounted", "perspective"})
"""The parts of a state that hold no such names; most of a state are these."""
_NESTED: Final = frozenset({list, dict})
_OF_NAME: Final = frozenset({"name", "id"})


def shorten_names(part: Any) -> Any:  # noqa: ANN401 -- the JSON of a state or of a part of one
    """The same, with a text in place of each {name, id}."""
    if isinstance(part, list):
        return [shorten_names(item) if type(item) in _NESTED else item for item in part]
    if not isinstance(part, dict):
        return part
    if part.keys() == _OF_NAME:
        return part["name"]
    return {
        name: shorten_names(value)
        if type(value) in _NESTED and name not in _WITHOUT_NAMES
        else value
        for name, value in part.items()
    }


def isolate(text: str) -> str:
    """The text, if it has words from right to left between marks that keep it from what stands beside it.

    Without them a number that follows such a name in a sentence would be shown before it.
    """
    return f"\u2068{text}\u2069" if _FROM_RIGHT.search(text) else text


def join_names(names: Iterable[str]) -> str:
    """The names, each by itself, with commas between them."""
    return ", ".join(map(isolate, names))
