"""Limits a page to a number of items, or to fewer if they are large, so that each page is read quickly."""

from __future__ import annotations

from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    select,
)

from domain.views.known.timeslices import as_seen
from infrastructure.hot_statements import HotStatement
from infrastructure.projections.stored_versions import versions_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import CursorResult

    from domain.time.perspective import Perspective
    from domain.views.versions import FactVersion

    VersionPage = tuple[list[FactVersion], bool]

MOST_BYTES: Final = 2**21
"""Bytes of stored content after which a page takes nothing more: two thousand ordinary facts, or two of the largest."""


def read_page(
    connection: Connection,
    statement: Select[Any],
    table: Table,
    order: Sequence[ColumnElement[Any]],
    limit: int | None,
    *,
    downwards: bool = False,
) -> tuple[Sequence[Row[Any]], bool]:
    """The first rows that a statement on `table` selects, in an order of its columns, and whether more follow.

    The columns go upwards, or all `downwards`. At most `limit` rows, and at least one if there is any. The size of a
    row is found without reading its content.
    """
    if limit is None:
        return connection.execute(statement).all(), False
    small = connection.execute(_select_small(statement, table, limit, _share(limit))).all()
    if _is_whole(small):
        return small[:limit], len(small) > limit
    page = _select_page(statement, table, order, limit, downwards=downwards)
    return _end_page(connection.execute(page).all(), limit)


class HotPage:
    """What `read_page` does, by statements that are made once; `statement` has placeholders for its values."""

    def __init__(
        self,
        statement: Select[Any],
        table: Table,
        order: Sequence[ColumnElement[Any]],
        *,
        downwards: bool = False,
    ) -> None:
        limit, share = (bindparam(name, type_=Integer) for name in ("limit", "share"))
        self._small = HotStatement(_select_small(statement, table, limit, share))
        page = _select_page(statement, table, order, limit, downwards=downwards)
        self._any_size = HotStatement(page)

    def read(
        self, connection: Connection, values: Mapping[str, Any], limit: int
    ) -> tuple[Sequence[Any], bool]:
        """The page of at most `limit` rows with these values in the placeholders."""
        limited = {**values, "limit": limit}
        small = self._small.rows(connection, {**limited, "share": _share(limit)})
        if _is_whole(small):
            return small[:limit], len(small) > limit
        return _end_page(self._any_size.rows(connection, limited), limit)


def _share(limit: int) -> int:
    """The most bytes of a content, if all rows that a page of `limit` looks at are to fit."""
    return MOST_BYTES // (limit + 1)


def _select_small(
    statement: Select[Any],
    table: Table,
    limit: int | ColumnElement[int],
    share: int | ColumnElement[int],
) -> Select[Any]:
    """The first `limit` + 1 rows, without a content that has more than `share` bytes.

    Nearly every page has none. Then this is the page, and costs half of `_select_page`.
    """
    return omit_large(statement, table.c.content, share).limit(limit + 1)


def omit_large(
    statement: Select[Any], column: ColumnElement[bytes], share: int | ColumnElement[int]
) -> Select[Any]:
    """The statement, without the values of one of its columns that have more than `share` bytes."""
    small = case((func.length(column) <= share, column)).label(column.name)
    columns = (small if selected is column else selected for selected in statement.selected_columns)
    return statement.with_only_columns(*columns)


def _is_whole(rows: Sequence[Any]) -> bool:
    """Whether no row of `_select_small` lacks its content."""
    return all(row.content is not None for row in rows)


def _end_page(rows: Sequence[Any], limit: int) -> tuple[Sequence[Any], bool]:
    """The rows of `_select_page` that a page of at most `limit` shows, and whether more follow."""
    shown = rows[:limit]
    return shown, bool(rows) and int(rows[0].many) > len(shown)


def _select_page(
    statement: Select[Any],
    table: Table,
    order: Sequence[ColumnElement[Any]],
    limit: int | ColumnElement[int],
    *,
    downwards: bool,
) -> Select[Any]:
    """The statement of `read_page`. Each row has `many`: how many rows there are of any size, at most `limit` + 1."""
    key = {column.name: column for column in (*table.primary_key, *order)}
    size = func.length(table.c.content).label("size")
    listed = statement.with_only_columns(*key.values(), size).limit(limit + 1).subquery("listed")
    in_turn = [listed.c[column.name] for column in order]
    before = func.sum(listed.c.size).over(order_by=_direct_order(in_turn, downwards=downwards))
    sized = select(
        listed, (before - listed.c.size).label("before"), func.count().over().label("many")
    ).subquery("sized")
    same = and_(*(table.c[column.name] == sized.c[column.name] for column in table.primary_key))
    wanted = select(*statement.selected_columns, sized.c.many).join_from(sized, table, same)
    return wanted.where(sized.c.before < MOST_BYTES).order_by(
        *_direct_order(order, downwards=downwards)
    )


def _direct_order(
    order: Sequence[ColumnElement[Any]], *, downwards: bool
) -> Sequence[ColumnElement[Any]]:
    return [column.desc() for column in order] if downwards else order


def read_versions(
    rows: CursorResult[Any] | Sequence[Row[Any]], perspective: Perspective
) -> list[FactVersion]:
    """The versions in rows of a fact table, with the times and citations that count at a perspective."""
    return [as_seen(version, perspective) for version in versions_in(rows)]


def count_fitting(sizes: Sequence[int], limit: int) -> int:
    """How many items of these sizes, in bytes, fit on a page of at most `limit` items."""
    sums = accumulate(sizes, initial=0)
    return sum(before < MOST_BYTES for before in islice(sums, min(limit, len(sizes))))
