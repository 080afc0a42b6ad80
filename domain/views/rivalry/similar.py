"""Finds facts that are much alike: both may report one event, but nothing ties them, so an editor should look.

Two such facts have the same kind and answer the same question, their dates overlap, and they name the same people or
give the same number. If both give a day, they may also give different numbers of the same thing: two accounts of one
event. Marks are hashable values; facts can only be much alike if they have one in common.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from sys import intern
from typing import TYPE_CHECKING, Final

from domain.named import key_of
from domain.naming import fold_name
from domain.time.edtf_calendar import DAY
from domain.views.rivalry.claims import claim_of_quantity

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from domain.fact import Fact
    from domain.views.versions import FactVersion

MOST_HELD: Final = 200
"""The most facts of one question, with the same people or number, with which a fact is compared."""
MOST: Final = 10
"""How many similar facts are named; of more it is said how many there are."""


def find_similar(recorded: FactVersion, others: Iterable[FactVersion]) -> list[FactVersion]:
    """Those of the other facts that are much like a fact, and share no matter or link with it; in the order given."""
    fact = recorded.record.fact
    marked, population = marks_of(fact), _population(fact)
    return [
        other
        for other in others
        if is_another(recorded, other)
        and _meet(fact, other.record.fact)
        and _of_one_population(population, _population(other.record.fact))
        and not marked.isdisjoint(marks_of(other.record.fact))
    ]


class Alike:
    """An index of facts by their marks, so that a fact is compared only with the MOST_HELD nearest in time.

    It holds numbers in place of facts: 0 for the first fact that is added, 1 for the next.
    """

    def __init__(self) -> None:
        self._held: dict[int, int | array[int]] = {}  # most marks have one fact
        self._begin, self._end = array("q"), array("q")
        self._populations: list[str] = []

    def add(self, fact: Fact, marked: Iterable[Hashable]) -> None:
        """Add a fact with its marks."""
        begin, end = fact.told
        number = len(self._begin)
        self._begin.append(begin)
        self._end.append(end)
        self._populations.append(intern(_population(fact)))
        for mark in map(hash, marked):
            held = self._held.get(mark)
            if held is None:
                self._held[mark] = number
                continue
            if isinstance(held, int):
                held = self._held[mark] = array("q", (held,))
            insort(held, number, key=self._begin.__getitem__)

    def of(self, fact: Fact, marked: Iterable[Hashable]) -> list[int]:
        """The numbers of the facts that may be much like a fact with these marks, in order."""
        alike = set[int]()
        begin, end = fact.told
        for mark in map(hash, marked):
            held = self._held.get(mark, ())
            numbers = (held,) if isinstance(held, int) else held
            last = bisect_left(numbers, end, key=self._begin.__getitem__)
            near = numbers[max(0, last - MOST_HELD) : last]
            alike |= {number for number in near if begin < self._end[number]}
        ours, theirs = _population(fact), self._populations
        return sorted(number for number in alike if _of_one_population(ours, theirs[number]))


def is_another(one: FactVersion, other: FactVersion) -> bool:
    """Whether `other` is a different fact that stands and is not tied to `one`."""
    return other.record.id != one.record.id and other.record.stands and not _are_tied(one, other)


def marks_of(fact: Fact) -> set[Hashable]:
    """The marks of a fact: two facts may be much alike if they share a mark and their times overlap."""
    people = frozenset(key_of(name) for name in fact.list_names())
    marks = [*_numbers(fact), *_counts_of_a_day(fact), *([people] if people else [])]
    return {(fact.kind, key, mark) for key in _keys(fact) for mark in marks}


def _population(fact: Fact) -> str:
    return fold_name(getattr(fact, "population", None) or "")


def _of_one_population(one: str, other: str) -> bool:
    """Whether two facts may be about one population, as far as both name one."""
    return one == other or not (one and other)


def _are_tied(one: FactVersion, other: FactVersion) -> bool:
    ours, theirs = one.record, other.record
    if ours.fact.matter_key is not None and ours.fact.matter_key == theirs.fact.matter_key:
        return True
    if not (ours.fact.links or theirs.fact.links):
        return False
    return any(
        not targets.isdisjoint(link.fact for link in fact.links)
        for targets, fact in ((ours.link_targets, theirs.fact), (theirs.link_targets, ours.fact))
    )


def _meet(one: Fact, other: Fact) -> bool:
    """Whether both may have happened, or begun, at the same time."""
    (start, end), (other_start, other_end) = one.told, other.told
    return start < other_end and other_start < end


def _keys(fact: Fact) -> set[tuple[str, ...]]:
    """The keys of the questions that a fact answers."""
    return {
        (answer.register.section, *map(key_of, answer.key.values()))
        for answer in fact.register_entries()
    }


def _numbers(fact: Fact) -> set[Hashable]:
    return {(quantity.counted, claim_of_quantity(quantity)) for quantity in fact.quantities}


def _counts_of_a_day(fact: Fact) -> Iterable[Hashable]:
    """What a fact of a single day counts in a total or stock, with the one or two UTC days that the day overlaps."""
    start, end = fact.told
    if end - start <= DAY:
        for day in {start // DAY, (end - 1) // DAY}:
            for counted, numbers in fact.numbers.items():
                yield from ((counted, number.basis, day) for number in numbers if number.basis)
