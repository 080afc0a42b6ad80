"""Reads an amount: a number without hedges, in digits, in words, or as a unit with a number before it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from domain.number.words import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.number.language import Language, Phrase

MOST: Final = 10**15
_AT_LEAST: Final = 2
"""A plural of a unit means at least two of that unit."""
_HUNDRED: Final = 100
_THOUSAND: Final = 1_000
_TEN: Final = 10
_DECIMALS: Final = 2
"""The most decimals of a number without a unit; more of them may be thousands that were written otherwise."""
_GROUPED: Final = re.compile(r"\d{1,3}(?:([,.' ])\d{3})(?:\1\d{3})*")
_DECIMAL: Final = re.compile(r"(\d+)[.,](\d+)")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number; `open`: at least as many, as in the plural "hundreds"; `about`: roughly, as in "a couple of dozen"."""

    value: int
    open: bool = False
    about: bool = False

    @property
    def exact(self) -> bool:
        """Whether it is this number and no other."""
        return not (self.open or self.about)


class Amounts:
    """Reads amounts in the words of one language; an amount that is understood only in part is not read."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def read(self, tokens: Phrase, *, hedged: bool) -> Amount | None:
        """The number that these tokens write; `hedged` says whether a hedge is beside them. None if not understood."""
        language = self._language
        if tokens in language.whole:
            return Amount(language.whole[tokens])
        idiom, value = language.idioms.get(tokens, ("eq", None))
        if hedged and idiom == "approx" and value is not None:
            return Amount(value, about=True)
        if hedged and len(tokens) == 1 and tokens[0] in language.singulars:
            return Amount(language.singulars[tokens[0]])
        number = self._read_with_unit(tokens)
        if number is None and language.articles and "-" not in (tokens[0], tokens[-1]):
            number = self._read_with_unit(tuple(part for part in tokens if part != "-"))
        if number is None and hedged:
            number = self._behind_singular(tokens)
        if number is not None:
            whole = number.denominator == 1 and 0 <= number <= MOST
            return Amount(int(number)) if whole else None
        return self._plural(tokens) or self._measure_several(tokens) or self._pair(tokens)

    def _behind_singular(self, tokens: Phrase) -> Fraction | None:
        """A number from a thousand on, in the grammatical case that follows a hedge: "тысячи двухсот"."""
        unit = self._language.singulars.get(tokens[0], 0)
        rest = self._words(tokens[1:]) if unit >= _THOUSAND and tokens[1:] else None
        return None if rest is None or rest >= unit else unit + rest

    def _plural(self, tokens: Phrase) -> Amount | None:
        """A plural of units: "tens of thousands" is at least two times ten thousand."""
        first, *rest = tokens
        if first not in self._language.plurals:
            return None
        factor = self._behind_plural(rest)
        if factor is None:
            return None
        return Amount(_AT_LEAST * self._language.plurals[first] * factor, open=True)

    def _behind_plural(self, words: Sequence[str]) -> int | None:
        """The factor of the words behind a plural: "of thousands", or "тысяч" in languages without a word for "of"."""
        language, factor = self._language, 1
        if words and language.of:
            if words[0] not in language.of or len(words) == 1:
                return None
            words = words[1:]
        for word in words:
            unit = language.units.get(word)
            if language.of:
                unit = unit or language.plurals.get(word)
            elif word in language.plurals:
                return None
            if unit is None:
                return None
            factor *= unit
        return factor

    def _measure_several(self, tokens: Phrase) -> Amount | None:
        value = self._measure_two(tokens, self._language.several)
        return None if value is None else Amount(value, open=True)

    def _pair(self, tokens: Phrase) -> Amount | None:
        value = self._measure_two(tokens, self._language.pairs)
        return None if value is None else Amount(value, about=True)

    def _measure_two(self, tokens: Phrase, phrases: frozenset[Phrase]) -> int | None:
        """Two of the unit that follows one of the phrases: "several dozen"."""
        for phrase in phrases:
            rest = tokens[len(phrase) :]
            if tokens[: len(phrase)] == phrase and rest:
                units = [
                    self._language.units.get(word, self._language.plurals.get(word))
                    for at, word in enumerate(rest)
                    if not (0 < at < len(rest) - 1 and word in self._language.of)
                ]
                if None not in units:
                    return _AT_LEAST * math.prod(unit for unit in units if unit)
        return None

    def _read_with_unit(self, tokens: Phrase) -> Fraction | None:
        """A number with its units: 1.5 million, half a dozen, two hundred and fifty thousand."""
        for phrase, fraction in self._language.fractions.items():
            if tokens[: len(phrase)] == phrase and len(tokens) > len(phrase):
                unit = self._unit(tokens[len(phrase) :])
                if unit is not None:
                    return fraction * unit
        if tokens[0][0].isdigit():
            return self._digits(tokens)
        return self._words(tokens)

    def _digits(self, tokens: Phrase) -> Fraction | None:
        text, rest = tokens[0], tokens[1:]
        suffix = SUFFIXES.get(text[-1])
        if suffix is not None:
            text = text[:-1]
            if rest:
                return None
        number = _number(text, whole=not rest and suffix is None)
        half = self._measure_half(rest, 0)
        if half and number is not None and text.isdecimal():
            number, rest = number + Fraction(1, 2), rest[half:]
        unit = suffix or (self._unit(rest) if rest else 1)
        if number is None:
            return None
        return self._continue(number, rest) if unit is None else number * unit

    def _continue(self, number: Fraction, rest: Phrase) -> Fraction | None:
        """A whole number of thousands or millions, and a smaller number in digits behind it: "1 тыс. 259"."""
        unit = self._language.units.get(rest[0], 0)
        if unit < _THOUSAND or number.denominator > 1 or not rest[1][0].isdigit():
            return None
        smaller = self._digits(rest[1:])
        return None if smaller is None or smaller >= unit else number * unit + smaller

    def _measure_half(self, tokens: Phrase, at: int) -> int:
        """How many tokens from `at` on say "and a half"; 0 if they do not."""
        return next(
            (len(half) for half in self._language.halves if tokens[at : at + len(half)] == half), 0
        )

    def _unit(self, words: Phrase) -> int | None:
        """The number that a unit multiplies by: thousand, hundred thousand."""
        value, last = 1, MOST
        for word in words:
            unit = self._language.units.get(word)
            if unit is None or (value > 1 and unit <= value):
                return None
            value, last = value * unit, unit
        return value if last < MOST else None

    def _words(self, tokens: Phrase) -> Fraction | None:
        """A number in words, summed from the largest unit down."""
        sum_ = _Sum()
        at = 0
        while at < len(tokens):
            taken = self._take(sum_, tokens, at)
            if not taken:
                return None
            at += taken
        return sum_.value()

    def _take(self, sum_: _Sum, tokens: Phrase, at: int) -> int:
        """Add the words at a token to a sum; returns how many tokens were used, or 0 if they do not fit."""
        language, word, following = self._language, tokens[at], tokens[at + 1 : at + 2]
        if word in language.small:
            return int(sum_.add(language.small[word]))
        half = self._measure_half(tokens, at)
        if half and sum_.group is not None:
            sum_.half = Fraction(1, 2)
            return half
        if not sum_.begun and word in language.articles:
            one = bool(following) and following[0] in language.units
            return int(one and sum_.add(1))
        if word in language.units and (sum_.group is not None or word in language.bare):
            return int(sum_.multiply(language.units[word]))
        hyphen = word == "-" and bool(language.articles)
        joins = (sum_.whole and word in language.joint) or (sum_.group is not None and hyphen)
        return int(joins and bool(following) and following[0] in language.small)


@dataclass(slots=True)
class _Sum:
    """A sum in progress: the next unit multiplies `group`, and must be smaller than `below`, the last unit."""

    total: int = 0
    group: int | None = None
    below: int = MOST
    half: Fraction = Fraction(0)
    closed: bool = False
    """Whether nothing may follow: the Russian for "a hundred two" means one or two hundred."""

    @property
    def begun(self) -> bool:
        """Whether anything was added."""
        return self.group is not None

    @property
    def whole(self) -> bool:
        """Whether hundreds or thousands were added, and nothing smaller after them."""
        return (self.group or self.total) > 0 and (self.group or 0) % _HUNDRED == 0

    def add(self, number: int) -> bool:
        """Add a number word to the group, as five after twenty or twenty after 100; False if it does not fit."""
        group = self.group
        if self.half or self.closed or (group is not None and not _follows(group, number)):
            return False
        self.group = (group or 0) + number
        return True

    def multiply(self, unit: int) -> bool:
        """Multiply the group by a unit; False if the unit does not fit."""
        group = 1 if self.group is None else self.group
        if unit < _THOUSAND:
            self.closed = self.group is None
            self.group = group * unit
            return group < _HUNDRED and not self.half
        if unit >= self.below:
            return False
        self.total += int((group + self.half) * unit)
        self.group, self.below, self.half = None, unit, Fraction(0)
        return True

    def value(self) -> Fraction | None:
        """The number; None if nothing was added, or a half without a unit."""
        if self.half or (self.group is None and not self.total):
            return None
        return Fraction(self.total + (self.group or 0))


def _follows(group: int, word: int) -> bool:
    """Whether a number word can follow the words of its group."""
    if word == 0 or group == 0:
        return False
    if group % _HUNDRED == 0:
        return word < _HUNDRED
    return group % _TEN == 0 and group % _HUNDRED >= 2 * _TEN and word < _TEN


def _number(text: str, *, whole: bool) -> Fraction | None:
    """A number in digits, with thousands separators or a decimal mark; None if a mark may be either."""
    if text.isdecimal():
        return None if len(text) > 1 and text[0] == "0" else Fraction(int(text))
    grouped = _GROUPED.fullmatch(text)
    if grouped is not None:
        if text[0] == "0" or (not whole and grouped[1] in ",." and text.count(grouped[1]) == 1):
            return None
        return Fraction(int(re.sub(r"\D", "", text)))
    decimal = _DECIMAL.fullmatch(text)
    if decimal is not None and whole and len(decimal[2]) > _DECIMALS:
        return None
    return None if decimal is None else Fraction(f"{decimal[1]}.{decimal[2]}")
