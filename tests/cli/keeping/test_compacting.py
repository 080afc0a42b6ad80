"""After `parley compact` no erased byte is in any file of the database, PostgreSQL's own files included."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import make_url

from api.cli.keeping import compact
from infrastructure.tables.record import event
from tests.cli.conftest import LINES, Shell
from tests.databases import open_database
from tests.faults.watched.cluster import Cluster, cluster
from tests.importing.lines import SLUG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORD = "Zanzibarcanary"
SAID = {**LINES[0], "external_id": f"{WORD}-1", "summary": f"{WORD} was freed"}
ERASED = ("erase", SLUG, f"{WORD}-1", "--reason", "The family asked for it", "--yes")
DONE = "The database's files have no erased or overwritten bytes any more\n"


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    with cluster() as made:
        yield made


def connect_as_superuser(parley: Shell) -> psycopg.Connection[tuple[Any, ...]]:
    """The superuser's connection to a record's database."""
    url = make_url(parley.url).set(drivername="postgresql", username="postgres")
    return psycopg.connect(url.render_as_string(), autocommit=True)


def record_and_erase(parley: Shell) -> None:
    """Record a fact, and erase it after the database has written it to all of its files."""
    parley.fill()
    parley.out("import", SLUG, parley.file(SAID))
    parley.out("settings", SLUG, "--no-review-erasure")
    if parley.url.startswith("postgresql"):
        with connect_as_superuser(parley) as connection:
            connection.execute("ANALYZE")
            connection.execute("CHECKPOINT")
    parley.out(*ERASED)


def list_holding(folder: Path) -> set[str]:
    """The files with the word, as it was written or as it is indexed."""
    words = (WORD.encode(), WORD.lower()[2:].encode())
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes() for word in words)
    }


def test_no_file_of_a_postgresql_holds_what_was_erased(
    own_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "PATIENCE_SECONDS", 0.1)
    own_cluster.run("ALTER SYSTEM SET wal_recycle = off")
    own_cluster.run("SELECT pg_reload_conf()")
    parley = Shell(own_cluster.fresh(), tmp_path)
    with connect_as_superuser(parley) as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT 1")
        record_and_erase(parley)
        refused = parley("compact")
    assert refused.exit_code == 1
    assert "reads an older state" in refused.stderr
    assert {path.split("/")[0] for path in list_holding(own_cluster.data)} == {"base", "pg_wal"}
    assert parley.out("compact") == DONE
    assert list_holding(own_cluster.data) == set()
    assert WORD.encode() not in own_cluster.log.read_bytes()
    assert "as they were recorded" in parley.out("verify")


@contextmanager
def hearing_late(cluster: Cluster) -> Iterator[None]:
    """Stop PostgreSQL's first process for a second, so that the others hear late of new settings."""
    assert cluster.process is not None
    cluster.process.send_signal(signal.SIGSTOP)
    later = Timer(1.0, cluster.process.send_signal, [signal.SIGCONT])
    later.start()
    try:
        yield
    finally:
        later.join()


def test_compacting_says_which_privileges_it_lacks(own_cluster: Cluster, tmp_path: Path) -> None:
    parley = Shell(own_cluster.fresh(), tmp_path)
    record_and_erase(parley)
    recycle, leave = json.loads(parley.out("compact", "--json"))["left"]
    with connect_as_superuser(parley) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        of_ours = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for (table,) in connection.execute(of_ours).fetchall():
            connection.execute(f"ALTER TABLE {table} OWNER TO plain".encode())
    plain = Shell(make_url(parley.url).set(username="plain").render_as_string(), tmp_path)
    printed = plain.out("compact")
    assert "The files of the tables have no erased or overwritten bytes" in printed
    steps = [line.strip() for line in printed.splitlines() if line.startswith("  ")]
    assert steps == ["VACUUM FULL pg_catalog.pg_statistic;", recycle, leave]
    assert {path.split("/")[0] for path in list_holding(own_cluster.data)} >= {"pg_wal"}
    with connect_as_superuser(parley) as connection, hearing_late(own_cluster):
        for statement in (steps[0], *recycle.split(";"), leave):
            connection.execute(statement.encode())
    assert list_holding(own_cluster.data) == set()
    assert json.loads(plain.out("compact", "--json"))["left"] == [steps[0], leave]


def test_a_sqlite_file_that_somebody_reads_is_not_said_to_hold_nothing(
    light: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "PATIENCE_SECONDS", 0.1)
    reader = open_database(light.url)
    with reader.reading() as connection:
        connection.execute(event.select()).all()
        record_and_erase(light)
        refused = light("compact")
    reader.close()
    assert refused.exit_code == 1
    assert "in use" in refused.stderr
    assert light.out("compact") == DONE
    assert list_holding(light.folder) == {"lines.ndjson"}
