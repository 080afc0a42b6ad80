"""Selects the register entries that no other entry has surely displaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select

from domain.time.instant import BEGINNING, END
from infrastructure.projections.fact_rows import ASIDE, YIELDING
from infrastructure.readers.timeslices import is_seen

if TYPE_CHECKING:
    from uuid import UUID

    from domain.time.perspective import Perspective
    from infrastructure.tables.facts import FactTables

__all__ = ["ROW", "select_aside", "select_standing"]

ROW: Final = ("fact_id", "known_from", "published_from")
"""The key of a version's row, which its answers have too."""


def select_standing(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    in_question: ColumnElement[bool],
) -> Select[Any]:
    """The answers that may hold and have not yielded, and for each question the latest one that is over."""
    as_of = perspective.as_of
    begun = _begun(tables, negotiation_id, perspective, in_question, YIELDING)
    columns = begun.c
    yields = and_(columns.possible_to == END, columns.certain_to < END)
    displaced = and_(yields, *_before(columns, columns.top))
    over = and_(columns.certain_from <= as_of, or_(columns.possible_to <= as_of, displaced))
    last = func.max(case((over, columns.start_earliest)))
    judged = select(
        *(columns[name] for name in ROW),
        columns.start_earliest,
        over.label("over"),
        or_(columns.possible_to <= as_of, displaced).label("gone"),
        last.over(partition_by=columns.question).label("last"),
    ).subquery("judged")
    stands = or_(~judged.c.gone, and_(judged.c.over, judged.c.start_earliest == judged.c.last))
    return select(*(judged.c[name] for name in ROW)).where(stands)


def select_aside(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    in_question: ColumnElement[bool],
) -> Select[Any]:
    """The answers that may hold and stand aside, without those surely earlier than another to their question."""
    begun = _begun(tables, negotiation_id, perspective, in_question, ASIDE)
    columns = begun.c
    earlier = and_(*_before(columns, columns.top))
    return select(*(columns[name] for name in ROW)).where(
        columns.possible_to > perspective.as_of, ~earlier
    )


def _begun(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    in_question: ColumnElement[bool],
    rule: int,
) -> Subquery:
    """The answers that may have begun. `top` is the start of the latest answer to their question that surely has begun.

    An answer that stands aside counts for `top` only while it surely holds.
    """
    columns = tables.answer.c
    as_of = perspective.as_of
    sure = columns.certain_from <= as_of
    if rule == ASIDE:
        sure = and_(sure, columns.certain_to > as_of)
    top = func.max(case((sure, columns.start_earliest))).over(partition_by=columns.question)
    return (
        select(
            *(columns[name] for name in ROW),
            columns.question,
            *(columns.start_earliest, columns.start_latest, columns.certain_from),
            *(columns.certain_to, columns.possible_to),
            func.coalesce(top, BEGINNING).label("top"),
        )
        .where(
            columns.negotiation_id == negotiation_id.hex,
            columns.rule == rule,
            in_question,
            columns.possible_from <= as_of,
            is_seen(columns, perspective),
        )
        .subquery("begun")
    )


def _before(columns: Any, top: ColumnElement[int]) -> list[ColumnElement[bool]]:  # noqa: ANN401 -- of a subquery
    """The conditions that an answer surely began before `top`."""
    return [columns.start_latest <= top, columns.start_earliest < top]
