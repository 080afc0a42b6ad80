"""A hot statement gives the same rows and the same errors as SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import bindparam, event, select, update
from sqlalchemy.exc import IntegrityError, NoResultFound

from infrastructure.hot_statements import ROWS_A_STATEMENT, ROWS_TO_COPY, HotStatement, insert_rows
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
        assert len(seen) == (2 if database.is_sqlite else 1)
        assert len(connection.execute(select(negotiation_member)).all()) == len(people)


def test_a_change_says_how_many_rows_it_changed(database: Database) -> None:
    change = HotStatement(update(negotiation).where(negotiation.c.id == ROW["id"]), ("title",))
    with database.writing() as connection:
        assert change.run(connection, {"title": "other"}) == 0
        insert_rows(connection, negotiation, [ROW])
        assert change.run(connection, {"title": "other"}) == 1


@pytest.mark.parametrize("often", [1, ROWS_TO_COPY])
def test_an_error_of_the_driver_is_sqlalchemys_and_quotes_no_value(
    database: Database, often: int
) -> None:
    rows = [ROW, *({**ROW, "slug": "secret"} for _ in range(often))]
    with pytest.raises(IntegrityError) as raised, database.writing() as connection:
        insert_rows(connection, negotiation, rows)
    assert "secret" not in str(raised.value)
    assert raised.value.hide_parameters
    with database.reading() as connection:
        assert connection.execute(select(negotiation)).all() == []


def test_rows_that_are_copied_are_read_as_they_were_given(database: Database) -> None:
    given = [
        {**ROW, "id": f"{n:032x}", "slug": f"a\tb\\N\n{n}", "title": title, "private": n % 2 == 0}
        for n, title in enumerate(["\\N", "", "\\.", "ы\r\n", '"', *"abcdefgh"])
    ]
    with database.writing() as connection:
        insert_rows(connection, negotiation, given)
        rows = connection.execute(select(negotiation).order_by(negotiation.c.id)).mappings().all()
    assert [{name: row[name] for name in ROW} for row in rows] == given
