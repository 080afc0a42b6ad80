"""Appends events and the rows of their facts by hand, in one transaction under the log's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.benchmarks.yardsticks.recorded import NAMES, TABLES
from tests.benchmarks.yardsticks.sealing import EVENT, seal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.yardsticks.connection import Raw
    from tests.benchmarks.yardsticks.recorded import Recorded


class RawLog:
    """A log that is written by hand."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._begin = "BEGIN IMMEDIATE" if raw.is_sqlite else "BEGIN"
        lock = "" if raw.is_sqlite else " FOR UPDATE"
        self._head = f"SELECT position, recorded_at FROM log_head{lock}"  # noqa: S608 -- written here
        self._move = raw.mark_values(
            "UPDATE log_head SET position = ?, recorded_at = ? WHERE id = 1"
        )
        self._event = raw.insert("event", EVENT)
        self._inserts = {table: raw.insert(table, columns) for table, columns in TABLES.items()}
        for table, columns in NAMES.items():
            self._inserts[table] = raw.insert(table, columns, missing=True)

    def append(self, given: Sequence[Recorded]) -> None:
        """Append events; record times that are not after the last one are moved past it."""
        cursor = self._raw.cursor
        cursor.execute(self._begin)
        last, recorded_at = cursor.execute(self._head).fetchone()
        rows: list[tuple[Any, ...]] = []
        for position, each in enumerate(given, last + 1):
            recorded_at = max(recorded_at + 1, each.event[0])
            rows.append(seal(position, (recorded_at, *each.event[1:])))
        self._insert(self._event, rows)
        for table, statement in self._inserts.items():
            self._insert(statement, [row for each in given for row in each.rows.get(table, ())])
        cursor.execute(self._move, (last + len(given), recorded_at))
        cursor.execute("COMMIT")

    def _insert(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if len(rows) == 1:
            self._raw.cursor.execute(statement, rows[0])
        elif rows:
            self._raw.cursor.executemany(statement, rows)
