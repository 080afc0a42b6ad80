"""`fact_version` is a pure function of the log, written in the transaction of each event.

A version is known from its event's position to the next version's. On the published clock a version is
seen from its own published time until the earliest published time of any later one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, func, select, update

from domain.event import FactErased, FactEvent
from domain.fact_record import evolve
from domain.history import Entry, FactVersion, version_of
from domain.instant import END
from infrastructure.fact_rows import answer_rows, row_of, term_rows, version_of_row
from infrastructure.projections.blanking import blank
from infrastructure.projections.tallies import Tallies

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from infrastructure.fact_tables import FactTables

__all__ = ["apply"]

_STREAMS_A_QUERY: Final = 500


def apply(connection: Connection, entries: Sequence[Entry], tables: FactTables) -> int:
    """Write the versions that the entries make of their facts, in order of position; how many."""
    changes = [(entry, entry.event) for entry in entries if isinstance(entry.event, FactEvent)]
    if not changes:
        return 0
    standing = _standing(connection, tables.version, _older(changes))
    tallies = Tallies(connection, tables.version)
    versions: list[FactVersion] = []
    counts: list[dict[str, int]] = []
    for entry, event in changes:
        before = standing.get(event.originator_id)
        record = evolve(None if before is None else before.record, event)
        first = entry.position if before is None else before.first_position
        after = version_of(entry, event, record, first)
        standing[event.originator_id] = after
        versions.append(after)
        counts.append(tallies.counted(before, after))
    later = [version for version in versions if version.record.version > 1]
    for table in (tables.version, tables.answer):
        _supersede(connection, table, later)
    rows = [row | counted for row, counted in zip(_rows(versions), counts, strict=True)]
    connection.execute(tables.version.insert(), rows)
    for table, made in (
        (tables.term, [row for version in versions for row in term_rows(version)]),
        (tables.answer, _answers(versions, rows)),
    ):
        if made:
            connection.execute(table.insert(), made)
    erased = [event.originator_id for _, event in changes if isinstance(event, FactErased)]
    if erased:
        blank(connection, tables, erased)
    return len(rows)


def _older(changes: Iterable[tuple[Entry, FactEvent]]) -> list[UUID]:
    """The streams that had versions before these changes."""
    new: set[UUID] = set()
    older: dict[UUID, None] = {}
    for _, event in changes:
        if event.originator_version == 1:
            new.add(event.originator_id)
        elif event.originator_id not in new:
            older[event.originator_id] = None
    return list(older)


def _standing(
    connection: Connection, table: Table, streams: Sequence[UUID]
) -> dict[UUID, FactVersion]:
    """The last version of each stream."""
    found: dict[UUID, FactVersion] = {}
    statement = select(table).where(
        table.c.fact_id.in_(bindparam("streams", expanding=True)), table.c.known_to == END
    )
    for start in range(0, len(streams), _STREAMS_A_QUERY):
        chunk = [stream.hex for stream in streams[start : start + _STREAMS_A_QUERY]]
        for row in connection.execute(statement, {"streams": chunk}):
            found[UUID(row.fact_id)] = version_of_row(row)
    return found


def _supersede(connection: Connection, table: Table, later: Sequence[FactVersion]) -> None:
    """Close what the later versions follow, among the rows that are there already.

    `published_to` never falls from a version to the next: what has to be lowered are the last ones, as far as it is
    greater, and no others are looked at.
    """
    if not later:
        return
    columns = table.c
    follow = [
        {
            "fact": version.record.id.hex,
            "before": version.record.version - 1,
            "later": version.record.version,
            "position": version.position,
            "published": version.published_at,
        }
        for version in later
    ]
    known = update(table).where(
        columns.fact_id == bindparam("fact"), columns.version == bindparam("before")
    )
    connection.execute(known.values(known_to=bindparam("position")), follow)
    each = table.alias("each")
    lower = (
        select(each.c.version)
        .where(
            each.c.fact_id == bindparam("fact"),
            each.c.version < bindparam("later"),
            each.c.published_to <= bindparam("published"),
        )
        .order_by(each.c.version.desc())
        .limit(1)
    )
    published = update(table).where(
        columns.fact_id == bindparam("fact"),
        columns.version < bindparam("later"),
        columns.version > func.coalesce(lower.scalar_subquery(), 0),
    )
    connection.execute(published.values(published_to=bindparam("published")), follow)


def _rows(versions: Sequence[FactVersion]) -> list[dict[str, Any]]:
    """The rows, each closed by those that follow it in the same batch."""
    rows: list[dict[str, Any]] = []
    earlier: dict[UUID, list[dict[str, Any]]] = {}
    for version in versions:
        mine = earlier.setdefault(version.record.id, [])
        if mine:
            mine[-1]["known_to"] = version.position
        for row in mine:
            row["published_to"] = min(row["published_to"], version.published_at)
        mine.append(row_of(version))
        rows.append(mine[-1])
    return rows


def _answers(
    versions: Sequence[FactVersion], rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The answers of the versions, closed as their rows are."""
    return [
        {**answer, "known_to": row["known_to"], "published_to": row["published_to"]}
        for version, row in zip(versions, rows, strict=True)
        for answer in answer_rows(version)
    ]
