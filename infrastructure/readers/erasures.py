"""What was erased is told of: by whoever asks for it, and in every answer that may have held it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from domain.event import FactErased

if TYPE_CHECKING:
    from domain.perspective import Perspective
    from infrastructure.fact_tables import FactTables

__all__ = ["Erased", "of", "since", "told"]


@dataclass(frozen=True, slots=True)
class Erased:
    """That a fact was erased: where in the log, when (microseconds UTC) and why."""

    fact_id: UUID
    position: int
    recorded_at: int
    why: str


def of(tables: FactTables, fact_id: UUID) -> Select[Any]:
    """The erasure of a fact that was erased."""
    return _erasing(tables).where(tables.version.c.fact_id == fact_id.hex)


def since(tables: FactTables, negotiation_id: UUID, perspective: Perspective) -> Select[Any]:
    """The erasures that an answer at a perspective suffered.

    On the published clock nobody knows any more when an erased fact was made public: all that were recorded count.
    """
    columns = tables.version.c
    statement = _erasing(tables).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.first_position <= perspective.position,
    )
    if perspective.clock == "recorded" or perspective.as_known_at is None:
        statement = statement.where(columns.known_from > perspective.position)
    return statement.order_by(columns.known_from)


def told(row: Row[Any]) -> Erased:
    """What a row of these statements says."""
    return Erased(UUID(row.fact_id), row.known_from, row.recorded_at, row.why)


def _erasing(tables: FactTables) -> Select[Any]:
    columns = tables.version.c
    return select(columns.fact_id, columns.known_from, columns.recorded_at, columns.why).where(
        columns.event == FactErased.stored_name
    )
