"""A state goes from question to question by index, and a section reads only the facts that answer in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from domain.kinds.statements import STATEMENTS
from infrastructure.log.codec import decode_fact
from infrastructure.readers.state import section_keys, states
from infrastructure.tables.facts import serving_tables
from tests.benchmarks.population import SELDOM, SPEAKERS
from tests.readers.plans.measures import SIZE, Populated, perspective, rows_read, steps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select

    from domain.time.perspective import Clock
    from infrastructure.hot_statements import HotStatement


@pytest.mark.parametrize("clock", ["recorded", "published"])
def test_a_state_steps_from_question_to_question(fact_database: Populated, clock: Clock) -> None:
    database, talks, _ = fact_database
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
def test_the_keys_of_a_section_are_found_by_index(fact_database: Populated, clock: Clock) -> None:
    database, talks, _ = fact_database
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
        assert keys.find_answered([*first, "nobody"]) == set(first)
        for statement in seen:
            if sqlite:
                steps(connection, statement)
            else:
                assert rows_read(connection, statement) < SIZE // 5
        assert keys.count(without=first) == keys.count(without=["nobody"]) - 3 > 0
        assert keys.find_joined() == set()
        assert not keys.are_abridged


def test_a_section_reads_what_answers_in_it(fact_database: Populated) -> None:
    database, talks, _ = fact_database
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


def test_the_counts_of_a_state_are_one_row(fact_database: Populated) -> None:
    database, talks, _ = fact_database
    with database.reading() as connection:
        statement = states.select_counts(serving_tables(connection), talks, perspective())
        if connection.dialect.name == "postgresql":
            assert rows_read(connection, statement) == 1
        else:
            (step,) = steps(connection, statement)
            assert "USING INDEX ix_fact_version_position" in step
