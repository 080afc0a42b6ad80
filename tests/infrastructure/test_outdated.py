"""Tables that an older Parley filled are derived again by the upgrade, and nobody is answered from them before."""

from __future__ import annotations

from sqlalchemy import func, select, update

from api.composition import compose
from domain.perspective import PerspectiveQuery
from domain.views.timeline import TimelineFilter
from infrastructure.fact_tables import served
from infrastructure.projections.outdated import is_outdated
from infrastructure.schema import downgrade, upgrade
from infrastructure.text_tables import fact_text
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
        tables = served(connection)
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

    renewed = compose(settings_of(database_url))
    assert renewed.ready()["schema"]
    with renewed.reading(OWNER, searched=True) as reading:
        at = reading.perspective(PerspectiveQuery())
        for q in ("neil", None):
            wanted = TimelineFilter(person="O'Neil")
            found, _ = reading.timeline(NEGOTIATION, at, wanted, limit=10, q=q)
            assert [[*seen.version.record.fact.named()] for seen in found] == [[NAME]]
        state = reading.state(reading.negotiation("us-belarus"), at)
        assert [entry["person"] for entry in state["custody"]] == [NAME]
    renewed.close()


def test_a_new_database_is_not_outdated(database_url: str) -> None:
    parley = compose(settings_of(database_url), upgrade=False)
    parley.ledger.append([OPENED])
    assert not parley.outdated
    with parley.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(fact_text)).scalar() == 0
    parley.close()
