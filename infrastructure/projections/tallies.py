"""Counts the recorded, corrected and retracted facts of a negotiation after each version.

Each row of `fact_version` keeps the counts as they stood after it, so that a state at a position reads one row.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean

from infrastructure.hot_statements import HotStatement

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.sql.compiler import SQLCompiler

    from domain.views.versions import FactVersion

COUNTS: Final = ("recorded", "corrected", "retracted")
COUNTED_IN: Final = "counted_in"
"""The parameter of `one_more` that names the negotiation."""

_NUMBERED: Final = literal(b'"quantities":[{')
"""Stands in the content of every fact that gives a quantity."""


class gives_numbers(FunctionElement[bool]):  # noqa: N801 -- a function of SQL
    """The condition that a content may give a quantity; false only where it gives none."""

    type = Boolean()
    inherit_cache = True


@compiles(gives_numbers)
def _gives_numbers(element: gives_numbers, compiler: SQLCompiler, **_: object) -> str:
    content = compiler.process(next(iter(element.clauses)))
    return f"position({compiler.process(_NUMBERED)} in {content}) > 0"


@compiles(gives_numbers, "sqlite")
def _gives_numbers_sqlite(element: gives_numbers, compiler: SQLCompiler, **_: object) -> str:
    content = compiler.process(next(iter(element.clauses)))
    return f"instr({content}, {compiler.process(_NUMBERED)}) > 0"


class Tallies:
    """The running counts of each negotiation that a batch changes."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection = connection
        self._table = table
        self._standing: dict[UUID, dict[str, int]] = {}

    def count_change(self, before: FactVersion | None, after: FactVersion) -> dict[str, int]:
        """The counts after `after`, which follows `before`."""
        counts = self.find_counts(after.record.negotiation_id)
        counts["recorded"] += before is None
        counts["corrected"] += after.record.corrected - (
            before is not None and before.record.corrected
        )
        counts["retracted"] += _is_retracted(after) - _is_retracted(before)
        return dict(counts)

    def find_counts(self, negotiation: UUID) -> dict[str, int]:
        """The counts of a negotiation as they stand."""
        if negotiation not in self._standing:
            self._standing[negotiation] = self._read(negotiation)
        return self._standing[negotiation]

    def _read(self, negotiation: UUID) -> dict[str, int]:
        values = {"negotiation": negotiation.hex}
        row = self._connection.execute(_latest(self._table), values).mappings().first()
        return dict.fromkeys(COUNTS, 0) if row is None else dict(row)


def counts_at(table: Table, negotiation: UUID, position: int | None = None) -> Select[Any]:
    """The counts after the last version recorded by a position; no row where there is none."""
    statement = _latest(table).params(negotiation=negotiation.hex)
    if position is not None:
        statement = statement.where(table.c.known_from <= position)
    return statement


@cache
def select_known_counts(table: Table) -> HotStatement:
    """How many facts of a `negotiation` are `recorded` by now, and how many of them are `known` at a `position`."""
    last = _latest(table).with_only_columns(table.c.recorded_count)
    known = last.where(table.c.known_from <= bindparam("position", type_=BigInteger))
    counts = {"recorded": last, "known": known}
    return HotStatement(
        select(*(func.coalesce(n.scalar_subquery(), 0).label(name) for name, n in counts.items()))
    )


def count_one_more(table: Table) -> dict[str, ColumnElement[int]]:
    """The columns of the counts in the insert of a new fact, which count it."""
    latest = table.alias("latest")
    mine = latest.c.negotiation_id == bindparam(COUNTED_IN)
    counts: dict[str, ColumnElement[int]] = {}
    for name in COUNTS:
        column = f"{name}_count"
        last = select(latest.c[column]).where(mine).order_by(latest.c.known_from.desc()).limit(1)
        counts[column] = func.coalesce(last.scalar_subquery(), 0)
    counts["recorded_count"] += 1
    return counts


@cache
def _latest(table: Table) -> Select[Any]:
    columns = table.c
    return (
        select(*(columns[f"{name}_count"].label(name) for name in COUNTS))
        .where(columns.negotiation_id == bindparam("negotiation"))
        .order_by(columns.known_from.desc())
        .limit(literal_column("1"))  # PostgreSQL would plan each time anew for a parameter
    )


def _is_retracted(version: FactVersion | None) -> bool:
    return version is not None and version.record.status == "retracted"
