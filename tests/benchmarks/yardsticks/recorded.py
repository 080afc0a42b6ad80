"""Reads the rows that Parley wrote for facts, so that the same rows can be written by hand.

Payloads are opened; the rows of every table of facts are grouped by fact.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from domain.views.name_lists import list_called
from infrastructure.log.codec import decode_fact
from infrastructure.tables.facts import SIDES
from infrastructure.tables.record import metadata
from tests.benchmarks.yardsticks.sealing import EVENT, open_sealed, unwrap

if TYPE_CHECKING:
    from tests.benchmarks.yardsticks.connection import Raw

Rows = dict[str, list[tuple[Any, ...]]]
TABLES: Final[dict[str, tuple[str, ...]]] = {
    table.name: tuple(column.name for column in table.c)
    for table in metadata.sorted_tables
    if "fact_id" in table.c
}
"""{table with rows of facts: its columns}."""
NAMES: Final[dict[str, tuple[str, ...]]] = {
    side.called.name: tuple(column.name for column in side.called.c) for side in SIDES.values()
}
"""{table with the names in facts, each name once: its columns}."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in the form that `seal` takes, and the rows of its fact by table."""

    event: tuple[Any, ...]
    rows: Rows


def read_recorded(raw: Raw, after: int, last: int) -> list[Recorded]:
    """The events after a position, up to `last`, with the rows of their facts; each event records a fact."""
    columns = ", ".join(f'"{column}"' for column in EVENT)
    logged = raw.read(
        f"SELECT {columns} FROM event WHERE position > ? AND position <= ? ORDER BY position",  # noqa: S608 -- names
        after,
        last,
    )
    rows: dict[str, Rows] = defaultdict(dict)
    for table, names in TABLES.items():
        told = ", ".join(f'told."{name}"' for name in names)
        fact = names.index("fact_id")
        for row in raw.read(
            f"SELECT {told} FROM event JOIN {table} AS told ON told.fact_id = event.stream"  # noqa: S608 -- names
            " WHERE event.position > ? AND event.position <= ?",
            after,
            last,
        ):
            rows[row[fact]].setdefault(table, []).append(row)
    version = SIDES["first"].version
    of, content = (TABLES[version.name].index(name) for name in ("negotiation_id", "content"))
    for of_fact in rows.values():
        called = (
            (row[of], list_called(decode_fact(row[content]))) for row in of_fact[version.name]
        )
        of_fact[SIDES["first"].called.name] = [
            (id_, *each) for id_, all_ in called for each in all_
        ]
    return [Recorded(_plain(each), rows[each[2]]) for each in logged]


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    said, sealed, wrapped = row[:6], bytes(row[6]), bytes(row[12])
    _, payload = open_sealed(unwrap(said[2], wrapped), sealed, said)
    return (*said[1:], payload)
