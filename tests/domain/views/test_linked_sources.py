"""If every report is right, no total excludes the true number, however links and matters join the reports.

Releases are drawn first, with how many people of some populations they freed. Then true reports are drawn: of all who
were freed, of a part, or of several releases; each is joined to an earlier report of the same release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, note, settings
from hypothesis import strategies as st

from domain.fact import Fact
from domain.provenance import Citation, Link, Relation
from domain.quantity import Quantity
from domain.time.instant import format_instant
from domain.views.counting.contributions import Contributions
from domain.views.counting.figures import Figure
from domain.views.counting.query import TallyQuery
from domain.views.counting.steps import SumSteps
from domain.views.counting.tally import find_total, tally
from domain.views.naming import Names
from tests.drawn_facts import DAY
from tests.examples import fact
from tests.strategies import SOME
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn


FIRST: Final = 20_250
"""The earliest day of the first release, counted from 1970."""
DAYS: Final = 6
AS_OF: Final = "2026-12-31"
ALL: Final = "all"
PARTS: Final = ("foreigners", "women")
SPELLINGS: Final = {
    ALL: ("political prisoners", "prisoners of conscience", None),
    "foreigners": ("foreigners", "foreign nationals", None),
    "women": ("women", "female inmates"),
}
"""The names that papers give to a population; no alias joins them."""
BOUNDS: Final = (
    "{0}",
    "{0}",
    "{0}",
    "at least {1}",
    "up to {2}",
    "{1} to {2}",
    "about {0}",
    "dozens",
)


ANY: Final[tuple[Relation, ...]] = ("confirms", "refines")


@dataclass(frozen=True)
class Freeing:
    """One release: its day, how many were freed of each population, and the labels that papers give it."""

    day: int
    freed: dict[str, int]
    reports: list[Fact] = field(default_factory=list)


@dataclass(frozen=True, repr=False)
class World:
    """The true releases, and the reports of them in the order of recording."""

    freeings: Sequence[Freeing]
    facts: Sequence[Fact]

    def count_freed(self, whom: str, first: int = 0, last: int = 2**62) -> int:
        """How many of a population were freed on the days from the first to the last."""
        return sum(each.freed[whom] for each in self.freeings if first <= each.day <= last)


@st.composite
def worlds(draw: DrawFn) -> World:
    """One release or a few, each reported once or several times, and round-ups of them."""
    freeings, facts = list[Freeing](), list[Fact]()
    for number in range(draw(st.integers(1, 3))):
        day, all_ = FIRST + draw(st.integers(0, DAYS - 1)), draw(st.sampled_from((2, 14, 30, 52)))
        parts = {part: draw(st.integers(0, 2)) * all_ // 2 for part in PARTS}
        freeing = Freeing(day, {ALL: all_, **parts})
        told = draw(st.lists(st.sampled_from((ALL, ALL, *PARTS)), max_size=4))
        first = draw(st.sampled_from((ALL, ALL, ALL, *PARTS)))
        told = [ALL, *sorted(told)] if first == ALL else [first] * (1 + len(told))
        for index, whom in enumerate(told):
            freeing.reports.append(_report(draw, freeing, whom, f"{number}-{index}-{whom}"))
        freeings.append(freeing)
        facts += freeing.reports
    for index in range(draw(st.integers(0, 2)) if len(freeings) > 1 else 0):
        facts.append(_draw_round_up(draw, freeings, f"R-{index}"))
    return World(freeings, draw(st.permutations(facts)))


def _report(draw: DrawFn, freeing: Freeing, whom: str, id_: str) -> Fact:
    """A true report of a release, which a link or a matter joins to an earlier one.

    If it names no population, only its link to a report of the same people says which people it counts. If it has
    another name for its population, only its link says that it is no rival of the report of all.
    """
    label = f"m{id_[0]}"
    labels: Sequence[str | None] = (None, None, label, label, f"{label} too", f"{label} of {whom}")
    population = draw(st.sampled_from(SPELLINGS[whom]))
    same = [each for each in freeing.reports if _find_population(each) == whom]
    earlier = [each for each in freeing.reports if _find_population(each) in (whom, ALL)]
    if whom != ALL and population is None:
        same = [each for each in same if _population(each) is not None]
        population, labels = None if same else whom, (None, f"{label} of {whom}")
        earlier = same or earlier
    matter = draw(st.sampled_from(labels))
    spelled = [each for each in same if whom == ALL or _population(each) == population]
    known = matter is not None and any(each.matter == matter for each in spelled)
    chosen = draw(
        st.lists(st.sampled_from(earlier), min_size=not known, max_size=2, unique_by=id)
        if earlier
        else st.just([])
    )
    links = [
        Link(
            relation="refines" if each not in same else draw(st.sampled_from(ANY)),
            fact=f"external:{each.external_id}",
        )
        for each in chosen
    ]
    return _draw_release(
        draw,
        freeing.freed[whom],
        freeing.day,
        population=population,
        matter=matter,
        links=tuple(links),
        external_id=id_,
    )


def _population(report: Fact) -> str | None:
    return getattr(report, "population", None)


def _find_population(report: Fact) -> str:
    return (report.external_id or "").rpartition("-")[2]


def _draw_round_up(draw: DrawFn, freeings: Sequence[Freeing], id_: str) -> Fact:
    """A report of several releases at once, joined to at least one report of each."""
    covered = draw(st.lists(st.sampled_from(freeings), min_size=2, unique_by=id))
    links = [
        Link(relation="confirms", fact=f"external:{each.external_id}")
        for freeing in covered
        for each in draw(st.lists(st.sampled_from(freeing.reports), min_size=1, unique_by=id))
    ]
    freed = sum(freeing.freed[ALL] for freeing in covered)
    return _draw_release(
        draw,
        freed,
        max(freeing.day for freeing in covered),
        population=draw(st.sampled_from(SPELLINGS[ALL])),
        matter=draw(st.sampled_from((None, None, "in all"))),
        links=tuple(links),
        external_id=id_,
    )


def _draw_release(draw: DrawFn, freed: int, day: int, **fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    date = format_instant(day * DAY).partition("T")[0]
    numbers = () if draw(st.integers(0, 4)) == 0 else (_number(draw, freed),)
    return fact(
        "release",
        valid=draw(st.sampled_from((date, date, date[:7], date[:4]))),
        quantities=numbers,
        citations=(Citation(publisher=draw(st.sampled_from(("Reuters", "AP", "BelTA")))),),
        **fields,
    )


def _number(draw: DrawFn, freed: int) -> Quantity:
    said = draw(st.sampled_from(BOUNDS if freed > 1 else ("up to {2}",)))
    if said == "dozens" and freed < 24:
        said = "{0}"
    below, above = draw(st.integers(0, freed)), freed + draw(st.sampled_from((1, 2, 40)))
    return Quantity(what="released", text=said.format(freed, below, above))


def _log(world: World) -> Log:
    log = Log()
    for each in world.facts:
        log.record(each)
    return log


def describe_world(world: World) -> str:
    """A world as text for a failing test."""
    happened = [f"{each.day - FIRST} {each.freed}" for each in world.freeings]
    reports = [
        f"{each.external_id}: {[q.text for q in each.quantities]} of {getattr(each, 'population', None)}, "
        f"{each.valid}, matter {each.matter}, {[(link.relation, link.fact) for link in each.links]}"
        for each in world.facts
    ]
    return "\n".join([*happened, *reports])


def _count_least_reported(world: World) -> int:
    """The people freed by those releases of which a number is reported, by the largest number of each."""
    return sum(
        max(
            (each.freed[_find_population(report)] for report in each.reports if report.quantities),
            default=0,
        )
        for each in world.freeings
    )


@settings(SOME, max_examples=choose_count(50, 3_000))
@given(world=worlds())
def test_a_total_of_tied_reports_never_excludes_how_many_were_freed(world: World) -> None:
    log = _log(world)
    note(describe_world(world))
    for match in ("possible", "certain"):
        total = log.state(as_of=AS_OF, match=match)["prisoners"]["released"]
        note(str({name: total[name] for name in ("low", "high", "text", "contested")}))
        assert total["low"] <= world.count_freed(ALL)
        assert total["high"] is None or total["high"] >= _count_least_reported(world)


@settings(SOME, max_examples=choose_count(50, 3_000))
@given(world=worlds(), days=st.tuples(*[st.integers(-1, DAYS)] * 2).map(sorted))
def test_no_share_of_a_total_exceeds_how_many_were_freed(world: World, days: list[int]) -> None:
    """By population, in a period of days, up to each day, and counted in releases."""
    log = _log(world)
    at, slice_ = log.perspective(as_of=AS_OF), log.slice(as_of=AS_OF)
    note(describe_world(world))
    whom = {name: whom for whom, names in SPELLINGS.items() for name in names if name}
    split = tally(slice_, at, TallyQuery(what="released", per="population"))
    for each in split.lists["totals"]:
        assert isinstance(each, dict)
        assert each["low"] <= world.count_freed(whom.get(each["population"], ALL)), each
    first, last = (FIRST + day for day in days)
    query = TallyQuery(what="released", from_=first * DAY, to=(last + 1) * DAY - 1)
    assert tally(slice_, at, query).content["total"]["low"] <= world.count_freed(ALL, first, last)
    releases = tally(slice_, at, TallyQuery(kind="release")).content["total"]
    assert releases["low"] <= len(world.freeings)
    names = Names.of(slice_)
    steps = SumSteps(slice_, "released", at, names)
    for day in range(FIRST - 1, FIRST + DAYS):
        until = TallyQuery(what="released", to=(day + 1) * DAY - 1)
        total = find_total(slice_, at, until, names, Contributions())
        assert total["low"] <= world.count_freed(ALL, 0, day)
        step = steps.total((day + 1) * DAY - 1)
        assert step == {name: total[name] for name in step}


@settings(SOME, max_examples=choose_count(50, 3_000))
@given(world=worlds(), data=st.data())
def test_the_order_of_recording_changes_no_total(world: World, data: st.DataObject) -> None:
    other = World(world.freeings, data.draw(st.permutations(world.facts)))
    note(describe_world(world))
    assert _totals(other) == _totals(world)


def _totals(world: World) -> list[Any]:
    log = _log(world)
    at, slice_ = log.perspective(as_of=AS_OF), log.slice(as_of=AS_OF)
    split = tally(slice_, at, TallyQuery(what="released", per="population", parts=True))
    parts = [part.describe() for part in split.lists["parts"] if not isinstance(part, str | dict)]
    for part in parts:
        part["rivals"] = sorted(rival["id"] for rival in part["rivals"])
    figures = [each for each in split.lists["also_counted"] if isinstance(each, Figure)]
    beside = sorted((str(each.quantity), str(each.candidate.id)) for each in figures)
    return [split.content, split.lists["totals"], sorted(map(str, parts)), beside]
