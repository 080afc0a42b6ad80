"""The shapes of lists that are counted: a tally, the moments at which answers change, and everyone whom facts name."""

from __future__ import annotations

from typing import Literal, NotRequired

from api.http.openapi.response_parts import (
    Brief,
    Exact,
    FigureEntry,
    Identity,
    Interval,
    More,
    Paged,
)


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


class MomentEntry(Exact):
    """An instant, or a day, month, year or longer time, that may change what is answered."""

    at: str
    changes: int


class MomentsResponse(Paged):
    """The instants at which an answer may change along an axis, in order; `by` says how `by=auto` grouped them."""

    axis: Literal["valid", "recorded", "published"]
    by: NotRequired[Literal["day", "month", "year", "decade", "century", "millennium"]]
    items: list[MomentEntry]


class MayBe(Exact):
    """Who else a name may mean, and what the two names have in common."""

    name: str
    id: str | None
    why: str


class PersonEntry(Exact):
    """Somebody whom facts name, in these spellings, and what became of them; null is not known.

    `known_to_be` is null where no fact tells whether the name is that of a person or of a body. `external_id` is that
    of the fact.
    `ambiguous` lists the ids that bear the name, where there are several. `spellings_more` leads to the facts that
    name them.
    """

    name: str
    id: str | None
    known_to_be: Literal["person"] | None
    ambiguous: NotRequired[list[str]]
    ambiguous_more: NotRequired[More]
    spellings: list[str]
    spellings_more: NotRequired[More]
    status: str | None
    since: str | None
    certainty: str | None
    contested: bool | None
    last_reported: str | None
    fact: Brief | None
    external_id: str | None
    facts: int
    may_be: list[MayBe]


class PeopleResponse(Paged):
    """Everyone whom a fact names, by name."""

    items: list[PersonEntry]
