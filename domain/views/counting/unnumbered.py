"""Counts facts without a number for a sum: the people whom they name raise its low bound; others are listed."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from domain.count_words import means_sum
from domain.naming import fold_name
from domain.quantity import Quantity
from domain.views.counting.figures import numbers_of
from domain.views.counting.parts import Part
from domain.views.counting.spelt_alike import Spellings
from domain.views.rivalry.candidates import Candidate

MOST_NAMES: Final = 2_000
"""How many names a sum counts, or all groups of a tally together; facts that name more people are not counted."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A fact that does not raise the low bound; a `part` counts only some of the people who are counted already."""

    candidate: Candidate
    part: bool

    @property
    def most(self) -> int | None:
        """How many it may add at most; None where that is not known."""
        return 0 if self.part else None


def count_names(
    rest: Iterable[Candidate], parts: Sequence[Part], what: str, most: int
) -> tuple[list[Part], list[Uncounted], bool]:
    """The parts that names add, the facts that cannot be added, and whether more people may be meant than are counted.

    After `most` names, no more facts are added.

    If a number of the same time may already include the people of a fact, the fact is not added. But it may report
    other people, and more than it names, so it leaves the sum without a high bound. A number that is only possible
    includes nobody who was surely freed: it adds nothing to the low bound, and they do.
    """
    facts = sorted(rest, key=_by_date)
    if not facts:
        return [], [], False
    compares = any(
        candidate.fact.people for candidate in facts
    )  # else nobody is compared with the counted
    counted, named, left = _Counted(most), list[Part](), list[Uncounted]()
    again = False
    for certain in (True, False):
        counting = [part for part in parts if part.certain or not certain]
        for part in counting if compares else ():
            for candidate in (part.shown, *part.rivals):
                counted.take(candidate)
        includes = _make_inclusion_test(counting)
        for candidate in _order_by_content(
            [each for each in facts if each.certain is certain], counted
        ):
            numbers = numbers_of(candidate.fact, what)
            if any(q.basis == "cumulative" for q in numbers):
                continue
            if not candidate.fact.people or numbers or includes(candidate) or counted.is_full:
                left.append(Uncounted(candidate, _is_part(candidate, what, includes)))
            elif new := counted.take(candidate):
                named.append(_of_names(candidate, what, new))
            else:
                again = True
    return named, left, bool(named) or again or not all(item.part for item in left)


def _is_part(candidate: Candidate, what: str, includes: Callable[[Candidate], bool]) -> bool:
    """Whether a fact counts another thing, such as women, and so only a part of what another fact counts.

    Words that may mean all ("freed", "people", the name of the population) do not count a part, though they are not
    added.
    """
    fact = candidate.fact
    if not fact.quantities or numbers_of(fact, what) or not includes(candidate):
        return False
    counted, (population, _) = (
        (quantity.counted for quantity in fact.quantities),
        candidate.read_field("population"),
    )
    return not any(word == population or means_sum(word, fold_name(what)) for word in counted)


def _by_date(candidate: Candidate) -> tuple[Any, ...]:
    """The sort key by date; facts of one date are in order of recording."""
    return (*candidate.starts, candidate.version.first_position)


def _order_by_content(facts: Iterable[Candidate], counted: _Counted) -> Iterator[Candidate]:
    """Facts that are in order of date, and of content where the dates are the same.

    So the order of recording does not decide what is counted. Once no more names are counted, it orders what is left.
    """
    for _, alike in groupby(facts, key=lambda fact: fact.starts):
        same = [*alike]
        if len(same) > 1 and not counted.is_full:
            same.sort(key=lambda fact: fact.by_content)
        yield from same


class _Counted:
    """The people counted so far; a bare name that several ids bear may mean any of these people, and counts once.

    A name that may be another spelling of an earlier one (`Spellings`) does not count, unless one fact names both, or
    both have ids. Of several such names in one fact, those count that are left over if each earlier
    name means one of them. All facts together name at least as many people as each of them does.
    """

    def __init__(self, most: int) -> None:
        self._most, self._total = most, 0
        self._spelt = Spellings()
        self._known: set[str] = set()
        self._open: set[str] = set()
        self._may_be: dict[str, set[str]] = defaultdict(set)

    @property
    def is_full(self) -> bool:
        """Whether no more names are counted."""
        return len(self._known) >= self._most

    def take(self, candidate: Candidate) -> int:
        """How many people a fact names who have surely not been counted yet; from now on they are counted."""
        if self.is_full:
            return 0
        bearers = candidate.bearers
        new = candidate.people - self._known
        self._known |= new
        alone = [name for name in sorted(new - bearers.keys()) if not self._is_one_of_before(name)]
        doubtful = {name for name in alone if self._spelt.may_mean(name)}
        surely = len(alone) - len(doubtful)
        if doubtful and len(candidate.people) > 1:
            surely += self._spelt.count_others(sorted(doubtful), candidate.people - new)
        for name in sorted(new & bearers.keys()):
            if self._known.isdisjoint(bearers[name]):
                surely += 1
                self._open.add(name)
                for bearer in bearers[name]:
                    self._may_be[bearer].add(name)
        for name in sorted(new):
            self._spelt.add(name)
        surely = max(surely, len(candidate.people - bearers.keys()) - self._total)
        self._total += surely
        return surely

    def _is_one_of_before(self, name: str) -> bool:
        """Whether a bare name that was counted may mean this person; if so, it counts as theirs from now on."""
        meant = self._open & self._may_be.get(name, set())
        self._open -= meant
        return bool(meant)


def share_names(groups: Iterable[Sequence[Candidate]]) -> int:
    """How many names each group of facts may count, so that all together count at most about MOST_NAMES."""
    most, rest = MOST_NAMES, MOST_NAMES
    named = sorted(sum(len(each.fact.people) for each in group) for group in groups)
    for at, names in enumerate(named):
        most = rest // (len(named) - at)
        if names > most:
            return most
        rest -= names
    return MOST_NAMES


def _of_names(candidate: Candidate, what: str, names: int) -> Part:
    quantity = Quantity(what=what, comparator="ge", value=names, basis="increment", low=names)
    return Part(quantity, candidate, (), certain=candidate.certain, low=names, high=None)


def _make_inclusion_test(parts: Iterable[Part]) -> Callable[[Candidate], bool]:
    """A test of whether a fact's people may be included in a number that a fact of the same kind gives.

    They may be if the dates of both facts overlap and the number may be greater than the number of people whom the fact
    with the number names.
    """
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for part in parts:
        for candidate in (part.shown, *part.rivals):
            if part.high is None or part.high > len(candidate.fact.people):
                spans[candidate.fact.kind].append(candidate.fact.told)
    reach: dict[str, tuple[list[int], list[int]]] = {}
    for kind, times in spans.items():
        ordered = sorted(times)
        furthest, ends = -math.inf, []
        for _, end in ordered:
            furthest = max(furthest, end)
            ends.append(int(furthest))
        reach[kind] = [start for start, _ in ordered], ends

    def includes(candidate: Candidate) -> bool:
        starts, ends = reach.get(candidate.fact.kind, ([], []))
        start, end = candidate.fact.told
        begun = bisect_right(starts, end - 1)
        return begun > 0 and ends[begun - 1] > start

    return includes
