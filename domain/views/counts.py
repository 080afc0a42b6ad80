"""Two facts disagree on a count where both count the same thing and no number satisfies both.

The numbers of one fact are sorted once; each number of another is then found among them by bisection.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from itertools import accumulate
from typing import TYPE_CHECKING, Final, get_args

from domain.quantity import Basis, Interval, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BASES: Final[tuple[Basis | None, ...]] = (None, *get_args(Basis))


class Counts:
    """What one fact counts, by what is counted and on which basis."""

    def __init__(self, quantities: Iterable[Quantity]) -> None:
        intervals: dict[tuple[str, Basis | None], list[Interval]] = defaultdict(list)
        for quantity in quantities:
            intervals[quantity.counted, quantity.basis].append(quantity.interval)
        self._known = {key: _Intervals(found) for key, found in intervals.items()}

    def conflict(self, quantities: Iterable[Quantity]) -> bool:
        """Whether of some thing that both count no two numbers can be one."""
        meet: dict[str, bool] = {}
        for quantity in quantities:
            what = quantity.counted
            for basis in _comparable(quantity.basis):
                known = self._known.get((what, basis))
                if known is not None and not meet.get(what, False):
                    meet[what] = known.meet(quantity.interval)
        return not all(meet.values())


class _Intervals:
    """Intervals by where they begin, with how far up those up to each of them reach."""

    def __init__(self, intervals: Sequence[Interval]) -> None:
        ordered = sorted((_low(each), _high(each)) for each in intervals)
        self._lows = [low for low, _ in ordered]
        self._reach = list(accumulate((high for _, high in ordered), max))

    def meet(self, interval: Interval) -> bool:
        """Whether one number could lie in the interval and in one of these."""
        begun = bisect_right(self._lows, _high(interval))
        return begun > 0 and self._reach[begun - 1] >= _low(interval)


def same_count(one: Quantity, other: Quantity) -> bool:
    """Whether both count the same thing in the same way; where a basis is not said, it may be the same."""
    return one.counted == other.counted and other.basis in _comparable(one.basis)


def _comparable(basis: Basis | None) -> tuple[Basis | None, ...]:
    return _BASES if basis is None else (basis, None)


def _low(interval: Interval) -> float:
    return -math.inf if interval.low is None else interval.low


def _high(interval: Interval) -> float:
    return math.inf if interval.high is None else interval.high
