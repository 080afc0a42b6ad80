"""Finds the numbers that facts give for a total: increments are added, and cumulative figures are lower bounds of it.

A number that is stored without a basis gets one (`derive_basis`). If the kind of its fact has a total of its own, as a
release has of `released`, the number is an increment, or cumulative if its words say so ("so far"). On a kind that
holds until the next count it is a stock.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from domain.fact import as_primitives
from domain.naming import by_letters, fold_name
from domain.number.reading import beginning_of
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
    """The numbers of `what` that a fact gives, each with its basis, stored or derived.

    Those of a stock include the number of all ("held") that a fact gives in other words ("prisoners").
    """
    if not fact.quantities:
        return ()
    counted = _folded(what)
    return fact.numbers.get(counted, ()) or number_of_all(fact, counted)


def number_of_all(fact: Fact, counted: str | None = None) -> Sequence[Quantity]:
    """The number of all that a fact counts in a register that `counts` something, or only this; at most one."""
    if not any(each.counts and counted in (None, each.counts) for each in fact.registers):
        return ()
    main = (each.shows.get("quantity") for each in fact.register_entries() if each.aside is None)
    return [replace(each, basis="stock") for each in main if isinstance(each, Quantity)][:1]


def has_total(fact: Fact, what: str) -> bool:
    """Whether the state has a total of `what` to which a fact's kind adds."""
    summed = summed_in(fact.registers)
    return bool(summed) and _folded(what) in summed


_folded: Final = lru_cache(maxsize=256)(fold_name)
_NO_LIMIT: Final = (math.inf, 0.0)


def standing_bound(figures: Iterable[Figure], as_of: int) -> tuple[int, bool]:
    """The lower bound that cumulative figures set, and whether two of them cannot both be right.

    A figure counts once its time has surely passed. The latest figure of each counter counts; of several that may be
    the latest, the lowest. A cumulative figure cannot be higher than a later one of any counter that counts as many
    people or more. If it is, the two disagree, and the lower bound is that of the later one.
    """
    of_scope: dict[_Scope, list[Figure]] = defaultdict(list)
    for figure in figures:
        if _passed(figure.candidate, as_of):
            of_scope[_scope_of(figure)].append(figure)
    limits = {scope: _Limits(_standing(given)) for scope, given in of_scope.items()}
    low, disagree = 0.0, False
    for (population, since), own in limits.items():
        wider = {(each, begin) for each in (population, "") for begin in (since, ())}
        found = [limits[scope] for scope in wider if scope in limits]
        for place, least in own.given:
            most, floor = min(each.at(place) for each in found)
            disagree = disagree or least > most
            low = max(low, floor if least > most else least)
    return int(low), disagree


_Scope = tuple[str, tuple[int | str, ...]]
"""What a cumulative figure counts: a population, and since when. Empty: everybody, from the beginning."""


def _scope_of(figure: Figure) -> _Scope:
    population, _ = figure.candidate.read_field("population")
    valid = figure.candidate.fact.valid_time
    if valid.spans:
        return population, (valid.bounds.start_earliest,)
    return population, beginning_of(figure.quantity.text or "")


_Place = tuple[float, float]
"""The place of a figure among others, the latest first; of one date, the one with the lowest high end first."""


class _Limits:
    """What the figures of one scope allow earlier figures to be."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        ends = [(-_day_of(each), *reversed(ends_of(each.quantity))) for each in figures]
        self.given = [((day, high), low) for day, high, low in sorted(ends)]
        limits = ((high, max(low, 0.0)) for (_, high), low in self.given)
        self._allowed = list(accumulate(limits, min, initial=_NO_LIMIT))

    def at(self, place: _Place) -> tuple[float, float]:
        """The greatest number that is possible at a place, and the least that there were by then."""
        return self._allowed[bisect_right(self.given, (place, math.inf))]


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
