"""Measures every row on both databases, prints the table, and writes docs/benchmarks.md.

python -m tests.benchmarks [--only NAME ...] [--folder FOLDER] [--page FILE]
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    appending,
    asked_again,
    crowds,
    importing,
    long_work,
    pages,
    reading,
    serving,
    workers,
)
from tests.benchmarks.bench import FULL, Bench
from tests.benchmarks.children import time_limit
from tests.benchmarks.machine import describe_machine, describe_version
from tests.benchmarks.rows import HEADINGS, stopped
from tests.databases import migrate, postgresql_server, sqlite_file_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.benchmarks.rows import Row

PAGE: Final = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks.md"
FOLDER: Final = "/var/tmp"  # noqa: S108 -- a folder that is on a disk where /tmp is in memory
ROW_SECONDS: Final = 240.0
"""How long one row may take."""
WHOLE_SECONDS: Final = 1_200.0
"""How long all rows may take; what is not measured by then says so."""
MEASURED: Final[tuple[Callable[[Bench], Iterator[Row]], ...]] = (
    appending.rows,
    crowds.rows,
    importing.rows,
    long_work.rows,
    reading.rows,
    asked_again.rows,
    serving.rows,
    workers.rows,
    pages.rows,
)
"""What is measured, in the order of the table."""
ABOUT: Final = """\
# Benchmarks

`make bench` writes this page. Each row has a figure, and what was measured beside it in the same run, in turns. A ratio
is the peer's processor time divided by Parley's: 1 is as fast, and more is faster. CPU is the time of Parley's
processes and of the PostgreSQL backends that work for them; wall is the clock's. What is done by hand is the least code
on the database's own driver that does the same work (`tests/benchmarks/yardsticks`); a test compares the rows that both
leave. Answers are compared with the pure fold over the log before they are timed. Records of a million facts, and
negotiations beside millions of other facts, are not measured here.
"""


def main() -> None:
    """Measure on SQLite and on PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [_name(rows) for rows in MEASURED]
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="what to measure")
    parser.add_argument("--folder", default=FOLDER, help="where the databases are: on a disk")
    parser.add_argument(
        "--page", type=Path, help="the file to write; docs/benchmarks.md if all is measured"
    )
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped from outside"))
    began = time.monotonic()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        server = held.enter_context(postgresql_server(durable=True))
        benches = (
            Bench("SQLite", partial(_new_file, folder, count()), FULL),
            Bench("PostgreSQL", server.fresh, FULL),
        )
        rows = list(_measured(benches, [each for each in MEASURED if _name(each) in given.only]))
        machine = describe_machine(folder, server.version)
    minutes = time.monotonic() - began
    _print(rows, minutes)
    page = given.page or (PAGE if given.only == names else None)
    if page is not None:
        write_page(page, rows, machine, minutes)


def _measured(
    benches: Sequence[Bench], measured: Sequence[Callable[[Bench], Iterator[Row]]]
) -> Iterator[Row]:
    """All rows, each written on standard error as soon as it is there."""
    progress, ends = Console(stderr=True, width=160), time.monotonic() + WHOLE_SECONDS
    for rows in measured:
        for bench in benches:
            for row in measure_within(ends, rows, bench):
                progress.print(" · ".join(filter(None, row.cells())), markup=False)
                yield row


def measure_within(
    ends: float, rows: Callable[[Bench], Iterator[Row]], bench: Bench
) -> Iterator[Row]:
    """The rows of one measurement; one that takes too long, or fails, is the last, and says so."""
    measured = rows(bench)
    while True:
        try:
            with time_limit(max(0.0, min(ROW_SECONDS, ends - time.monotonic()))):
                row = next(measured, None)
        except Exception as error:  # noqa: BLE001 -- what was measured before is not lost
            traceback.print_exc()
            row = stopped(f"the rest of {_name(rows)}", bench.kind, str(error) or repr(error))
            measured = iter(())
        if row is None:
            return
        yield row


def _name(rows: Callable[[Bench], Iterator[Row]]) -> str:
    return rows.__module__.rpartition(".")[2]


def _new_file(folder: Path, numbers: Iterator[int]) -> str:
    url = sqlite_file_url(folder / f"{next(numbers)}.db")
    migrate(url)
    return url


def _print(rows: Sequence[Row], seconds: float) -> None:
    table = Table(*HEADINGS)
    for row in rows:
        table.add_row(*row.cells())
    console = Console(width=200)
    console.print(table)
    console.print(f"{_met(rows)}; {seconds:.0f} s in all")


def write_page(path: Path, rows: Sequence[Row], machine: str, seconds: float) -> None:
    """Write the table as a page of the documentation."""
    measured = (
        f"Measured on {describe_version()}, in {seconds / 60:.0f} minutes: {machine}. {_met(rows)}."
    )
    lines = [HEADINGS, ["---"] * len(HEADINGS), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    path.write_text(f"{ABOUT}\n{measured}\n\n{table}\n", encoding="utf-8")


def _met(rows: Sequence[Row]) -> str:
    asked = [row.met for row in rows if row.met is not None]
    return f"{sum(asked)} of {len(asked)} goals are met"


if __name__ == "__main__":
    main()
