"""Computes the sum of each day, month or year in one pass over the buckets where additions begin and end.

This costs as much as sorting the facts, however long the time over which a fact is spread. A bucket is a day, month or
year, as a number.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

from domain.number.total import NOT_COUNTED, Total
from domain.time.edtf_calendar import DAY, civil_day
from domain.time.instant import parse_cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

By = Literal["day", "month", "year"]
_MONTHS: Final = 12
#: The first and the last instant of the years whose days can be named, those of four digits.
_FIRST: Final = parse_cut("0000") + 1
_LAST: Final = parse_cut("9999")


@dataclass(frozen=True, slots=True)
class Spread:
    """An addition to each bucket from `first` to `last`: `low` to the low bound, `high` to the high bound (None: open).

    `counted` is False for a fact for which no source gave a number.
    """

    first: int
    last: int
    low: int
    high: int | None
    about: tuple[int, int | None] = (0, 0)
    contested: bool = False
    counted: bool = True


def bucket(instant: int, by: By) -> int:
    """The number of the day, month or year in which an instant (microseconds UTC) lies."""
    day = instant // DAY
    if by == "day":
        return day
    year, month, _ = civil_day(day)
    return year if by == "year" else year * _MONTHS + month - 1


def find_buckets(span: tuple[int, int], by: By, as_of: int) -> tuple[int, int] | None:
    """The first and last bucket in which something may have happened by `as_of`; None outside the years 1 to 9999."""
    first, end = span
    last = min(end - 1, as_of)
    if not _FIRST <= first <= last <= _LAST:
        return None
    return bucket(first, by), bucket(last, by)


def last_bucket(as_of: int, by: By) -> int:
    """The bucket in which a tally ends. While `as_of` stays in it, and passes no moment, the tally stays the same.

    Outside the years 1 to 9999 each instant is a bucket of its own.
    """
    return bucket(as_of, by) if _FIRST <= as_of <= _LAST else as_of


def _bucket(instant: int | None, by: By) -> int | None:
    return None if instant is None else bucket(instant, by)


def bucket_name(number: int, by: By) -> str:
    """A bucket as text: 2025-09-11, 2025-09 or 2025."""
    match by:
        case "day":
            year, month, day = civil_day(number)
            return f"{year:04d}-{month:02d}-{day:02d}"
        case "month":
            year, month = divmod(number, _MONTHS)
            return f"{year:04d}-{month + 1:02d}"
        case "year":
            return f"{number:04d}"


def find_points(
    spreads: Iterable[Spread], by: By, from_: int | None = None, to: int | None = None
) -> list[dict[str, Any]]:
    """[{at, until, low, high, approximate, text, contested}]: the total of each bucket from `at` to `until`.

    Neighbouring buckets with the same total are one point. Buckets to which nothing is added have no point, and neither
    have buckets outside the stretch between the instants `from_` and `to`.
    """
    spreads = _clip(spreads, _bucket(from_, by), _bucket(to, by))
    points: list[dict[str, Any]] = []
    before: tuple[int, dict[str, Any]] | None = None
    for first, last, has in _runs(spreads):
        if before == (first - 1, has):
            points[-1]["until"] = bucket_name(last, by)
        else:
            points.append({"at": bucket_name(first, by), "until": bucket_name(last, by), **has})
        before = last, has
    return points


def _clip(spreads: Iterable[Spread], first: int | None, last: int | None) -> Iterator[Spread]:
    """The spreads, limited to the buckets from `first` to `last`; None means no limit."""
    for spread in spreads:
        starts = spread.first if first is None else max(spread.first, first)
        ends = spread.last if last is None else min(spread.last, last)
        if (starts, ends) == (spread.first, spread.last):
            yield spread
        elif starts <= ends:
            yield replace(spread, first=starts, last=ends)


def _runs(spreads: Iterable[Spread]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """(first bucket, last bucket, their total), in order, without the buckets to which nothing is added."""
    steps: dict[int, list[tuple[Spread, int]]] = defaultdict(list)
    for spread in spreads:
        steps[spread.first].append((spread, 1))
        steps[spread.last + 1].append((spread, -1))
    running = _Running()
    for at, following in pairwise(sorted(steps)):
        for spread, sign in steps[at]:
            running.take(spread, sign)
        if running.adding:
            yield at, following - 1, running.describe()


@dataclass(slots=True)
class _Running:
    """The sums for the bucket that the sweep has reached, and how many additions are open, approximate or contested."""

    adding: int = 0
    counted: int = 0
    low: int = 0
    high: int = 0
    open_above: int = 0
    about: int = 0
    about_most: int = 0
    about_open: int = 0
    contested: int = 0

    def take(self, spread: Spread, sign: int) -> None:
        """Add an addition to the sums, or with `sign` -1 take it away."""
        self.adding += sign
        self.counted += sign * spread.counted
        self.low += sign * spread.low
        self.high += sign * (spread.high or 0)
        self.open_above += sign * (spread.high is None)
        about, most = spread.about
        self.about += sign * about
        self.about_most += sign * (most or 0)
        self.about_open += sign * (most is None)
        self.contested += sign * spread.contested

    def describe(self) -> dict[str, Any]:
        """The sum as a point shows it."""
        high = None if self.open_above else self.high
        about_most = None if self.about_open else self.about_most
        total = Total(self.low, high, self.about, about_most)
        return {
            "low": total.low,
            "high": total.high,
            "approximate": total.approximate,
            "text": total.text if self.counted else NOT_COUNTED,
            "contested": self.contested > 0,
        }
