"""An erasure finds the rows of its fact by their keys, and empties them even if the fact cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import Engine, event, func, select, text, update

from domain.fact import fact_id
from domain.time.instant import END
from domain.views.name_lists import ALL
from infrastructure.clock import system_clock
from infrastructure.ledger import StoredLedger
from infrastructure.projections import fact_text
from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.projections.outdated import OUTDATED
from infrastructure.tables.facts import serving_tables
from infrastructure.tables.record import projection
from tests.benchmarks.mixed import make_mixed_facts
from tests.benchmarks.population import populate
from tests.examples import fact

if TYPE_CHECKING:
    from uuid import UUID

    from infrastructure.database.database import Database
    from infrastructure.projections.checking.differences import Unfounded

FACTS: Final = 60


def erase(database: Database, name: str) -> UUID:
    """Erase the fact with an external id; gives its id."""
    ledger = StoredLedger(database)
    id_ = fact_id(ledger.negotiation("talks").id, name)
    ledger.change(ledger.fact(id_).decide_erase(why="asked for", approvers=(), actor="desk"))
    return id_


def count_terms(database: Database, id_: UUID | None = None) -> int:
    """The number of terms, in all or of a fact."""
    with database.reading() as connection:
        term = serving_tables(connection).term
        counted = select(func.count()).select_from(term)
        if id_ is not None:
            counted = counted.where(term.c.fact_id == id_.hex)
        return int(connection.execute(counted).scalar_one())


@pytest.fixture
def fact_database(database: Database) -> Database:
    populate(StoredLedger(database), "talks", FACTS, make_mixed_facts(FACTS))
    fact_text.catch_up(database)
    return database


def test_the_terms_of_an_erased_fact_are_gone_and_no_others(fact_database: Database) -> None:
    ledger = StoredLedger(fact_database)
    id_ = fact_id(ledger.negotiation("talks").id, "M-2")
    own, every = count_terms(fact_database, id_), count_terms(fact_database)
    assert 0 < own < every
    erase(fact_database, "M-2")
    assert (count_terms(fact_database, id_), count_terms(fact_database)) == (0, every - own)


def list_texts(database: Database) -> set[str]:
    """The texts in the list of all names."""
    with database.reading() as connection:
        called = serving_tables(connection).called.c
        return {*connection.execute(select(called.text).where(called.list == ALL)).scalars()}


def find_unfounded(database: Database) -> list[Unfounded]:
    with database.reading() as connection:
        return compare_with_log(connection, StoredLedger(database).codec, system_clock())


def test_names_that_only_an_erased_fact_has_leave_their_lists(database: Database) -> None:
    told = (("José", "Ann"), ("Jose", "JOSE"), ("Jose", "Ann"))
    facts = [
        fact("release", people=people, external_id=f"M-{number}")
        for number, people in enumerate(told)
    ]
    populate(StoredLedger(database), "talks", len(facts), facts)
    fact_text.catch_up(database)
    others = {"Alexander Lukashenko"}
    assert list_texts(database) - others == {"José", "Jose", "JOSE", "Ann"}
    for name, left in (("M-0", {"Jose", "JOSE", "Ann"}), ("M-1", {"Jose", "Ann"}), ("M-2", set())):
        erase(database, name)
        assert list_texts(database) - others == left
        assert find_unfounded(database) == []


def test_a_version_that_cannot_be_read_is_erased_whole(fact_database: Database) -> None:
    ledger = StoredLedger(fact_database)
    record = ledger.fact(fact_id(ledger.negotiation("talks").id, "M-2"))
    ledger.change(record.decide_prefer(preferred=True, why="it is", actor="desk"))
    with fact_database.writing() as connection:
        version = serving_tables(connection).version
        damaged = update(version).values(content=b"{}")
        ended = (version.c.fact_id == record.id.hex, version.c.known_to != END)
        assert connection.execute(damaged.where(*ended)).rowcount == 1
    assert count_terms(fact_database, erase(fact_database, "M-2")) == 0
    assert find_unfounded(fact_database) == []


def test_terms_by_older_rules_are_erased_whole(fact_database: Database) -> None:
    id_ = fact_id(StoredLedger(fact_database).negotiation("talks").id, "M-2")
    with fact_database.writing() as connection:
        term = serving_tables(connection).term
        older = update(term).values(term="by older rules").where(term.c.fact_id == id_.hex)
        assert connection.execute(older).rowcount
        mark = projection.insert().values(name=OUTDATED, position=0, state="")
        connection.execute(mark)
    assert count_terms(fact_database, erase(fact_database, "M-2")) == 0


def test_no_deletion_of_an_erasure_reads_a_whole_table(fact_database: Database) -> None:
    deletions: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, given: Any, *___: object) -> None:  # noqa: ANN401 -- of either driver
        if statement.startswith("DELETE FROM fact_"):
            deletions.append((statement, given[0] if isinstance(given, list) else given))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        erase(fact_database, "M-2")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if fact_database.is_sqlite else "EXPLAIN"
    with fact_database.reading() as connection:
        if not fact_database.is_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        plans = [
            "; ".join(map(str, connection.exec_driver_sql(f"{explain} {statement}", given)))
            for statement, given in deletions
        ]
    names = {statement.split()[2] for statement, _ in deletions}
    assert names >= {"fact_term", "fact_answer", "fact_version", "fact_text"}
    assert [plan for plan in plans if "Seq Scan" in plan or "SCAN fact_t" in plan] == [
        plan for plan in plans if "fact_text VIRTUAL TABLE INDEX" in plan
    ]
