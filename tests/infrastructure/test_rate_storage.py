"""Any number of processes count callers exactly, and as the library's own storage would."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from limits import parse
from limits.errors import ConfigurationError
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter
from sqlalchemy import make_url, text

from infrastructure import rate_storage
from infrastructure.database.database import Database
from infrastructure.rate_storage import RecordStorage, storage_of
from infrastructure.setting_values import SettingsError
from tests.databases import sqlite_memory_url
from tests.forking import Forked

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).resolve().parent.parent.parent
HOUR = parse("100/hour")
COUNT = """
import sys
from limits import parse
from limits.strategies import SlidingWindowCounterRateLimiter
from sqlalchemy import make_url
from infrastructure.rate_storage import RecordStorage
storage = RecordStorage(make_url(sys.argv[1]))
limiter, item = SlidingWindowCounterRateLimiter(storage), parse("100/hour")
print("ready", flush=True)
sys.stdin.readline()
print(sum(limiter.hit(item, "caller") for _ in range(60)))
"""


@pytest.fixture
def storage(database: Database) -> Iterator[RecordStorage]:
    found = storage_of(database, "")
    assert isinstance(found, RecordStorage)
    yield found
    found.close()


def test_exactly_the_limit_passes_in_a_fixed_window(storage: RecordStorage) -> None:
    limiter = FixedWindowRateLimiter(storage)
    assert sum(limiter.hit(HOUR, "a") for _ in range(120)) == 100
    assert not limiter.test(HOUR, "a")
    assert limiter.test(HOUR, "b")
    stats = limiter.get_window_stats(HOUR, "a")
    assert stats.remaining == 0
    assert 3_590 < stats.reset_time - time.time() <= 3_601
    limiter.clear(HOUR, "a")
    assert limiter.hit(HOUR, "a", cost=100)
    assert storage.check()
    assert storage.reset() == 1
    assert storage.get("a") == 0


def test_exactly_the_limit_passes_in_a_sliding_window(storage: RecordStorage) -> None:
    limiter = SlidingWindowCounterRateLimiter(storage)
    assert not limiter.hit(HOUR, "a", cost=101)
    assert limiter.hit(HOUR, "a", cost=40)
    assert limiter.get_window_stats(HOUR, "a").remaining == 60
    assert sum(limiter.hit(HOUR, "a") for _ in range(120)) == 60
    assert not limiter.test(HOUR, "a")
    assert limiter.get_window_stats(HOUR, "a").remaining == 0
    limiter.clear(HOUR, "a")
    assert limiter.test(HOUR, "a", cost=100)


def test_a_window_that_slides_lets_through_what_the_library_would(
    storage: RecordStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instants are set; PostgreSQL's are moved by shifting its clock in the statement."""
    item = parse("10/minute")
    ours, theirs = SlidingWindowCounterRateLimiter(storage), MemoryStorage()
    its = SlidingWindowCounterRateLimiter(theirs)
    start = 60 * 30_000_000
    for second in (0, 1, 5, 59, 61, 63, 70, 90, 119, 125, 200, 400):
        now = start + second
        monkeypatch.setattr(rate_storage, "_ITS_NOW", f"{now * 1_000_000}")
        monkeypatch.setattr(time, "time_ns", lambda now=now: now * 1_000_000_000)
        monkeypatch.setattr(time, "time", lambda now=now: float(now))
        wanted = [its.hit(item, "a") for _ in range(4)]
        assert [ours.hit(item, "a") for _ in range(4)] == wanted, second
        assert (
            ours.get_window_stats(item, "a").remaining == its.get_window_stats(item, "a").remaining
        )


def test_processes_together_let_exactly_the_limit_through(database_url: str) -> None:
    command = [sys.executable, "-c", COUNT, database_url]
    started = [
        Forked(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    passed = []
    for each in started:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in started:
        said, _ = each.communicate(timeout=60)
        passed.append(int(said))
    assert sum(passed) == 100, passed


@pytest.mark.either_database
def test_rows_that_count_no_more_are_swept(
    storage: RecordStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.incr("old", 1)
    storage.incr("kept", 3_600)
    time.sleep(1.1)
    monkeypatch.setattr(rate_storage, "SWEPT_EVERY", -1)
    storage.get("kept")
    with storage._engine.connect() as connection:
        assert connection.execute(text("SELECT key FROM rate_count")).scalars().all() == ["kept"]


def test_a_file_beside_the_record_is_private_and_may_be_lost_or_broken(tmp_path: Path) -> None:
    storage = RecordStorage(make_url(f"sqlite:///{tmp_path / 'parley.db'}"))
    file = tmp_path / "parley.db-limits"
    assert storage.incr("a", 60) == 1
    assert file.stat().st_mode & 0o777 == 0o600
    storage.close()
    file.write_bytes(b"no database at all, for many bytes" * 300)
    for beside in ("-wal", "-shm"):
        Path(f"{file}{beside}").unlink(missing_ok=True)
    assert not storage.check()
    assert storage.incr("a", 60) == 1
    storage.close()


def test_a_storage_whose_client_is_not_installed_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def miss(_uri: str) -> None:
        raise ConfigurationError("'redis' prerequisite not available")

    monkeypatch.setattr(rate_storage, "storage_from_string", miss)
    database = Database(sqlite_memory_url())
    with pytest.raises(SettingsError, match="PARLEY_RATE_STORAGE='…': install the Python client"):
        storage_of(database, "redis://user:secret@host")
    database.close()


def test_a_wrong_address_of_a_storage_is_refused_without_its_password() -> None:
    database = Database(sqlite_memory_url())
    for address in ("memcached://user:secret@host:port", "memcached://user:secret@host"):
        with pytest.raises(SettingsError, match="write a host and the number") as refused:
            storage_of(database, address)
        assert "secret" not in str(refused.value)
        assert refused.value.__suppress_context__
    database.close()


def test_a_record_in_memory_is_counted_in_memory() -> None:

    database = Database(sqlite_memory_url())
    assert isinstance(storage_of(database, ""), MemoryStorage)
    database.close()
