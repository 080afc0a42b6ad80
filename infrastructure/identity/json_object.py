"""Reads a JSON object and refuses a repeated name, which two readers could understand differently."""

from __future__ import annotations

import json
from typing import Any


def json_object(text: bytes) -> dict[str, Any]:
    """Read one JSON object in UTF-8; ValueError if it is not one, repeats a name, or has NaN or Infinity."""
    try:
        value = json.loads(text.decode(), object_pairs_hook=_make_object, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 -- of the text, not of an argument
    return value


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name is in an object twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")
