"""The conditions by which the bounds of the answers to a question tell whether its key has an entry.

Each is made for a negotiation and a perspective (`About`). With the match `certain` only answers count that have surely
begun: a later one may be over, and then an earlier one is no longer certain (`doubt_standing`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from domain.time.instant import BEGINNING, END
from domain.time.perspective import Perspective
from infrastructure.projections.fact_rows import (
    EVERY,
    LASTING,
    LATEST,
    YIELDING,
    questions_of,
    rule_of,
)
from infrastructure.readers.state.questions import name_table, question_range
from infrastructure.readers.timeslices import is_seen

if TYPE_CHECKING:
    from domain.register import Register
    from infrastructure.tables.facts import FactTables

About = tuple[UUID, Perspective]
"""A negotiation's id and a perspective, or placeholders for them."""


def have_begun(
    columns: Any,  # noqa: ANN401 -- of a table or an alias
    register: Register,
    rule: int,
    about: About,
) -> list[ColumnElement[bool]]:
    """The conditions that an answer is of the section and under a rule, is seen, and has begun.

    It may have begun; with the match `certain` it has surely begun.
    """
    negotiation_id, at = about
    begun = [columns.possible_from <= at.as_of]
    if at.match == "certain":
        begun.append(columns.certain_from <= at.as_of)
    return [
        columns.negotiation_id == negotiation_id.hex,
        columns.rule == rule,
        question_range(columns.question, *questions_of(register.section)),
        *begun,
        is_seen(columns, at),
    ]


def stands(tables: FactTables, register: Register, about: About) -> ColumnElement[bool]:
    """The condition that one of a question's answers that have begun stands (`find_standing`)."""
    _, at = about
    if at.match == "certain":
        return _surely_stands(tables, register, about)
    columns, rule = tables.answer.c, rule_of(register)
    holds, begun = columns.possible_to > at.as_of, columns.certain_from <= at.as_of
    if rule == EVERY:
        return _any(holds)
    if register.vacant:
        return _any(or_(holds, begun))
    keeps_place = _keeps_place(columns, at.as_of)
    if rule == YIELDING:
        return or_(keeps_place, _any(and_(holds, _never_yields(columns))))
    return or_(keeps_place, columns.question.in_(_select_lasting(tables, register, about)))


def stands_aside(columns: Any, about: About) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that one of a question's answers that stand aside holds, if no main answer has ended it."""
    _, at = about
    if at.match == "certain":
        return _outlasts(columns, columns.certain_to <= at.as_of)
    return _keeps_place(columns, at.as_of)


def _surely_stands(tables: FactTables, register: Register, about: About) -> ColumnElement[bool]:
    """The condition that one of a question's answers that have surely begun surely holds; or that its key is vacant.

    The answers that replace others do not say when they are no longer certain; that is read from their versions.
    """
    columns, rule = tables.answer.c, rule_of(register)
    _, at = about
    if rule == EVERY:
        return _any(columns.certain_to > at.as_of)
    over = columns.fact_id.in_(_select_over(tables, about))
    outlasts = _outlasts(columns, over)
    if rule == LATEST:
        return or_(outlasts, columns.question.in_(_select_lasting(tables, register, about)))
    never_yields = _never_yields(columns)
    surely = or_(outlasts, _any(and_(~over, never_yields)))
    if not register.vacant:
        return surely
    holds = columns.possible_to > at.as_of
    may_hold = or_(_keeps_place(columns, at.as_of), _any(and_(holds, never_yields)))
    return or_(surely, case((may_hold, 0), else_=1) == 1)


def _outlasts(columns: Any, over: ColumnElement[bool]) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that one of the answers to a question surely holds, and that none that is over may have followed.

    All of them have surely begun. One that another has surely replaced began before that other one, so it changes
    nothing here.
    """
    ceased = func.coalesce(_latest(over, columns.start_latest), BEGINNING)
    return _latest(~over, columns.start_earliest) >= ceased


def _select_over(tables: FactTables, about: About) -> Select[Any]:
    """The ids of the facts that surely held once and do not, or may not, any more."""
    negotiation_id, at = about
    columns = name_table(tables.version, "over").c
    return select(columns.fact_id).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.certain_from <= at.as_of,
        columns.certain_to <= at.as_of,
        is_seen(columns, at),
    )


def _select_lasting(tables: FactTables, register: Register, about: About) -> Select[Any]:
    """The questions of the section to which an answer that lasts may hold, or with the match `certain` surely holds."""
    _, at = about
    columns = name_table(tables.answer, "final").c
    ends = columns.certain_to if at.match == "certain" else columns.possible_to
    return select(columns.question).where(
        *have_begun(columns, register, LASTING, about),
        columns.certain_from <= at.as_of,
        ends > at.as_of,
    )


def _never_yields(columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    return or_(columns.possible_to < END, columns.certain_to == END)


def _keeps_place(columns: Any, as_of: int) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that one of the answers to a question may hold, and that no other has surely succeeded it."""
    holds, begun = columns.possible_to > as_of, columns.certain_from <= as_of
    vague = columns.start_latest > columns.start_earliest  # then it starts before `start_latest`
    last = case((vague, columns.start_latest - 1), else_=columns.start_earliest)
    return _latest(holds, last) >= func.coalesce(_latest(begun, columns.start_earliest), BEGINNING)


def _any(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.max(case((condition, 1), else_=0)) == 1


def _latest(condition: ColumnElement[bool], instant: ColumnElement[int]) -> ColumnElement[int]:
    return func.max(case((condition, instant)))
