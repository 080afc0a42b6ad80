"""The long form of the fault tests: `make faults`, or a part of it with `python -m tests.faults PART…`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.databases import migrate, postgresql_server, sqlite_file_url
from tests.faults.checking import LostError
from tests.faults.cuts import cut_the_power
from tests.faults.disk_errors import fail_the_disk
from tests.faults.kills import kill_again_and_again
from tests.faults.postgresql_faults import cluster, drop_again_and_again
from tests.faults.races import race_for_a_fact, race_for_keys
from tests.faults.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable

KILLS: Final = 200
SITES: Final = 300
CUTS: Final = 100
DROPS: Final = 100
RACES: Final = 1_000


def kills_sqlite(folder: Path) -> object:
    """Kill a server on SQLite."""
    url = sqlite_file_url(folder / "parley.db")
    migrate(url)
    with Server(url, folder / "errors") as server:
        return kill_again_and_again(server, KILLS)


def kills_postgresql(folder: Path) -> object:
    """Kill a server on PostgreSQL."""
    with postgresql_server() as postgresql, Server(postgresql.fresh(), folder / "errors") as server:
        return kill_again_and_again(server, KILLS)


def disk_errors(folder: Path) -> object:
    """Fail the disk under a server on SQLite."""
    disk, url = _disk(folder)
    with Server(url, folder / "errors") as server:
        return fail_the_disk(server, disk, SITES)


def power_cuts(folder: Path) -> object:
    """Cut the power of a server on SQLite."""
    disk, url = _disk(folder)
    with Server(url, folder / "errors") as server:
        return cut_the_power(server, disk, CUTS)


def power_cuts_control(folder: Path) -> object:
    """Cut the power of a server that does not sync, until something is lost."""
    disk, url = _disk(folder)
    with Server(url, folder / "errors", variant="normal") as server:
        try:
            cut_the_power(server, disk, CUTS)
        except LostError as found:
            return f"found out: {found}"
    raise LostError("synchronous=NORMAL lost nothing: the disk does not forget")


def postgresql_drops(folder: Path) -> object:
    """End PostgreSQL's sessions, and restart it."""
    with cluster() as made, Server(made.fresh(), folder / "errors") as server:
        return drop_again_and_again(server, made, DROPS)


def races_sqlite(folder: Path) -> object:
    """Race for keys, and for the versions of a fact, on SQLite."""
    found = []
    for number, race in enumerate((race_for_keys, race_for_a_fact)):
        url = sqlite_file_url(folder / f"parley_{number}.db")
        migrate(url)
        with Server(url, folder / "errors") as server:
            found.append(race(server, RACES))
    return found


def races_postgresql(folder: Path) -> object:
    """Race for keys, and for the versions of a fact, on PostgreSQL."""
    found = []
    with postgresql_server() as postgresql:
        for race in (race_for_keys, race_for_a_fact):
            with Server(postgresql.fresh(), folder / "errors") as server:
                found.append(race(server, RACES))
    return found


def _disk(folder: Path) -> tuple[Path, str]:
    disk = folder / "disk"
    disk.mkdir()
    url = sqlite_file_url(disk / "parley.db")
    migrate(url)
    return disk, url


PARTS: Final[dict[str, Callable[[Path], object]]] = {
    "kills-sqlite": kills_sqlite,
    "kills-postgresql": kills_postgresql,
    "disk-errors": disk_errors,
    "power-cuts": power_cuts,
    "power-cuts-control": power_cuts_control,
    "postgresql-drops": postgresql_drops,
    "races-sqlite": races_sqlite,
    "races-postgresql": races_postgresql,
}


def main(names: list[str]) -> None:
    """Run the parts named, or all of them; each prints what it did, or raises what was lost."""
    for name in names or PARTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="parley-faults-") as folder:
            print(name, PARTS[name](Path(folder)), f"{time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
