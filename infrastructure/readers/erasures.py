"""Finds the erasures that an answer must mention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from domain.errors import ErasedError
from domain.streams.event import FactErased
from infrastructure.database.damage import raise_damage
from infrastructure.hot_statements import HotStatement
from infrastructure.projections.planes import whole_rows
from infrastructure.readers.state.placeholders import bind_placeholders, placeholders

if TYPE_CHECKING:
    from domain.time.perspective import Perspective
    from domain.views.versions import FactVersion
    from infrastructure.tables.facts import FactTables


@dataclass(frozen=True, slots=True)
class ErasureNotice:
    """An erasure of a fact: where in the log, when (microseconds UTC) and why."""

    fact_id: UUID
    position: int
    recorded_at: int
    why: str


def refuse_erased(connection: Connection, tables: FactTables, version: FactVersion) -> None:
    """Raise ErasedError, with position, time and reason, if a version's fact is erased."""
    if not version.record.erased:
        return
    statement = _select_erasures(tables).where(tables.version.c.fact_id == version.record.id.hex)
    notice = _notice_of(connection.execute(statement).one())
    raise ErasedError(notice.fact_id, notice.position, notice.recorded_at, notice.why)


def read_erasures(
    connection: Connection, tables: FactTables, negotiation_id: UUID, perspective: Perspective
) -> list[ErasureNotice]:
    """The erasures of facts that an answer at a perspective may have shown earlier, in order of position.

    On the published clock this includes all erased facts that were recorded by the position, because the published time
    of an erased fact is destroyed too.
    """
    statement = _erasures(tables, public=perspective.published_cut is None)
    rows = statement.rows(connection, bind_placeholders(negotiation_id, perspective))
    return [_notice_of(row) for row in rows]


@lru_cache(maxsize=4)
def _erasures(tables: FactTables, *, public: bool) -> HotStatement:
    negotiation_id, perspective = placeholders(public=public)
    columns = tables.version.c
    statement = _select_erasures(tables).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.first_position <= perspective.position,
    )
    if public:
        statement = statement.where(columns.known_from > perspective.position)
    return HotStatement(statement.order_by(columns.known_from))


@raise_damage("an erased fact")
def _notice_of(row: Row[Any]) -> ErasureNotice:
    return ErasureNotice(UUID(row.fact_id), row.known_from, row.recorded_at, row.why)


def _select_erasures(tables: FactTables) -> Select[Any]:
    columns = tables.version.c
    return select(columns.fact_id, columns.known_from, columns.recorded_at, columns.why).where(
        columns.event == FactErased.stored_name, *whole_rows(columns)
    )
