"""The cost of an audit, of approvers and of a diff of two positions depends on what they show, not on the log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest
from sqlalchemy import text

from domain.streams.negotiation import negotiation_id
from domain.time.instant import parse_cut
from domain.views.audit import AuditQuery, Change, Order
from domain.views.rivalry.candidates import NO_NAMES
from infrastructure.log.codec import EventCodec
from infrastructure.readers import changes, timeslices
from infrastructure.readers.audits import ChangeReader
from infrastructure.tables.facts import serving_tables
from tests.benchmarks.population import SPEAKERS
from tests.readers.plans.measures import (
    LIMIT,
    MENDED,
    SIZE,
    Populated,
    instructions,
    literal,
    nodes,
    perspective,
    rows_read,
    steps,
)

if TYPE_CHECKING:
    from sqlalchemy import Select

    from domain.time.perspective import Clock
    from infrastructure.database.database import Database


def test_who_agreed_is_read_without_the_rest_of_the_log(fact_database: Populated) -> None:
    database, _, few = fact_database
    with database.reading() as connection:
        statement = changes.select_approvals(serving_tables(connection), few, 0, SIZE + 10)
        if connection.dialect.name == "postgresql":
            analysed = text(f"EXPLAIN (FORMAT JSON) {literal(connection, statement)}")
            (plan,) = connection.execute(analysed).scalar_one()
            scans = [node for node in nodes(plan["Plan"]) if node["Node Type"] == "Seq Scan"]
            assert [node["Relation Name"] for node in scans] == []
        else:
            found = steps(connection, statement)
            assert not [step for step in found if step.startswith("SCAN event")]


def test_an_audit_reads_changes_and_no_recording(fact_database: Populated) -> None:
    database, talks, _ = fact_database
    with database.reading() as connection:
        tables = serving_tables(connection)
        for statement in (
            changes.select_changed(tables, talks, perspective()),
            changes.select_changed(tables, talks, perspective(), newest_first=True),
            changes.select_before(tables, talks, 0, SIZE),
        ):
            if connection.dialect.name == "postgresql":
                assert rows_read(connection, statement) == 0
            else:
                assert any("_changes (" in step for step in steps(connection, statement))
                assert instructions(connection, lambda: connection.execute(statement).all()) < 1_000  # noqa: B023


@pytest.mark.cases(8)
@pytest.mark.parametrize("clock", ["recorded", "published"])
@pytest.mark.parametrize("order", get_args(Order))
@pytest.mark.parametrize("after", [None, 2 * MENDED + 500])
def test_a_page_of_an_audit_costs_what_it_shows_from_either_end(
    changed_database: Database, clock: Clock, order: Order, after: int | None
) -> None:
    at = replace(perspective(clock), position=3 * MENDED + 2)
    if clock == "published":
        at = replace(at, as_known_at=parse_cut("9000"))
    talks = negotiation_id("mended")
    query = AuditQuery(order=order, after=after, limit=LIMIT)
    with changed_database.reading() as connection:
        reader = ChangeReader(connection, EventCodec(), serving_tables(connection))

        def read() -> list[Change]:
            return reader.list_audited(talks, at, query)[0]

        assert len(read()) == LIMIT
        assert instructions(connection, read) < 20_000
        back = query.newest_first
        page = changes.select_changed(reader.tables, talks, at, after, newest_first=back)
        if connection.dialect.name == "sqlite":
            assert any("_changes (" in step for step in steps(connection, page))
            assert not [step for step in steps(connection, page) if "ORDER BY" in step]
        else:
            assert rows_read(connection, page.limit(LIMIT)) <= 3 * LIMIT


@pytest.mark.cases(6)
@pytest.mark.parametrize("clock", ["recorded", "published"])
@pytest.mark.parametrize(
    ("slug", "person", "named", "changed"),
    [
        ("mended", "Envoy 102", 1, 1),
        ("mended", "Speaker 7", MENDED // SPEAKERS, MENDED // SPEAKERS),
        ("mended", "Nobody", 0, 0),
        ("talks", "Speaker 7", MENDED // SPEAKERS, 0),
    ],
)
def test_an_audit_of_a_person_costs_what_names_them(
    changed_database: Database, slug: str, person: str, named: int, changed: int, clock: Clock
) -> None:
    last = 3 * MENDED + 2
    at = replace(perspective(clock), position=last)
    if clock == "published":
        at = replace(at, as_known_at=parse_cut("9000"))
    with changed_database.reading() as connection:
        reader = ChangeReader(connection, EventCodec(), serving_tables(connection))
        asked = (NO_NAMES.terms("person", person), negotiation_id(slug), at, AuditQuery())

        def read() -> Select[Any]:
            page = reader._select_naming(*asked)
            connection.execute(page).all()
            return page

        found = connection.execute(read()).all()
        assert len(found) == changed
        facts = [row.fact_id for row in found]
        before = changes.select_before(reader.tables, facts, 0, last)
        approved = changes.select_approvals(reader.tables, facts, 0, last)
        assert instructions(connection, read) < 300 * named + 2_000
        for statement in (read(), before, approved):
            if connection.dialect.name == "sqlite":
                steps(connection, statement)
            else:
                assert rows_read(connection, statement) <= 8 * named + 10


@pytest.mark.parametrize("clock", ["recorded", "published"])
@pytest.mark.parametrize("back", [False, True])
def test_what_differs_between_two_positions_costs_what_lies_between_them(
    fact_database: Populated, clock: Clock, *, back: bool
) -> None:
    database, talks, _ = fact_database
    late = replace(perspective(clock), position=SIZE + 1)
    early = replace(late, position=SIZE - 20)
    from_, to = (late, early) if back else (early, late)
    with database.reading() as connection:
        tables = serving_tables(connection)
        differing = timeslices.select_differing(tables, talks, from_, to, 0)
        ids = [row.fact_id for row in connection.execute(differing)]
        assert len(ids) == (0 if back else 21)
        recorded = timeslices.select_known(tables, talks, to).limit(20)
        some = [row.fact_id for row in connection.execute(recorded)]
        for statement in (differing, timeslices.select_known(tables, some, to)):
            if connection.dialect.name == "postgresql":
                assert rows_read(connection, statement) < SIZE // 20
            else:
                steps(connection, statement)
                assert instructions(connection, lambda: connection.execute(statement).all()) < SIZE  # noqa: B023
