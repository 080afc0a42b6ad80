"""A quantity keeps the source's words; its bounds follow from comparator and value, or from the words.

Bounds are integers, both included; None is unbounded. "at least 100" is [100, ∞), "more than 1,000" is
[1001, ∞), "dozens" is [24, ∞). "About 100" (approx) has no bounds of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from domain.errors import ContentError, Fault
from domain.naming import fold_name
from domain.number.language import Comparator
from domain.number.reading import bounds_of, read_number, read_without_remarks
from domain.number.running import runs_on, surely_runs_on
from domain.number.unit_words import least_meant
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.number.reading import NumberReading

Basis = Literal["increment", "cumulative", "stock"]

LARGEST: Final = 10**15
_ABOUT_NOBODY: Final = (
    "about 0 says nothing: write 1 or more, or what is meant, such as 'none' or 'fewer than 10'"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """The integers from `low` to `high`, both included; None means no bound."""

    low: int | None
    high: int | None

    def meets(self, other: Interval) -> bool:
        """Whether the two intervals have a number in common."""
        return _reaches(self.high, other.low) and _reaches(other.high, self.low)


def _reaches(high: int | None, low: int | None) -> bool:
    return high is None or low is None or low <= high


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number of `what`, in the source's words (`text`); `basis` says whether it is added, cumulative or a stock.

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
    def counted(self) -> str:
        """The folded form of `what`, by which quantities are compared."""
        return fold_name(self.what)

    @property
    def interval(self) -> Interval:
        """The stored bounds."""
        return Interval(self.low, self.high)

    @property
    def approximate(self) -> bool:
        """Whether the source gave no bounds at all ("about")."""
        return self.comparator == "approx"

    @property
    def about(self) -> tuple[int, int | None] | None:
        """The least and the greatest number (None: no upper end) that an approximate number without bounds means.

        "About 50 to 60" means 50 to 60, "up to about 50" 0 to 50, and "roughly hundreds" 200 or more. None if it has
        bounds, or if its text gives no number.
        """
        if not self.approximate or self.interval != Interval(None, None):
            return None
        read = read_number(self.text or "")
        if read is not None and read.least is not None:
            return read.least, read.most
        if self.value is not None:
            return self.value, self.value
        least = least_meant(self.text or "") if read is None else None
        return None if least is None else (least, None)


def derive_basis(quantity: Quantity, holding: Holding, *, summed: bool) -> Quantity:
    """The same quantity with a basis; still without one where it cannot be told.

    `holding` is that of its fact; `summed` says whether the fact's kind has a total of its own of what is counted.
    """
    if quantity.basis is not None:
        return quantity
    if holding is Holding.UNTIL_NEXT:
        return replace(quantity, basis="stock")
    if not summed:
        return quantity
    running = quantity.text and runs_on(quantity.text)
    return replace(quantity, basis="cumulative" if running else "increment")


def is_running_total(quantity: Quantity) -> bool:
    """Whether a quantity counts everything up to a day, by its basis or, without one, surely by its words."""
    if quantity.basis is None:
        return surely_runs_on(quantity.text or "")
    return quantity.basis == "cumulative"


def merge_numbers(numbers: Sequence[Quantity]) -> Quantity | None:
    """One number for several that a fact gives for one thing, from the least to the greatest that they allow."""
    if len(numbers) < 2:  # noqa: PLR2004 -- one means what it says
        return next(iter(numbers), None)
    lows, highs = [q.low for q in numbers], [q.high for q in numbers]
    low = None if None in lows else min(low for low in lows if low is not None)
    high = None if None in highs else max(high for high in highs if high is not None)
    return replace(numbers[0], comparator="eq", value=None, text=None, low=low, high=high)


def fill_bounds(quantity: Quantity) -> Quantity:
    """The same quantity with its comparator, value and bounds filled in.

    ContentError if they cannot be derived, contradict each other, or differ from what the text says.
    """
    _refuse_uncountable(quantity)
    read = None if quantity.text is None else read_number(quantity.text)
    filled = _fill_unread(quantity) if read is None else _complete_from_text(quantity, read)
    interval = quantity.interval
    if interval not in (Interval(None, None), filled.interval):
        raise ContentError.at(
            "/low",
            f"low and high follow from the comparator and value: leave them out, or write {_show(filled.interval)}",
        )
    return filled


def _refuse_uncountable(quantity: Quantity) -> None:
    detail = f"write a number from 0 to {LARGEST}: people and things are not counted below zero"
    named = {name: getattr(quantity, name) for name in ("low", "high", "value")}
    if quantity.value is not None:
        named = {"value": quantity.value}
    wrong = [
        name for name, number in named.items() if not (number is None or 0 <= number <= LARGEST)
    ]
    if wrong:
        raise ContentError(*(Fault(f"/{name}", detail) for name in wrong))


def _complete_from_text(quantity: Quantity, read: NumberReading) -> Quantity:
    """The quantity, completed by what its text says (`read`); ContentError if it contradicts the text."""
    interval = Interval(read.low, read.high)
    comparator = quantity.comparator or read.comparator
    if quantity.value is None and quantity.interval != Interval(None, None):
        return _complete_range(quantity, read)
    value = read.value if quantity.value is None else quantity.value
    both = quantity.comparator is not None and quantity.value is not None
    agrees = (comparator, value) == (read.comparator, read.value)
    if both and comparator != "approx" != read.comparator:
        agrees = of_comparator(comparator, quantity.value or 0) == interval
    if not agrees:
        raise _make_difference_error("/comparator", read)
    return replace(quantity, comparator=comparator, value=value, **_ends(interval))


def _complete_range(quantity: Quantity, read: NumberReading) -> Quantity:
    """The quantity with a range: that of its text, or any range if the text gives no bounds; else ContentError."""
    if quantity.comparator not in (None, read.comparator):
        raise _make_difference_error("/comparator", read)
    sent = _make_range(quantity.low, quantity.high)
    if read.comparator != "approx" and sent != Interval(read.low, read.high):
        raise _make_difference_error("/low", read)
    return replace(quantity, comparator=read.comparator)


def _make_difference_error(pointer: str, read: NumberReading) -> ContentError:
    detail = f"the text says {_describe(read)}: leave out what contradicts it, or write a text that agrees"
    return ContentError.at(pointer, detail)


def _fill_unread(quantity: Quantity) -> Quantity:
    """The quantity with bounds from its comparator, value or range: it has no text, or one that is not understood."""
    comparator = quantity.comparator or "eq"
    if quantity.value is not None:
        if quantity.text is not None and quantity.comparator is None:
            raise _make_unread_error(quantity.text)
        derived = of_comparator(comparator, quantity.value)
        if comparator == "approx" and quantity.value == 0:
            raise ContentError.at("/value", _ABOUT_NOBODY)
        if derived.high is not None and derived.high < 0:
            raise ContentError.at(
                "/value", "people and things are not counted below zero: write 0 or more"
            )
    elif quantity.interval != Interval(None, None):
        derived = _make_range(quantity.low, quantity.high)
    elif quantity.text is None:
        raise ContentError.at(
            "/value",
            "write a number: a text such as 'at least 100', a value, or a range in low and high",
        )
    else:
        word = least_meant(quantity.text)
        if quantity.comparator is None or word is None or comparator in ("le", "lt"):
            raise _make_unread_error(quantity.text)
        derived = Interval(None if comparator == "approx" else word, None)
    return replace(quantity, comparator=comparator, **_ends(derived))


def _make_unread_error(text: str) -> ContentError:
    """The error for a text that is not understood, or only without its remarks; it says what to write."""
    detail = "this is not understood as a number: write one, such as 'at least 100', '50 to 60' or 'dozens'"
    if read_without_remarks(text) is not None:
        detail = (
            "what stands beside the number may change it: write what is meant, as 'at least 100' or 'about 100', leave "
            "the remark out of the text and write it in the fact's summary or note"
        )
    return ContentError.at(
        "/text",
        f"{detail}, or send comparator and value beside it, or low and high;"
        " if the source gives no number, leave this quantity out",
    )


def _ends(interval: Interval) -> dict[str, Any]:
    return {"low": interval.low, "high": interval.high}


def _describe(read: NumberReading) -> str:
    """What a text says, written as comparator and value, or as a range."""
    if read.value is not None:
        return f"{read.comparator} {read.value}"
    bounds = Interval(read.low, read.high)
    return read.comparator if bounds == Interval(None, None) else _show(bounds)


def _make_range(low: int | None, high: int | None) -> Interval:
    if low is not None and high is not None and high < low:
        raise ContentError.at(
            "/high", f"high ({high}) is below low ({low}): write a high of at least {low}"
        )
    return Interval(low, high)


def of_comparator(comparator: Comparator, value: int) -> Interval:
    """The interval of a comparator and a value: (ge, 100) gives [100, ∞)."""
    return Interval(*bounds_of(comparator, value))


def _show(interval: Interval) -> str:
    return f"[{'-∞' if interval.low is None else interval.low}, {'∞' if interval.high is None else interval.high}]"
