"""Finding contested facts of one question at once gives the same result as comparing each pair."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from typing import TYPE_CHECKING, get_args

from hypothesis import given
from hypothesis import strategies as st

from domain.quantity import Basis, Interval, Quantity
from domain.register import Register
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.disputes import under_one_question
from domain.views.rivalry.rivals import resolve
from tests.domain.views.steps import steps
from tests.examples import fact
from tests.strategies import SOME
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ANY = Register("any")
BOUNDS = st.none() | st.integers(0, 6)
QUANTITIES = st.builds(
    lambda what, basis, low, more: Quantity(
        what=what, basis=basis, low=low, high=None if more is None else (low or 0) + more
    ),
    st.sampled_from(("released", "Released", "held")),
    st.none() | st.sampled_from(get_args(Basis)),
    BOUNDS,
    BOUNDS,
)
SEVERAL = st.lists(st.lists(QUANTITIES, max_size=3), min_size=2, max_size=5)


def candidates(counts: Sequence[Sequence[Quantity]]) -> list[Candidate]:
    log = Log()
    for count in counts:
        log.store(replace(fact("release", matter="sep11"), quantities=tuple(count)))
    return [Candidate(seen, {}, begun=True) for seen in log.slice()]


def exclude_each_other(one: Sequence[Quantity], other: Sequence[Quantity]) -> bool:
    """The definition: the two count the same thing on the same basis, and their ranges have no number in common."""
    for what, basis in product(("released", "held"), get_args(Basis)):
        mine, theirs = (
            [q for q in each if q.what.casefold() == what and q.basis in (basis, None)]
            for each in (one, other)
        )
        if mine and theirs and not span(mine).meets(span(theirs)):
            return True
    return False


def span(quantities: Sequence[Quantity]) -> Interval:
    lows, highs = [q.low for q in quantities], [q.high for q in quantities]
    low = None if None in lows else min(each for each in lows if each is not None)
    return Interval(low, None if None in highs else max(each for each in highs if each is not None))


@SOME
@given(SEVERAL)
def test_counts_are_contested_as_each_held_against_each_says(counts: list[list[Quantity]]) -> None:
    expected = any(exclude_each_other(one, other) for one, other in combinations(counts, 2))
    found = candidates(counts)
    assert under_one_question(found, ANY) is expected
    assert under_one_question(found[::-1], ANY) is expected


def test_twice_the_facts_and_twice_the_numbers_cost_about_twice_as_much() -> None:
    def prepare_resolving(facts: int, numbers: int) -> Callable[[], object]:
        bases = (None, *get_args(Basis))
        rivals = candidates(
            [
                [
                    Quantity(what="released", low=n, high=n, basis=bases[n % len(bases)])
                    for n in range(each, each + numbers)
                ]
                for each in range(facts)
            ]
        )
        return lambda: resolve(rivals, ANY)

    assert steps(prepare_resolving(20, 400)) < 3 * steps(prepare_resolving(20, 200))
    assert steps(prepare_resolving(400, 5)) < 3 * steps(prepare_resolving(200, 5))


@SOME
@given(counts=st.lists(st.tuples(BOUNDS, BOUNDS), min_size=1, max_size=5))
def test_a_total_is_one_claim_or_as_wide_as_those_that_exclude_each_other(
    counts: list[tuple[int | None, int | None]],
) -> None:
    given_ = [
        Quantity(what="released", low=low, high=None if more is None else (low or 0) + more)
        for low, more in counts
    ]
    log = Log()
    for each in given_:
        log.store(replace(fact("release", matter="sep11"), quantities=(each,)))
    total = log.state()["prisoners"]["released"]
    claims = [each.interval for each in given_]
    apart = [claim for claim in claims if not all(claim.meets(other) for other in claims)]
    assert total["contested"] == bool(apart)
    told = Interval(total["low"], total["high"])
    assert bool(apart) or told in [Interval(claim.low or 0, claim.high) for claim in claims]
    for claim in apart:
        sharpest = not any(_is_within(other, claim) for other in claims)
        floor = Interval(claim.low or 0, claim.high)
        assert not sharpest or floor == told or _is_within(floor, told)


def _is_within(one: Interval, other: Interval) -> bool:
    """Whether one range lies within the other, and is not equal to it."""
    low = other.low is None or (one.low is not None and one.low >= other.low)
    high = other.high is None or (one.high is not None and one.high <= other.high)
    return one != other and low and high
