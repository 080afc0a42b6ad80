"""Limits a page to a number of items, or to fewer if they are large, so that each page is read quickly."""

from __future__ import annotations

from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, select

from domain.views.versions import as_seen
from infrastructure.projections.stored_versions import versions_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import CursorResult

    from domain.time.perspective import Perspective
    from domain.views.versions import FactVersion

__all__ = ["MOST_BYTES", "count_fitting", "end_page", "read_page", "read_versions", "select_page"]

MOST_BYTES: Final = 2**21
"""Bytes of stored content after which a page takes nothing more: two thousand ordinary facts, or two of the largest."""


def read_page(
    connection: Connection,
    statement: Select[Any],
    table: Table,
    order: Sequence[ColumnElement[Any]],
    limit: int | None,
) -> tuple[Sequence[Row[Any]], bool]:
    """The first rows that a statement on `table` selects, in an order of its columns, and whether more follow.

    At most `limit` rows, and at least one if there is any. The size of a row is found without reading its content.
    """
    if limit is None:
        return connection.execute(statement).all(), False
    return end_page(connection.execute(select_page(statement, table, order, limit)).all(), limit)


def end_page(rows: Sequence[Any], limit: int) -> tuple[Sequence[Any], bool]:
    """The rows of `select_page` that a page of at most `limit` shows, and whether more follow."""
    shown = rows[:limit]
    return shown, bool(rows) and int(rows[0].many) > len(shown)


def select_page(
    statement: Select[Any],
    table: Table,
    order: Sequence[ColumnElement[Any]],
    limit: int | ColumnElement[int],
) -> Select[Any]:
    """The statement of `read_page`. Each row has `many`: how many rows there are of any size, at most `limit` + 1."""
    key = {column.name: column for column in (*table.primary_key, *order)}
    size = func.length(table.c.content).label("size")
    listed = statement.with_only_columns(*key.values(), size).limit(limit + 1).subquery("listed")
    before = func.sum(listed.c.size).over(order_by=[listed.c[column.name] for column in order])
    held = select(
        listed, (before - listed.c.size).label("before"), func.count().over().label("many")
    ).subquery("held")
    same = and_(*(table.c[column.name] == held.c[column.name] for column in table.primary_key))
    wanted = select(*statement.selected_columns, held.c.many).join_from(held, table, same)
    return wanted.where(held.c.before < MOST_BYTES).order_by(*order)


def read_versions(
    rows: CursorResult[Any] | Sequence[Row[Any]], perspective: Perspective
) -> list[FactVersion]:
    """The versions in rows of a fact table, with the times and citations that count at a perspective."""
    return [as_seen(version, perspective) for version in versions_in(rows)]


def count_fitting(sizes: Sequence[int], limit: int) -> int:
    """How many items of these sizes, in bytes, fit on a page of at most `limit` items."""
    before = accumulate(sizes, initial=0)
    return sum(1 for held in islice(before, min(limit, len(sizes))) if held < MOST_BYTES)
