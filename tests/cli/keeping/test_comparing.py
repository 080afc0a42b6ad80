"""`parley verify` finds any row that is served and does not follow from the log, in every table."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from infrastructure.database.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Shell
    from tests.databases import Kind

pytestmark = pytest.mark.either_database

FORGERIES = (
    ("UPDATE fact_version SET status = 'retracted' WHERE version = 1", "fact_version"),
    ("UPDATE fact_version SET kind = 'statement'", "fact_version"),
    ("UPDATE fact_version SET known_to = known_to - 1", "fact_version"),
    ("DELETE FROM fact_version", "fact_version"),
    ("UPDATE fact_term SET term = 'no ' || term", "fact_term"),
    ("DELETE FROM fact_answer", "fact_answer"),
    ("DELETE FROM fact_name", "fact_name"),
    ("UPDATE negotiation SET title = 'Other talks'", "negotiation"),
    ("UPDATE negotiation_correction SET title = 'Talks'", "negotiation_correction"),
    ("DELETE FROM negotiation_correction", "negotiation_correction"),
    ("UPDATE negotiation SET private = NOT private", "negotiation"),
    ("UPDATE negotiation_member SET person = 'Mallory'", "negotiation_member"),
    ("DELETE FROM negotiation_member", "negotiation_member"),
    ("UPDATE fact_text SET body = ' nothing '", "fact_text"),
    ("DELETE FROM fact_text", "fact_text"),
    ("UPDATE log_head SET recorded_at = 9000000000000000", "log_head"),
    ("UPDATE projection SET position = 9000 WHERE name = 'fact_text'", "projection"),
    ("INSERT INTO projection VALUES ('another', 1, '')", "projection"),
    ("DROP INDEX ix_negotiation_private", "not as it was made"),
    ("UPDATE projection SET state = 'second' WHERE name = 'facts'", "fact_version"),
    ("UPDATE projection SET state = 'third' WHERE name = 'facts'", "names no side"),
)


@pytest.fixture(scope="module")
def open_filled(open_filled: Callable[[Kind], Shell]) -> Callable[[Kind], Shell]:
    """A private negotiation that was searched once, and that is found to be intact."""

    @cache
    def open_searched(kind: Kind) -> Shell:
        parley = open_filled(kind)
        parley.out("settings", "talks", "--visibility", "private", "--member", "Ann")
        parley.out("timeline", "talks", "--q", "envoy")
        retitled = ("--reason", "refinement", "--why", "It is more", "--title", "Talks and more")
        parley.out("correct-negotiation", "talks", *retitled)
        assert parley("verify").exit_code == 0
        return parley

    return open_searched


@pytest.mark.cases(4)
@pytest.mark.parametrize(("statement", "said"), FORGERIES)
def test_no_forgery_of_a_table_is_undetected(parley: Shell, statement: str, said: str) -> None:
    database = Database(parley.url)
    with database.writing() as connection:
        connection.execute(text(statement))
    database.close()
    result = parley("verify")
    assert result.exit_code == 1
    assert said in result.stderr
