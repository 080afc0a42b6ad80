"""The upgrade derives the tables of an older Parley again, and nothing is answered from them before."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text, update

from api.composition import compose
from domain.provenance import Citation
from domain.time.instant import END, parse_cut
from domain.time.perspective import PerspectiveQuery
from domain.views.timeline import TimelineFilter
from infrastructure.database.schema import downgrade, upgrade
from infrastructure.projections.outdated import is_outdated
from infrastructure.tables.facts import serving_tables
from infrastructure.tables.text import fact_text
from tests.databases import settings_of
from tests.examples import NEGOTIATION, OPENED, OWNER, fact
from tests.written_log import Log

NAME = "O’Neil"


def test_tables_from_before_names_were_folded_alike_are_derived_again(database_url: str) -> None:
    log = Log()
    log.record(fact("custody", person=NAME, status="detained", valid="2025-01-10/.."))
    parley = compose(settings_of(database_url), upgrade=False)
    parley.ledger.append([entry.event for entry in log.entries])
    parley.catch_up()
    with parley.database.writing() as connection:
        tables = serving_tables(connection)
        for column in (tables.term.c.term, tables.answer.c.question):
            former = func.replace(column, "o'neil", "o’neil")
            connection.execute(update(column.table).values({column: former}))
        body = fact_text.c.body
        connection.execute(update(fact_text).values(body=func.replace(body, "neil", "former")))
    downgrade(parley.database, "0011")
    upgrade(parley.database)
    with parley.database.reading() as connection:
        assert is_outdated(connection)
    assert not parley.ready()["schema"]
    parley.close()

    told: list[tuple[int, int]] = []
    renewed = compose(settings_of(database_url), progress=lambda *reached: told.append(reached))
    assert set(told) == {(len(log.entries), len(log.entries))}
    assert renewed.ready()["schema"]
    with renewed.reading(OWNER, searched=True) as reading:
        at = reading.perspective(PerspectiveQuery())
        for q in ("neil", None):
            wanted = TimelineFilter(person="O'Neil")
            found, _ = reading.timeline(NEGOTIATION, at, wanted, limit=10, q=q)
            assert [[*seen.version.record.fact.list_names()] for seen in found] == [[NAME]]
        state = reading.state(reading.negotiation("us-belarus"), at)
        assert [entry["person"] for entry in state["custody"]] == [NAME]
    renewed.close()


@pytest.mark.parametrize(
    ("derived", "revision"),
    [("0037", "0036"), ("0036", "0035"), ("0016", "0015"), ("0014", "0013")],
)
def test_an_older_version_derives_the_tables_of_a_newer_one_before_it_answers(
    database_url: str, derived: str, revision: str
) -> None:
    parley = compose(settings_of(database_url), upgrade=False)
    parley.ledger.append([OPENED])
    downgrade(parley.database, derived)
    with parley.database.writing() as connection:
        connection.execute(text("DELETE FROM projection WHERE name = 'outdated'"))
    downgrade(parley.database, revision)
    with parley.database.reading() as connection:
        assert is_outdated(connection)
    parley.close()


def test_a_new_database_is_not_outdated(database_url: str) -> None:
    parley = compose(settings_of(database_url), upgrade=False)
    parley.ledger.append([OPENED])
    assert not parley.outdated
    with parley.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(fact_text)).scalar() == 0
    parley.close()


def test_an_older_version_finds_each_version_with_all_events_and_the_next_one_derives_the_rest(
    database_url: str,
) -> None:
    log = Log()
    paper = (Citation(publisher="A", published="2025-01-11"),)
    id_ = log.record(fact("custody", person=NAME, status="detained", citations=paper))
    log.correct(id_, note="x", published="2025-09-01")
    log.corroborate(id_, Citation(publisher="B", published="2025-03-01"))
    log.retract(id_, published="2025-10-01")
    parley = compose(settings_of(database_url), upgrade=False)
    parley.ledger.append([entry.event for entry in log.entries])
    downgrade(parley.database, "0013")
    days = [parse_cut(f"2025-{day}") for day in ("01-11", "09-01", "03-01", "10-01")]
    edges = "version, known_from, known_to, published_from, published_to"
    ends = [min(days[number:], default=END) for number in range(1, 5)]
    positions = (2, 3, 4, 5, END)
    expected = [
        (number, positions[number - 1], positions[number], days[number - 1], ends[number - 1])
        for number in range(1, 5)
    ]
    with parley.database.reading() as connection:
        for table, rows in (("version", expected), ("answer", expected[:3])):
            read = text(f"SELECT {edges} FROM fact_{table} ORDER BY version")  # noqa: S608 -- names written here
            assert [tuple(row) for row in connection.execute(read)] == rows
        terms = text("SELECT version, term FROM fact_term WHERE field = 'person' ORDER BY version")
        assert [tuple(row) for row in connection.execute(terms)] == [
            (number, "o'neil") for number in range(1, 5)
        ]
    parley.close()

    renewed = compose(settings_of(database_url))
    assert renewed.rebuild().differences == ()
    with renewed.reading(OWNER) as reading:
        april = PerspectiveQuery(clock="published", as_known_at=parse_cut("2025-04-01"))
        (seen,) = reading.list_known(NEGOTIATION, reading.perspective(april))
        assert (seen.record.version, seen.record.fact.note) == (3, None)
    renewed.close()
