"""Reads what names mean at a perspective, from aliases and from names that ids bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, select

from domain.kinds.envoys import Alias
from domain.views.aliases import keep_preferred
from domain.views.naming import Names
from domain.views.terms import BORNE
from infrastructure.log.codec import decode_fact
from infrastructure.projections.fact_rows import ALIAS, TIMELESS
from infrastructure.readers.timeslices import RETRACTED, is_seen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.time.perspective import Perspective
    from infrastructure.tables.facts import FactTables

__all__ = ["read_names"]


def read_names(
    connection: Connection, tables: FactTables, negotiation_id: UUID, perspective: Perspective
) -> Names:
    """The names of a negotiation, as `Names.of` has them of all that is known."""
    read = (connection, tables, negotiation_id, perspective)
    return Names(_aliases(*read), _borne(*read))


def _aliases(
    connection: Connection, tables: FactTables, negotiation_id: UUID, perspective: Perspective
) -> Iterable[Alias]:
    """The aliases that are known and stand, in order of recording; beside a preferred one no other of its spelling."""
    answer, version = tables.answer.c, tables.version.c
    statement = (
        select(version.content, version.preferred)
        .join_from(
            tables.answer,
            tables.version,
            and_(
                version.fact_id == answer.fact_id,
                version.known_from == answer.known_from,
                version.published_from == answer.published_from,
            ),
        )
        .where(
            answer.negotiation_id == negotiation_id.hex,
            answer.rule == TIMELESS,
            answer.question == ALIAS,
            is_seen(answer, perspective),
        )
        .order_by(version.first_position)
    )
    rows = connection.execute(statement)
    facts = ((decode_fact(content), preferred) for content, preferred in rows)
    return keep_preferred(
        (fact, bool(preferred)) for fact, preferred in facts if isinstance(fact, Alias)
    )


def _borne(
    connection: Connection, tables: FactTables, negotiation_id: UUID, perspective: Perspective
) -> Iterable[tuple[str, str]]:
    """The names that ids bear, in facts that are known and stand."""
    term, version = tables.term.c, tables.version.c
    statement = (
        select(term.term)
        .join_from(
            tables.term,
            tables.version,
            and_(
                version.fact_id == term.fact_id,
                version.version == term.version,
                version.variant == term.variant,
            ),
        )
        .where(
            term.negotiation_id == negotiation_id.hex,
            term.field == BORNE,
            version.status != RETRACTED,
            is_seen(version, perspective),
        )
        .distinct()
    )
    for borne in connection.execute(statement).scalars():
        name, _, id_ = borne.partition("\x1f")
        yield name, id_
