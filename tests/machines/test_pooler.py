"""Everything works behind PgBouncer in transaction mode, and sessions keep no trace of a client."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from api.composition import compose
from infrastructure.database.database import Database
from infrastructure.database.lanes import TimeLimits, in_lane
from infrastructure.database.working_alone import NotAloneError, work_alone
from infrastructure.errors import DatabaseRefusedError
from infrastructure.rate_storage import RecordStorage
from tests.api.asking import FACTS, TALKS, fact
from tests.databases import open_database, settings_of
from tests.faults.watched.cluster import cluster
from tests.machines.conftest import OPENING, serve_folder
from tests.machines.pooler import CONNECTIONS, start_pooler
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.needs("pgbouncer"), pytest.mark.xdist_group("pooler")]

MANY = choose_count(32, 64)
KEPT = ("statement_timeout", "lock_timeout", "random_page_cost", "synchronous_commit")
SHOWN = ", ".join(f"current_setting('{name}')" for name in KEPT)
LEFT = f"SELECT pg_backend_pid(), {SHOWN}, (SELECT count(*) FROM pg_prepared_statements)"  # noqa: S608 -- no input


@pytest.fixture(scope="module")
def urls() -> Iterator[tuple[str, str]]:
    """The URLs of one database: directly at the server, whose own commits are not durable, and at the pooler."""
    with cluster() as server:
        direct = server.fresh()
        with start_pooler(server, direct) as behind:
            yield direct, behind


def raw(url: str) -> psycopg.Connection[Any]:
    """A connection of another client."""
    uri = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(uri, prepare_threshold=None)


def list_left_behind(url: str) -> list[tuple[Any, ...]]:
    """The settings, and the number of prepared statements, in each session of the pooler."""
    with ExitStack() as stack:
        connections = [stack.enter_context(raw(url)) for _ in range(CONNECTIONS)]
        settings = [each.execute(LEFT.encode()).fetchone() for each in connections]
    assert len({row[0] for row in settings if row}) == CONNECTIONS, "each transaction has a session"
    return [row[1:] for row in settings if row]


def test_many_write_and_ask_at_once_and_nothing_is_left_behind(
    urls: tuple[str, str], tmp_path: Path
) -> None:
    direct, behind = urls
    with raw(direct) as own:
        untouched = own.execute(f"SELECT {SHOWN}, 0".encode()).fetchone()
    settings = {"PARLEY_RATE_READS": "100000/minute", "PARLEY_RATE_WRITES": "100000/minute"}
    with serve_folder(tmp_path / "server", behind, **settings) as server:
        assert server.post("/v1/negotiations", OPENING).status_code == 201

        def use(number: int) -> set[int]:
            recorded = server.post(FACTS, fact(external_id=f"E{number}"))
            paths = (TALKS, f"{TALKS}/timeline?q=freed", f"/v1/facts/{recorded.json()['id']}")
            return {recorded.status_code, *(server.get(path).status_code for path in paths)}

        with ThreadPoolExecutor(16) as pool:
            assert set().union(*pool.map(use, range(MANY))) == {200, 201}
        assert list_left_behind(behind) == [untouched] * CONNECTIONS
        assert server.get("/readyz").json()["log"] == MANY + 1
        deadline = time.monotonic() + 30
        while f"\n{MANY + 1}\n" not in server.get("/checkpoint").text:
            assert time.monotonic() < deadline, "the log is signed"
            time.sleep(0.1)


def test_an_operator_works_behind_it(urls: tuple[str, str], tmp_path: Path) -> None:
    _, behind = urls
    with closing(compose(settings_of(behind), signs=False)) as parley:
        assert parley.rebuild().differences == ()
        assert parley.back_up(tmp_path / "backup").position == parley.ready()["log"]
        parley.database.drop_overwritten("event")
        with pytest.raises(DatabaseRefusedError, match="a pooler stands before the server"):
            parley.compact(1)
        with work_alone(parley.database, "rebuild"):
            other = open_database(behind)
            with (
                pytest.raises(NotAloneError, match="another rebuild"),
                work_alone(other, "rebuild"),
            ):
                pass
            other.close()


def test_the_limits_and_the_durable_commits_hold_in_each_transaction(urls: tuple[str, str]) -> None:
    direct, behind = urls
    with raw(direct) as own:
        assert own.execute("SHOW synchronous_commit").fetchone() == ("off",)
    with closing(Database(behind, limits=TimeLimits(0.3, 0.2))) as database:
        with database.writing() as connection:
            shown = connection.execute(text(f"SELECT {SHOWN}")).one()
            assert tuple(shown) == ("300ms", "200ms", "1.1", "on")
        with (
            in_lane("reading"),
            pytest.raises(DBAPIError, match="statement timeout"),
            database.reading() as connection,
        ):
            connection.execute(text("SELECT pg_sleep(5)"))
        with in_lane("unhurried"), database.reading() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar() == "0"


def test_rates_are_counted_behind_it(urls: tuple[str, str]) -> None:
    storage = RecordStorage(make_url(urls[1]))
    assert [storage.incr("somebody", 60) for _ in range(8)] == list(range(1, 9))
    storage.close()
    assert list_left_behind(urls[1])[0][3] == "off", "as the server has it"
    assert {row[0] for row in list_left_behind(urls[1])} == {"0"}


def test_without_a_pooler_a_session_is_set_up_once(urls: tuple[str, str]) -> None:
    with closing(Database(urls[0])) as database, database.reading() as connection:
        driver: Any = connection.connection.dbapi_connection
        assert (driver.pooled, driver.prepare_threshold) == (False, 5)
        assert connection.execute(text("SHOW random_page_cost")).scalar() == "1.1"
    settings = settings_of(urls[0], PARLEY_PREPARE_THRESHOLD="")
    with closing(compose(settings)) as parley, parley.database.reading() as connection:
        driver = connection.connection.dbapi_connection
        assert (driver.pooled, driver.prepare_threshold) == (True, None)


@pytest.mark.control
def test_the_pooler_shows_a_statement_that_is_prepared_twice(urls: tuple[str, str]) -> None:
    with ExitStack() as held, pytest.raises(psycopg.errors.DuplicatePreparedStatement):
        prepare_in_turn([held.enter_context(raw(urls[1])) for _ in range(CONNECTIONS + 1)])


def prepare_in_turn(connections: list[psycopg.Connection[Any]]) -> None:
    """Let each connection prepare a statement at the server."""
    for connection in connections:
        connection.prepare_threshold = 0
        connection.execute("SELECT 1")
        connection.commit()
