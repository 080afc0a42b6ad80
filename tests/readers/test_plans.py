"""On a populated database the as-of queries read what they show, by index, and do not scan the facts."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final, cast, get_args

import pytest
from sqlalchemy import Connection, text

from domain.fact import fact_id
from domain.kinds.statements import STATEMENTS
from domain.sought import parse_terms, split_terms
from domain.streams.event import FactPreferred
from domain.streams.negotiation import negotiation_id
from domain.time.instant import parse_cut
from domain.time.perspective import Clock, Perspective
from domain.views.audit import AuditQuery, Change, Order
from domain.views.rivalry.candidates import NO_NAMES
from domain.views.timeline import TimelineFilter
from infrastructure.database.database import Database
from infrastructure.ledger import StoredLedger
from infrastructure.log.codec import EventCodec, decode_fact
from infrastructure.projections import fact_text
from infrastructure.readers import changes, searches, timelines, timeslices
from infrastructure.readers.audits import ChangeReader
from infrastructure.readers.state import section_keys, states
from infrastructure.tables.facts import is_part, serving_tables
from tests.benchmarks.population import SELDOM, SPEAKERS, populate
from tests.databases import open_database
from tests.readers.full_texts import rows_read as read_so_far
from tests.thorough import often

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from uuid import UUID

    from sqlalchemy import Select

    from infrastructure.hot_statements import HotStatement
    from tests.databases import Kind

SIZE: Final = often(5_000, 10_000)
MENDED: Final = 2_000
LIMIT: Final = 20
_COUNTED: Final = 100
FACTS: Final = ("fact_version", "fact_answer", "fact_term")
Populated = tuple[Database, "UUID", "UUID"]
_ON_EACH_DATABASE: Final = pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"plans on {kind}"))
        for kind in ("sqlite-file", "postgresql")
    ],
)


@_ON_EACH_DATABASE
def populated(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[Populated]:
    """Thousands of facts by fifty speakers over forty years, and the statistics of them; to be read alone."""
    database = open_database(lasting_database(request.param))
    ledger = StoredLedger(database)
    talks = populate(ledger, "talks", SIZE)
    few = populate(ledger, "few", 3)
    fact_text.catch_up(database)
    with database.writing() as connection:
        connection.execute(text("ANALYZE"))
    yield database, talks, few
    ledger.close()
    database.close()


@_ON_EACH_DATABASE
def mended(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[Database]:
    """Thousands of facts that were all changed, beside as many again that never were; to be read alone."""
    database = open_database(lasting_database(request.param))
    ledger = StoredLedger(database)
    populate(ledger, "talks", MENDED)
    id_ = populate(ledger, "mended", MENDED)
    ledger.append(
        [
            FactPreferred(
                originator_id=fact_id(id_, f"N-{number}"),
                originator_version=2,
                actor="bench",
                preferred=True,
                why="It is the better one",
            )
            for number in range(MENDED)
        ]
    )
    if request.param == "postgresql":  # Parley takes no statistics of SQLite
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
    yield database
    ledger.close()
    database.close()


def perspective(clock: Clock = "recorded") -> Perspective:
    """In the middle of what happened, with everything known."""
    return Perspective(
        as_of=parse_cut("1995-06"),
        as_known_at=parse_cut("2030") if clock == "published" else None,
        clock=clock,
        match="possible",
        position=SIZE + 1,
    )


def rows_read(connection: Connection, statement: Select[Any]) -> int:
    """How many rows of the fact tables PostgreSQL read for a statement; a sequential scan fails."""
    (plan,) = connection.execute(
        text(f"EXPLAIN (ANALYZE, FORMAT JSON) {literal(connection, statement)}")
    ).scalar_one()
    read = 0
    for node in nodes(plan["Plan"]):
        if node.get("Relation Name") in FACTS:
            assert node["Node Type"] != "Seq Scan", node
            removed = node.get("Rows Removed by Filter", 0)
            read += (node["Actual Rows"] + removed) * node["Actual Loops"]
    return int(read)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def literal(connection: Connection, statement: Select[Any]) -> str:
    """The statement with its values in it, as the database gets it."""
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    return str(compiled).replace(":", r"\:").replace("%%", "%")


def instructions(connection: Connection, run: Callable[[], object]) -> int:
    """How many instructions SQLite's machine runs for this, to a hundred; 0 on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        run()
        return 0
    counted = count(step=_COUNTED)
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_progress_handler(lambda: next(counted) * 0, _COUNTED)
    run()
    driver.set_progress_handler(None, 0)
    return next(counted)


def steps(connection: Connection, statement: Select[Any]) -> list[str]:
    """What SQLite does for a statement."""
    rows = connection.execute(text(f"EXPLAIN QUERY PLAN {literal(connection, statement)}"))
    found = [str(row[-1]) for row in rows]
    scans = [step for step in found if step.startswith("SCAN ") and "fact_" in step]
    assert [step for step in scans if "VIRTUAL" not in step] == []
    return found


@pytest.mark.parametrize("clock", ["recorded", "published"])
def test_a_state_steps_from_question_to_question(populated: Populated, clock: Clock) -> None:
    database, talks, _ = populated
    with database.reading() as connection:
        sqlite = connection.dialect.name == "sqlite"
        tables = serving_tables(connection)
        needed, values = states.find_needed(tables, talks, perspective(clock), sqlite=sqlite)
        statement = cast("Select[Any]", needed.source).params(values)
        shown = len(connection.execute(statement).all())
        assert shown < SPEAKERS + SIZE // 20
        if sqlite:
            latest = [step for step in steps(connection, statement) if "answer_0" in step]
            assert "start_earliest>? AND start_earliest<?" in latest[0]
        else:
            assert rows_read(connection, statement) < 10 * shown


@pytest.mark.parametrize("clock", ["recorded", "published"])
def test_the_keys_of_a_section_are_found_by_index(populated: Populated, clock: Clock) -> None:
    database, talks, _ = populated
    at = perspective(clock)
    with database.reading() as connection:
        tables, sqlite = serving_tables(connection), connection.dialect.name == "sqlite"
        seen: list[Select[Any]] = []

        class Asked(section_keys.SectionKeys):
            def _read(self, statement: HotStatement, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- rows
                seen.append(cast("Select[Any]", statement.source).params(values))
                return super()._read(statement, values)

        keys = Asked(connection, tables, talks, at, STATEMENTS)
        first = keys.first("", 3, without=["nobody"])
        assert len(first) == 3
        assert keys.first(first[0], 1, without=first[1:2]) == first[2:]
        assert keys.stand(first) == dict.fromkeys(first, True)
        assert keys.of_facts(["0" * 32]) == set()
        for statement in seen:
            if sqlite:
                steps(connection, statement)
            else:
                assert rows_read(connection, statement) < SIZE // 5
        assert keys.count(without=first) == keys.count(without=["nobody"]) - 3 > 0
        assert keys.all() >= set(first)
        assert not keys.are_abridged


def test_a_section_reads_what_answers_in_it(populated: Populated) -> None:
    database, talks, _ = populated
    with database.reading() as connection:
        sqlite = connection.dialect.name == "sqlite"
        tables = serving_tables(connection)
        wanted = {"prisoners.released": {"release"}, "statements": {"statement"}, "missions": set()}
        for section, kinds in wanted.items():
            needed, values = states.find_needed(
                tables, talks, perspective(), sqlite=sqlite, section=section
            )
            statement = cast("Select[Any]", needed.source).params(values)
            rows = needed.rows(connection, values)
            shown = len(rows)
            assert {decode_fact(row.content).kind for row in rows} == kinds
            assert shown <= SIZE // SELDOM
            if sqlite:
                found = [step for step in steps(connection, statement) if "question>?" in step]
                assert found, "the questions of the section are a range of the primary key"
            else:
                assert rows_read(connection, statement) <= 10 * shown


def test_the_counts_of_a_state_are_one_row(populated: Populated) -> None:
    database, talks, _ = populated
    with database.reading() as connection:
        statement = states.select_counts(serving_tables(connection), talks, perspective())
        if connection.dialect.name == "postgresql":
            assert rows_read(connection, statement) == 1
        else:
            (step,) = steps(connection, statement)
            assert "USING INDEX ix_fact_version_position" in step


@pytest.mark.parametrize("clock", ["recorded", "published"])
def test_a_page_of_a_timeline_reads_a_page(populated: Populated, clock: Clock) -> None:
    database, talks, _ = populated
    start = parse_cut("1990")
    with database.reading() as connection:
        wanted = TimelineFilter(begun=True, after=(start, start, 0))
        statement = timeslices.select_timeline(
            serving_tables(connection), talks, perspective(clock), wanted
        )
        statement = statement.limit(20)
        assert len(connection.execute(statement).all()) == 20
        if connection.dialect.name == "postgresql":
            assert rows_read(connection, statement) < 60
        else:
            found = steps(connection, statement)
            assert "INDEX ix_fact_version_valid" in found[0]
            assert not [step for step in found if "TEMP B-TREE" in step]


@pytest.mark.parametrize(
    ("asked", "cuts"),
    [
        ({}, {}),
        ({"begun": True}, {}),
        ({"begun": True}, {"match": "certain"}),
        ({"retracted": True}, {}),
        ({"kind": "statement"}, {}),
        ({"kind": "release"}, {}),
        ({"kind": "alias"}, {}),
        ({"matter": "another"}, {}),
        ({"person": "Speaker 7"}, {}),
        ({"person": "Nobody"}, {}),
        ({"person": "Speaker 7", "kind": "release"}, {}),
        ({"person": "Envoy 102"}, {}),
        ({"place": "Nowhere"}, {}),
        ({"batch": "another"}, {}),
        ({"to": parse_cut("1975")}, {}),
        ({}, {"position": 60}),
        ({}, {"clock": "published"}),
        ({}, {"clock": "published", "as_known_at": parse_cut("2001")}),
        ({"kind": "release"}, {"clock": "published"}),
        ({"person": "Speaker 7", "after": (parse_cut("1990"), parse_cut("1990"), 0)}, {}),
    ],
)
def test_a_first_page_reads_little_whatever_it_is_asked_for(
    populated: Populated, asked: dict[str, Any], cuts: dict[str, Any]
) -> None:
    database, talks, _ = populated
    wanted = TimelineFilter(**asked)
    clock = cuts.get("clock", "recorded")
    with database.reading() as connection:
        tables = serving_tables(connection)
        about = (tables, talks, replace(perspective(clock), **cuts), wanted, NO_NAMES)

        def read() -> Select[Any]:
            shortlist, _ = timelines.find_shortlist(connection, *about, LIMIT)
            page = timeslices.select_timeline(*about, shortlist=shortlist).limit(LIMIT)
            connection.execute(page).all()
            return page

        assert instructions(connection, read) < 2 * SIZE
        if connection.dialect.name == "sqlite":
            steps(connection, read())
        else:
            assert rows_read(connection, read()) < SIZE // 5


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"after": (parse_cut("1990"), parse_cut("1990"), 0)},
        {"kind": "release", "matter": "another", "to": parse_cut("1975")},
        {"person": "Speaker 7", "from_": parse_cut("1975")},
    ],
)
def test_words_are_searched_once_and_not_for_each_fact(
    populated: Populated, asked: dict[str, Any]
) -> None:
    database, talks, _ = populated
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            return  # it looks them up by an index of words, or by that of the place that it goes along
        about = (serving_tables(connection), talks, perspective(), TimelineFilter(**asked))
        statement = timeslices.select_timeline(*about, NO_NAMES, along=False)
        search = searches.Search(talks, parse_terms(split_terms("release")), None)
        words = searches.narrow(connection, statement, about[0].version, search)
        first, then, *_ = steps(connection, words)
        assert first.startswith("SCAN fact_text VIRTUAL TABLE")
        assert "sqlite_autoindex_fact_version_1 (fact_id=?" in then


def test_a_common_word_costs_a_page_whatever_else_has_it(populated: Populated) -> None:
    database, talks, few = populated
    wanted = parse_terms(split_terms("speaker"))
    with database.reading() as connection:
        for id_, shown in ((talks, (LIMIT, True)), (few, (1, False))):
            at = replace(perspective(), position=SIZE + 10)
            about = (serving_tables(connection), id_, at, TimelineFilter(), NO_NAMES)
            search = searches.Search(id_, wanted, None)
            find = partial(
                searches.find_page, connection, searches.SearchedTimeline(*about), search, LIMIT
            )
            before = read_so_far(connection)
            found, more = find()
            assert (len(found), more) == shown
            assert read_so_far(connection) - before < SIZE // 5
            assert instructions(connection, find) < 4 * SIZE


def test_words_on_the_published_clock_are_sought_in_the_parts_of_events_alone(
    populated: Populated,
) -> None:
    database, talks, _ = populated
    with database.reading() as connection:
        tables = serving_tables(connection)
        at = perspective("published")
        along = connection.dialect.name != "sqlite"
        about = (tables, talks, at, TimelineFilter(), NO_NAMES)
        statement = timeslices.select_timeline(*about, along=along)
        search = searches.Search(talks, parse_terms(split_terms("speaker")), at.published_cut)
        find = searches._not_in_index
        asked = connection, searches.SearchedTimeline(*about), search

        assert instructions(connection, lambda: find(*asked)) < SIZE // 2
        if connection.dialect.name == "postgresql":
            partly = statement.where(is_part(tables.version.c)).order_by(None)
            assert rows_read(connection, partly) < SIZE // 100


def test_what_the_full_text_has_not_reached_is_read_alone(populated: Populated) -> None:
    database, talks, _ = populated
    with database.reading() as connection:
        tables = serving_tables(connection)
        along = connection.dialect.name != "sqlite"
        about = (tables, talks, perspective(), TimelineFilter(), NO_NAMES)
        statement = timeslices.select_timeline(*about, along=along)
        past = searches.select_past(statement, searches.SearchedTimeline(*about), SIZE - 9)

        assert len(connection.execute(past).all()) == 10
        assert instructions(connection, lambda: connection.execute(past).all()) < SIZE // 2
        if connection.dialect.name == "postgresql":
            assert rows_read(connection, past) < SIZE // 100


def test_who_agreed_is_read_without_the_rest_of_the_log(populated: Populated) -> None:
    database, _, few = populated
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


def test_an_audit_reads_changes_and_no_recording(populated: Populated) -> None:
    database, talks, _ = populated
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
    mended: Database, clock: Clock, order: Order, after: int | None
) -> None:
    at = replace(perspective(clock), position=3 * MENDED + 2)
    if clock == "published":
        at = replace(at, as_known_at=parse_cut("9000"))
    talks = negotiation_id("mended")
    query = AuditQuery(order=order, after=after, limit=LIMIT)
    with mended.reading() as connection:
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
    mended: Database, slug: str, person: str, named: int, changed: int, clock: Clock
) -> None:
    last = 3 * MENDED + 2
    at = replace(perspective(clock), position=last)
    if clock == "published":
        at = replace(at, as_known_at=parse_cut("9000"))
    with mended.reading() as connection:
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
    populated: Populated, clock: Clock, *, back: bool
) -> None:
    database, talks, _ = populated
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
