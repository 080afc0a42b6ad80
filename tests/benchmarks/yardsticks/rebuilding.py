"""Rebuilds by hand: reads, opens and decodes the log, and writes the rows of each fact into the spare tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.yardsticks.reading import read_log
from tests.benchmarks.yardsticks.recorded import NAMES, TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.yardsticks.connection import Raw
    from tests.benchmarks.yardsticks.recorded import Recorded

EVENTS: Final = 1_000
"""How many events' rows a transaction writes."""
SPARE: Final = "_spare"


def rebuild_by_hand(raw: Raw, given: Sequence[Recorded]) -> int:
    """Write the given rows for the facts of the log, in order, while it is read; gives the number of facts."""
    every = {**TABLES, **NAMES}
    inserts = {
        name: raw.insert(f"{name}{SPARE}", columns, missing=name in NAMES)
        for name, columns in every.items()
        if f"{name}{SPARE}" in every
    }
    for name in reversed(inserts):
        raw.cursor.execute(f"DELETE FROM {name}{SPARE}")  # noqa: S608 -- names of the schema
    read = 0
    waiting: list[Recorded] = []
    for _ in read_log(raw):
        waiting.append(given[read])
        read += 1
        if len(waiting) == EVENTS:
            _write(raw, inserts, waiting)
            waiting = []
    _write(raw, inserts, waiting)
    return read


def _write(raw: Raw, inserts: dict[str, str], given: Sequence[Recorded]) -> None:
    raw.cursor.execute("BEGIN")
    for table, statement in inserts.items():
        rows: list[tuple[Any, ...]] = [row for each in given for row in each.rows.get(table, ())]
        if rows:
            raw.cursor.executemany(statement, rows)
    raw.cursor.execute("COMMIT")
