"""Reads a JSON object and refuses a repeated name, which two readers could understand differently."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["json_object"]


def json_object(text: bytes) -> dict[str, Any]:
    """Read one JSON object in UTF-8; ValueError where it is none, repeats a name or names no number."""
    try:
        found = json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_refused)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 -- of the text, not of an argument
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
