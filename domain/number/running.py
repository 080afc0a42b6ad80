"""Finds the words by which a number counts everything up to a day or over some time: "so far", "in two groups"."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from domain.number.tokens import MARKS, measure_phrase, split_tokens
from domain.number.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.number.language import Phrase

_SINCE: Final = frozenset(phrase for language in LANGUAGES for phrase in language.since)
_RUNNING: Final = _SINCE | {phrase for language in LANGUAGES for phrase in language.running}
_BESIDE: Final = _RUNNING | {
    phrase for language in LANGUAGES for phrase in language.remarks.running
}
"""Phrases that say in a remark that a number counts everything up to a day, or over some time."""
_UP_TO_DAY: Final = frozenset(
    phrase for language in LANGUAGES for phrase in language.remarks.up_to_day
)
_MONTHS: Final = frozenset(
    month for language in LANGUAGES for month in (*language.months, *language.remarks.in_months)
)
_OVER: Final = tuple(pair for language in LANGUAGES for pair in language.remarks.over)
_SOON: Final = 4
"""How many words behind the first word of a pair in `over` the second one may stand."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_RANKS: Final = tuple(stem for language in LANGUAGES for stem in language.remarks.ranks)
_SUMS: Final = tuple(stem for language in LANGUAGES for stem in language.remarks.sums)


@lru_cache(maxsize=4096)
def runs_on(text: str) -> bool:
    """Whether a number counts, or may count, everything up to a day, by words such as "so far" or "in two groups"."""
    return bool(_find_running(text)) or _names_time(text)


@lru_cache(maxsize=4096)
def surely_runs_on(text: str) -> bool:
    """Whether a number surely counts everything up to a day, by words such as "so far" or "since January".

    "52, in two groups" and "52, at the end of November" may count only these groups, or that time.
    """
    if find_beginning(text):
        return True
    found = _find_running(text)
    return bool(found) and found <= _UP_TO_DAY and not _names_time(text)


def _find_running(text: str) -> set[Phrase]:
    """The phrases by which a number counts everything up to a day, or over some time."""
    number, *remarks = _split_parts(text)
    return {
        *_list_phrases(number, _RUNNING),
        *(found for each in remarks for found in _list_phrases(_without_ranked(each), _BESIDE)),
    }


def _names_time(text: str) -> bool:
    """Whether the words beside a number name a year, several months or occasions, or another time."""
    number, *remarks = _split_parts(text)
    return any(map(_goes_over_time, (number, *remarks))) or any(
        _has_stretch(_without_ranked(remark)) for remark in remarks
    )


@lru_cache(maxsize=4096)
def find_beginning(text: str) -> Phrase:
    """The words that say since when a number counts, such as "since January"; empty if there are no such words."""
    starts = (
        part[at:]
        for index, whole in enumerate(_split_parts(text))
        for part in (_without_ranked(whole) if index else whole,)
        for at in range(len(part))
        if measure_phrase(part, at, _SINCE)
    )
    return next(starts, ())


def _list_phrases(part: Phrase, phrases: frozenset[Phrase]) -> Iterator[Phrase]:
    """The longest phrase at each place that has one."""
    for at in range(len(part)):
        length = measure_phrase(part, at, phrases)
        if length:
            yield part[at : at + length]


def _has_stretch(remark: Phrase) -> bool:
    """Whether a remark names a year without a month ("2025"), or a stretch of months ("January-September")."""
    return any(
        _is_year(word) and (at == 0 or remark[at - 1] not in _MONTHS)
        for at, word in enumerate(remark)
    ) or any(
        mark == "-" and {before, after} <= _MONTHS
        for before, mark, after in zip(remark, remark[1:], remark[2:], strict=False)
    )


def _goes_over_time(words: Phrase) -> bool:
    """Whether the words beside a number name several occasions or a time: "in two groups", "after the war".

    Only the first word of a pair has to tell of the number: in "several prisoner exchanges" a ranked word follows it.
    """
    return any(
        word in before and not behind.isdisjoint(words[at + 1 : at + 1 + _SOON])
        for at, word in enumerate(_without_ranked(words))
        for before, behind in _OVER
    )


def _is_year(word: str) -> bool:
    return _YEAR.fullmatch(word) is not None


def _split_parts(text: str) -> list[Phrase]:
    """The words of a text between its marks."""
    parts: list[Phrase] = [()]
    for token in split_tokens(text) or ():
        if token in MARKS:
            parts.append(())
        else:
            parts[-1] += (token,)
    return parts


def _without_ranked(words: Phrase) -> Phrase:
    """The words before the first of `_RANKS` ("largest", "held"), to which a later "since" belongs; all beside sums."""
    if any(word.startswith(_SUMS) for word in words):
        return words
    return tuple(takewhile(lambda word: not word.startswith(_RANKS), words))
