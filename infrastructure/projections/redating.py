"""Moves the published times of events whose record times are corrected.

A fact with such an event gets other rectangles from the position of the correction on. What was known before stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import Connection, or_, select

from domain.views.versions import FactVersion, correct_times
from infrastructure.projections.planes import variants_of, whole_rows, whole_versions
from infrastructure.projections.rectangles import profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from domain.time.record_time import ClockCorrection
    from infrastructure.projections.planes import Planes
    from infrastructure.projections.rectangles import Plane
    from infrastructure.projections.tallies import Tallies
    from infrastructure.tables.facts import FactTables

_BATCH: Final = 500


def redate(
    connection: Connection,
    tables: FactTables,
    planes: Planes,
    tallies: Tallies,
    known: Sequence[ClockCorrection],
) -> None:
    """Write what the last of the corrections that are `known` changes."""
    facts = _find_undated(connection, tables, known)
    for start in range(0, len(facts), _BATCH):
        chunk = whole_versions(connection, tables, facts[start : start + _BATCH])
        moved = [id_ for id_, versions in chunk.items() if _moves(versions, known)]
        planes.load(moved)
        for id_ in moved:
            counts = tallies.find_counts(chunk[id_][0].record.negotiation_id)
            variants = variants_of(connection, tables, id_)
            redate_versions(planes.of(id_), chunk[id_], known, counts, variants)
        planes.write()


def redate_versions(
    plane: Plane,
    versions: Sequence[FactVersion],
    known: Sequence[ClockCorrection],
    counts: Mapping[str, int],
    variants: Mapping[int, int],
) -> None:
    """Write a plane again by the known corrections of the clock, if the last of them moves a version of its fact."""
    if not _moves(versions, known):
        return
    whole = {version.record.version: version for version in versions}
    pieces = [
        (start, end, replace(whole[seen.record.version], record=seen.record))
        for start, end, seen in profile([correct_times(version, known) for version in versions])
    ]
    plane.redate(pieces, known[-1].position, counts, whole, variants)


def _moves(versions: Iterable[FactVersion], known: Sequence[ClockCorrection]) -> bool:
    return any(
        correct_times(v, known).published_at != correct_times(v, known[:-1]).published_at
        for v in versions
    )


def _find_undated(
    connection: Connection, tables: FactTables, known: Sequence[ClockCorrection]
) -> list[UUID]:
    """The facts with an event whose record time is wrong and whose published time no source gives."""
    columns = tables.version.c
    wrong = or_(*(columns.position.between(clock.first, clock.last) for clock in known))
    undated = columns.published_at == columns.recorded_at
    statement = select(columns.fact_id).where(*whole_rows(columns), undated, wrong).distinct()
    return [UUID(id_) for id_ in connection.execute(statement.order_by(columns.fact_id)).scalars()]
