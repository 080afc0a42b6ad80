"""Reads facts that may be much like a given one, and facts that share a matter or a link with it."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, exists, or_, select

from domain.time.instant import END
from domain.views.rivalry.similar import find_similar
from infrastructure.hot_statements import HotStatement
from infrastructure.projections.fact_rows import DENIES, PRECISE, answer_rows, fact_named
from infrastructure.projections.stored_versions import versions_in
from infrastructure.readers import access
from infrastructure.readers.timeslices import is_known_at, is_seen
from infrastructure.tables.facts import content_columns, serving_tables
from infrastructure.tables.record import negotiation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Select

    from domain.access import Principal
    from domain.streams.fact import FactRecord
    from domain.time.perspective import Perspective
    from domain.views.versions import FactVersion
    from infrastructure.database.database import Database
    from infrastructure.tables.facts import FactTables

MOST_READ: Final = 200
"""How many facts are looked at, the nearest in time first; where more may be alike, it is not a matter of one."""


QUESTIONS_A_QUERY: Final = 500
MOST_AT_ONCE: Final = 20_000
"""Facts that are read for a part of a file, however large it is."""
MOST_TIED: Final = 200
_Instant = int | ColumnElement[int]


def read_similar(
    connection: Connection,
    tables: FactTables,
    recorded: FactVersion,
    perspective: Perspective,
    principal: Principal,
) -> list[FactVersion]:
    """The facts that stand at a perspective and are much like `recorded`; see `domain.views.rivalry.similar`.

    Empty if `principal` does not see the negotiation.
    """
    questions = sorted({(row["rule"], row["question"]) for row in answer_rows(recorded)})
    if not questions:
        return []
    begin, end = recorded.record.fact.told
    values: dict[str, Any] = {
        "negotiation": recorded.record.negotiation_id.hex,
        "begin": begin,
        "end": end,
        "position": perspective.position,
        "itself": recorded.record.id.hex,
        **access.bind_principal(principal),
    }
    rules = tuple(sorted(Counter(rule for rule, _ in questions).items()))
    values |= {f"question_{at}": question for at, (_, question) in enumerate(questions)}
    rows = _of_questions(tables, rules).rows(connection, values)
    versions = {version.record.id: version for version in versions_in(rows)}
    return find_similar(
        recorded, sorted(versions.values(), key=lambda version: version.first_position)
    )


@lru_cache(maxsize=64)
def _of_questions(tables: FactTables, rules: tuple[tuple[int, int], ...]) -> HotStatement:
    """The statement of `read_similar` for a fact, by {rule: how many questions it answers under that rule}."""
    answer = tables.answer.c
    numbers = count()
    asks = (
        and_(
            answer.rule == rule,
            answer.question.in_([bindparam(f"question_{next(numbers)}") for _ in range(many)]),
        )
        for rule, many in rules
    )
    visible = exists().where(negotiation.c.id == answer.negotiation_id, access.SHOWN)
    begin, end = (bindparam(name, type_=BigInteger) for name in ("begin", "end"))
    position = bindparam("position", type_=BigInteger)
    selected = _select_answering(
        tables,
        and_(answer.published_to == END, is_known_at(answer, position)),
        answer.negotiation_id == bindparam("negotiation"),
        answer.fact_id != bindparam("itself"),
        or_(*asks),
        _meets(answer, begin, end),
        visible,
    )
    return HotStatement(selected.limit(MOST_READ))


def find_near(
    database: Database, recorded: Sequence[FactVersion], perspective: Perspective
) -> Iterator[FactVersion]:
    """The facts that stand at a perspective and answer a question of one of `recorded`, within the dates of all these.

    `recorded` are facts of one negotiation. Many questions are read at once: at most MOST_READ facts for each of
    `recorded`, the latest first.
    """
    if not recorded or not _has_answers(database, recorded[0].record.negotiation_id.hex):
        return
    by_rule: dict[int, set[str]] = {}
    for version in recorded:
        for row in answer_rows(version):
            by_rule.setdefault(row["rule"], set()).add(row["question"])
    begin = min((version.record.fact.told[0] for version in recorded), default=0)
    end = max((version.record.fact.told[1] for version in recorded), default=0)
    for rule, wanted in sorted(by_rule.items()):
        questions = sorted(wanted)
        for start in range(0, len(questions), QUESTIONS_A_QUERY):
            part = questions[start : start + QUESTIONS_A_QUERY]
            with database.reading() as connection:
                tables = serving_tables(connection)
                answer = tables.answer.c
                asks = (answer.rule == rule, answer.question.in_(part))
                of_negotiation = answer.negotiation_id == recorded[0].record.negotiation_id.hex
                meets = _meets(answer, begin, end)
                statement = _select_answering(
                    tables, is_seen(answer, perspective), of_negotiation, *asks, meets
                )
                rows = connection.execute(
                    statement.limit(min(MOST_AT_ONCE, MOST_READ * len(recorded)))
                ).all()
            yield from versions_in(rows)


def _has_answers(database: Database, negotiation_id: str) -> bool:
    with database.reading() as connection:
        answer = serving_tables(connection).answer.c
        one = select(answer.fact_id).where(answer.negotiation_id == negotiation_id).limit(1)
        return connection.execute(one).first() is not None


def _meets(answer: Any, begin: _Instant, end: _Instant) -> ColumnElement[bool]:  # noqa: ANN401 -- the same
    """The condition that the fact of an answer may have happened, or begun, between two instants."""
    return and_(
        answer.start_earliest < end,
        or_(
            and_(answer.vague.is_(False), answer.start_earliest > begin - PRECISE),
            and_(answer.vague.is_(True), answer.start_latest > begin),
        ),
    )


def _select_answering(tables: FactTables, *wanted: ColumnElement[bool]) -> Select[Any]:
    """The versions whose answers meet the conditions `wanted`, the latest first."""
    answer, version = tables.answer.c, tables.version.c
    same = and_(
        answer.fact_id == version.fact_id,
        answer.known_from == version.known_from,
        answer.published_from == version.published_from,
    )
    return (
        select(*content_columns(tables.version.c))
        .join(tables.answer, same)
        .where(*wanted)
        .order_by(answer.start_earliest.desc(), answer.known_from, answer.fact_id)
    )


def select_tied(tables: FactTables, record: FactRecord, perspective: Perspective) -> Select[Any]:
    """The facts that share a fact's matter, that it links to, or that deny it: at most MOST_TIED, the latest first."""
    columns = tables.version.c
    named = {fact_named(record.negotiation_id, link.fact) for link in record.fact.links}
    shared = [] if record.fact.matter_key is None else [columns.matter == record.fact.matter_key]
    linked = columns.fact_id.in_(sorted(named))
    denial = tables.answer.c
    denying = select(denial.fact_id).where(
        denial.negotiation_id == record.negotiation_id.hex,
        denial.rule == DENIES,
        denial.question == record.id.hex,
    )
    return (
        select(tables.version)
        .where(
            columns.negotiation_id == record.negotiation_id.hex,
            or_(linked, columns.fact_id.in_(denying), *shared),
            is_seen(columns, perspective),
        )
        .order_by(columns.first_position.desc())
        .limit(MOST_TIED)
    )
