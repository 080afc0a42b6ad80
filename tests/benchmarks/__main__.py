"""Print each ratio: what Parley does beside what it could do instead, on one machine in one run.

python -m tests.benchmarks [--size N]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from infrastructure.database.schema import upgrade
from tests.benchmarks import appending, pages, reading, serving, writing_and_parsing
from tests.databases import opened, postgresql_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database
    from tests.benchmarks.measure import Ratio

DEFAULT_SIZE: Final = 20_000
MEASURED: Final = {
    "Serving": serving.ratios,
    "Appending": appending.ratios,
    "Reading": reading.ratios,
    "Pages": pages.ratios,
}


def main() -> None:
    """Measure on SQLite and on PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=DEFAULT_SIZE, help="facts in the large record")
    size = parser.parse_args().size
    console = Console(width=120)
    started = time.monotonic()
    console.print(_table("Notation and codec", writing_and_parsing.ratios()))
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server:
        for what, ratios in MEASURED.items():
            for name, url in (
                ("SQLite", f"sqlite:///{Path(folder) / what}.db"),
                ("PostgreSQL", server.fresh(migrated=False)),
            ):
                console.print(_table(f"{what}, {name}", _on(url, ratios, size)))
    console.print(f"{time.monotonic() - started:.0f} s in all")


def _on(url: str, ratios: Callable[[Database, int], Iterator[Ratio]], size: int) -> Iterator[Ratio]:
    database = opened(url)
    upgrade(database)
    yield from ratios(database, size)
    database.close()


def _table(title: str, ratios: Iterator[Ratio]) -> Table:
    table = Table("", "Parley", "beside it", "ratio", "", title=title, title_justify="left")
    for ratio in ratios:
        table.add_row(*ratio.row())
    return table


if __name__ == "__main__":
    main()
