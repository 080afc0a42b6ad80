"""A hot statement reads what SQLAlchemy reads, and fails as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, event, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound

from infrastructure.hot_statements import ROWS_A_STATEMENT, HotStatement, insert_rows
from infrastructure.tables.record import negotiation, negotiation_member

if TYPE_CHECKING:
    from infrastructure.database.database import Database

ROW = {
    "id": "a" * 32,
    "slug": "talks",
    "title": "T",
    "summary": None,
    "parties": "[]",
    "opened_position": 1,
    "recorded_at": 2**40,
    "private": True,
}
ONE = select(negotiation).where(negotiation.c.id == bindparam("wanted"))


def test_rows_are_those_of_sqlalchemy_booleans_too(database: Database) -> None:
    with database.writing() as connection:
        insert_rows(connection, negotiation, [ROW])
        read = HotStatement(ONE).first(connection, {"wanted": ROW["id"]})
        assert read == tuple(connection.execute(ONE, {"wanted": ROW["id"]}).one())
        assert read.private is True
        assert HotStatement(ONE).first(connection, {"wanted": "other"}) is None
        with pytest.raises(NoResultFound):
            HotStatement(select(negotiation_member)).one(connection)


def test_many_rows_are_inserted_by_few_statements(database: Database) -> None:
    people = [{"negotiation_id": ROW["id"], "person": f"P{n}"} for n in range(ROWS_A_STATEMENT + 1)]
    seen: list[str] = []
    with database.writing() as connection:
        insert_rows(connection, negotiation, [ROW])
        event.listen(database.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
        insert_rows(connection, negotiation_member, people)
        assert len(seen) == 2
        assert len(connection.execute(select(negotiation_member)).all()) == len(people)


def test_a_change_says_how_many_rows_it_changed(database: Database) -> None:
    change = HotStatement(update(negotiation).where(negotiation.c.id == ROW["id"]), ("title",))
    with database.writing() as connection:
        assert change.run(connection, {"title": "other"}) == 0
        insert_rows(connection, negotiation, [ROW])
        assert change.run(connection, {"title": "other"}) == 1


def test_an_error_of_the_driver_is_sqlalchemys_and_quotes_no_value(database: Database) -> None:
    with pytest.raises(IntegrityError) as raised, database.writing() as connection:
        insert_rows(connection, negotiation, [ROW, {**ROW, "slug": "secret"}])
    assert "secret" not in str(raised.value)
    assert raised.value.hide_parameters
    with database.reading() as connection:
        assert connection.execute(select(negotiation)).all() == []
