"""Selects, for each question of a state, only the answers that may be shown.

The primary key of `fact_answer` leads from question to question, and within each backwards from `as_of`. So of answers
that replace each other, those that began before the latest one that surely holds are not read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    func,
    or_,
    select,
    true,
    union_all,
)

from domain.time.instant import BEGINNING, END
from infrastructure.hot_statements import HotStatement
from infrastructure.projections.fact_rows import (
    AHEAD,
    APART,
    EVERY,
    LASTING,
    LATEST,
    PRECISE,
    questions_of,
)
from infrastructure.projections.tallies import counts_at
from infrastructure.readers.state.denied import select_denials
from infrastructure.readers.state.placeholders import bind_placeholders, placeholders
from infrastructure.readers.state.questions import (
    bind_given,
    is_given,
    name_table,
    question_range,
    select_given,
    step_through,
)
from infrastructure.readers.state.standing import (
    ROW,
    find_ending_kinds,
    select_aside,
    select_ending,
    select_standing,
)
from infrastructure.readers.timeslices import RETRACTED, is_seen
from infrastructure.tables.facts import content_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from domain.time.perspective import Perspective
    from infrastructure.tables.facts import FactTables

_VAGUENESS: Final = (False, True)
#: A limit that no query reaches; because of it, a planner does not turn a lateral query into a join.
_UNLIMITED: Final = 2**40


def find_needed(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    *,
    sqlite: bool,
    section: str | None = None,
    questions: Sequence[str] | None = None,
) -> tuple[HotStatement, dict[str, Any]]:
    """A statement for the versions that a state, a section or some questions are made from, and its values.

    Its rows are in order of recording. They include the facts that deny one of the others. The facts that settle
    others are needed for every section and question. They answer the questions ALWAYS, and are included only in a whole
    state; otherwise they have to be read by these questions.

    The answers to each question are read by a lateral query, which no planner turns into a scan of all answers. SQLite
    has no lateral queries; there `json_each` over the answers to one question does the same.
    """
    public = perspective.published_cut is None
    by_question = questions is not None
    statement = _make_statement(
        tables, section, by_question=by_question, public=public, sqlite=sqlite
    )
    asked = bind_given(questions, sqlite=sqlite) if questions is not None else {}
    return statement, bind_placeholders(negotiation_id, perspective) | asked


@lru_cache(maxsize=256)
def _make_statement(
    tables: FactTables, section: str | None, *, by_question: bool, public: bool, sqlite: bool
) -> HotStatement:
    """The statement for any negotiation and perspective; kept, because making it takes longer than executing it."""
    negotiation_id, perspective = placeholders(public=public)
    question = tables.answer.c.question
    if by_question:
        stepped, own = select_given(sqlite=sqlite), is_given(question, sqlite=sqlite)
    else:
        bounds = _bounds(section)
        stepped = step_through(tables, negotiation_id, LATEST, *bounds)
        own = true() if section is None else question_range(question, *bounds)
    tops = _tops(tables, negotiation_id, perspective, stepped)
    answers = union_all(
        *(
            _select_every(tables, negotiation_id, perspective, rule, own)
            for rule in (EVERY, AHEAD, LASTING, APART)
        ),
        select_standing(tables, negotiation_id, perspective, own),
        select_aside(tables, negotiation_id, perspective, own),
        *(
            select_ending(
                tables,
                negotiation_id,
                perspective,
                own if by_question else question_range(question, *_bounds(ending)),
                ending,
            )
            for ending in find_ending_kinds()
            if section in (None, ending)
        ),
        *(
            _latest(tables, negotiation_id, perspective, tops, vague=vague, sqlite=sqlite)
            for vague in _VAGUENESS
        ),
    ).cte("found")
    denials = select_denials(tables, negotiation_id, perspective, answers)
    wanted = select(*(answers.c[name] for name in ROW)).union(denials).subquery("wanted")
    table = tables.version
    same = and_(*(table.c[name] == wanted.c[name] for name in ROW))
    needed = select(*content_columns(table.c)).join(wanted, same)
    return HotStatement(needed.order_by(table.c.first_position))


def select_counts(
    tables: FactTables, negotiation_id: UUID, perspective: Perspective
) -> Select[Any]:
    """At most one row: how many facts are known (`recorded`), `corrected` ever and `retracted`.

    On the recorded clock the row of the last version holds these numbers; on the published clock they are counted.
    """
    if perspective.published_cut is None:
        return counts_at(tables.version, negotiation_id, perspective.position)
    columns = tables.version.c
    return select(
        func.count().label("recorded"),
        func.coalesce(func.sum(case((columns.corrected, 1), else_=0)), 0).label("corrected"),
        func.coalesce(func.sum(case((columns.status == RETRACTED, 1), else_=0)), 0).label(
            "retracted"
        ),
    ).where(columns.negotiation_id == negotiation_id.hex, is_seen(columns, perspective))


def _bounds(section: str | None) -> tuple[str, str | None]:
    return ("", None) if section is None else questions_of(section)


def _select_every(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    rule: int,
    in_question: ColumnElement[bool],
) -> Select[Any]:
    columns = tables.answer.c
    as_of = perspective.as_of
    speaks = columns.certain_from > as_of if rule == AHEAD else _holds(columns, as_of)
    return select(*(columns[name] for name in ROW)).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.rule == rule,
        in_question,
        speaks,
        is_seen(columns, perspective),
    )


def _tops(
    tables: FactTables, negotiation_id: UUID, perspective: Perspective, questions: CTE
) -> CTE:
    """For each question the starts of its latest precise and of its latest vague answer that surely hold."""
    names = zip(_VAGUENESS, ("precise_top", "vague_top"), strict=True)
    tops = (
        func.coalesce(
            _top(tables, negotiation_id, perspective, questions, vague=vague), BEGINNING
        ).label(name)
        for vague, name in names
    )
    return select(questions.c.question, *tops).where(questions.c.question.is_not(None)).cte("tops")


def _latest(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    tops: CTE,
    *,
    vague: bool,
    sqlite: bool,
) -> Select[Any]:
    """The answers that no later one has surely replaced; precise ones begin at most a day before the latest."""
    answer = name_table(tables.answer, f"answer_{vague:d}")
    columns = answer.c
    after = (tops.c.precise_top, tops.c.vague_top)
    conditions = [
        columns.negotiation_id == negotiation_id.hex,
        columns.rule == LATEST,
        columns.question == tops.c.question,
        columns.vague == vague,
        columns.start_earliest <= perspective.as_of,
        *(or_(columns.start_latest > top, columns.start_earliest >= top) for top in after),
        columns.possible_from <= perspective.as_of,
        or_(columns.possible_to > perspective.as_of, columns.certain_to == END),
        is_seen(columns, perspective),
    ]
    if not vague:
        conditions += [columns.start_earliest >= top - PRECISE for top in after]
    if sqlite:
        rows = func.json_group_array(func.json_array(*(columns[name] for name in ROW)))
        packed = select(rows).where(*conditions).correlate(tops).scalar_subquery()
        row = func.json_each(packed).table_valued("value", name=f"row_{vague:d}")
        parts = (func.json_extract(row.c.value, f"$[{index}]") for index in range(len(ROW)))
        return select(*parts).select_from(tops).join(row, true())
    answers = select(*(columns[name] for name in ROW)).where(*conditions).correlate(tops)
    lateral = answers.limit(_UNLIMITED).lateral(f"each_{vague:d}")
    return select(*(lateral.c[name] for name in ROW)).select_from(tops).join(lateral, true())


def _top(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    questions: CTE,
    *,
    vague: bool,
) -> ScalarSelect[Any]:
    """The earliest start of the latest answer that surely holds."""
    answer = name_table(tables.answer, f"top_{vague:d}")
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
            is_seen(columns, perspective),
        )
        .order_by(columns.start_earliest.desc())
        .limit(1)
        .scalar_subquery()
    )


def _holds(columns: Any, as_of: int) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    return and_(columns.possible_from <= as_of, columns.possible_to > as_of)
