"""Reads the boundaries along an axis from the rectangles of facts, in one scan of narrow rows.

It gives all boundaries that `domain.views.moments` finds, and sometimes more: times of events that changed nothing.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, and_, case, func, null, select, union_all

from domain.time.instant import BEGINNING, END
from domain.time.record_time import find_record_time
from domain.views.known.published import find_citation_times
from domain.views.moments import valid_boundaries
from domain.views.versions import correct_times
from infrastructure.database.damage import raise_damage
from infrastructure.log.codec import decode_fact
from infrastructure.readers.negotiations import read_corrections
from infrastructure.readers.timeslices import RETRACTED, is_known_at, is_seen
from infrastructure.tables.record import event, negotiation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from sqlalchemy import Row, Select

    from domain.time.perspective import Perspective
    from domain.views.moments import Axis, Boundary
    from infrastructure.tables.facts import FactTables

_VALID: Final = ("possible_from", "certain_from", "certain_to", "possible_to", "happened_latest")


def read_boundaries(
    connection: Connection, tables: FactTables, id_: UUID, perspective: Perspective, axis: Axis
) -> Iterator[Boundary]:
    """Yield the boundaries of a negotiation along an axis, some of them twice; `perspective` has no cut along it."""
    if axis == "valid":
        for whose, *times in connection.execute(select_valid(tables, id_, perspective)):
            yield from ((whose, at) for at in valid_boundaries(times))
    elif axis == "recorded":
        known = perspective.corrections
        for whose, position, at in connection.execute(select_recorded(tables, id_, perspective)):
            yield whose, find_record_time(position, at, known)
        for correction in read_corrections(connection, id_, perspective):
            yield id_.hex, find_record_time(correction.position, correction.recorded_at, known)
    else:
        rows = connection.execute(select_published(tables, id_, perspective))
        for (whose, _, _), pieces in groupby(rows, itemgetter(0, 1, 2)):
            yield from ((whose, at) for at in _list_published_times(list(pieces)))
        for correction in read_corrections(connection, id_, perspective):
            yield id_.hex, correct_times(correction, perspective.corrections).published_at


def read_span(
    connection: Connection, tables: FactTables, id_: UUID, perspective: Perspective
) -> tuple[int, int]:
    """The last boundary of valid time up to `as_of`, and the first one after it."""
    times = select_valid(tables, id_, perspective).subquery()
    begins, ends = [BEGINNING], [END]
    row = connection.execute(
        select(
            *(
                func.max(case((times.c[name] <= perspective.as_of, times.c[name])))
                for name in _VALID
            ),
            *(
                func.min(case((times.c[name] > perspective.as_of, times.c[name])))
                for name in _VALID
            ),
        )
    ).one()
    begins += [at for at in row[: len(_VALID)] if at is not None]
    ends += [at for at in row[len(_VALID) :] if at is not None]
    return max(begins), min(ends)


def select_valid(tables: FactTables, id_: UUID, perspective: Perspective) -> Select[Any]:
    """The valid times of each fact that is seen and stands."""
    columns = tables.version.c
    return select(columns.fact_id, *(columns[name] for name in _VALID)).where(
        columns.negotiation_id == id_.hex,
        is_seen(columns, perspective),
        columns.status != RETRACTED,
        ~columns.erased,
    )


def select_recorded(tables: FactTables, id_: UUID, perspective: Perspective) -> Any:  # noqa: ANN401 -- a compound select
    """(id, position, record time) of the negotiation's opening and of each change of a fact that is seen."""
    columns, cut = tables.version.c, perspective.published_cut
    if cut is None:
        shown = columns.published_to == END
        edges = [columns.known_from]
    else:
        shown = and_(columns.published_from <= cut, columns.published_to > cut)
        edges = [columns.known_from, columns.known_to]
    return union_all(
        select(negotiation.c.id, negotiation.c.opened_position, negotiation.c.recorded_at).where(
            negotiation.c.id == id_.hex
        ),
        *(
            select(columns.fact_id, event.c.position, event.c.recorded_at).where(
                columns.negotiation_id == id_.hex,
                shown,
                edge <= perspective.position,
                event.c.position == edge,
            )
            for edge in edges
        ),
    )


def select_published(tables: FactTables, id_: UUID, perspective: Perspective) -> Select[Any]:
    """The published cuts between which each version is seen, and its content if it has later citations.

    A version that later events split has several rows, one after the other.
    """
    columns = tables.version.c
    cites = and_(columns.last_cited > columns.published_from, ~columns.erased)
    content = case((cites, columns.content), else_=null()).label("content")
    version = (columns.fact_id, columns.version, columns.variant)
    return (
        select(*version, columns.published_from, columns.published_to, content)
        .where(columns.negotiation_id == id_.hex, is_known_at(columns, perspective.position))
        .order_by(columns.fact_id, columns.published_from)
    )


def _list_published_times(rows: Sequence[Row[Any]]) -> Iterator[int]:
    """Yield the instants at which a version, and each later citation of it, became public."""
    begins, ends, content = rows[0].published_from, rows[-1].published_to, rows[0].content
    yield begins
    if content is None:
        return
    with raise_damage("a version of a fact"):
        fact = decode_fact(content)
    yield from (at for at in find_citation_times(fact) if begins < at < ends)
