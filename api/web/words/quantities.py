"""Says for readers what a number means: its bounds, what it counts, and where a total stands among its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from api.commands.number_words import quantity_in_words

BASES: Final[Mapping[str, str]] = {
    "increment": "on this occasion",
    "cumulative": "all so far",
    "stock": "how many there are",
}
"""What the bases of numbers mean."""
TOTALS: Final = ("released", "pardoned")
"""What a state adds up, in its section `prisoners`."""
NO_LIMITS: Final = "the source gives no limits"
_FIGURE: Final = re.compile(
    r"(?P<before>\D*)(?P<figure>\d+(?:,\d{3})*(?: to \d+(?:,\d{3})*)?)(?P<after>.*)"
)


def choice_in_words(choice: str) -> str:
    """Say what one may choose in a form."""
    return BASES.get(choice, choice.replace("_", " "))


def reading_in_words(quantity: Mapping[str, Any]) -> str:
    """Say how a quantity is read where that is not in its words, and what it counts: "24 or more; all so far"."""
    value, low, high = (quantity[name] for name in ("value", "low", "high"))
    unbounded = low is None and high is None
    told = unbounded_in_words(value) if unbounded else bounds_in_words(low, high)
    is_plain = (
        low == high and quantity_in_words(quantity) == f"{low:,}" if low is not None else False
    )
    reading = told if told == NO_LIMITS else f"read as {told}"
    parts = [None if is_plain else reading, BASES.get(quantity["basis"] or "")]
    return "; ".join(part for part in parts if part)


def unbounded_in_words(value: int | None) -> str:
    """Say a number without bounds: neither the least nor the greatest is given."""
    return NO_LIMITS if value is None else f"about {value:,}; {NO_LIMITS}"


def bounds_in_words(low: int | None, high: int | None) -> str:
    """Say the bounds of a number."""
    if low is None or high is None:
        return f"{low:,} or more" if low is not None else f"{high:,} or fewer"
    return f"exactly {low:,}" if low == high else f"{low:,} to {high:,}"


def split_figure(text: str) -> tuple[str, str, str]:
    """Split the words of a total into the words before its number, the number, and the words after it.

    Words without a number are all number.
    """
    match = _FIGURE.fullmatch(text)
    if match is None:
        return "", text, ""
    return match["before"].strip(), match["figure"], match["after"].strip()


def count_items(owner: Mapping[str, Any], name: str) -> int:
    """How many items a list of an answer has, with those that the answer leaves out."""
    total = owner.get(f"{name}_more")
    return len(owner[name]) if total is None else int(total["count"])
