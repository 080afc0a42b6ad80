"""Selects the answers (register entries) that no other answer has surely replaced."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, or_, select

from domain.fact import KINDS
from domain.time.instant import BEGINNING, END
from domain.views.state import list_registers
from infrastructure.projections.fact_rows import ASIDE, LATEST, YIELDING, questions_of, rule_of
from infrastructure.readers.state.questions import name_table, question_range
from infrastructure.readers.timeslices import avoid_index, is_seen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from domain.time.perspective import Perspective
    from infrastructure.tables.facts import FactTables

ROW: Final = ("fact_id", "known_from", "published_from")
"""The key of a version's row, which its answers have too."""


def select_standing(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    in_question: ColumnElement[bool],
) -> Select[Any]:
    """The answers that may hold and have not yielded, and for each question the latest ones that are over."""
    as_of = perspective.as_of
    begun = _select_begun(tables, negotiation_id, perspective, in_question, YIELDING)
    columns = begun.c
    yields = and_(columns.possible_to == END, columns.certain_to < END)
    displaced = and_(yields, *_is_before(columns, columns.top))
    sure = columns.certain_from <= as_of
    over = and_(sure, or_(columns.possible_to <= as_of, displaced))
    ended = and_(sure, columns.possible_to <= as_of)
    last = func.max(case((over, columns.start_earliest)))
    latest = func.max(case((ended, columns.start_latest)))
    judged = select(
        *(columns[name] for name in ROW),
        *(columns.start_earliest, columns.start_latest),
        over.label("over"),
        ended.label("ended"),
        or_(columns.possible_to <= as_of, displaced).label("gone"),
        last.over(partition_by=columns.question).label("last"),
        latest.over(partition_by=columns.question).label("latest"),
    ).subquery("judged")
    stands = or_(
        ~judged.c.gone,
        and_(judged.c.over, judged.c.start_earliest == judged.c.last),
        and_(judged.c.ended, judged.c.start_latest == judged.c.latest),
    )
    return select(*(judged.c[name] for name in ROW)).where(stands)


def select_aside(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    in_question: ColumnElement[bool],
) -> Select[Any]:
    """The answers that may have begun and stand aside, without those surely earlier than another of their question."""
    begun = _select_begun(tables, negotiation_id, perspective, in_question, ASIDE)
    columns = begun.c
    return select(*(columns[name] for name in ROW)).where(~and_(*_is_before(columns, columns.top)))


@cache
def find_ending_kinds() -> Mapping[str, frozenset[str]]:
    """{section: kinds} for the sections in which only answers of some kinds end answers that stand aside.

    These answers have to be read even if an answer of another kind has replaced them since.
    """
    kinds: dict[str, frozenset[str]] = {}
    for register in list_registers():
        holdings = {holding for aside in register.asides for holding in aside.ended_by}
        answering = {name: kind for name, kind in KINDS.items() if register in kind.registers}
        ending = frozenset(name for name, kind in answering.items() if kind.holding in holdings)
        if holdings and len(ending) < len(answering) and rule_of(register) == LATEST:
            kinds[register.section] = ending
    return kinds


def select_ending(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    in_question: ColumnElement[bool],
    section: str,
) -> Select[Any]:
    """For each question of a section, the latest answer that has surely begun and that ends answers that stand aside.

    No rows if no answer that may have been there before it stands aside.
    """
    aside, columns, version = name_table(tables.answer, "aside").c, tables.answer.c, tables.version
    in_section = question_range(avoid_index(columns.question), *questions_of(section))
    first = select(func.min(aside.start_latest)).where(
        aside.negotiation_id == negotiation_id.hex,
        aside.rule == ASIDE,
        question_range(aside.question, *questions_of(section)),
        aside.possible_from <= perspective.as_of,
        is_seen(aside, perspective),
    )
    same = and_(*(version.c[name] == columns[name] for name in ROW))
    last = func.max(columns.start_earliest).over(partition_by=columns.question)
    ending = (
        select(*(columns[name] for name in ROW), columns.start_earliest, last.label("last"))
        .join(version, same)
        .where(
            columns.negotiation_id == negotiation_id.hex,
            columns.rule == LATEST,
            in_section,
            in_question,
            columns.certain_from <= perspective.as_of,
            columns.start_earliest >= first.scalar_subquery(),
            is_seen(columns, perspective),
            version.c.kind.in_([literal(kind) for kind in sorted(find_ending_kinds()[section])]),
        )
        .subquery(f"ending_{section}")
    )
    return select(*(ending.c[name] for name in ROW)).where(ending.c.start_earliest == ending.c.last)


def _select_begun(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    in_question: ColumnElement[bool],
    rule: int,
) -> Subquery:
    """The answers that may have begun. `top` is the start of the latest one of their question that surely has begun."""
    columns = tables.answer.c
    as_of = perspective.as_of
    sure = columns.certain_from <= as_of
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


def _is_before(columns: Any, top: ColumnElement[int]) -> list[ColumnElement[bool]]:  # noqa: ANN401 -- of a subquery
    """The conditions that an answer surely began before `top`."""
    return [columns.start_latest <= top, columns.start_earliest < top]
