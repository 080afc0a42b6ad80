"""The cost of a page of facts about a person or a place depends on what it shows, however many facts name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from domain.named import Named
from domain.streams.negotiation import negotiation_id
from domain.time.instant import parse_cut
from domain.time.perspective import Perspective
from domain.views.timeline import TimelineFilter
from infrastructure.ledger import StoredLedger
from infrastructure.readers import names, timelines
from infrastructure.tables.facts import serving_tables
from tests.benchmarks.population import day, populate
from tests.databases import open_database
from tests.examples import fact
from tests.readers.full_texts import rows_read
from tests.readers.plans.measures import instructions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from domain.fact import Fact
    from domain.time.perspective import Match
    from domain.views.timeline import Place
    from infrastructure.database.database import Database
    from tests.databases import Kind

LESS: Final = 500
MORE: Final = 4 * LESS
LIMIT: Final = 10
SELDOM: Final = 16
ASKED: Final[list[dict[str, Any]]] = [
    {"place": "Minsk"},
    {"person": "Bob"},
    {"person": "Ann"},
    {"place": "Minsk", "begun": True, "to": parse_cut("2012")},
    {"person": "Ann", "from_": parse_cut("1965"), "retracted": True},
]


def facts(size: int) -> Iterator[Fact]:
    """Statements, one in sixteen by Bob in Minsk; these also name Ann, by an id and by an alias in turn."""
    yield fact("alias", valid="1960", name="Anna", same_as="Ann")
    for number in range(size):
        when = day(number * 16_000 // size)
        if number % SELDOM:
            yield fact("statement", valid=when, speaker="Eve")
        else:
            ann = "Anna" if number % (2 * SELDOM) else Named(name="Ann", id="wd:Q1")
            yield fact("statement", valid=when, speaker="Bob", people=(ann,), places=("Minsk",))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"named pages on {kind}"))
        for kind in ("sqlite-file", "postgresql")
    ],
)
def naming_database(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[Database]:
    """Two negotiations, one with four times as many facts, without statistics; tests must only read them."""
    database = open_database(lasting_database(request.param))
    ledger = StoredLedger(database)
    for size in (LESS, MORE):
        populate(ledger, f"talks-{size}", size, facts(size))
    yield database
    ledger.close()
    database.close()


def cost(connection: Connection, size: int, asked: TimelineFilter, at: Perspective) -> int:
    """The cost of a page: instructions of SQLite's machine, or rows that PostgreSQL reads by its cached plan."""
    tables, id_ = serving_tables(connection), negotiation_id(f"talks-{size}")
    known = names.read_names(connection, tables, id_, at)

    def read() -> None:
        rows, more = timelines.read_timeline(connection, tables, id_, at, asked, known, LIMIT)
        assert (len(rows), more) == (LIMIT, True)
        places = [(row.start_earliest, row.start_latest, row.first_position) for row in rows]
        assert places == sorted(set(places))

    for _ in range(10):
        read()
    before = rows_read(connection)
    return instructions(connection, read) or rows_read(connection) - before


@pytest.mark.cases(14)
@pytest.mark.parametrize("after", [None, (parse_cut("1990"), parse_cut("1990"), 0)])
@pytest.mark.parametrize("match", ["possible", "certain"])
@pytest.mark.parametrize("asked", ASKED)
def test_a_page_by_name_reads_a_page(
    naming_database: Database, asked: dict[str, Any], match: Match, after: Place | None
) -> None:
    at = Perspective(
        as_of=parse_cut("2025"),
        as_known_at=None,
        clock="recorded",
        match=match,
        position=10 * MORE,
    )
    wanted = TimelineFilter(**asked, after=after)
    with naming_database.reading() as connection:
        less, more = (cost(connection, size, wanted, at) for size in (LESS, MORE))
    assert more < 1.5 * less


@pytest.mark.parametrize(("person", "number"), [("Bob", 32), ("Ann", 33)])
@pytest.mark.parametrize("walked", [8, 1])
def test_pages_by_name_follow_one_another(
    naming_database: Database,
    person: str,
    number: int,
    walked: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timelines, "_MOST_WALKED", walked)
    id_ = negotiation_id(f"talks-{LESS}")
    at = Perspective(
        as_of=parse_cut("2025"), as_known_at=None, clock="recorded", match="possible", position=MORE
    )
    with naming_database.reading() as connection:
        tables = serving_tables(connection)
        known = names.read_names(connection, tables, id_, at)

        def read(limit: int, after: Place | None) -> tuple[list[Place], bool]:
            wanted = TimelineFilter(person=person, after=after)
            rows, more = timelines.read_timeline(connection, tables, id_, at, wanted, known, limit)
            return [
                (row.start_earliest, row.start_latest, row.first_position) for row in rows
            ], more

        whole, more = read(10 * LESS, None)
        assert (len(whole), more) == (number, False)
        found: list[Place] = []
        more = True
        while more:
            page, more = read(3, found[-1] if found else None)
            found += page
        assert found == whole
