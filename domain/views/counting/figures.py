"""Finds the numbers that facts give for a total: increments are added, and cumulative figures are lower bounds of it.

A number that is stored without a basis gets one (`derive_basis`). If the kind of its fact has a total of its own, as a
release has of `released`, the number is an increment, or cumulative if its words say so ("so far"). On a kind that
holds until the next count it is a stock.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from domain.fact import as_primitives
from domain.naming import by_letters, fold_name
from domain.quantity import Quantity, merge_numbers
from domain.register import summed_in
from domain.time.instant import END
from domain.views.brief import describe_briefly
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.claims import ends_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from domain.fact import Fact
    from domain.quantity import Basis


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is not added to a total, and the fact that gives it."""

    quantity: Quantity
    candidate: Candidate

    def describe(self) -> dict[str, Any]:
        """{quantity, fact}."""
        return {
            "quantity": as_primitives(self.quantity),
            "fact": describe_briefly(self.candidate.version),
        }


def find_figure(fact: Fact, what: str, basis: Basis | None) -> Quantity | None:
    """The number that a fact gives on a basis; several are merged into one range, from the least to the greatest."""
    return merge_numbers([q for q in numbers_of(fact, what) if q.basis == basis])


def numbers_of(fact: Fact, what: str) -> Sequence[Quantity]:
    """The numbers of `what` that a fact gives, each with its basis, stored or derived."""
    return fact.numbers.get(_folded(what), ()) if fact.quantities else ()


def has_total(fact: Fact, what: str) -> bool:
    """Whether the state has a total of `what` to which a fact's kind adds."""
    summed = summed_in(fact.registers)
    return bool(summed) and _folded(what) in summed


_folded: Final = lru_cache(maxsize=256)(fold_name)


def standing_bound(figures: Iterable[Figure], as_of: int) -> tuple[int, bool]:
    """The lower bound that cumulative figures set, and whether two of them cannot both be right.

    A figure counts once its time has surely passed. The latest figure of each counter counts; of several that may be
    the latest, the lowest. A cumulative figure cannot be higher than a later one of any counter. If it is, the two
    disagree, and the lower bound is that of the later one.
    """
    passed = [each for each in figures if _passed(each.candidate, as_of)]
    low, most, floor, disagree = 0.0, math.inf, 0.0, False
    for least, highest in map(ends_of, _latest_first(_standing(passed))):
        exceeds = least > most
        disagree = disagree or exceeds
        low = max(low, floor if exceeds else least)
        if highest < most:
            most, floor = highest, max(least, 0.0)
    return int(low), disagree


def _latest_first(figures: Iterable[Figure]) -> list[Quantity]:
    """The numbers, the latest first; of one date, the one with the lowest high end first."""
    ordered = sorted(figures, key=lambda each: (-_day_of(each), ends_of(each.quantity)[1]))
    return [each.quantity for each in ordered]


def _standing(figures: Iterable[Figure]) -> list[Figure]:
    """For each counter the figure that is the latest; of several that may be the latest, the lowest."""
    of_counter: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        for counter in _counters(figure.candidate):
            of_counter[counter].append(figure)
    last: dict[UUID, Figure] = {}
    for given in of_counter.values():
        newest = max(_dates(each)[0] for each in given)
        least = min((each for each in given if _dates(each)[1] > newest), key=_by_number)
        last[least.candidate.id] = least
    return list(last.values())


def _by_number(figure: Figure) -> tuple[float, float]:
    least, most = ends_of(figure.quantity)
    return least, -most


def _dates(figure: Figure) -> tuple[int, int]:
    """The first and the last instant, half-open, at which a figure may have been true."""
    valid = figure.candidate.fact.valid_time
    bounds = valid.bounds
    if valid.spans:
        return bounds.end_earliest, bounds.end_latest
    return bounds.start_earliest, bounds.start_latest


def _counters(candidate: Candidate) -> set[str]:
    counter, _ = candidate.read_field("counted_by")
    return {counter} if counter else candidate.origins


def _day_of(figure: Figure) -> int:
    return passed_at(figure.candidate)


def passed_at(candidate: Candidate) -> int:
    """The instant by which everything that a fact reports has surely happened; END if no end is known."""
    valid = candidate.fact.valid_time
    return valid.bounds.end_latest if valid.spans else valid.bounds.start_latest


def _passed(candidate: Candidate, as_of: int) -> bool:
    at = passed_at(candidate)
    return at < END and at - 1 <= as_of


def group_by_field(
    candidates: Iterable[Candidate], field: str
) -> list[tuple[dict[str, Any], list[Candidate]]]:
    """[({field: value as shown}, its facts)]: the facts grouped by the value of a field, in order of folded names.

    If a group has several names, the alphabetically first is shown.
    """
    groups: dict[str, list[Candidate]] = defaultdict(list)
    values: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for candidate in candidates:
        key, value = candidate.read_field(field)
        groups[key].append(candidate)
        values[key][value[field] or ""] = value
    return [(values[key][min(values[key], key=by_letters)], groups[key]) for key in sorted(groups)]
