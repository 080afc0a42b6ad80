"""A state is read by its questions: of each, the answers that may be shown, and no other fact.

Of answers that take one another's place, those begun before the latest that surely holds are never read:
the primary key of `fact_answer` leads from question to question, and in each backwards from `as_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import (
    CTE,
    Alias,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    union_all,
)

from domain.instant import BEGINNING
from infrastructure.fact_rows import AHEAD, EVERY, LATEST, PRECISE
from infrastructure.projections.tallies import counts_at
from infrastructure.readers.timeslices import RETRACTED, seen

if TYPE_CHECKING:
    from domain.perspective import Perspective
    from infrastructure.fact_tables import FactTables

__all__ = ["counts", "needed"]

_VAGUENESS: Final = (False, True)


def needed(tables: FactTables, negotiation_id: UUID, perspective: Perspective) -> Select[Any]:
    """The versions that the state has to look at, in order of recording."""
    found = union_all(
        *(_every(tables, negotiation_id, perspective, rule) for rule in (EVERY, AHEAD)),
        *(_latest(tables, negotiation_id, perspective, vague=vague) for vague in _VAGUENESS),
    ).subquery("found")
    wanted = select(found.c.fact_id, found.c.version).distinct().subquery("wanted")
    table = tables.version
    return (
        select(table)
        .join(
            wanted,
            and_(table.c.fact_id == wanted.c.fact_id, table.c.version == wanted.c.version),
        )
        .order_by(table.c.first_position)
    )


def counts(tables: FactTables, negotiation_id: UUID, perspective: Perspective) -> Select[Any]:
    """At most one row: how many facts are known (`recorded`), `corrected` ever and `retracted`.

    By position they stand in the last version's row; on the published clock they are counted.
    """
    if perspective.clock == "recorded" or perspective.as_known_at is None:
        return counts_at(tables.version, negotiation_id, perspective.position)
    columns = tables.version.c
    return select(
        func.count().label("recorded"),
        func.coalesce(func.sum(case((columns.corrected, 1), else_=0)), 0).label("corrected"),
        func.coalesce(func.sum(case((columns.status == RETRACTED, 1), else_=0)), 0).label(
            "retracted"
        ),
    ).where(
        columns.negotiation_id == negotiation_id.hex, seen(tables, tables.version, perspective)
    )


def _every(
    tables: FactTables, negotiation_id: UUID, perspective: Perspective, rule: int
) -> Select[Any]:
    columns = tables.answer.c
    as_of = perspective.as_of
    speaks = columns.certain_from > as_of if rule == AHEAD else _holds(tables.answer, as_of)
    return select(columns.fact_id, columns.version).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.rule == rule,
        speaks,
        seen(tables, tables.answer, perspective),
    )


def _latest(
    tables: FactTables, negotiation_id: UUID, perspective: Perspective, *, vague: bool
) -> Select[Any]:
    """The answers not surely taken over; precise ones begin no more than a day before the latest."""
    questions = _questions(tables, negotiation_id, f"questions_{vague:d}")
    tops = (
        select(
            questions.c.question,
            *(
                _top(tables, negotiation_id, perspective, questions, vague=each).label(name)
                for each, name in zip(_VAGUENESS, ("precise_top", "vague_top"), strict=True)
            ),
        )
        .where(questions.c.question.is_not(None))
        .subquery(f"tops_{vague:d}")
    )
    answer = tables.answer.alias(f"answer_{vague:d}")
    columns = answer.c
    after = [func.coalesce(top, BEGINNING) for top in (tops.c.precise_top, tops.c.vague_top)]
    conditions = [
        columns.negotiation_id == negotiation_id.hex,
        columns.rule == LATEST,
        columns.question == tops.c.question,
        columns.vague == vague,
        columns.start_earliest <= perspective.as_of,
        *(or_(columns.start_latest > top, columns.start_earliest >= top) for top in after),
        _holds(answer, perspective.as_of),
        seen(tables, answer, perspective),
    ]
    if not vague:
        conditions += [columns.start_earliest >= top - PRECISE for top in after]
    return select(columns.fact_id, columns.version).join_from(tops, answer, and_(*conditions))


def _top(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    questions: CTE,
    *,
    vague: bool,
) -> ScalarSelect[Any]:
    """When the latest answer that surely holds began, at the earliest."""
    answer = tables.answer.alias(f"top_{vague:d}")
    columns = answer.c
    return (
        select(columns.start_earliest)
        .where(
            columns.negotiation_id == negotiation_id.hex,
            columns.rule == LATEST,
            columns.question == questions.c.question,
            columns.vague == vague,
            columns.start_earliest <= perspective.as_of,
            columns.certain_from <= perspective.as_of,
            columns.certain_to > perspective.as_of,
            seen(tables, answer, perspective),
        )
        .order_by(columns.start_earliest.desc())
        .limit(1)
        .scalar_subquery()
    )


def _questions(tables: FactTables, negotiation_id: UUID, name: str) -> CTE:
    """Every question, by stepping from one to the next; the last row is NULL."""

    def among(answer: Alias) -> tuple[ColumnElement[bool], ...]:
        return (answer.c.negotiation_id == negotiation_id.hex, answer.c.rule == LATEST)

    first, next_ = tables.answer.alias(f"{name}_first"), tables.answer.alias(f"{name}_next")
    start = select(func.min(first.c.question).label("question")).where(*among(first))
    steps = start.cte(name, recursive=True)
    following = select(func.min(next_.c.question)).where(
        *among(next_), next_.c.question > steps.c.question
    )
    step = select(following.scalar_subquery()).where(steps.c.question.is_not(None))
    return steps.union_all(step)


def _holds(answer: Any, as_of: int) -> ColumnElement[bool]:  # noqa: ANN401 -- a table or an alias of it
    return and_(answer.c.possible_from <= as_of, answer.c.possible_to > as_of)
