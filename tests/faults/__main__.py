"""The long form of the fault tests: `make faults`, or a part of it with `python -m tests.faults PART…`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.databases import migrate, postgresql_server, sqlite_file_url
from tests.faults.kills import kill_again_and_again
from tests.faults.serving import Server

if TYPE_CHECKING:
    from collections.abc import Callable

KILLS: Final = 200


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


PARTS: Final[dict[str, Callable[[Path], object]]] = {
    "kills-sqlite": kills_sqlite,
    "kills-postgresql": kills_postgresql,
}


def main(names: list[str]) -> None:
    """Run the parts named, or all of them; each prints what it did, or raises what was lost."""
    for name in names or PARTS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="parley-faults-") as folder:
            print(name, PARTS[name](Path(folder)), f"{time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
