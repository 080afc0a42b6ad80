"""A language's words for numbers, as newspapers use them; the grammar is in `domain.number.reading`.

Words are written as they are compared: in compatibility form, case folded, without diaeresis, and with one kind of
apostrophe and hyphen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Literal

Comparator = Literal["eq", "ge", "gt", "le", "lt", "approx"]
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class RemarkWords:
    """The words by which a remark beside a number is judged.

    A remark leaves the number in doubt, so that it is refused, if
    - it has a phrase of `doubts` ("not confirmed") or a word that begins as one of `stems`;
    - it is nothing but a phrase of `alone`;
    - it is a word with one of `endings` ("ongoing") that is not in `fates`, with or without a phrase of `still` before;
    - it has a phrase of `shares` ("a third") and does not say who are meant.

    Numbers in a remark are not doubts where it speaks of a part: it has a phrase of `parts` ("including 14 women"), or
    a number and then one of `sorts` ("14 women"), and no word of `done`, which would count these alone. A number behind
    a word of `where` is no count ("in 14 prisons"), and behind a word of `due` it is a time to come ("by 2026").

    A remark in `harmless` is ignored. A phrase in `plain` sounds like a doubt; the words that it stands for are judged
    instead. Behind a word that begins as one of `ranks`, "since" and "so far" say nothing about the number ("the
    largest group since June"), unless a word that begins as one of `sums` is there too. With a phrase of `running` in a
    remark, a number counts everything up to a day, or over some time: "52, in several waves". The same is true with a
    word of the first set of a pair in `over` and, soon after it, a word of the second ("in two small groups", "after
    the elections"); and in a remark with a year, unless a month is before the year. `in_months` are months that the
    language's `months` lack. Only a phrase of `up_to_day` surely says that all are counted up to a day. After another
    phrase a number may count only some of them: "52, in two groups", "52, at the end of November".
    """

    doubts: frozenset[Phrase]
    stems: tuple[str, ...]
    alone: frozenset[Phrase]
    still: frozenset[Phrase]
    endings: tuple[str, ...]
    fates: frozenset[str]
    shares: frozenset[Phrase]
    parts: frozenset[Phrase]
    sorts: frozenset[str]
    done: frozenset[str]
    where: frozenset[str]
    due: frozenset[str]
    harmless: frozenset[Phrase]
    plain: Mapping[Phrase, Phrase]
    ranks: tuple[str, ...]
    sums: tuple[str, ...]
    running: frozenset[Phrase]
    over: tuple[tuple[frozenset[str], frozenset[str]], ...]
    up_to_day: frozenset[Phrase]
    in_months: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Language:
    """How one language writes numbers.

    Words in `small` are below a thousand and are summed; `units` multiply the number before them. A unit in `bare` may
    be used without a number, and so may one of `singulars` after a hedge, which requires another grammatical case.
    `plurals` and `several` mean at least two of a unit. Numbers in `whole` are used alone. `before` and `after` are the
    hedges before and after a number. `idle` words change no bound; neither do words in `running`, nor the words after
    one in `since`, which say that a number counts everything up to a day. `both` joins two hedged numbers, `joint` the
    parts of one number. `pairs` mean about two of a unit. `idioms` are used alone, and have a comparator and a value
    (None where there is none). A phrase of `rising` joins a plural to a greater one: "dozens, if not hundreds". The
    words of `function` in a hedge tell nothing in a remark. `halves` add a half to the number before them, of the unit
    behind them. In a remark a number beside one of `months` is a date.
    """

    small: Mapping[str, int]
    units: Mapping[str, int]
    articles: frozenset[str]
    bare: frozenset[str]
    plurals: Mapping[str, int]
    singulars: Mapping[str, int]
    fractions: Mapping[Phrase, Fraction]
    whole: Mapping[Phrase, int]
    several: frozenset[Phrase]
    before: Mapping[Phrase, Comparator]
    after: Mapping[Phrase, Comparator]
    ranges: tuple[tuple[Phrase, Phrase], ...]
    both: frozenset[str]
    joint: frozenset[str]
    of: frozenset[str]
    idle: frozenset[Phrase]
    running: frozenset[Phrase]
    since: frozenset[Phrase]
    pairs: frozenset[Phrase]
    idioms: Mapping[Phrase, tuple[Comparator, int | None]]
    rising: frozenset[Phrase]
    function: frozenset[str]
    halves: frozenset[Phrase]
    months: frozenset[str]
    remarks: RemarkWords


def phrases(*texts: str) -> dict[Phrase, None]:
    """The texts as phrases, in order."""
    return {tuple(text.split()): None for text in texts}


def pair(before: str, behind: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of two texts, as a pair of `RemarkWords.over`."""
    return frozenset(before.split()), frozenset(behind.split())


def all_of(comparator: Comparator, *texts: str) -> dict[Phrase, Comparator]:
    """{phrase: comparator} for every text."""
    return dict.fromkeys(phrases(*texts), comparator)


def not_(negations: str, comparator: Comparator, *texts: str) -> dict[Phrase, Comparator]:
    """Each text after each negation: "not fewer than" means at least."""
    pairs = product(negations.split("|"), texts)
    return all_of(comparator, *(f"{negation} {text}" for negation, text in pairs))


def forms(table: Mapping[int, str]) -> dict[str, int]:
    """{form: number} for every form of each number."""
    return {form: number for number, written in table.items() for form in written.split()}


def idioms(
    comparator: Comparator, *begins: str, **units: int
) -> dict[Phrase, tuple[Comparator, int | None]]:
    """{phrase: (comparator, value)} for each beginning before each unit."""
    pairs = product(begins, units.items())
    return {(*begin.split(), unit): (comparator, value) for begin, (unit, value) in pairs}


def invert(
    units: Mapping[str, int], counts: Mapping[str, int]
) -> dict[Phrase, tuple[Comparator, int | None]]:
    """{phrase: about its number} for a unit before its number: in Russian and Ukrainian."""
    pairs = product(units.items(), counts.items())
    return {(unit, count): ("approx", size * many) for (unit, size), (count, many) in pairs}
