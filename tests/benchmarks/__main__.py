"""Measures every row on both databases, prints the table, and writes docs/benchmarks.md, or docs/benchmarks-large.md.

python -m tests.benchmarks [--large] [--only NAME ...] [--on DATABASE ...] [--folder FOLDER] [--page FILE]
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
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
    large,
    long_work,
    pages,
    reading,
    serving,
    workers,
)
from tests.benchmarks.bench import FULL, Bench
from tests.benchmarks.children import collect_as_parley, time_limit
from tests.benchmarks.machine import describe_machine, describe_version
from tests.benchmarks.rows import HEADINGS, report_stop
from tests.databases import migrate, postgresql_server, sqlite_file_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.bench import Kind
    from tests.benchmarks.rows import Row

Measurement = Callable[[Bench], Iterator["Row"]]
"""Runs one measurement on one kind of database, and gives the rows of the table."""
KINDS: Final[list[Kind]] = ["SQLite", "PostgreSQL"]
DOCS: Final = Path(__file__).resolve().parent.parent.parent / "docs"
FOLDER: Final = "/var/tmp"  # noqa: S108 -- a folder that is on a disk where /tmp is in memory
ROW_SECONDS: Final = 240.0
"""The most seconds that one row may take, unless its table says otherwise."""
MEASURED: Final[tuple[Measurement, ...]] = (
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
CPU: Final = """\
CPU is the time of Parley's processes and of the PostgreSQL backends that work for them; wall is the clock's.
What runs in this process collects garbage as seldom as Parley's own processes do."""
REMAINS: Final = """\
## Where the time goes

For each append, reading of the log or answer in the process that misses its goal: the folders of Parley and the
libraries that took the most processor time, by cProfile. The share of sqlite3 includes the database; PostgreSQL is a
process of its own, and is not in the shares.
"""
ABOUT: Final = f"""\
# Benchmarks

`make bench` writes this page. Each row has a figure, and what was measured beside it in the same run, in turns. A ratio
is the peer's processor time divided by Parley's: 1 is as fast, and more is faster.
{CPU}
What is done by hand is the least code on the database's own driver that does the same work
(`tests/benchmarks/yardsticks`); a test compares the rows that both leave. Answers are compared with the pure fold over
the log before they are timed. [benchmarks-large.md](benchmarks-large.md) has records of a million facts.
"""
ABOUT_LARGE: Final = f"""\
# Benchmarks of a million facts

`make bench-large` writes this page. The database has a negotiation of a million facts, and another of two million.
After the rows on the first come rows on a small negotiation in the same database. Their ratio is the processor time of
an answer about the small negotiation alone in a database, measured in turns, divided by its time beside the others.
{CPU}
"""


@dataclass(frozen=True)
class Measuring:
    """A table: its page, what is said above it, what is measured, and how long one row and all rows may take."""

    page: Path
    about: str
    measured: tuple[Measurement, ...]
    row_seconds: float
    whole_seconds: float


ALL: Final = Measuring(DOCS / "benchmarks.md", ABOUT, MEASURED, ROW_SECONDS, 1_200.0)
LARGE: Final = Measuring(
    DOCS / "benchmarks-large.md", ABOUT_LARGE, (large.rows,), 3_600.0, 10_800.0
)


def main() -> None:
    """Measure on SQLite and on PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [_name(rows) for rows in MEASURED]
    parser.add_argument("--large", action="store_true", help="measure a record of a million facts")
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="what to measure")
    parser.add_argument("--on", nargs="+", choices=KINDS, default=KINDS, help="on which databases")
    parser.add_argument("--folder", default=FOLDER, help="where the databases are: on a disk")
    parser.add_argument("--page", type=Path, help="the file to write if not all is measured")
    given = parser.parse_args()
    collect_as_parley()
    measuring = LARGE if given.large else ALL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped from outside"))
    began = time.monotonic()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(dir=given.folder)))
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        server = held.enter_context(postgresql_server(durable=True))
        fresh: dict[Kind, Callable[[], str]] = {
            "SQLite": partial(_new_file, folder, count()),
            "PostgreSQL": server.fresh,
        }
        benches = [Bench(kind, fresh[kind], FULL) for kind in KINDS if kind in given.on]
        rows = list(_measure_all(benches, measuring, given.only))
        machine = describe_machine(folder, server.version)
    minutes = time.monotonic() - began
    _print(rows, minutes)
    whole = given.only == names and given.on == KINDS
    page = given.page or (measuring.page if whole else None)
    if page is not None:
        write_page(page, measuring.about, rows, machine, minutes)


def _measure_all(
    benches: Sequence[Bench], measuring: Measuring, only: Sequence[str]
) -> Iterator[Row]:
    """All rows; each is also printed on standard error when it is done."""
    progress = Console(stderr=True, width=160)
    ends = time.monotonic() + measuring.whole_seconds
    for rows in measuring.measured:
        if measuring is ALL and _name(rows) not in only:
            continue
        for bench in benches:
            for row in measure_within(ends, rows, bench, measuring.row_seconds):
                progress.print(" · ".join(filter(None, row.cells())), markup=False)
                yield row


def measure_within(
    ends: float, rows: Measurement, bench: Bench, row_seconds: float = ROW_SECONDS
) -> Iterator[Row]:
    """The rows of one measurement; if one takes too long or fails, a last row says so."""
    measured = rows(bench)
    while True:
        try:
            with time_limit(max(0.0, min(row_seconds, ends - time.monotonic()))):
                row = next(measured, None)
        except Exception as error:  # noqa: BLE001 -- what was measured before is not lost
            traceback.print_exc()
            row = report_stop(f"the rest of {_name(rows)}", bench.kind, str(error) or repr(error))
            measured = iter(())
        if row is None:
            return
        yield row


def _name(rows: Measurement) -> str:
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
    console.print(f"{_count_met(rows)}; {seconds:.0f} s in all")


def write_page(path: Path, about: str, rows: Sequence[Row], machine: str, seconds: float) -> None:
    """Write the table as a page of the documentation; `about` says what it shows."""
    measured = f"Measured on {describe_version()}, in {seconds / 60:.0f} minutes: {machine}. {_count_met(rows)}."
    lines = [HEADINGS, ["---"] * len(HEADINGS), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    path.write_text(f"{about}\n{measured}\n\n{table}\n{_explain(rows)}", encoding="utf-8")


def _explain(rows: Sequence[Row]) -> str:
    """The section that says where the time of rows that miss their goals goes; empty if no row says it."""
    missed = [f"- {row.what}, {row.on}: {row.remains}" for row in rows if row.remains]
    return "\n".join(["", REMAINS, *missed, ""]) if missed else ""


def _count_met(rows: Sequence[Row]) -> str:
    goals = [row.met for row in rows if row.met is not None]
    return f"{sum(goals)} of {len(goals)} goals are met"


if __name__ == "__main__":
    main()
