"""A perspective becomes one SQL statement; its rows are the versions that the pure timeslice gives.

On the recorded clock a version is seen while `known_from <= position < known_to`. On the published clock it is
the highest version recorded by `position` whose own published time is not after `as_known_at`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select, tuple_

from domain.record_time import recorded_by
from infrastructure.fact_rows import term_of
from infrastructure.tables import event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.perspective import Perspective
    from domain.record_time import ClockCorrection
    from domain.views.timeline import TimelineFilter
    from infrastructure.fact_tables import FactTables

__all__ = [
    "RETRACTED",
    "cuts_published",
    "differing",
    "known",
    "public",
    "seen",
    "timeline",
    "valid_order",
]

RETRACTED: Final = "retracted"


def known(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    kinds: frozenset[str] | None = None,
) -> Select[Any]:
    """The version of each fact that is seen, retracted ones too, in order of recording; only of `kinds`, if given."""
    table = tables.version
    statement = select(table).where(
        table.c.negotiation_id == negotiation_id.hex, seen(tables, table.c, perspective)
    )
    if kinds is not None:
        statement = statement.where(table.c.kind.in_(sorted(kinds)))
    return statement.order_by(table.c.first_position)


def differing(
    tables: FactTables, negotiation_id: UUID, from_: Perspective, to: Perspective, after: int
) -> Select[Any]:
    """The versions seen at a later perspective and not at an earlier, of facts recorded first past a position."""
    columns = tables.version.c
    return known(tables, negotiation_id, to).where(
        ~seen(tables, columns, from_), columns.first_position > after
    )


def seen(
    tables: FactTables,
    columns: Any,  # noqa: ANN401 -- the columns of a table or of an alias, or what stands for them
    perspective: Perspective,
) -> ColumnElement[bool]:
    """Whether a row with `columns`, of versions or answers, is of the version that is seen."""
    if not cuts_published(perspective):
        return and_(
            columns.known_from <= perspective.position, columns.known_to > perspective.position
        )
    later = tables.version.alias("later")
    superseded = exists().where(
        later.c.fact_id == columns.fact_id,
        later.c.version > columns.version,
        later.c.known_from <= perspective.position,
        public(later.c, perspective),
    )
    stands = ~superseded
    if not perspective.corrections:
        stands = or_(columns.published_to > perspective.as_known_at, stands)
    return and_(columns.known_from <= perspective.position, public(columns, perspective), stands)


def cuts_published(perspective: Perspective) -> bool:
    """Whether what was not public by the cut is left out."""
    return perspective.clock == "published" and perspective.as_known_at is not None


def public(columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- as for `seen`
    """Whether a row is of a version that was public by the cut, on the published clock."""
    at: ColumnElement[int] = columns.published_from
    if perspective.corrections:
        at = _published_by(columns, perspective.corrections)
    return at <= perspective.as_known_at


def _published_by(columns: Any, known: Sequence[ClockCorrection]) -> ColumnElement[int]:  # noqa: ANN401 -- the same
    """When a version was public; what no source dates, and a wrong clock recorded, by when it was recorded."""
    recorded = select(event.c.recorded_at).where(event.c.position == columns.known_from)
    undated = columns.published_from == recorded.scalar_subquery()
    wrong = [
        (
            and_(columns.known_from.between(each.first, each.last), undated),
            recorded_by(each.position, each.recorded_at, known),
        )
        for each in known
    ]
    return case(*wrong, else_=columns.published_from)


def timeline(
    tables: FactTables, negotiation_id: UUID, perspective: Perspective, wanted: TimelineFilter
) -> Select[Any]:
    """The facts that a timeline keeps, in its order."""
    columns = tables.version.c
    place = tuple_(*valid_order(tables))
    conditions = [
        columns.negotiation_id == negotiation_id.hex,
        seen(tables, columns, perspective),
        ~columns.erased,
        *_about(tables, wanted),
    ]
    if wanted.begun:
        begins = columns.possible_from if perspective.match == "possible" else columns.certain_from
        conditions += [begins <= perspective.as_of, columns.possible_from <= perspective.as_of]
    if not wanted.retracted:
        conditions.append(columns.status != RETRACTED)
    if wanted.from_ is not None:
        conditions.append(columns.happened_latest >= wanted.from_)
    if wanted.to is not None:
        conditions.append(columns.start_earliest <= wanted.to)
    if wanted.after is not None:
        conditions.append(place > tuple_(*wanted.after))
    return select(tables.version).where(*conditions).order_by(*valid_order(tables))


def valid_order(tables: FactTables) -> list[ColumnElement[int]]:
    """The columns by which a timeline goes."""
    columns = tables.version.c
    return [columns.start_earliest, columns.start_latest, columns.first_position]


def _about(tables: FactTables, wanted: TimelineFilter) -> list[ColumnElement[bool]]:
    columns = tables.version.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(columns.kind == wanted.kind)
    if wanted.matter is not None:
        conditions.append(columns.matter == wanted.matter)
    for field, name in (("person", wanted.person), ("place", wanted.place)):
        if name is not None:
            term = tables.term.c
            conditions.append(
                exists().where(
                    term.negotiation_id == columns.negotiation_id,
                    term.field == field,
                    term.term == term_of(name),
                    term.fact_id == columns.fact_id,
                    term.version == columns.version,
                )
            )
    return conditions
