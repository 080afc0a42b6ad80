"""Reads a number in words as a whole or not at all, and never more precisely than it is written.

A text consists of hedges, a number or a range of numbers, and more hedges; words that change no bound are skipped. Text
in brackets or after a comma is a remark, unless it may belong to the number. The words are in `domain.number.words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from domain.number.amounts import Amount, Amounts
from domain.number.language import Comparator
from domain.number.remarks import (
    breaks_off,
    find_parts,
    leaves_number,
    split_remarks,
    splits_numbers,
)
from domain.number.tokens import LONGEST_PHRASE, MARKS, measure_phrase, split_tokens
from domain.number.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.number.language import Language, Phrase

_NEGATIONS: Final = frozenset(
    ("not", "no", "never", "nothing", "none", "neither", "не", "ни", "ні")
)  # fmt: skip
_LOW, _HIGH = frozenset({"ge", "gt"}), frozenset({"le", "lt"})


@dataclass(frozen=True, slots=True)
class NumberReading:
    """The number that a text gives: a comparator with a value, or only `low` and `high`; an open bound is None.

    An approximate range means about `least` to about `most` (None: no upper end). If the text gives no such ends,
    `least` is None.
    """

    comparator: Comparator
    value: int | None = None
    low: int | None = None
    high: int | None = None
    least: int | None = None
    most: int | None = None


@lru_cache(maxsize=4096)
def read_number(text: str) -> NumberReading | None:
    """The number that a text gives; None if the text is not understood."""
    tokens = split_tokens(text)
    readings = (None if tokens is None else grammar.text(tokens) for grammar in _GRAMMARS)
    return next((reading for reading in readings if reading is not None), None)


def read_without_remarks(text: str) -> NumberReading | None:
    """The number that a text gives if the remarks beside it are left out, whatever they say."""
    shown, _ = split_remarks(split_tokens(text) or (",",))
    readings = (grammar.text(shown) for grammar in _GRAMMARS if shown)
    return next((reading for reading in readings if reading is not None), None)


class _Grammar:
    """Reads tokens in the words of one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._amounts = Amounts(language)
        self._skipped = language.idle | language.running

    def text(self, tokens: Phrase) -> NumberReading | None:
        """The reading of a number, with or without remarks."""
        if tokens[0] == "," or breaks_off(tokens):
            return None
        plain = tuple(part for part in tokens if part not in MARKS)
        split = splits_numbers(tokens, self._language)
        reading = None if split else self._number(plain)
        if reading is not None or plain == tokens:
            return reading
        shown, remarks = split_remarks(tokens)
        head = self._number(shown)
        if head is not None and all(self._is_remark(head, remark) for remark in remarks):
            return head
        return self._two_sided(tokens)

    def _is_remark(self, head: NumberReading, remark: Phrase) -> bool:
        """Whether a remark leaves the number as it is."""
        number = any(grammar._number(remark) for grammar in _GRAMMARS)  # noqa: SLF001 -- of its own class
        if number or not leaves_number(remark):
            return self._repeats(head, remark)
        return all(self._is_part(head, part) for part in find_parts(remark))

    def _is_part(self, head: NumberReading, part: Phrase) -> bool:
        """Whether a number of a remark is no greater than the number that it is said to be a part of."""
        reads = (grammar._number(part) for grammar in _GRAMMARS)  # noqa: SLF001 -- of its own class
        lows = [read.low for read in reads if read is not None and read.low is not None]
        return head.high is None or all(low <= head.high for low in lows)

    def _repeats(self, head: NumberReading, remark: Phrase) -> bool:
        """Whether a remark repeats the number ("fifty (50)"), or is compatible with it ("dozens, perhaps hundreds")."""
        again = self._number(remark)
        if again is not None and again.value is not None and again.value == head.value:
            return again.comparator in {"eq", head.comparator}
        rising = measure_phrase(remark, 0, self._language.rising)
        if rising:
            again = self._number(remark[rising:])
        rises = again is not None and again.low is not None and again.low >= (head.low or 0)
        return rises and head.low is not None and head.high is None

    def _number(self, tokens: Phrase) -> NumberReading | None:
        kept = self._without_idle(tokens)
        if not kept:
            return None
        if kept in self._language.idioms:
            return _read_as(*self._language.idioms[kept])
        return (
            self._read_bare(kept)
            or self._read_hedged(kept, ())
            or self._two_sided(kept)
            or self._read_rising(kept)
        )

    def _read_rising(self, tokens: Phrase) -> NumberReading | None:
        """The reading of a plural that is followed by one at least as great: "dozens or hundreds"."""
        for at in range(1, len(tokens) - 1):
            length = measure_phrase(tokens, at, self._language.rising)
            if length:
                first, second = (
                    self._amount(side, hedged=False)
                    for side in (tokens[:at], tokens[at + length :])
                )
                if first and second and first.open and second.open and first.value <= second.value:
                    return _apply_hedges(first, ())
        return None

    def _without_idle(self, tokens: Phrase) -> Phrase:
        kept: list[str] = []
        at = 0
        while at < len(tokens):
            since = measure_phrase(tokens, at, self._language.since) if kept else 0
            if since and leaves_number(tokens[at + since - 1 :]):
                break
            negated = bool(kept) and kept[-1] in _NEGATIONS
            length = 0 if negated else measure_phrase(tokens, at, self._skipped)
            if not length:
                kept.append(tokens[at])
            at += length or 1
        return tuple(kept)

    def _read_bare(self, tokens: Phrase) -> NumberReading | None:
        return _apply_hedges(self._amount(tokens, hedged=False), ()) or self._range(tokens, ())

    def _read_hedged(self, tokens: Phrase, hedges: tuple[Comparator, ...]) -> NumberReading | None:
        """The reading of a number with at least one hedge before or after it, outermost first."""
        for rest, comparator in self._peel_hedges(tokens):
            so_far = (*hedges, comparator)
            reading = (
                _apply_hedges(self._amount(rest, hedged=True), so_far)
                or self._range(rest, so_far)
                or (self._read_hedged(rest, so_far) if len(so_far) < LONGEST_PHRASE else None)
            )
            if reading is not None:
                return reading
        return None

    def _peel_hedges(self, tokens: Phrase) -> Iterator[tuple[Phrase, Comparator]]:
        """The tokens without a hedge at their beginning or end, or before a unit; longer hedges are tried first."""
        units = self._units_behind(tokens)
        for length in range(min(LONGEST_PHRASE, len(tokens) - 1), 0, -1):
            begin, end = tokens[:length], tokens[-length:]
            if begin in self._language.before:
                yield tokens[length:], self._language.before[begin]
            if end in self._language.after:
                rest = tokens[:-length]
                yield rest[:-1] if rest[-1] == "-" else rest, self._language.after[end]
            inner = tokens[-length - units : -units] if units else ()
            rest = tokens[: -length - units]
            if rest and inner in self._language.after:
                rest = rest[:-1] if rest[-1] == "-" else rest
                yield (*rest, *tokens[-units:]), self._language.after[inner]

    def _units_behind(self, tokens: Phrase) -> int:
        """How many words at the end are units."""
        return sum(1 for _ in takewhile(self._language.units.__contains__, reversed(tokens)))

    def _two_sided(self, tokens: Phrase) -> NumberReading | None:
        """The reading of two hedged numbers: more than the first and less than the second."""
        for at in range(1, len(tokens) - 1):
            if tokens[at] != "," and tokens[at] not in self._language.both:
                continue
            sides = [self._read_hedged(side, ()) for side in (tokens[:at], tokens[at + 1 :])]
            if None in sides:
                continue
            low, high = sorted(
                (side for side in sides if side), key=lambda side: side.comparator in _HIGH
            )
            if low.comparator in _LOW and high.comparator in _HIGH:
                return _read_range(low.low, high.high)
        return None

    def _range(self, tokens: Phrase, hedges: Sequence[Comparator]) -> NumberReading | None:
        if set(hedges) - {"approx"}:
            return None
        for opening, middle in self._language.ranges:
            if tokens[: len(opening)] != opening:
                continue
            rest = tokens[len(opening) :]
            for at in range(1, len(rest) - len(middle)):
                if rest[at : at + len(middle)] == middle and not self._compound(rest, at):
                    reading = self._ends(rest[:at], rest[at + len(middle) :])
                    if reading is not None:
                        return _blur(reading) if hedges else reading
        return None

    def _compound(self, tokens: Phrase, at: int) -> bool:
        """Whether a hyphen joins a unit to the word before it, as in the English "hundred-thousand"."""
        behind = tokens[at + 1 : at + 2]
        joins = tokens[at] == "-" and bool(self._language.articles)
        return joins and bool(behind) and behind[0] in self._language.units

    def _ends(self, first: Phrase, second: Phrase) -> NumberReading | None:
        """The reading of a range; a unit after the second number counts for both, as in "two to three thousand".

        It does not in "one to a thousand", where the first number would not be lower then. "Fifty-fifty" is no range.
        """
        high = self._amount(second, hedged=True)
        unit = next((word for word in second[-1:] if word in self._language.units), None)
        shared = (*first, unit) if unit is not None and unit not in first else first
        for written in (shared, first):
            low = self._amount(written, hedged=True)
            if low and high and low.exact and high.exact and low.value < high.value:
                return _read_range(low.value, high.value)
        return None

    def _amount(self, tokens: Phrase, *, hedged: bool) -> Amount | None:
        return self._amounts.read(tokens, hedged=hedged) if tokens else None


def _read_range(low: int | None, high: int | None) -> NumberReading | None:
    if low is None or high is None or low > high:
        return None
    return NumberReading("eq", low=low, high=high)


def _approximate(value: int, kinds: set[Comparator]) -> NumberReading | None:
    """An approximate number; None for "about zero", which says nothing.

    With words such as "up to" or "at least" ("up to about 20"), it is open on one side.
    """
    if value == 0:
        return None
    if kinds & _HIGH:
        return NumberReading("approx", value, least=0, most=None if kinds & _LOW else value)
    return NumberReading("approx", value, least=value if kinds & _LOW else None)


def _blur(reading: NumberReading) -> NumberReading:
    """A range with a word such as "about" before it; its ends are no bounds."""
    return NumberReading("approx", least=reading.low, most=reading.high)


def bounds_of(comparator: Comparator, value: int) -> tuple[int | None, int | None]:
    """The bounds that a comparator gives a value: gt 1000 is [1001, ∞), approx has none."""
    below = value - 1 if comparator == "lt" else value
    above = value + 1 if comparator == "gt" else value
    return (
        above if comparator in {"eq", "ge", "gt"} else None,
        below if comparator in {"eq", "le", "lt"} else None,
    )


def _apply_hedges(amount: Amount | None, hedges: Sequence[Comparator]) -> NumberReading | None:
    """The reading of an amount with its hedges; None if the hedges contradict one another."""
    if amount is None:
        return None
    kinds: set[Comparator] = set(hedges)
    if amount.open:
        if kinds <= {"ge"}:
            return NumberReading("ge", low=amount.value)
        return NumberReading("approx", least=amount.value) if kinds == {"approx"} else None
    value = amount.value
    if amount.about or "approx" in kinds:
        return _approximate(value, kinds)
    if len(kinds) > 1:
        return None
    return _read_as(next(iter(kinds), "eq"), value)


def _read_as(comparator: Comparator, value: int | None) -> NumberReading | None:
    """The reading of a comparator and a value; None where no number fits."""
    low, high = (None, None) if value is None else bounds_of(comparator, value)
    return None if high is not None and high < 0 else NumberReading(comparator, value, low, high)


_GRAMMARS: Final = tuple(_Grammar(language) for language in LANGUAGES)
