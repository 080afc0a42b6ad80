"""If every report is right, no answer excludes the truth: it is never more exact than its facts allow.

Releases are drawn first, then reports of them: vague or exact, in part, in words, late or repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, note, settings
from hypothesis import strategies as st

from domain.fact import Fact
from domain.provenance import Citation, Link
from domain.quantity import Quantity
from domain.time.instant import format_instant, parse_cut
from domain.time.valid_time import ValidTime
from domain.views.counting.points import bucket, bucket_name
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import tally
from tests.drawn_facts import DAY, HOUR
from tests.examples import fact
from tests.strategies import SOME
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

    from domain.provenance import Relation
    from domain.time.perspective import Match
    from domain.views.counting.points import By

FIRST: Final = parse_cut("2025-08-31") + 1
DAYS: Final = 60
NAMES: Final = ("Ihar Losik", "Łukasz Nowak", "Юлия", "Ales Primerov", "Nina Example")
BOUNDS: Final = (
    "{0}",
    "exactly {0}",
    "at least {1}",
    "more than {1}",
    "not fewer than {1}",
    "up to {2}",
    "fewer than {2}",
    "{1} to {2}",
    "about {2}",
    "more than {1} but fewer than {2}",
)
"""Words for a number in a report: {0} is the number, {1} is below it, {2} is above it."""


@dataclass(frozen=True)
class Freeing:
    """One release: when it happened, in microseconds UTC, how many were freed, and the names of some of them."""

    at: int
    freed: int
    names: Sequence[str]
    facts: Sequence[Fact]
    """The reports of it, if any."""


@dataclass(frozen=True)
class Story:
    """The releases, and the reports of them."""

    freeings: Sequence[Freeing]
    facts: Sequence[Fact]


@st.composite
def stories(draw: DrawFn) -> Story:
    """A few releases of different people, and true reports of them in any order."""
    names = list(NAMES)
    freeings: list[Freeing] = []
    facts: list[Fact] = []
    for index in range(draw(st.integers(1, 4))):
        mine = [names.pop() for _ in range(draw(st.integers(0, 1)))]
        at, freed = draw(instants()), draw(st.sampled_from((1, 2, 12, 30, 52)))
        told = draw(st.integers(0, 3)) > 0
        found = _reports(draw, Freeing(at, freed, mine, ()), index) if told else ()
        freeings.append(Freeing(at, freed, mine, found))
        facts += found
    running = [_draw_running(draw, freeings) for _ in range(draw(st.integers(0, 2)))]
    return Story(freeings, draw(st.permutations([*facts, *running])))


def instants() -> st.SearchStrategy[int]:
    """An instant within the days of the story."""
    return st.builds(
        lambda day, hour: FIRST + day * DAY + hour * HOUR,
        st.integers(0, DAYS - 1),
        st.sampled_from((0, 10, 23)),
    )


def _reports(draw: DrawFn, freeing: Freeing, index: int) -> list[Fact]:
    """One or several reports, which a matter or a link joins to one question."""
    first = _report(draw, freeing, external_id=f"F-{index}")
    others = [_report(draw, freeing) for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()):
        return [_replace_fields(each, matter=f"m-{index}") for each in (first, *others)]
    relation: Relation = draw(st.sampled_from(("confirms", "refines")))
    tie = (Link(relation=relation, fact=f"external:F-{index}"),)
    return [first, *(_replace_fields(other, links=tie) for other in others)]


def _report(draw: DrawFn, freeing: Freeing, **fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    named = freeing.names if draw(st.booleans()) else ()
    numbers = () if draw(st.integers(0, 4)) == 0 else (_number(draw, freeing.freed),)
    return fact(
        "release",
        valid=draw(st.sampled_from(dates_of(freeing.at))),
        summary="Some were freed",
        people=tuple(named),
        quantities=numbers,
        citations=(_draw_citation(draw, freeing.at),),
        **fields,
    )


def _draw_running(draw: DrawFn, freeings: Sequence[Freeing]) -> Fact:
    """A figure of all people freed by the end of a day, also in releases that no report mentions."""
    day = draw(st.integers(0, DAYS - 1))
    end = FIRST + (day + 1) * DAY
    freed = sum(release.freed for release in freeings if release.at < end)
    number = _number(draw, freed, basis="cumulative")
    valid = bucket_name((end - 1) // DAY, "day")
    return fact(
        "release", valid=valid, quantities=(number,), citations=(_draw_citation(draw, end),)
    )


def _number(draw: DrawFn, value: int, basis: str | None = None) -> Quantity:
    said = draw(st.sampled_from(BOUNDS[:8] if value < 2 else BOUNDS))
    below = draw(st.integers(0, max(value - 1, 0)))
    above = value + draw(st.sampled_from((1, 2, 40)))
    if value == 0:
        said = "up to {2}"
    if said.startswith("about"):
        above = min(above, 2 * value)
    text = said.format(value, below, above)
    stated: Any = basis or draw(st.sampled_from((None, "increment")))
    return Quantity(what=draw(st.sampled_from(("released", "Released"))), text=text, basis=stated)


def dates_of(at: int) -> list[str]:
    """The valid times with which an event at an instant may be reported."""
    day, before, after = (bucket_name(at // DAY + days, "day") for days in (0, -2, 3))
    month, year = (bucket_name(at_, by) for at_, by in _list_coarse(at))
    return [
        day,
        day,
        day,
        month,
        f"{month}~",
        year,
        f"[{before}..{after}]",
        f"{day}?",
        f"{before}/{after}",
    ]


def _list_coarse(at: int) -> list[tuple[int, By]]:
    return [(bucket(at, "month"), "month"), (bucket(at, "year"), "year")]


def _draw_citation(draw: DrawFn, at: int) -> Citation:
    published = bucket_name(at // DAY + draw(st.integers(0, 9)), "day")
    return Citation(
        publisher=draw(st.sampled_from(("Reuters", "AP", "BelTA"))), published=published
    )


def _replace_fields(report: Fact, **fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    return replace(report, **fields)


def _sum_freed(story: Story, first: int, last: int) -> tuple[int, int]:
    """(how many the reports tell of between two instants, both included; how many were freed in fact)."""
    happened = [release for release in story.freeings if first <= release.at <= last]
    return sum(each.freed for each in happened if each.facts), sum(each.freed for each in happened)


def _log(story: Story) -> Log:
    log = Log()
    for each in story.facts:
        log.record(each)
    return log


def describe_story(story: Story) -> str:
    """A story as text for a failing test."""
    happened = [
        f"{format_instant(e.at)} {e.freed} {e.names} {len(e.facts)}" for e in story.freeings
    ]
    reports = [
        f"{f.valid} {[(q.what, q.text, q.basis, q.low, q.high) for q in f.quantities]} "
        f"{f.people} {f.matter} {f.links} {f.external_id}"
        for f in story.facts
    ]
    return "\n".join([*happened, *reports])


def _includes(told: dict[str, Any], least: int, most: int) -> bool:
    """Whether a total is consistent: its low is at most the number freed, its high at least the number reported."""
    return told["low"] <= most and (told["high"] is None or told["high"] >= least)


@settings(SOME, max_examples=choose_count(40, 2_000))
@given(story=stories(), as_of=instants(), match=st.sampled_from(("possible", "certain")))
def test_a_total_never_excludes_how_many_were_freed(story: Story, as_of: int, match: Match) -> None:
    log = _log(story)
    total = log.state(as_of=format_instant(as_of), match=match)["prisoners"]["released"]
    told, all_ = _sum_freed(story, 0, as_of)
    note(describe_story(story))
    assert _includes(total, told, all_), (total, told, all_)
    assert not total["contested"]
    assert total["high"] is None or match == "possible"


@settings(SOME, max_examples=choose_count(40, 2_000))
@given(
    story=stories(),
    as_of=instants(),
    by=st.sampled_from(("day", "month", "year")),
    stretch=st.none() | st.tuples(instants(), instants()).map(sorted),
)
def test_no_point_of_a_tally_excludes_how_many_were_freed_then(
    story: Story, as_of: int, by: By, stretch: list[int] | None
) -> None:
    log = _log(story)
    at = log.perspective(as_of=format_instant(as_of))
    first, last = stretch or (None, None)
    query = TallyQuery(by=by, what="released", from_=first, to=last)
    found, _ = tally(log.slice(as_of=format_instant(as_of)), at, query).page(None, 999)
    note(describe_story(story))
    start, end = first or 0, as_of if last is None else min(as_of, last)
    assert _includes(found["total"], *_sum_freed(story, start, end)), found["total"]
    for release in story.freeings:
        name = bucket_name(bucket(release.at, by), by)
        bounds = ValidTime.parse(name).bounds
        freed = _sum_freed(
            story, max(start, bounds.start_earliest), min(end, bounds.start_latest - 1)
        )
        assert _includes(_point(found["points"], name), *freed), (name, found["points"])


def _point(points: Sequence[dict[str, Any]], name: str) -> dict[str, Any]:
    """The point of a tally for a day, month or year; without a point, 0."""
    nothing = {"low": 0, "high": 0}
    return next((point for point in points if point["at"] <= name <= point["until"]), nothing)
