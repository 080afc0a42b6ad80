from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING, Self

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from api.http.threads import SIZES
from infrastructure.database.database import Database
from infrastructure.errors import DatabaseRefusedError
from infrastructure.rate_storage import RecordStorage
from tests.databases import sqlite_file_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.databases import Kind

INSERT = text("INSERT INTO projection (name, position, state) VALUES (:name, 1, 'tested')")
COUNT = text("SELECT count(*) FROM projection WHERE state = 'tested'")


def insert(database: Database, name: str) -> None:
    with database.writing() as connection:
        connection.execute(
            text("INSERT INTO projection (name, position, state) VALUES (:name, 1, 'tested')"),
            {"name": name},
        )


def test_a_writing_transaction_commits_and_one_that_raises_leaves_nothing(
    database: Database,
) -> None:
    insert(database, "kept")
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO projection (name, position, state) VALUES ('lost', 1, 'tested'), ('kept', 1, 'tested')"
            )
        )
    with database.reading() as connection:
        assert connection.execute(COUNT).scalar() == 1


def test_a_reading_transaction_sees_one_snapshot_while_others_write(database: Database) -> None:
    with database.reading() as connection:
        before = connection.execute(COUNT).scalar()
        insert(database, "meanwhile")
        assert connection.execute(COUNT).scalar() == before == 0
    with database.reading() as connection:
        assert connection.execute(COUNT).scalar() == 1


def test_writers_wait_for_each_other_from_their_first_statement(database: Database) -> None:
    other = Database(database.url)
    ready, done = Event(), Event()

    def write_too() -> None:
        ready.set()
        with other.writing() as connection:
            connection.execute(text("UPDATE log_head SET position = position + 1"))
        done.set()

    with database.writing() as connection:
        connection.execute(text("UPDATE log_head SET position = position + 1"))
        thread = Thread(target=write_too)
        thread.start()
        assert ready.wait(5)
        assert not done.wait(0.2)
    thread.join(10)
    assert done.is_set()
    with database.reading() as connection:
        assert connection.execute(text("SELECT position FROM log_head")).scalar() == 2
    other.close()


def test_postgresql_reads_only_in_a_reading_transaction(
    fresh_database: Callable[[Kind], str],
) -> None:
    database = Database(fresh_database("postgresql"))
    with pytest.raises(DBAPIError, match="read-only"), database.reading() as connection:
        connection.execute(
            text("INSERT INTO projection (name, position, state) VALUES ('x', 1, 'tested')")
        )
    with database.reading() as connection:
        level = connection.execute(text("SHOW transaction_isolation")).scalar()
        assert level == "repeatable read"
    with database.writing() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
    database.close()


@pytest.mark.parametrize(("asked", "kept"), [("off", "on"), ("local", "local")])
def test_a_postgresql_session_never_commits_before_it_is_on_the_disk(
    fresh_database: Callable[[Kind], str], asked: str, kept: str
) -> None:
    url = make_url(fresh_database("postgresql"))
    options = {"options": f"-c synchronous_commit={asked}"}
    database = Database(url.update_query_dict(options))
    for transaction in (database.reading(), database.writing()):
        with transaction as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == kept
    database.close()


def test_sqlite_keeps_wal_full_synchronisation_and_foreign_keys_on_every_connection(
    tmp_path: Path,
) -> None:
    database = Database(sqlite_file_url(tmp_path / "new.db"))
    with database.reading() as first, database.reading() as second:
        assert first.connection.driver_connection is not second.connection.driver_connection
        for connection in (first, second):
            found = [
                connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
                for pragma in ("journal_mode", "synchronous", "foreign_keys")
            ]
            assert found == ["wal", 2, 1]
    database.close()


def test_a_sqlite_file_that_cannot_keep_a_write_ahead_log_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///file:{tmp_path}/dotfile.db?vfs=unix-dotfile&uri=true"
    with pytest.raises(
        DatabaseRefusedError, match="journal_mode=delete, but Parley needs journal_mode=wal"
    ):
        Database(url)


class ForeignKeysIgnored(sqlite3.Cursor):
    """A build of SQLite without foreign keys accepts the pragma and ignores it."""

    def execute(self, sql: str, *_: object) -> Self:
        return super().execute("SELECT 1" if sql.startswith("PRAGMA foreign_keys =") else sql)


class WithoutForeignKeys(sqlite3.Connection):
    def cursor(self, *_: object) -> ForeignKeysIgnored:  # type: ignore[override]
        return ForeignKeysIgnored(self)


def test_a_sqlite_build_without_foreign_keys_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = partial(sqlite3.connect, factory=WithoutForeignKeys)
    monkeypatch.setattr(sqlite3.dbapi2, "connect", connect)
    with pytest.raises(
        DatabaseRefusedError, match="foreign_keys=0, but Parley needs foreign_keys=1"
    ):
        Database(sqlite_file_url(tmp_path / "without.db"))


@pytest.mark.parametrize("url", ["mysql://localhost/parley", "oracle://localhost/parley"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(DatabaseRefusedError, match="SQLite or PostgreSQL"):
        Database(url)


def test_a_postgresql_url_without_a_driver_gets_ours(
    fresh_database: Callable[[Kind], str],
) -> None:
    database = Database(fresh_database("postgresql").replace("+psycopg", ""))
    assert database.url.drivername == "postgresql+psycopg"
    database.close()


def test_a_database_in_memory_serves_one_transaction_at_a_time() -> None:
    database = Database("sqlite://")
    entered = Event()

    def read() -> None:
        with database.reading():
            entered.set()

    with database.writing() as connection:
        connection.execute(text("CREATE TABLE note (body TEXT)"))
        thread = Thread(target=read)
        thread.start()
        assert not entered.wait(0.2)
    assert entered.wait(5)
    thread.join(5)
    database.close()


@pytest.mark.parametrize(
    "written", ["parley.db", "link.db", "file:parley.db?uri=true", "file:%70arley.db?uri=true"]
)
def test_a_sqlite_record_is_readable_to_its_owner_alone(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.db").symlink_to("parley.db")
    url = make_url(f"sqlite:///{written}")
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE kept (id INTEGER)"))
        RecordStorage(url).incr("key", 1)
        made = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    database.close()
    assert set(made.values()) == {0o600}
    beside = {f"parley.db{each}" for each in ("", "-wal", "-shm", "-limits")}
    assert (
        beside <= set(made) <= beside | {"link.db", "parley.db-limits-wal", "parley.db-limits-shm"}
    )


def test_a_new_sqlite_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    def read_journal_modes(url: str, line: Barrier) -> list[str]:
        line.wait()
        with closing(Database(url)) as database, database.reading() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        with RecordStorage(make_url(url))._engine.connect() as connection:
            return [mode, connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()]

    with ThreadPoolExecutor(8) as threads:
        for number in range(40):
            line = Barrier(8)
            url = sqlite_file_url(tmp_path / f"{number}.db")
            modes = [threads.submit(read_journal_modes, url, line) for _ in range(8)]
            assert [each.result() for each in modes] == [["wal", "wal"]] * 8


def test_postgresql_starts_no_process_twice_for_the_threads_of_a_lane(
    fresh_database: Callable[[Kind], str],
) -> None:
    database, together = Database(fresh_database("postgresql")), Barrier(SIZES["writing"])

    def hold(_: int) -> int:
        with database.reading() as connection:
            together.wait(30)
            return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    with closing(database), ThreadPoolExecutor(SIZES["writing"]) as pool:
        once, again = ({*pool.map(hold, range(SIZES["writing"]))} for _ in "ab")
    assert len(once) == SIZES["writing"]
    assert once == again
