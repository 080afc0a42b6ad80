"""A state, or a page of one of its lists, is made from the facts that it has to look at and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.history import Seen, dated
from domain.views.state import lists, section, state
from infrastructure.fact_rows import version_of_row
from infrastructure.projections.tallies import COUNTS
from infrastructure.readers import states

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.negotiation import Negotiation
    from domain.perspective import Perspective
    from domain.views.sections import Page, Place, Rest
    from infrastructure.fact_tables import FactTables

__all__ = ["read_section", "read_state"]


def read_state(
    connection: Connection,
    tables: FactTables,
    negotiation: Negotiation,
    perspective: Perspective,
    rest: Rest | None,
) -> dict[str, Any]:
    """The state of a negotiation; `rest` as for `domain.views.state`."""
    seen = _seen(connection, tables, negotiation.id, perspective)
    counts = states.counts(tables, negotiation.id, perspective)
    counted = connection.execute(counts).mappings().first()
    known = dict(counted) if counted is not None else dict.fromkeys(COUNTS, 0)
    return state(negotiation, seen, known, perspective, rest)


def read_section(
    connection: Connection,
    tables: FactTables,
    id_: UUID,
    page: Page,
    perspective: Perspective,
    rest: Rest,
) -> tuple[list[Any], Place | None]:
    """A page of one list of the state, as `domain.views.state.section` gives it."""
    register, _ = lists()[page.path]
    seen = _seen(connection, tables, id_, perspective, register.section)
    return section(page, seen, perspective, rest)


def _seen(
    connection: Connection,
    tables: FactTables,
    id_: UUID,
    perspective: Perspective,
    section_: str | None = None,
) -> list[Seen]:
    sqlite = connection.dialect.name == "sqlite"
    needed = states.needed(tables, id_, perspective, sqlite=sqlite, section=section_)
    rows = connection.execute(needed)
    versions = (dated(version_of_row(row), perspective.corrections) for row in rows)
    return [
        Seen(version=version, certainty=version.record.fact.window.at(perspective.as_of))
        for version in versions
        if version.record.stands
    ]
