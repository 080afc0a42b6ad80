"""Answers about records of mixed kinds, in process: each kind of answer at each size, and every filter of a timeline.

Before they are timed, the answers of the smallest record are compared with the pure fold over its log; the table names
those that differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, get_args

from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from domain.time.instant import parse_cut
from domain.time.perspective import Clock, PerspectiveQuery
from domain.views.audit import AuditQuery
from domain.views.counting.countable import find_kinds
from domain.views.counting.query import TallyQuery
from domain.views.counting.tally import tally
from domain.views.diff import diff
from domain.views.known import timeslices as history
from domain.views.moments import group_moments
from domain.views.naming import Names
from domain.views.people import PeopleFilter, list_people
from domain.views.state import count_facts, resolve_state
from domain.views.timeline import TimelineFilter, list_timeline
from domain.views.versions import by_valid_time
from infrastructure.clock import system_clock
from infrastructure.database.database import Database
from infrastructure.ledger import StoredLedger
from infrastructure.projections import fact_text
from infrastructure.readers.look import Look
from infrastructure.readers.reading import Reading
from tests.benchmarks.bench import SLUG
from tests.benchmarks.rows import bound_time, compare_results, explain_miss
from tests.examples import OWNER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.benchmarks.bench import Bench
    from tests.benchmarks.rows import Row

STATE: Final = {1_000: 0.005, 10_000: 0.010, 100_000: 0.025}
"""The most seconds for the state of so many facts."""
CHANGED: Final = 20
PAGE: Final = 100
EVERYTHING: Final = 10**9
MIDDLE: Final = parse_cut("2014")
CLOCKS: Final[tuple[Clock, ...]] = get_args(Clock)
RELEASED: Final = TallyQuery(what="released")

Question = tuple[str, float | None, Callable[[], object]]
"""(name, the most seconds, the function that asks)."""


@dataclass(frozen=True)
class Asking:
    """Asks a record on one clock."""

    database: Database
    ledger: StoredLedger
    slug: str = SLUG
    clock: Clock = "recorded"

    def ask(self, answer: Callable[..., Any], *given: object) -> Any:  # noqa: ANN401 -- any answer
        """Call `answer` with a reading, this object and the given arguments; gives its result."""
        with self.database.reading() as connection:
            now = system_clock()
            reading = Reading(connection, self.ledger.codec, now, OWNER, searched=True)
            return answer(reading, self, *given)

    @property
    def talks(self) -> UUID:
        """The id of the negotiation."""
        return negotiation_id(self.slug)

    @property
    def query(self) -> PerspectiveQuery:
        """Now; on the published clock, a cut after the last published day of the record."""
        public = parse_cut("2020") if self.clock == "published" else None
        return PerspectiveQuery(as_known_at=public, clock=self.clock)


def rows(bench: Bench) -> Iterator[Row]:
    """Each kind of answer at each size, then the timelines of the largest."""
    for size in bench.sizes.facts:
        url = bench.make_mixed(size)
        with bench.database(url) as database:
            asking = Asking(database, StoredLedger(database))
            if size == bench.sizes.facts[0]:
                yield compare_results(
                    f"answers of {size:,} facts", bench.kind, _list_differing(asking)
                )
            fact_text.catch_up(database)
            change_last(asking, size)
            asked = [
                *answers(asking, size),
                *(timelines(asking) if size == bench.sizes.facts[-1] else ()),
            ]
            for what, most, ask in asked:
                found = bench.measure(bench.job(url, ask))[0]
                row = bound_time(f"{what}, {size:,} facts", bench.kind, found, most)
                yield explain_miss(row, ask, bench.sizes.profiled)


def answers(asking: Asking, size: int) -> Iterator[Question]:
    one = fact_id(asking.talks, f"M-{size // 2}")
    yield "one fact", 150e-6, partial(_look, asking, one)
    yield "state", STATE.get(size), partial(asking.ask, _state)
    for clock in CLOCKS:
        on = replace(asking, clock=clock)
        yield f"tally, {clock} clock", 0.010, partial(on.ask, _tally)
    yield f"diff of the last {CHANGED} events", 0.010, partial(asking.ask, _diff)
    yield "audit, a page", 0.005, partial(asking.ask, _audit)
    yield "history of a fact", 0.005, partial(asking.ask, _history, one)
    yield "changes, a page", 0.005, partial(asking.ask, _changes)
    yield "people, a page", 0.005, partial(asking.ask, _people)
    yield "moments by year", None, partial(asking.ask, _moments)


def shapes() -> dict[str, TimelineFilter]:
    """Each filter of a timeline by itself."""
    return {
        "first page": TimelineFilter(),
        "of a kind": TimelineFilter(kind="meeting"),
        "of a person": TimelineFilter(person="Person 3"),
        "of a place": TimelineFilter(place="Place 3"),
        "of a matter": TimelineFilter(matter="wave 1"),
        "of nobody": TimelineFilter(person="Nobody"),
        "from": TimelineFilter(from_=MIDDLE),
        "to": TimelineFilter(to=MIDDLE),
        "begun": TimelineFilter(begun=True),
    }


def timelines(asking: Asking) -> Iterator[Question]:
    for clock in CLOCKS:
        on = replace(asking, clock=clock)
        (middle, *_), _ = on.ask(_timeline, TimelineFilter(from_=MIDDLE))
        wanted = shapes() | {"later page": TimelineFilter(after=by_valid_time(middle))}
        for name, each in wanted.items():
            yield f"timeline: {name}, {clock} clock", 0.005, partial(on.ask, _timeline, each)
        for word in ("custody", "3"):
            ask = partial(on.ask, _timeline, TimelineFilter(), word)
            yield f"timeline: q={word}, {clock} clock", 0.005, ask


def _look(asking: Asking, id_: UUID) -> None:
    with asking.database.looking() as connection:
        assert Look(connection, system_clock(), OWNER).fact(id_, PerspectiveQuery()) is not None


def _state(reading: Reading, asking: Asking) -> Any:  # noqa: ANN401 -- JSON
    return reading.state(
        reading.negotiation(asking.slug), reading.perspective(asking.query), lambda path, _: path
    )


def _tally(reading: Reading, asking: Asking) -> Any:  # noqa: ANN401 -- JSON
    at = reading.perspective(asking.query)
    slice_ = reading.timeslice(asking.talks, at, find_kinds(RELEASED))
    return tally(slice_, at, RELEASED, reading.names(asking.talks, at)).page(None, PAGE)


def _diff(reading: Reading, asking: Asking) -> Any:  # noqa: ANN401 -- JSON
    to = reading.perspective(PerspectiveQuery())
    from_ = reading.perspective(PerspectiveQuery(as_of=to.as_of, position=reading.head - CHANGED))
    found = reading.changes.read_differing(asking.talks, from_, to, after=0, limit=1_000)[0]
    return diff(found, (from_, to))


def _audit(reading: Reading, asking: Asking) -> object:
    found, _ = reading.changes.list_audited(
        asking.talks, reading.perspective(asking.query), AuditQuery(limit=PAGE)
    )
    assert found
    return reading.changes.approvers(asking.talks, [version for _, version in found])


def _history(reading: Reading, asking: Asking, id_: UUID) -> object:
    return reading.changes.of_fact(id_, reading.perspective(asking.query), limit=PAGE)


def _changes(reading: Reading, _: Asking) -> object:
    return reading.entries(after=0, limit=PAGE)


def _people(reading: Reading, asking: Asking) -> Any:  # noqa: ANN401 -- JSON
    listed = reading.people(
        asking.talks, reading.perspective(asking.query), PeopleFilter(), lambda path, _: path
    )
    return listed.page(None, PAGE)


def _moments(reading: Reading, asking: Asking) -> object:
    found = reading.sections(asking.talks, reading.perspective(asking.query)).boundaries("valid")
    return list(group_moments(found, "year"))


def _timeline(
    reading: Reading,
    asking: Asking,
    wanted: TimelineFilter,
    q: str | None = None,
    limit: int = PAGE,
) -> Any:  # noqa: ANN401 -- facts, and whether more follow
    return reading.timeline(
        asking.talks, reading.perspective(asking.query), wanted, limit=limit, q=q
    )


def change_last(asking: Asking, size: int) -> None:
    """Change the last facts, so that an audit and a diff find something."""
    for number in range(size - CHANGED, size):
        record = asking.ledger.fact(fact_id(asking.talks, f"M-{number}"))
        asking.ledger.change(
            record.decide_prefer(preferred=not record.preferred, why="so", actor="bench")
        )


def _list_differing(asking: Asking) -> list[str]:
    """The names of answers that differ from the fold over the log, on either clock."""

    def compare(reading: Reading, asking: Asking) -> list[str]:
        at = reading.perspective(asking.query)
        versions = history.fold_versions(reading.entries_of(asking.talks, at.position))
        slice_ = history.timeslice(versions, at)
        known = count_facts(history.select_known(versions, at))
        talks = reading.negotiation(asking.slug)
        pairs: dict[str, tuple[object, object]] = {
            "state": (reading.state(talks, at), resolve_state(talks, slice_, known, at)),
            "tally": (_tally(reading, asking), tally(slice_, at, RELEASED).page(None, PAGE)),
            "people": (
                reading.people(asking.talks, at, PeopleFilter(), None).page(None, PAGE),
                list_people(
                    [each.version for each in slice_], Names.of(slice_), at, PeopleFilter()
                ).page(None, PAGE),
            ),
        }
        for name, wanted in shapes().items():
            items, _ = _timeline(reading, asking, wanted, limit=EVERYTHING)
            pairs[f"timeline: {name}"] = (items, list_timeline(versions, at, wanted))
        return [
            f"{name}, {asking.clock} clock" for name, (ours, fold) in pairs.items() if ours != fold
        ]

    return [name for clock in CLOCKS for name in replace(asking, clock=clock).ask(compare)]
