"""The cost of a page of facts depends on what it shows, for any filter and any search words."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from domain.sought import parse_terms, split_terms
from domain.time.instant import parse_cut
from domain.views.rivalry.candidates import NO_NAMES
from domain.views.timeline import TimelineFilter
from infrastructure.readers import searches, timelines, timeslices
from infrastructure.tables.facts import is_part, serving_tables
from tests.readers.full_texts import rows_read as read_so_far
from tests.readers.plans.measures import (
    LIMIT,
    SIZE,
    Populated,
    instructions,
    perspective,
    rows_read,
    steps,
)

if TYPE_CHECKING:
    from sqlalchemy import Select

    from domain.time.perspective import Clock


@pytest.mark.parametrize("clock", ["recorded", "published"])
def test_a_page_of_a_timeline_reads_a_page(fact_database: Populated, clock: Clock) -> None:
    database, talks, _ = fact_database
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
    fact_database: Populated, asked: dict[str, Any], cuts: dict[str, Any]
) -> None:
    database, talks, _ = fact_database
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
    fact_database: Populated, asked: dict[str, Any]
) -> None:
    database, talks, _ = fact_database
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            return  # it finds words by their index, or by the index of the order in which it reads
        about = (serving_tables(connection), talks, perspective(), TimelineFilter(**asked))
        statement = timeslices.select_timeline(*about, NO_NAMES, along=False)
        search = searches.Search(talks, parse_terms(split_terms("release")), None)
        words = searches.narrow(connection, statement, about[0].version, search)
        first, then, *_ = steps(connection, words)
        assert first.startswith("SCAN fact_text VIRTUAL TABLE")
        assert "sqlite_autoindex_fact_version_1 (fact_id=?" in then


def test_a_common_word_costs_a_page_whatever_else_has_it(fact_database: Populated) -> None:
    database, talks, few = fact_database
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
    fact_database: Populated,
) -> None:
    database, talks, _ = fact_database
    with database.reading() as connection:
        tables = serving_tables(connection)
        at = perspective("published")
        along = connection.dialect.name != "sqlite"
        about = (tables, talks, at, TimelineFilter(), NO_NAMES)
        statement = timeslices.select_timeline(*about, along=along)
        search = searches.Search(talks, parse_terms(split_terms("speaker")), at.published_cut)
        find = searches._read_unindexed
        asked = connection, searches.SearchedTimeline(*about), search

        assert instructions(connection, lambda: find(*asked)) < SIZE // 2
        if connection.dialect.name == "postgresql":
            partly = statement.where(is_part(tables.version.c)).order_by(None)
            assert rows_read(connection, partly) < SIZE // 100


def test_what_the_full_text_has_not_reached_is_read_alone(fact_database: Populated) -> None:
    database, talks, _ = fact_database
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
