"""Vacuuming a table is not stopped by PostgreSQL's time limits, which apply again afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import make_url, text

from infrastructure.database.lanes import in_lane
from infrastructure.ledger import StoredLedger
from tests.benchmarks.population import populate
from tests.databases import open_database

if TYPE_CHECKING:
    from tests.databases import PostgreSQL


def test_vacuuming_may_take_longer_than_a_statement(postgresql: PostgreSQL) -> None:
    limits = "-c statement_timeout=200 -c vacuum_cost_delay=10 -c vacuum_cost_limit=1"
    url = make_url(postgresql.fresh())
    filled = open_database(url)
    ledger = StoredLedger(filled)
    populate(ledger, "talks", 100)
    database = open_database(url.update_query_dict({"options": limits}))
    database.drop_overwritten("fact_version")
    with in_lane("unhurried"), database.reading() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "200ms"
    for each in (database, ledger, filled):
        each.close()
