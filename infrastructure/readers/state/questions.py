"""Makes the questions of a state rows of a statement: those of a range, or those of a list.

A question is a text in the column `question`: a section of the state and a key in it.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    func,
    select,
)

from infrastructure.projections.fact_rows import ASIDE, BY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from infrastructure.tables.facts import FactTables

_GIVEN: Final = "questions"


def question_range(
    question: ColumnElement[str],
    first: str | ColumnElement[str],
    before: str | ColumnElement[str] | None,
) -> ColumnElement[bool]:
    """The condition that a question is in a range, from `first` up to and without `before`."""
    return question >= first if before is None else and_(question >= first, question < before)


def select_given(*, sqlite: bool) -> CTE:
    """The questions that are given as a parameter (`bind_given`), as rows."""
    if sqlite:
        table = func.json_each(bindparam(_GIVEN, type_=Text)).table_valued("value", name="given")
        return select(table.c.value.label("question")).cte("questions")
    rows = func.unnest(bindparam(_GIVEN, type_=ARRAY(Text))).column_valued("given")
    return select(rows.label("question")).cte("questions")


def is_given(question: ColumnElement[str], *, sqlite: bool) -> ColumnElement[bool]:
    """The condition that a question is one of those that are given as a parameter (`bind_given`)."""
    if sqlite:
        table = func.json_each(bindparam(_GIVEN, type_=Text)).table_valued("value")
        return question.in_(select(table.c.value))
    return question == any_(bindparam(_GIVEN, type_=ARRAY(Text)))


def bind_given(questions: Sequence[str], *, sqlite: bool) -> dict[str, Any]:
    """The parameter by which a statement gets some questions."""
    return {_GIVEN: json.dumps(questions) if sqlite else list(questions)}


def step_through(
    tables: FactTables, negotiation_id: UUID, rule: int, first: str, before: str | None
) -> CTE:
    """Every question of a range, found by stepping from one to the next; the last row is NULL.

    A step has one lower bound, the question before it. With a second one, SQLite might read everything from that second
    bound on.
    """

    def matches_rule(answer: FromClause) -> ColumnElement[bool]:
        return and_(answer.c.negotiation_id == negotiation_id.hex, answer.c.rule == rule)

    lowest, next_ = name_table(tables.answer, "first"), name_table(tables.answer, "next")
    bounded = question_range(lowest.c.question, first, before)
    start = select(func.min(lowest.c.question).label("question")).where(
        matches_rule(lowest), bounded
    )
    stepped = start.cte("questions", recursive=True)
    following = select(func.min(next_.c.question)).where(
        matches_rule(next_), next_.c.question > stepped.c.question
    )
    if before is not None:
        following = following.where(next_.c.question < before)
    step = select(following.scalar_subquery()).where(stepped.c.question.is_not(None))
    return stepped.union_all(step)


def list_beside(
    connection: Connection, tables: FactTables, negotiation_id: UUID, questions: Sequence[str]
) -> list[str]:
    """The questions of the answers that stand aside under the keys of some questions of main answers."""
    sqlite = connection.dialect.name == "sqlite"
    about = {"negotiation": negotiation_id.hex, **bind_given(questions, sqlite=sqlite)}
    return [*connection.execute(_select_beside(tables, sqlite=sqlite), about).scalars()]


@lru_cache(maxsize=4)
def _select_beside(tables: FactTables, *, sqlite: bool) -> Select[Any]:
    rows, columns = select_given(sqlite=sqlite), tables.answer.c
    first, before = (rows.c.question.concat(end) for end in (BY, chr(ord(BY) + 1)))
    return (
        select(columns.question)
        .join(rows, and_(columns.question >= first, columns.question < before))
        .where(
            columns.negotiation_id == bindparam("negotiation", type_=String),
            columns.rule == ASIDE,
        )
        .distinct()
    )


@cache
def name_table(table: Table, name: str) -> FromClause:
    """An alias of a table, made once for each name: making its columns takes longer than a query."""
    return table.alias(name)
