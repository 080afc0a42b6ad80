"""The rows of an erased fact say what the log says of it from then on: that it was there, and nothing more.

They are what a rebuild makes of its events once their payloads are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, delete, func, select, update

from domain.event import FactErased
from domain.instant import END
from infrastructure.fact_rows import ERASED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from infrastructure.fact_tables import FactTables

__all__ = ["blank"]


def blank(connection: Connection, tables: FactTables, facts: Sequence[UUID]) -> None:
    """Empty the versions of facts whose erasure is among them, and drop their names, places and answers."""
    ids = [fact.hex for fact in facts]
    for table in (tables.term, tables.answer):
        connection.execute(delete(table).where(table.c.fact_id.in_(ids)))
    version = tables.version
    columns = version.c
    later = version.alias("later")
    next_recorded = (
        select(later.c.recorded_at)
        .where(later.c.fact_id == columns.fact_id, later.c.version == columns.version + 1)
        .scalar_subquery()
    )
    says_why = columns.event == FactErased.stored_name
    connection.execute(
        update(version)
        .where(columns.fact_id.in_(ids))
        .values(
            **ERASED,
            erased=True,
            preferred=False,
            reason=None,
            why=case((says_why, columns.why), else_=None),
            published_from=columns.recorded_at,
            published_to=func.coalesce(next_recorded, END),
        )
    )
