"""Sets numbers for readers: the bounds in words, the digits in groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["grouped", "quantity_in_words", "split_figure"]

_BEFORE: Final = {
    "eq": "",
    "ge": "at least ",
    "gt": "more than ",
    "le": "at most ",
    "lt": "fewer than ",
    "approx": "about ",
}
_DIGITS: Final = re.compile(r"(?<![\d.,])\d{4,}(?![\d.,])")
_FIGURE: Final = re.compile(r"(?P<before>\D*)(?P<figure>\d[\d,]*(?: to \d[\d,]*)?)(?P<after>.*)")


def grouped(text: str) -> str:
    """Write numbers of four digits and more with commas."""
    return _DIGITS.sub(lambda found: f"{int(found[0]):,}", text)


def quantity_in_words(quantity: Mapping[str, Any]) -> str:
    """Say a quantity: the source's words where it has them, else the comparator and the value."""
    if quantity.get("text"):
        return str(quantity["text"])
    if quantity["value"] is None:
        return _bounds_in_words(quantity["low"], quantity["high"])
    return f"{_BEFORE[quantity['comparator']]}{quantity['value']:,}"


def _bounds_in_words(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return f"at least {low:,}" if low is not None else "a number that is not given"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def split_figure(text: str) -> tuple[str, str, str]:
    """Part a total's words into what comes before its number, the number, and what follows.

    Words without a number are all number.
    """
    found = _FIGURE.fullmatch(grouped(text))
    if found is None:
        return "", text, ""
    return found["before"].strip(), found["figure"], found["after"].strip()
