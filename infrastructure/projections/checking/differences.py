"""Finds the first row in which a table differs from what the log gives.

Values are compared as they are stored, before SQLAlchemy converts them: it reads a forged 2 in a column of truth values
as true.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from infrastructure.projections.rebuild import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Column, Connection

STREAMED: Final = {"stream_results": True, "yield_per": BATCH}
"""The execution options under which rows are read a few at a time."""
_NAMED: Final = ("fact_id", "version")
"""The columns that name a version to people, whatever the key of its row is."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Unfounded:
    """The first row of a table that does not follow from the log, by its key; `what` says why not."""

    table: str
    key: tuple[Any, ...]
    what: str
    derived: bool = True
    """Whether a rebuild would put it right."""


def read_rows(connection: Connection, wanted: Any) -> Iterator[Row]:  # noqa: ANN401 -- a SELECT of any columns
    """The rows of a statement as they are stored; its parameters are literals of Parley's own."""
    sql = str(wanted.compile(connection, compile_kwargs={"literal_binds": True}))
    with connection.exec_driver_sql(sql, execution_options=STREAMED) as rows:
        for row in rows:
            yield tuple(row)


def find_first_difference(
    columns: Sequence[Column[Any]], serving: Iterable[Row], right: Iterable[Row]
) -> Unfounded | None:
    """The first row that is not the same in both, which have these columns of one table, in the same order."""
    keys = [at for at, column in enumerate(columns) if column.primary_key]
    names = [column.name for column in columns]
    shown = [names.index(name) for name in _NAMED] if names[0] == _NAMED[0] else keys
    for mine, derived in zip_longest(serving, right):
        if mine != derived:
            key, other = ([row and row[at] for at in keys] for row in (derived or mine, mine))
            what = "is not what the log gives" if key == other else "is missing, or too many"
            return Unfounded(
                columns[0].table.name, tuple((derived or mine)[at] for at in shown), what
            )
    return None
