"""The audit is read by its events: each version that a change of mind made, the one before it, and who agreed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Select, and_, select, union_all

from domain.event import ChangeApproved, FactErased, SourcesErased
from domain.proposal import stream_of
from domain.views.audit import CHANGES_OF_MIND
from infrastructure.log_rows import LOGGED
from infrastructure.readers import timeslices
from infrastructure.tables import event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.event import RecordEvent
    from domain.history import FactVersion
    from domain.perspective import Perspective
    from infrastructure.fact_tables import FactTables
    from infrastructure.log_entry import LogEntry

__all__ = ["agreed", "agreeing", "before", "changed"]

_ERASING: Final = (FactErased.stored_name, SourcesErased.stored_name)


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
        conditions.append(timeslices.public(columns, perspective))
    return select(tables.version).where(*conditions).order_by(columns.known_from)


def before(tables: FactTables, negotiation_id: UUID, position: int) -> Select[Any]:
    """The versions that were followed by such a one up to a position."""
    table = tables.version
    columns = table.c
    later = table.alias("later")
    follows = (later.c.fact_id == columns.fact_id) & (later.c.version == columns.version + 1)
    return (
        select(table)
        .join(later, follows)
        .where(
            later.c.negotiation_id == negotiation_id.hex,
            later.c.known_from <= position,
            later.c.event.in_(CHANGES_OF_MIND),
        )
    )


def agreeing(tables: FactTables, negotiation_id: UUID, position: int) -> Select[Any]:
    """The entries that name who agreed, up to a position: erasures themselves, and what stands in front of a change."""
    columns = tables.version.c
    mine = and_(columns.negotiation_id == negotiation_id.hex, columns.known_from <= position)
    erasing = select(columns.known_from).where(mine, columns.event.in_(_ERASING))
    approved = select(columns.known_from - 1).where(mine, columns.event.in_(CHANGES_OF_MIND))
    return LOGGED.where(
        event.c.position.in_(union_all(erasing, approved)),
        event.c.type.in_((*_ERASING, ChangeApproved.stored_name)),
    )


def agreed(
    found: Iterable[tuple[LogEntry, RecordEvent]], changes: Iterable[FactVersion]
) -> dict[int, tuple[str, ...]]:
    """By the position of each change that others agreed to, who they are.

    An approval and its change are appended as one: the approval of a fact's proposal stands right in front.
    """
    logged = {entry.id: event for entry, event in found}
    names = {}
    for version in changes:
        change, approval = logged.get(version.position), logged.get(version.position - 1)
        if isinstance(change, FactErased | SourcesErased):
            names[version.position] = change.approvers
        elif approval is not None and approval.originator_id == stream_of(version.record.id):
            names[version.position] = (approval.actor,)
    return names
