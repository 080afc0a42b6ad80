"""Compares cumulative figures, such as "so far 40", with one another and with the numbers that are added.

A cumulative figure is a lower bound of a sum once its time has surely passed. It cannot be higher than a later figure
that counts as many people or more, nor can what was added before it be more than it allows. If it is, they disagree,
and the lower bound is that of the later figure. A figure whose words may mean only some of the people ("52, in two
groups") limits no other number.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.number.running import find_beginning, runs_on, surely_runs_on
from domain.time.instant import END
from domain.views.rivalry.claims import ends_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.views.counting.figures import Figure
    from domain.views.counting.parts import Part
    from domain.views.rivalry.candidates import Candidate

_NO_LIMIT: Final = (math.inf, 0.0)
_Scope = tuple[str, tuple[int | str | UUID, ...]]
"""What a cumulative figure counts: a population, and since when. Empty: everybody, from the beginning.

A figure that may count only some of them has its own scope, with the id of its fact.
"""
_Place = tuple[float, float]
"""The place of a figure among others, the latest first; of one date, the one with the lowest high end first."""


class Running:
    """The cumulative figures whose time has surely passed by an instant (microseconds UTC), by what they count.

    The latest figure of each counter counts; of several that may be the latest, the lowest.
    """

    def __init__(self, figures: Iterable[Figure], by: int) -> None:
        of_scope: dict[_Scope, list[Figure]] = defaultdict(list)
        for figure in figures:
            at = _find_end(figure)
            if at < END and at - 1 <= by:
                of_scope[_scope_of(figure)].append(figure)
        self._standing = {scope: _select_standing(group) for scope, group in of_scope.items()}

    def bound(self) -> tuple[int, bool]:
        """The lower bound that the figures set, and whether two of them cannot both be right."""
        limits = {scope: _Limits(figures) for scope, figures in self._standing.items()}
        low, disagree = 0.0, False
        for (population, since), own in limits.items():
            wider = {(of, begin) for of in (population, "") for begin in (since, ())}
            wider_limits = [limits[scope] for scope in wider if scope in limits]
            for place, least in own.given:
                most, floor = min(limit.at(place) for limit in wider_limits)
                disagree = disagree or least > most
                low = max(low, floor if least > most else least)
        return int(low), disagree

    def least_beside(self, parts: Sequence[Part]) -> int | None:
        """The lowest sum of the parts by a figure that allows fewer; None if every figure allows these parts."""
        sums: dict[str, _Added] = {}
        lowest: list[float] = []
        for (population, since), figures in self._standing.items():
            if any(isinstance(each, UUID) for each in since):
                continue
            if population not in sums:
                sums[population] = _Added(_of_population(parts, population))
            for figure in figures:
                before = sums[population].before(figure)
                least, most = ends_of(figure.quantity)
                if before > most:
                    rest = sum(part.low for part in parts if part.certain) - before
                    lowest.append(max(least, 0.0) + rest)
        return int(min(lowest)) if lowest else None


class _Added:
    """The certain low bounds of parts, summed by the time in which each happened."""

    def __init__(self, parts: Iterable[Part]) -> None:
        certain = [part for part in parts if part.certain]
        self._ends, self._by_end = _running_sums((part.told[1], part.low) for part in certain)
        self._starts, self._by_start = _running_sums((part.told[0], part.low) for part in certain)

    def before(self, figure: Figure) -> int:
        """How many were surely added between the time from which a figure counts and its date."""
        valid = figure.candidate.fact.valid_time
        added = self._by_end[bisect_right(self._ends, _dates(figure)[0])]
        if valid.spans:
            began = bisect_left(self._starts, valid.bounds.start_latest)
            return max(added - self._by_start[began], 0)
        return 0 if find_beginning(figure.quantity.text or "") else added


def _running_sums(changes: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The instants in order, and the sums of the numbers before each of them and after the last."""
    ordered = sorted(changes)
    return [at for at, _ in ordered], list(accumulate((low for _, low in ordered), initial=0))


def _of_population(parts: Iterable[Part], population: str) -> Iterable[Part]:
    if not population:
        return parts
    return (part for part in parts if part.shown.read_field("population")[0] == population)


def _scope_of(figure: Figure) -> _Scope:
    population, _ = figure.candidate.read_field("population")
    valid = figure.candidate.fact.valid_time
    if _may_count_some(figure):
        return population, (figure.candidate.id,)
    if valid.spans:
        return population, (valid.bounds.start_earliest,)
    return population, find_beginning(figure.quantity.text or "")


def _may_count_some(figure: Figure) -> bool:
    """Whether a figure is cumulative only by words that may mean just some of the people."""
    counted = figure.quantity.counted
    return any(
        number.basis is None and runs_on(text) and not surely_runs_on(text)
        for number in figure.candidate.fact.quantities
        if number.counted == counted and (text := number.text)
    )


class _Limits:
    """The limits that the figures of one scope set for earlier figures."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        ends = [(-_find_end(figure), *reversed(ends_of(figure.quantity))) for figure in figures]
        self.given = [((day, high), low) for day, high, low in sorted(ends)]
        limits = ((high, max(low, 0.0)) for (_, high), low in self.given)
        self._allowed = list(accumulate(limits, min, initial=_NO_LIMIT))

    def at(self, place: _Place) -> tuple[float, float]:
        """The lowest high bound of the figures up to a place, the latest first; and the low bound of that figure."""
        return self._allowed[bisect_right(self.given, (place, math.inf))]


def _select_standing(figures: Iterable[Figure]) -> list[Figure]:
    """For each counter the figure that is the latest; of several that may be the latest, the lowest."""
    of_counter: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        for counter in _counters(figure.candidate):
            of_counter[counter].append(figure)
    last: dict[UUID, Figure] = {}
    for group in of_counter.values():
        newest = max(_dates(figure)[0] for figure in group)
        least = min((figure for figure in group if _dates(figure)[1] > newest), key=_by_number)
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


def _find_end(figure: Figure) -> int:
    """The instant by which everything that a figure counts has surely happened; END if no end is known."""
    return _dates(figure)[1]


def _counters(candidate: Candidate) -> set[str]:
    counter, _ = candidate.read_field("counted_by")
    return {counter} if counter else candidate.origins
