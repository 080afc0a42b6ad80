"""The shape of a tally: totals over valid time, page by page."""

from __future__ import annotations

from typing import Literal, NotRequired

from api.http.openapi.response_parts import (
    FigureEntry,
    Identity,
    Interval,
    More,
    Paged,
)

__all__ = ["TallyResponse"]


class Split(Interval):
    """An interval of one population or counter, where they are asked for."""

    population: NotRequired[str | None]
    counted_by: NotRequired[str | None]
    counted_by_id: NotRequired[str]


class PointEntry(Split):
    """The interval sum that each day, month or year from `at` to `until`, both included, has; null is unbounded."""

    at: str
    until: str


class SumEntry(Split):
    """An interval, and in words; null is unbounded. `rests_on` says in words what it is made of."""

    rests_on: str


class TallyResponse(Paged):
    """Totals over valid time; what is the same for neighbours is one point, and where nothing adds up is none.

    `facts` are those that add up, at most 100 a page; of them `undated` lie outside of the years 1 to 9999.
    `cumulative` figures run on and are not added; what is `uncounted` gives no number that can be. `totals` are the
    sums of each population or counter, where they are asked for, and each point then says whose it is. What stands
    until the next count is not added up: its points are each counter's. Where no fact that is known counts `what`,
    as where it is misspelt, `known` lists what they count.
    """

    what: NotRequired[str]
    count: NotRequired[Literal["facts"]]
    kind: NotRequired[str | None]
    by: Literal["day", "month", "year"]
    total: SumEntry
    totals: NotRequired[list[SumEntry]]
    points: list[PointEntry]
    facts: list[Identity]
    facts_more: NotRequired[More]
    cumulative: list[FigureEntry]
    cumulative_more: NotRequired[More]
    uncounted: list[Identity]
    uncounted_more: NotRequired[More]
    undated: list[Identity]
    undated_more: NotRequired[More]
    known: NotRequired[list[str]]
    known_more: NotRequired[More]
