"""A quantity keeps the source's words; its bounds follow from comparator and value, or from the words.

Bounds are integers, both included; None is unbounded. "at least 100" is [100, ∞), "more than 1,000" is
[1001, ∞), "dozens" is [24, ∞). "About 100" (approx) has no bounds of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from domain.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Iterable

Comparator = Literal["eq", "ge", "gt", "le", "lt", "approx"]
Basis = Literal["increment", "cumulative", "stock"]

LARGEST: Final = 10**15

#: The least that an English word of number can mean: two of its unit.
WORDS: Final = {
    "dozens": 24,
    "scores": 40,
    "hundreds": 200,
    "thousands": 2_000,
    "millions": 2_000_000,
}


#: What English puts before a number that is not exact, and the comparator that it stands for.
HEDGES: Final[dict[str, Comparator]] = {
    "at least": "ge",
    "no fewer than": "ge",
    "no less than": "ge",
    "more than": "gt",
    "over": "gt",
    "fewer than": "lt",
    "less than": "lt",
    "almost": "lt",
    "nearly": "lt",
    "up to": "le",
    "at most": "le",
    "no more than": "le",
    "about": "approx",
    "around": "approx",
    "approximately": "approx",
    "roughly": "approx",
    "some": "approx",
}
_HEDGED: Final = re.compile(
    r"\b(" + "|".join(sorted(HEDGES, key=len, reverse=True)) + r")\s+(\d[\d,. ]*)"
)
_NUMBER: Final = r"(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})"
_RANGE: Final = re.compile(
    rf"(?:from\s+)?{_NUMBER}(?:\s+to\s+|\s*[-–]\s*){_NUMBER}|between\s+{_NUMBER}\s+and\s+{_NUMBER}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """All that a number may be, `low` to `high`, both included; None is unbounded."""

    low: int | None
    high: int | None

    def meets(self, other: Interval) -> bool:
        """Whether one number could lie in both."""
        return _reaches(self.high, other.low) and _reaches(other.high, self.low)


def _reaches(high: int | None, low: int | None) -> bool:
    return high is None or low is None or low <= high


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """`what` is counted, in the source's `text`; `basis` says whether it adds, runs on or stands.

    `comparator` None is read from the words ("at least 100"), or is eq. `value` None needs words with bounds in
    `text` ("dozens", "50 to 60") or a range in `low` and `high`.
    """

    what: str
    comparator: Comparator | None = None
    value: int | None = None
    text: str | None = None
    basis: Basis | None = None
    low: int | None = None
    high: int | None = None

    @property
    def interval(self) -> Interval:
        """The bounds, as kept."""
        return Interval(self.low, self.high)

    @property
    def approximate(self) -> bool:
        """Whether the source gave no bounds at all ("about")."""
        return self.comparator == "approx"


def bounded(quantity: Quantity) -> Quantity:
    """The same quantity with its bounds filled in; ContentError where they cannot follow or do not fit."""
    sent = ("low", "high") if quantity.value is None else ("value",)
    for name in sent:
        number = getattr(quantity, name)
        if number is not None and not 0 <= number <= LARGEST:
            raise ContentError.at(
                f"/{name}",
                f"a number from 0 to {LARGEST} is expected: people and things are not counted below zero",
            )
    quantity = replace(quantity, comparator=_comparator(quantity))
    derived = _derived(quantity)
    if derived.high is not None and derived.high < 0:
        raise ContentError.at(
            "/value", "fewer than 0 is none: people and things are not counted below zero"
        )
    given = quantity.interval
    if given not in (Interval(None, None), derived):
        raise ContentError.at(
            "/low", f"low and high follow from the comparator and value: {_show(derived)}"
        )
    return replace(quantity, low=derived.low, high=derived.high)


def _comparator(quantity: Quantity) -> Comparator:
    """What was said, or else what the words before the number stand for; without any it is exact."""
    if quantity.comparator is not None:
        return quantity.comparator
    for hedge, number in _HEDGED.findall((quantity.text or "").casefold()):
        if re.sub(r"\D", "", number) == str(quantity.value):
            return HEDGES[hedge]
    return "eq"


def _derived(quantity: Quantity) -> Interval:
    if quantity.value is not None:
        return of_comparator(_comparator(quantity), quantity.value)
    if quantity.low is not None or quantity.high is not None:
        return _ranged(quantity.low, quantity.high)
    if quantity.comparator in ("eq", "approx"):
        worded = _worded_range(quantity.text)
        if worded is not None:
            return worded
    word = _word(quantity.text)
    if word is not None and quantity.comparator not in ("le", "lt"):
        return Interval(word, None)
    if quantity.approximate and quantity.text:
        return Interval(None, None)
    detail = "a number, a range in low and high, or words with bounds in text (such as 'dozens') is expected"
    raise ContentError.at("/value", detail)


def _ranged(low: int | None, high: int | None) -> Interval:
    if low is not None and high is not None and high < low:
        raise ContentError.at("/high", f"high ({high}) is below low ({low})")
    return Interval(low, high)


def _worded_range(text: str | None) -> Interval | None:
    found = _RANGE.fullmatch((text or "").strip().casefold())
    if found is None:
        return None
    low, high = (int(number.replace(",", "")) for number in found.groups() if number)
    return Interval(low, high) if low <= high else None


def of_comparator(comparator: Comparator, value: int) -> Interval:
    """The bounds that a comparator gives a value: gt 1000 is [1001, ∞), approx has none."""
    match comparator:
        case "eq":
            return Interval(value, value)
        case "ge":
            return Interval(value, None)
        case "gt":
            return Interval(value + 1, None)
        case "le":
            return Interval(None, value)
        case "lt":
            return Interval(None, value - 1)
        case "approx":
            return Interval(None, None)


def _word(text: str | None) -> int | None:
    found = [
        WORDS[word] for word in re.findall(r"[a-z]+", (text or "").casefold()) if word in WORDS
    ]
    return min(found, default=None)


def _show(interval: Interval) -> str:
    return f"[{'-∞' if interval.low is None else interval.low}, {'∞' if interval.high is None else interval.high}]"


@dataclass(frozen=True, slots=True)
class Total:
    """An interval sum of counts of people or things, none below zero; `high` None is unbounded."""

    low: int
    high: int | None
    approximate: bool

    @property
    def text(self) -> str:
        """In words: "67", "52 to 67", "at least 52"; "about" is said where a part had no bounds."""
        if self.high is None:
            words = f"at least {self.low}"
        elif self.high == self.low:
            words = str(self.low)
        else:
            words = f"{self.low} to {self.high}"
        return f"{words}, parts of it approximate" if self.approximate else words


def total(parts: Iterable[tuple[Quantity, bool]]) -> Total:
    """The sum over (quantity, certain): a part that is only possible adds nothing to the low bound."""
    low, high, approximate = 0, 0, False
    open_above = False
    for quantity, certain in parts:
        low += max(quantity.low or 0, 0) if certain else 0
        open_above = open_above or quantity.high is None
        high += max(quantity.high or 0, 0)
        approximate = approximate or quantity.approximate
    return Total(low, None if open_above else high, approximate)
