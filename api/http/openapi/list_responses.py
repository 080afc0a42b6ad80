"""The response models of a tally, of the moments at which answers change, and of the list of people."""

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
from domain.quantity import Quantity


class Split(Interval):
    """An interval, and with `per` the population or counter that it belongs to."""

    population: NotRequired[str | None]
    counted_by: NotRequired[str | None]
    counted_by_id: NotRequired[str]


class PointEntry(Split):
    """The interval sum of each day, month or year from `at` to `until`, both included."""

    at: str
    until: str
    quantity: NotRequired[Quantity]


class SumEntry(Split):
    """An interval sum; `rests_on` says in words which numbers it is made of."""

    rests_on: str


class AddendEntry(Interval):
    """What one question adds to a total: its bounds, the fact that is shown for it, and its first ten rivals.

    Where there are more, `rivals_more` is how many there are.
    """

    matter: str | None
    fact: Brief
    rivals: list[Brief]
    rivals_more: NotRequired[int]
    quantity: NotRequired[Quantity]


class TallyResponse(Paged):
    """Totals along valid time. Neighbouring days, months or years with one total are one point; empty ones have none.

    `facts` are the ids of the facts that are added, at most 100 a page; `undated` are those of them that lie outside
    the years 1 to 9999. `cumulative` figures are listed and not added; `uncounted` facts give no number to add. With
    `per`, `totals` has one sum for each population or counter, and each point names its own. Stocks are not added: each
    counter has points of its own. With `parts`, `also_counted` lists numbers that are given besides and not added, such
    as how many of them are women. Where no known fact counts `what`, `known` lists what can be counted.
    """

    what: NotRequired[str]
    count: NotRequired[Literal["facts"]]
    kind: NotRequired[str | None]
    by: Literal["day", "month", "year"]
    total: SumEntry
    totals: NotRequired[list[SumEntry]]
    totals_more: NotRequired[More]
    points: list[PointEntry]
    facts: list[Identity]
    facts_more: NotRequired[More]
    cumulative: list[FigureEntry]
    cumulative_more: NotRequired[More]
    uncounted: list[Identity]
    uncounted_more: NotRequired[More]
    undated: list[Identity]
    undated_more: NotRequired[More]
    parts: NotRequired[list[AddendEntry]]
    parts_more: NotRequired[More]
    also_counted: NotRequired[list[FigureEntry]]
    also_counted_more: NotRequired[More]
    known: NotRequired[list[str]]
    known_more: NotRequired[More]


class MomentEntry(Exact):
    """An instant, or a day, month, year or longer time, in which `changes` facts may change the answer."""

    at: str
    changes: int


class MomentsResponse(Paged):
    """The moments at which an answer may change along an axis, in order; `by` is the unit that `by=auto` chose."""

    axis: Literal["valid", "recorded", "published"]
    by: NotRequired[Literal["day", "month", "year", "decade", "century", "millennium"]]
    items: list[MomentEntry]


class MayBe(Exact):
    """Another name that may mean the same person; `why` says what the two names have in common."""

    name: str
    id: str | None
    why: str


class PersonEntry(Exact):
    """Somebody whom facts name, in which spellings, and what the custody section says of them; null means not known.

    `known_to_be` is null where no fact tells whether the name belongs to a person or a body. `external_id` belongs to
    `fact`. `ambiguous` lists the ids that bear the name, or the names to which aliases lead it, if there are several.
    `spellings_more` has the address of the facts that name the person.
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
    """The people whom facts name, ordered by name."""

    items: list[PersonEntry]
