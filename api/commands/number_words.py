"""Says numbers in words, as pages, pictures and tables show them: in the source's words where there are any."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from domain.number.total import Total
from domain.quantity import Quantity

_BEFORE: Final = {
    "eq": "",
    "ge": "at least ",
    "gt": "more than ",
    "le": "at most ",
    "lt": "fewer than ",
    "approx": "about ",
}
_DIGITS: Final = re.compile(r"(?<![\d.,])\d{4,}(?![\d.,]\d|\d)")


def group_digits(text: str) -> str:
    """Write numbers of four digits and more with commas, in a text that holds no years."""
    return _DIGITS.sub(lambda match: f"{int(match[0]):,}", text)


def quantity_in_words(quantity: Mapping[str, Any]) -> str:
    """Say a quantity: the source's words where it has them, else the comparator and the value."""
    if quantity.get("text"):
        return _group_own(str(quantity["text"]), quantity)
    if quantity["value"] is None:
        return _bounds_in_words(quantity["low"], quantity["high"])
    return f"{_BEFORE[quantity['comparator']]}{quantity['value']:,}"


def interval_in_words(interval: Mapping[str, Any]) -> str:
    """Say an interval {low, high, text, contested, quantity?}: in its source's words if that source alone gives it."""
    quantity: Mapping[str, Any] | None = interval.get("quantity")
    if quantity and not interval["contested"] and describe_added(quantity) == interval["text"]:
        return quantity_in_words(quantity)
    return group_digits(interval["text"])


def describe_added(quantity: Mapping[str, Any], *, certain: bool = True) -> str:
    """The text of a total that has only this quantity; if the quantity is not certain, its low end is 0."""
    least, most = Quantity(**quantity).about or (0, 0)
    low, about = (max(quantity["low"] or 0, 0), least) if certain else (0, 0)
    return Total(low, quantity["high"], about, most).text


def _group_own(text: str, quantity: Mapping[str, Any]) -> str:
    """Put commas into the quantity's own numbers in a source's words, and into no others, such as a year."""
    own = {str(quantity[name]) for name in ("value", "low", "high")}
    return _DIGITS.sub(lambda match: group_digits(match[0]) if match[0] in own else match[0], text)


def _bounds_in_words(low: int | None, high: int | None) -> str:
    if low is not None and high is not None:
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"
    if low is not None:
        return f"at least {low:,}"
    return "a number that is not given" if high is None else f"at most {high:,}"
