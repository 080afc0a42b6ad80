"""The facts are compared with the log in shares, which find the same as one comparison of all facts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import text

from domain.fact import fact_id
from domain.streams.negotiation import negotiation_id
from infrastructure.clock import system_clock
from infrastructure.ledger import StoredLedger
from infrastructure.projections import fact_text
from infrastructure.projections.checking import shares
from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.projections.checking.shares import MOST, Share, shares_of
from tests.benchmarks.mixed import make_mixed_facts
from tests.benchmarks.population import populate

if TYPE_CHECKING:
    from infrastructure.database.database import Database
    from infrastructure.projections.checking.differences import Unfounded

pytestmark = pytest.mark.either_database

FACTS: Final = 40
FORGERIES: Final = (
    ("UPDATE fact_version SET recorded_count = recorded_count + 1 WHERE position = 20", "version"),
    ("UPDATE fact_version SET corrected_count = 9 WHERE version = 2", "version"),
    ("UPDATE fact_version SET retracted_count = 0", "version"),
    ("UPDATE fact_version SET status = 'retracted' WHERE position = 20", "version"),
    ("UPDATE fact_version SET fact_id = 'zz' WHERE position = 20", "version"),
    ("UPDATE fact_version SET fact_id = '' WHERE position = 20", "version"),
    ("DELETE FROM fact_version WHERE position = 30", "version"),
    ("UPDATE fact_term SET fact_id = 'zz'", "term"),
    ("DELETE FROM fact_term", "term"),
    ("DELETE FROM fact_answer", "answer"),
    ("DELETE FROM fact_name WHERE list = ''", "name"),
    ("UPDATE fact_name SET text = 'X' WHERE text = (SELECT min(text) FROM fact_name)", "name"),
    ("UPDATE fact_answer SET known_to = 5", "answer"),
    ("DELETE FROM fact_text", "text"),
)


@pytest.fixture
def ledger(database: Database) -> StoredLedger:
    """Two negotiations with facts of many kinds; in each, one was retracted, one marked and one erased."""
    found = StoredLedger(database)
    for slug in ("talks", "others"):
        populate(found, slug, FACTS, make_mixed_facts(FACTS))
        facts = [found.fact(fact_id(negotiation_id(slug), f"M-{number}")) for number in range(3)]
        found.change(
            facts[0].decide_retract(
                reason="coding_error", why="misread", published=None, actor="desk"
            )
        )
        found.change(facts[1].decide_prefer(preferred=True, why="better", actor="desk"))
        found.change(facts[2].decide_erase(why="asked for", approvers=(), actor="desk"))
    fact_text.catch_up(database)
    return found


def compare(database: Database, ledger: StoredLedger) -> list[Unfounded]:
    with database.reading() as connection:
        return compare_with_log(connection, ledger.codec, system_clock())


def test_every_id_is_in_one_share() -> None:
    for events in (0, 1, shares.EVENTS, 10 * shares.EVENTS, 10**9):
        found = shares_of(events)
        assert len(found) == min(MOST, 1 + events // shares.EVENTS)
        assert (found[0].low, found[-1].high) == (None, None)
        for one, other in pairwise(found):
            assert one.high == other.low
    assert shares_of(0) == [Share(None, None)]


@pytest.mark.usefixtures("small_shares")
def test_a_sound_record_has_no_difference_in_any_share(
    database: Database, ledger: StoredLedger
) -> None:
    assert compare(database, ledger) == []


@pytest.mark.cases(5)
@pytest.mark.parametrize(("forgery", "table"), FORGERIES)
def test_a_forgery_is_found_in_shares_as_in_all_facts_at_once(
    database: Database,
    ledger: StoredLedger,
    forgery: str,
    table: str,
    request: pytest.FixtureRequest,
) -> None:
    with database.writing() as connection:
        connection.execute(text(forgery))
    at_once = compare(database, ledger)
    request.getfixturevalue("small_shares")
    in_shares = compare(database, ledger)
    assert f"fact_{table}" in [each.table for each in at_once]
    assert [(each.table, each.what) for each in in_shares] == [
        (each.table, each.what) for each in at_once
    ]
