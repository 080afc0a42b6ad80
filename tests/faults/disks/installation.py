"""A server, its database and their disk, which fail together."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.databases import migrate, sqlite_file_url
from tests.faults.disks.supply import Supply, power_supply
from tests.faults.watched.checking import LostError
from tests.faults.watched.cluster import Cluster, cluster
from tests.faults.watched.serving import Server

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.disks.fuse_disk import Moment
    from tests.faults.disks.supply import Unsynced


@dataclass(frozen=True)
class Installation:
    """A server that is not started yet, and its database; `postgresql` is None if the database is SQLite."""

    server: Server
    supply: Supply
    postgresql: Cluster | None = None

    def start(self) -> None:
        """Start the server."""
        self.supply.start(self.server)

    def cut(self, moment: Moment, chance: random.Random) -> Unsynced:
        """Cut the power: no program runs after that, and the disk has lost what was not synced."""
        found = self.supply.cut(self._strike, moment, chance)
        self.server.reap()
        if self.postgresql is not None:
            self.postgresql.reap()
        return found

    def recover(self) -> None:
        """Start the database again; `LostError` if it does not start."""
        if self.postgresql is not None:
            try:
                self.postgresql.start()
            except AssertionError as said:
                raise LostError(f"PostgreSQL does not start again: {said}") from None

    def _strike(self) -> None:
        self.server.strike()
        if self.postgresql is not None:
            self.postgresql.strike()


@contextmanager
def install_on_sqlite(
    errors: Path, variant: str = "right", *, only_fuse: bool = False
) -> Iterator[Installation]:
    """A server on SQLite, its database on a disk that may fail."""
    with power_supply("sqlite", only_fuse=only_fuse) as supply:
        url = sqlite_file_url(supply.folder / "parley.db")
        migrate(url)
        with Server(url, errors, variant, keys=supply.keys) as server:
            yield Installation(server, supply)


@contextmanager
def install_on_postgresql(
    errors: Path, variant: str = "right", *, fsync: str = "on", only_fuse: bool = False
) -> Iterator[Installation]:
    """A server on PostgreSQL, the data of the cluster on a disk that may fail."""
    with (
        power_supply("postgresql", only_fuse=only_fuse) as supply,
        install_postgresql(supply, errors, variant) as installed,
    ):
        assert installed.postgresql is not None
        installed.postgresql.run(f"ALTER SYSTEM SET fsync = {fsync}")
        installed.postgresql.run("SELECT pg_reload_conf()")
        yield installed


@contextmanager
def install_postgresql(supply: Supply, errors: Path, variant: str) -> Iterator[Installation]:
    """A server on PostgreSQL, on a given disk."""
    with (
        cluster(supply.folder, supply.supervise) as postgresql,
        Server(postgresql.fresh(), errors, variant, keys=supply.keys) as server,
    ):
        yield Installation(server, supply, postgresql)
