"""Selects the facts that deny others: a link `conflicts_with` sets them against the entries of those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from infrastructure.projections.fact_rows import DENIES
from infrastructure.readers.state.questions import name_table
from infrastructure.readers.state.standing import ROW
from infrastructure.readers.timeslices import is_seen

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import CTE, Select

    from domain.time.perspective import Perspective
    from infrastructure.tables.facts import FactTables


def select_denials(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    denied: CTE,
    name: str = "fact_id",
) -> Select[Any]:
    """The keys of the versions that have surely begun, may hold, and deny a fact whose id is in the column `name`."""
    columns = name_table(tables.answer, "denial").c
    against = and_(
        columns.negotiation_id == negotiation_id.hex,
        columns.rule == DENIES,
        columns.question == denied.c[name],
    )
    return (
        select(*(columns[each] for each in ROW))
        .select_from(denied)
        .join(name_table(tables.answer, "denial"), against)
        .where(
            columns.certain_from <= perspective.as_of,
            columns.possible_to > perspective.as_of,
            is_seen(columns, perspective),
        )
    )
