"""Empties the rows of an erased fact: they say that it existed, and nothing of its content.

Its versions have no publication date left, so the published clock counts them from the time when they were recorded.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select

from domain.streams.erasure import BLANK
from domain.streams.event import FactErased
from domain.views.terms import terms_of
from infrastructure.database.damage import DamagedError, raise_damage
from infrastructure.log.codec import decode_fact
from infrastructure.projections.listed_names import forget_names
from infrastructure.projections.planes import Planes, whole_rows
from infrastructure.projections.redating import redate_versions
from infrastructure.projections.stored_versions import version_of_row
from infrastructure.projections.tallies import COUNTS, counts_at
from infrastructure.tables.facts import SIDES, VALID_ORDER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Row

    from domain.fact import Fact
    from domain.time.record_time import ClockCorrection
    from domain.views.versions import FactVersion
    from infrastructure.tables.facts import FactTables

_TERM_KEY: Final = ("negotiation_id", *VALID_ORDER, "field", "term")


def erase_versions(
    connection: Connection,
    tables: FactTables,
    facts: Sequence[UUID],
    known: Sequence[ClockCorrection],
) -> int:
    """Write the rows of erased facts again, without content; return how many rows that adds.

    `known` are the corrections of the log's clock that the tables hold.
    """
    added = 0
    for fact in dict.fromkeys(facts):
        added += _write_blank(connection, tables, fact, known)
    return added


def delete_outdated_terms(
    connection: Connection, serving: FactTables, facts: Sequence[UUID]
) -> None:
    """Delete all terms of some facts, and all lists of names in the tables that serve.

    Another version of Parley filled the tables, so today's rules do not tell which terms the facts have there.
    """
    connection.execute(delete(serving.called))
    for side in SIDES.values():
        of_facts = side.term.c.fact_id.in_([fact.hex for fact in facts])
        connection.execute(delete(side.term).where(of_facts))


def _write_blank(
    connection: Connection, tables: FactTables, fact: UUID, known: Sequence[ClockCorrection]
) -> int:
    table = tables.version
    rows = connection.execute(
        select(table)
        .where(table.c.fact_id == fact.hex, *whole_rows(table.c))
        .order_by(table.c.position)
    ).all()
    count = select(func.count()).where(table.c.fact_id == fact.hex)
    before = int(connection.execute(count).scalar_one())
    corrected = _counts(connection, tables, rows, known)
    contents = _read_contents(connection, tables, fact)
    _delete_terms(connection, tables, fact, contents)
    for derived in (tables.version, tables.answer):
        connection.execute(delete(derived).where(derived.c.fact_id == fact.hex))
    if rows:
        told = None if contents is None else [content for _, content in contents]
        forget_names(connection, tables, rows[0].negotiation_id, told)
    planes = Planes(connection, tables)
    plane = planes.of(fact)
    versions: list[FactVersion] = []
    ahead = list(range(len(known)))
    for row in rows:
        while ahead and known[ahead[0]].position < row.position:
            at = ahead.pop(0)
            redate_versions(plane, versions, known[: at + 1], corrected[at], {})
        versions.append(_blank_version(row))
        plane.take(versions[-1], {name: getattr(row, f"{name}_count") for name in COUNTS}, list)
    for at in ahead:
        redate_versions(plane, versions, known[: at + 1], corrected[at], {})
    planes.write()
    return planes.rows - before


def _read_contents(
    connection: Connection, tables: FactTables, fact: UUID
) -> list[tuple[tuple[Any, ...], Fact]] | None:
    """(what the keys of its terms begin with, content) of each version of a fact; None if a version is damaged."""
    columns = tables.version.c
    of_version = (columns.negotiation_id, *(columns[name] for name in VALID_ORDER))
    rows = connection.execute(
        select(*of_version, columns.content).where(columns.fact_id == fact.hex, ~columns.erased)
    ).all()
    with suppress(DamagedError), raise_damage("a version of a fact"):
        return [(tuple(row[:-1]), decode_fact(row[-1])) for row in rows]
    return None


def _delete_terms(
    connection: Connection,
    tables: FactTables,
    fact: UUID,
    contents: Sequence[tuple[tuple[Any, ...], Fact]] | None,
) -> None:
    """Delete the terms of a fact by their keys; by its id, which reads all terms, if a version is damaged."""
    term = tables.term.c
    if contents is None:
        connection.execute(delete(tables.term).where(term.fact_id == fact.hex))
        return
    keys = {(*of, *term) for of, content in contents for term in terms_of(content)}
    if keys:
        same = [term[name] == bindparam(f"of_{name}") for name in _TERM_KEY]
        named = [f"of_{name}" for name in _TERM_KEY]
        connection.execute(
            delete(tables.term).where(*same, term.fact_id == fact.hex),
            [dict(zip(named, key, strict=True)) for key in sorted(keys)],
        )


def _counts(
    connection: Connection,
    tables: FactTables,
    rows: Sequence[Row[Any]],
    known: Sequence[ClockCorrection],
) -> list[Mapping[str, Any]]:
    """What was counted in the negotiation of some rows at each correction."""
    if not rows:
        return [{} for _ in known]
    negotiation = version_of_row(rows[0], erased=True).record.negotiation_id
    at_each = [
        connection.execute(counts_at(tables.version, negotiation, at.position)).mappings().first()
        for at in known
    ]
    return [dict.fromkeys(COUNTS, 0) if counts is None else dict(counts) for counts in at_each]


def _blank_version(row: Row[Any]) -> FactVersion:
    version = version_of_row(row, erased=True)
    says_why = version.event == FactErased.stored_name
    return replace(
        version,
        record=replace(version.record, fact=BLANK, preferred=False, erased=True),
        published_at=version.recorded_at,
        reason=None,
        batch=None,
        why=version.why if says_why else None,
    )
