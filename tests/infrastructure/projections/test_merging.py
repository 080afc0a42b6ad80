"""SQLite's full-text index removes deleted words in short steps, whatever happens between two of them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import text

from infrastructure.projections import fact_text
from tests.databases import open_database
from tests.infrastructure.sealing.files import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database
    from tests.databases import Kind

ROWS: Final = 1_000
INSERT: Final = text("INSERT INTO fact_text (rowid, body) VALUES (:at, :body)")
DELETE: Final = text("DELETE FROM fact_text WHERE rowid = :at")
CHECK: Final = text("INSERT INTO fact_text (fact_text) VALUES ('integrity-check')")
FOUND: Final = text("SELECT rowid FROM fact_text WHERE fact_text MATCH :word")


def word_of(at: int) -> str:
    """A word that no other row has, with a beginning that no other word has."""
    return sha256(f"{at}".encode()).hexdigest()[:24]


def insert(database: Database, *rows: int) -> None:
    with database.writing() as connection:
        connection.execute(INSERT, [{"at": at, "body": f" in all {word_of(at)} "} for at in rows])


def delete(database: Database, at: int) -> None:
    with database.writing() as connection:
        connection.execute(DELETE, {"at": at})


def is_forgotten(database: Database, at: int) -> bool:
    database.drop_overwritten()
    return not holds(database, word_of(at)[6:].encode())


@pytest.fixture
def database(
    fresh_database: Callable[[Kind], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """An index of many pages, merged into one segment; a step merges two pages."""
    monkeypatch.setattr(fact_text, "STEP", 2)
    database = open_database(fresh_database("sqlite-file"))
    insert(database, *range(1, ROWS))
    fact_text.merge_index(database)
    yield database
    with database.writing() as connection:
        connection.execute(CHECK)
        for at in (1, ROWS - 1):
            assert connection.execute(FOUND, {"word": word_of(at)}).scalars().all() == [at]
    database.close()


class Steps:
    """Counts the steps of a merge, and calls a function after one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        self.after: dict[int, Callable[[], object]] = {}
        self.always: Callable[[int], object] = lambda _: None
        self._step = fact_text._merge_some
        monkeypatch.setattr(fact_text, "_merge_some", self._count)

    def _count(self, database: Database, pages: int) -> bool:
        more = self._step(database, pages)
        self.made += 1
        self.after.get(self.made, lambda: None)()
        self.always(self.made)
        return more


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch)


def test_deleted_words_leave_the_file_in_short_steps(database: Database, steps: Steps) -> None:
    delete(database, 300)
    assert not is_forgotten(database, 300)
    fact_text.merge_index(database)
    assert is_forgotten(database, 300)
    assert steps.made > 4
    steps.made = 0
    fact_text.merge_index(database)
    assert steps.made == 1


def test_after_a_kill_between_two_steps_the_next_merge_does_the_rest(
    database: Database, steps: Steps
) -> None:
    def raise_exit() -> None:
        raise SystemExit

    for at, after in ((300, 1), (200, 3)):
        delete(database, at)
        steps.made, steps.after = 0, {after: raise_exit}
        with pytest.raises(SystemExit):
            fact_text.merge_index(database)
        steps.after.clear()
        fact_text.merge_index(database)
        assert is_forgotten(database, at)


def test_what_is_erased_meanwhile_is_forgotten_by_its_own_merge(
    database: Database, steps: Steps
) -> None:
    def erase() -> None:
        delete(database, 200)
        steps.after.clear()
        fact_text.merge_index(database)

    delete(database, 300)
    steps.after = {2: erase}
    fact_text.merge_index(database)
    assert is_forgotten(database, 200)
    assert is_forgotten(database, 300)


def test_whatever_is_indexed_meanwhile_the_words_are_forgotten_in_the_end(
    database: Database, steps: Steps
) -> None:
    delete(database, 300)
    steps.always = lambda made: insert(database, ROWS + made)
    fact_text.merge_index(database)
    assert is_forgotten(database, 300)
