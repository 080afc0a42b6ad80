"""The shape of a tally: totals over valid time, page by page."""

from __future__ import annotations

from typing import Literal, NotRequired

from api.http.openapi.response_parts import Bereft, Brief, Exact, Identity, More, PerspectiveShown
from domain.quantity import Quantity

__all__ = ["Tally"]


class Point(Exact):
    """The interval sum that each day, month or year from `at` to `until`, both included, has; null is unbounded."""

    population: NotRequired[str | None]
    counted_by: NotRequired[str | None]
    counted_by_id: NotRequired[str]
    at: str
    until: str
    low: int
    high: int | None
    approximate: bool
    text: str
    contested: bool


class Sum(Exact):
    """An interval, and in words; null is unbounded. `rests_on` says in words what it is made of."""

    population: NotRequired[str | None]
    counted_by: NotRequired[str | None]
    counted_by_id: NotRequired[str]
    low: int
    high: int | None
    approximate: bool
    text: str
    contested: bool
    rests_on: str


class Figure(Exact):
    """A number that runs on and adds nothing, and the fact that gives it."""

    quantity: Quantity
    fact: Brief


class Tally(Bereft):
    """Totals over valid time; what is the same for neighbours is one point, and where nothing adds up is none.

    `facts` are those that add up, at most 100 a page; of them `undated` lie outside of the years 1 to 9999.
    `cumulative` figures run on and are not added; what is `uncounted` gives no number that can be. `totals` are the
    sums of each population or counter, where they are asked for, and each point then says whose it is. What stands
    until the next count is not added up: its points are each counter's. Where no fact that is known counts `what`,
    as where it is misspelt, `known` lists what they count.
    """

    perspective: PerspectiveShown
    what: NotRequired[str]
    count: NotRequired[Literal["facts"]]
    kind: NotRequired[str | None]
    by: Literal["day", "month", "year"]
    total: Sum
    totals: NotRequired[list[Sum]]
    points: list[Point]
    facts: list[Identity]
    facts_more: NotRequired[More]
    cumulative: list[Figure]
    cumulative_more: NotRequired[More]
    uncounted: list[Identity]
    uncounted_more: NotRequired[More]
    undated: list[Identity]
    undated_more: NotRequired[More]
    known: NotRequired[list[str]]
    known_more: NotRequired[More]
    next: str | None
