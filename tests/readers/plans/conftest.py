"""Thousands of facts on each database, made once for all tests of query plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import text

from domain.fact import fact_id
from domain.streams.event import FactPreferred
from infrastructure.ledger import StoredLedger
from infrastructure.projections import fact_text
from tests.benchmarks.population import populate
from tests.databases import open_database
from tests.readers.plans.measures import MENDED, SIZE, Populated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database
    from tests.databases import Kind

_ON_EACH_DATABASE: Final = pytest.fixture(
    scope="package",
    params=[
        pytest.param(kind, marks=pytest.mark.xdist_group(f"plans on {kind}"))
        for kind in ("sqlite-file", "postgresql")
    ],
)


@_ON_EACH_DATABASE
def fact_database(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[Populated]:
    """Thousands of facts by fifty speakers over forty years, with statistics; tests must only read them."""
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
def changed_database(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[Database]:
    """Thousands of changed facts, and as many others that were never changed; tests must only read them."""
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
    if request.param == "postgresql":  # Parley takes no statistics on SQLite
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
    yield database
    ledger.close()
    database.close()
