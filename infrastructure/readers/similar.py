"""Which facts are much like one: those of its questions whose dates may meet are read; and those tied to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, false, or_, select

from domain.fact import fact_id
from domain.holding import Holding
from domain.views.similar import similar
from infrastructure.fact_rows import PRECISE, answer_rows, version_of_row
from infrastructure.readers.timeslices import seen

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from domain.fact_record import FactRecord
    from domain.history import FactVersion
    from domain.perspective import Perspective
    from infrastructure.fact_tables import FactTables

__all__ = ["similar_to", "tied"]

MOST_READ: Final = 200
"""How many facts are looked at, the nearest in time first; where more may be alike, it is not a matter of one."""


MOST_TIED: Final = 200
_EXTERNAL: Final = "external:"


def similar_to(
    connection: Connection, tables: FactTables, recorded: FactVersion, perspective: Perspective
) -> list[FactVersion]:
    """The facts that stand at a perspective and are much like one; see `domain.views.similar`."""
    asked = {(row["rule"], row["question"]) for row in answer_rows(recorded)}
    if not asked:
        return []
    answer, version = tables.answer.c, tables.version.c
    begin, end = recorded.record.fact.told
    took = recorded.record.fact.holding is Holding.ONWARD
    meets = or_(
        and_(answer.vague.is_(False), answer.start_earliest > begin - PRECISE),
        and_(answer.vague.is_(True), answer.start_latest > begin),
        # What took a while has begun before, and certainly happened only when all of it was over.
        and_(answer.certain_from >= begin) if took else false(),
    )
    found = (
        select(tables.version)
        .join(
            tables.answer,
            and_(
                answer.fact_id == version.fact_id,
                answer.known_from == version.known_from,
                answer.published_from == version.published_from,
            ),
        )
        .where(
            answer.negotiation_id == recorded.record.negotiation_id.hex,
            or_(*(and_(answer.rule == rule, answer.question == asked_) for rule, asked_ in asked)),
            seen(answer, perspective),
            answer.start_earliest < end,
            meets,
        )
        .order_by(answer.start_earliest.desc())
        .limit(MOST_READ)
    )
    versions = {each.record.id: each for each in map(version_of_row, connection.execute(found))}
    return similar(recorded, sorted(versions.values(), key=lambda each: each.first_position))


def tied(tables: FactTables, record: FactRecord, perspective: Perspective) -> Select[Any]:
    """The facts that share a fact's matter, or that it links to, MOST_TIED at most, the latest first."""
    columns = tables.version.c
    named = [link.fact for link in record.fact.links]
    shared = [] if record.fact.matter is None else [columns.matter == record.fact.matter]
    linked = columns.fact_id.in_(
        [
            fact_id(record.negotiation_id, each.removeprefix(_EXTERNAL)).hex
            if each.startswith(_EXTERNAL)
            else each.replace("-", "")
            for each in named
        ]
    )
    return (
        select(tables.version)
        .where(
            columns.negotiation_id == record.negotiation_id.hex,
            or_(linked, *shared),
            seen(columns, perspective),
        )
        .order_by(columns.first_position.desc())
        .limit(MOST_TIED)
    )
