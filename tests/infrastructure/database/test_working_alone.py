"""One process at a time does whole-database work; a second is refused at once, and told what is under way."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import pytest
from sqlalchemy import make_url, text

from infrastructure.database.working_alone import NotAloneError, Work, work_alone
from tests.databases import open_database, sqlite_file_url
from tests.forking import Forked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database
    from tests.databases import Kind, PostgreSQL

HOLDER: Final = """
import sys, time
from infrastructure.database.database import Database
from infrastructure.database.working_alone import work_alone
with work_alone(Database(sys.argv[1]), "restore"):
    print("held", flush=True)
    time.sleep(600)
"""
LIMITS: Final = (
    "-c idle_in_transaction_session_timeout=100 -c default_transaction_isolation=serializable"
)


def wait_until_unlocked(database: Database) -> None:
    """Wait until PostgreSQL has noticed that a client is gone, and has released its lock."""
    held = text(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
        " WHERE locktype = 'advisory' AND datname = current_database()"
    )
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with database.reading() as connection:
            if not connection.execute(held).scalar_one():
                return
        time.sleep(0.02)
    pytest.fail("the server keeps the lock of a client that is gone")


@contextmanager
def hold_elsewhere(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that restores."""
    command = [sys.executable, "-c", HOLDER, url]
    with Forked(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.mark.parametrize("kind", ["sqlite-file", "sqlite-memory", "postgresql"])
def test_a_second_is_refused_and_told_what_is_under_way(
    fresh_database: Callable[[Kind], str], kind: Kind
) -> None:
    database = open_database(fresh_database(kind))
    for under_way in get_args(Work):
        with work_alone(database, under_way) as confirm:
            confirm()
            for other in get_args(Work):
                with pytest.raises(NotAloneError) as refused, work_alone(database, other):
                    pytest.fail("it was not alone")
                article = "another" if other == under_way else "an?"
                assert refused.match(f"^{article} {under_way} is under way on this database; run")
            confirm()
    with work_alone(database, "rebuild"):
        pass
    database.close()


def test_another_process_is_refused_until_the_first_is_killed(
    database: Database, database_url: str
) -> None:
    with hold_elsewhere(database_url) as other:
        with (
            pytest.raises(NotAloneError, match="a restore is under way"),
            work_alone(database, "rebuild"),
        ):
            pytest.fail("it was not alone")
        other.send_signal(signal.SIGKILL)
        other.wait()
        if database.engine.dialect.name == "postgresql":
            wait_until_unlocked(database)
        for _ in range(2):
            with work_alone(database, "rebuild") as confirm:
                confirm()


def test_a_sqlite_file_is_the_same_under_any_name(
    fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    url = make_url(fresh_database("sqlite-file"))
    link = tmp_path / "link.db"
    link.symlink_to(str(url.database))
    names = (str(url), sqlite_file_url(link), f"sqlite:///file:{link}?uri=true")
    first, *others = (open_database(name) for name in names)
    with work_alone(first, "rebuild"):
        for other in others:
            with pytest.raises(NotAloneError), work_alone(other, "rebuild"):
                pytest.fail("it was not alone")
    for each in (first, *others):
        each.close()


def test_a_removed_lock_file_is_noticed(fresh_database: Callable[[Kind], str]) -> None:
    database = open_database(fresh_database("sqlite-file"))
    with work_alone(database, "rebuild") as confirm:
        confirm()
        path = Path(f"{database.url.database}-work")
        path.unlink()
        with pytest.raises(NotAloneError, match="lost"):
            confirm()
        path.touch()
        with pytest.raises(NotAloneError, match="lost"):
            confirm()
    database.close()


def test_a_postgresql_keeps_the_lock_for_as_long_as_it_takes_and_no_older_state(
    postgresql: PostgreSQL,
) -> None:
    url = make_url(postgresql.fresh())
    database = open_database(url.update_query_dict({"options": LIMITS}))
    with work_alone(database, "rebuild") as confirm:
        for _ in range(10):  # a driver may prepare a statement that it runs again and again
            confirm()
        with database.reading() as connection:
            connection.execute(text("SELECT pg_sleep(0.3)"))
            waiting = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state = 'idle in transaction' AND backend_xmin IS NULL"
            )
            assert connection.execute(waiting).scalar_one() == 1
        confirm()
        database.drop_overwritten("event")
        database.compact("event", patience=0)
    database.close()


def test_a_postgresql_that_ends_the_session_ends_the_work(postgresql: PostgreSQL) -> None:
    database = open_database(postgresql.fresh())
    with work_alone(database, "rebuild") as confirm:
        confirm()
        postgresql.disconnect_everyone()
        with pytest.raises(NotAloneError, match="lost"):
            confirm()
    with work_alone(database, "rebuild") as confirm:
        confirm()
    database.close()


def test_records_on_one_postgresql_do_not_wait_for_each_other(postgresql: PostgreSQL) -> None:
    first, other = (open_database(postgresql.fresh()) for _ in range(2))
    with work_alone(first, "rebuild"), work_alone(other, "rebuild"):
        pass
    first.close()
    other.close()
