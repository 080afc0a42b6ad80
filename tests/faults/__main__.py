"""The long form of the fault tests: `make faults`, or a part of it with `python -m tests.faults PART…`."""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from tests.databases import migrate, postgresql_server, sqlite_file_url
from tests.faults.cuts import cut_the_power
from tests.faults.disk_errors import fail_the_disk
from tests.faults.disks.installation import install_on_postgresql, install_on_sqlite
from tests.faults.disks.supply import why_no_fuse
from tests.faults.forged.flips import flip_again_and_again, make_kept_files
from tests.faults.forged.forgeries import PostgreSQLCopies, SQLiteCopies, forge_again_and_again
from tests.faults.kills import kill_again_and_again
from tests.faults.postgresql_faults import drop_again_and_again
from tests.faults.races import race_for_a_fact, race_for_keys
from tests.faults.relays import outlast_the_database, relay_again_and_again
from tests.faults.watched.checking import LostError
from tests.faults.watched.cluster import cluster
from tests.faults.watched.serving import Server
from tests.faults.work.costs import compare

if TYPE_CHECKING:
    from collections.abc import Callable

KILLS: Final = 200
SITES: Final = 300
POSTGRESQL_SITES: Final = 150
CUTS: Final = 100
DROPS: Final = 100
RACES: Final = 1_000
RELAYS: Final = 120
FLIPS: Final = 2_000
FORGERIES: Final = 2_000
FACTS: Final = 1_000
BODY: Final = 1_000_000
SEED: Final = 20_251_122


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


def disk_errors_sqlite(folder: Path) -> object:
    """Fail the disk under a server on SQLite."""
    with install_on_sqlite(folder / "errors", only_fuse=True) as installed:
        return fail_the_disk(installed, SITES)


def disk_errors_postgresql(folder: Path) -> object:
    """Fail the disk under PostgreSQL."""
    with install_on_postgresql(folder / "errors", only_fuse=True) as installed:
        return fail_the_disk(installed, POSTGRESQL_SITES)


def power_cuts_sqlite(folder: Path) -> object:
    """Cut the power of a server on SQLite."""
    with install_on_sqlite(folder / "errors", only_fuse=True) as installed:
        return cut_the_power(installed, CUTS)


def power_cuts_postgresql(folder: Path) -> object:
    """Cut the power of a server and of its PostgreSQL."""
    with install_on_postgresql(folder / "errors", only_fuse=True) as installed:
        return cut_the_power(installed, CUTS)


def controls(folder: Path) -> object:
    """Cut the power of programs that do not sync, and fail the disk of those that ignore it, until the tests notice."""
    errors, found = folder / "errors", {}
    sqlite, postgresql = install_on_sqlite, install_on_postgresql
    for name, installing, breaking in (
        ("synchronous=NORMAL", sqlite(errors, "normal", only_fuse=True), cut_the_power),
        ("synchronous_commit=off", postgresql(errors, "late", only_fuse=True), cut_the_power),
        ("fsync=off", postgresql(errors, fsync="off", only_fuse=True), cut_the_power),
        ("deaf to SQLite's errors", sqlite(errors, "deaf", only_fuse=True), fail_the_disk),
        ("deaf to PostgreSQL's errors", postgresql(errors, "deaf", only_fuse=True), fail_the_disk),
    ):
        with installing as installed:
            found[name] = _describe_loss(partial(breaking, installed, CUTS))
    with cluster() as made, Server(made.fresh(), errors, "deaf") as server:
        found["deaf to drops"] = _describe_loss(partial(drop_again_and_again, server, made, DROPS))
    return found


def postgresql_drops(folder: Path) -> object:
    """End PostgreSQL's sessions, and restart it."""
    with cluster() as made, Server(made.fresh(), folder / "errors") as server:
        return drop_again_and_again(server, made, DROPS)


def races_sqlite(folder: Path) -> object:
    """Race for keys, and for the versions of a fact, on SQLite."""
    found = []
    for race in (race_for_keys, race_for_a_fact):
        own = folder / race.__name__
        own.mkdir()
        url = sqlite_file_url(own / "parley.db")
        migrate(url)
        with Server(url, own / "errors") as server:
            found.append(race(server, RACES))
    return found


def races_postgresql(folder: Path) -> object:
    """Race for keys, and for the versions of a fact, on PostgreSQL."""
    found = []
    with postgresql_server() as postgresql:
        for race in (race_for_keys, race_for_a_fact):
            own = folder / race.__name__
            own.mkdir()
            with Server(postgresql.fresh(), own / "errors") as server:
                found.append(race(server, RACES))
    return found


def relays_sqlite(folder: Path) -> object:
    """Kill relays and their NATS server, on SQLite."""
    url = sqlite_file_url(folder / "parley.db")
    migrate(url)
    return relay_again_and_again(url, folder, RELAYS)


def relays_postgresql(folder: Path) -> object:
    """Kill relays and their NATS server, on PostgreSQL; and stop that, too."""
    with cluster() as made:
        (folder / "outlasting").mkdir()
        outlast_the_database(made, folder / "outlasting")
        return relay_again_and_again(made.fresh(), folder, RELAYS)


def _describe_loss(run: Callable[[], object]) -> str:
    try:
        passed = run()
    except LostError as lost:
        return str(lost)
    raise LostError(f"nothing was lost, and should have been: {passed}")


def flips_sqlite(folder: Path) -> object:
    """Flip bytes of a file that holds a record, and of one with a write-ahead log."""
    random = Random(SEED)
    alone, beside = make_kept_files(folder)
    many = FLIPS // 4
    return [
        str(flip_again_and_again(alone, FLIPS - many, random)),
        str(flip_again_and_again(beside, many, random)),
    ]


def forgeries_sqlite(folder: Path) -> object:
    """Forge every table of a record on SQLite."""
    return forge_again_and_again(SQLiteCopies(folder), FORGERIES, Random(SEED))


def forgeries_postgresql(folder: Path) -> object:
    """Forge every table of a record on PostgreSQL."""
    with postgresql_server() as postgresql:
        copies = PostgreSQLCopies(postgresql, folder)
        return forge_again_and_again(copies, FORGERIES, Random(SEED))


def costs_sqlite(folder: Path) -> object:
    """Send the most expensive requests to every route, with the largest bodies, on SQLite."""
    urls = tuple(sqlite_file_url(folder / f"{name}.db") for name in ("half", "whole"))
    for url in urls:
        migrate(url)
    return _list_dearest((urls[0], urls[1]), folder)


def costs_postgresql(folder: Path) -> object:
    """Send the most expensive requests to every route, with the largest bodies, on PostgreSQL."""
    with postgresql_server() as postgresql:
        return _list_dearest((postgresql.fresh(), postgresql.fresh()), folder)


def _list_dearest(urls: tuple[str, str], folder: Path) -> str:
    return "\n".join(["", *compare(urls, FACTS, BODY, folder, thorough=True), ""])


PARTS: Final[dict[str, Callable[[Path], object]]] = {
    "kills-sqlite": kills_sqlite,
    "kills-postgresql": kills_postgresql,
    "disk-errors-sqlite": disk_errors_sqlite,
    "disk-errors-postgresql": disk_errors_postgresql,
    "power-cuts-sqlite": power_cuts_sqlite,
    "power-cuts-postgresql": power_cuts_postgresql,
    "postgresql-drops": postgresql_drops,
    "controls": controls,
    "races-sqlite": races_sqlite,
    "races-postgresql": races_postgresql,
    "relays-sqlite": relays_sqlite,
    "relays-postgresql": relays_postgresql,
    "flips-sqlite": flips_sqlite,
    "forgeries-sqlite": forgeries_sqlite,
    "forgeries-postgresql": forgeries_postgresql,
    "costs-sqlite": costs_sqlite,
    "costs-postgresql": costs_postgresql,
}


ON_FUSE: Final = {
    name for name in PARTS if name.startswith(("disk-errors", "power-cuts", "controls"))
}


def main(names: list[str]) -> None:
    """Run the parts named, or all of them; each prints what it did, or raises what was lost."""
    if ON_FUSE & set(names or PARTS) and (lacking := why_no_fuse()):
        sys.exit(
            f"the long form needs a file system that forgets, and none can be mounted: {lacking}"
        )
    for name in names or PARTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="parley-faults-") as folder:
            print(name, PARTS[name](Path(folder)), f"{time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
