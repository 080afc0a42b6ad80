"""Run a PostgreSQL and a hot standby that streams from it, on this machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from sqlalchemy import make_url

from tests.faults.watched.cluster import Cluster, cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS: Final = 30
PAUSED: Final = "SELECT pg_get_wal_replay_pause_state() = 'paused'"


@dataclass(frozen=True)
class Pair:
    """A primary, a standby of it, and the URL of one migrated database on each."""

    primary: Cluster
    standby: Cluster
    url: str

    @property
    def standby_url(self) -> str:
        """The URL of the same database on the standby."""
        url = make_url(self.url).update_query_dict({"host": str(self.standby.beside)})
        return url.render_as_string(hide_password=False)

    @contextmanager
    def pause_replay(self) -> Iterator[None]:
        """While the block runs, the standby replays nothing."""
        with psycopg.connect(self.standby.uri, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")
            deadline = time.monotonic() + SECONDS
            while connection.execute(PAUSED).fetchone() != (True,):
                assert time.monotonic() < deadline
                time.sleep(0.01)
        try:
            yield
        finally:
            self.resume()

    def resume(self) -> None:
        """Let the standby replay again."""
        self.standby.run("SELECT pg_wal_replay_resume()")


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Run both; they are stopped and removed at the end. Neither syncs its files, as no test here cuts the power."""
    with cluster() as primary:
        primary.run("ALTER SYSTEM SET fsync = off")
        primary.run("SELECT pg_reload_conf()")
        url = primary.fresh()
        beside = Path(tempfile.mkdtemp(prefix="parley-standby-"))
        if primary.user is not None:
            shutil.chown(beside, primary.user)
        standby = Cluster(primary.program, primary.user, beside / "data", beside)
        try:
            _copy(primary, standby)
            standby.start()
            yield Pair(primary, standby, url)
        finally:
            standby.stop()
            shutil.rmtree(beside, ignore_errors=True)


def _copy(primary: Cluster, standby: Cluster) -> None:
    """Copy the primary's files, and let the copy follow it."""
    program = str(primary.program / "pg_basebackup")
    flags = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
    subprocess.run(
        [program, f"--pgdata={standby.data}", f"--dbname={primary.uri}", *flags],
        user=primary.user,
        cwd=standby.beside,
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )
