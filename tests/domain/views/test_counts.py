"""Counts disagree as a comparison of each with each says, at a cost that grows with their number."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, get_args

from hypothesis import given
from hypothesis import strategies as st

from domain.facts.prisoners import RELEASED
from domain.quantity import Basis, Quantity
from domain.views.counts import Counts, same_count
from domain.views.rivals import Candidate, resolve
from tests.examples import fact
from tests.steps import steps
from tests.strategies import SOME
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BOUNDS = st.none() | st.integers(-3, 6)
#: As they may be stored, upside down too.
QUANTITIES = st.builds(
    Quantity,
    what=st.sampled_from(("released", "held")),
    basis=st.none() | st.sampled_from(get_args(Basis)),
    low=BOUNDS,
    high=BOUNDS,
)
MANY = 500


def conflict_each_with_each(one: Sequence[Quantity], other: Sequence[Quantity]) -> bool:
    """The rule as it reads: of some thing that both count, no two numbers can be one."""
    meetings: dict[str, list[bool]] = defaultdict(list)
    for mine, theirs in product(one, other):
        bases = {mine.basis, theirs.basis}
        if mine.what == theirs.what and (len(bases) == 1 or None in bases):
            assert same_count(mine, theirs)
            meetings[mine.what].append(mine.interval.meets(theirs.interval))
        else:
            assert not same_count(mine, theirs)
    return any(not any(met) for met in meetings.values())


@SOME
@given(st.lists(QUANTITIES, max_size=8), st.lists(QUANTITIES, max_size=8))
def test_counts_conflict_as_each_held_against_each_says(
    one: list[Quantity], other: list[Quantity]
) -> None:
    assert Counts(one).conflict(other) is conflict_each_with_each(one, other)
    assert Counts(other).conflict(one) is Counts(one).conflict(other)


def several(number: int, first: int = 0) -> tuple[Quantity, ...]:
    """That many numbers for one thing, each on a basis of its own in turn."""
    bases = (None, *get_args(Basis))
    return tuple(
        Quantity(what="released", low=n, high=n, basis=bases[n % len(bases)])
        for n in range(first, first + number)
    )


def test_twice_the_numbers_cost_about_twice_as_much() -> None:
    def held_against(number: int) -> Callable[[], object]:
        one, other = several(number), several(number, number)
        return lambda: Counts(one).conflict(other)

    assert steps(held_against(2 * MANY)) < 3 * steps(held_against(MANY))


def test_so_they_do_among_rivals() -> None:
    def resolving(number: int) -> Callable[[], object]:
        log = Log()
        for each in range(10):
            told = fact("release", matter="sep11")
            log.store(replace(told, quantities=several(number, each * number)))
        found = [Candidate(seen, {}, ()) for seen in log.slice()]
        return lambda: resolve(found, RELEASED)

    assert steps(resolving(400)) < 3 * steps(resolving(200))
