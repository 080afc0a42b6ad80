"""The audit is read by its events: each version that a change of mind made, and the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select

from domain.event import FactErased
from domain.views.audit import CHANGES_OF_MIND

if TYPE_CHECKING:
    from uuid import UUID

    from domain.perspective import Perspective
    from infrastructure.fact_tables import FactTables

__all__ = ["before", "changed"]


def changed(tables: FactTables, negotiation_id: UUID, perspective: Perspective) -> Select[Any]:
    """The versions, in the order of the log; of an erased fact only the one that says so."""
    columns = tables.version.c
    conditions = [
        columns.negotiation_id == negotiation_id.hex,
        columns.known_from <= perspective.position,
        columns.event.in_(CHANGES_OF_MIND),
        ~columns.erased | (columns.event == FactErased.stored_name),
    ]
    if perspective.clock == "published" and perspective.as_known_at is not None:
        conditions.append(columns.published_from <= perspective.as_known_at)
    return select(tables.version).where(*conditions).order_by(columns.known_from)


def before(tables: FactTables, negotiation_id: UUID) -> Select[Any]:
    """The versions that were followed by such a one."""
    table = tables.version
    columns = table.c
    later = table.alias("later")
    follows = (later.c.fact_id == columns.fact_id) & (later.c.version == columns.version + 1)
    return (
        select(table)
        .join(later, follows)
        .where(later.c.negotiation_id == negotiation_id.hex, later.c.event.in_(CHANGES_OF_MIND))
    )
