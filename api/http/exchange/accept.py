"""Chooses between JSON and CSV by the Accept header; a request for anything else is answered in JSON."""

from __future__ import annotations


def prefers_csv(header: str | None) -> bool:
    """Whether text/csv ranks above JSON (RFC 9110 §12.5.1: by quality, the more specific first)."""
    if header is None:
        return False
    ranges = [_range(part) for part in header.lower().split(",")]
    return _quality(ranges, "text/csv") > _quality(ranges, "application/json")


def _quality(ranges: list[tuple[str, float]], media: str) -> float:
    for wanted in (media, media.partition("/")[0] + "/*", "*/*"):
        qualities = [quality for name, quality in ranges if name == wanted]
        if qualities:
            return max(qualities)
    return 0.0


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            return name, _number(value)
    return name, 1.0


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
