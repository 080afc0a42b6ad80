"""Opens the confidential parts of citations; callers check that the reader may see sources."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, select

from domain.confidential import Confidential, Source, sources_of
from infrastructure.log.rows import parts_between
from infrastructure.sealing.confidential_parts import open_part
from infrastructure.sealing.seals import seals_of
from infrastructure.tables.record import confidential_part, event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

    from domain.views.versions import FactVersion


def read_confidential(connection: Connection, version: FactVersion) -> list[Confidential | None]:
    """The confidential part of each citation of a version, in order; None if it has none, or it was erased.

    SealKeyError if a part was sealed by a key that is not given.
    """
    record, parts = version.record, confidential_part.c
    wanted = (
        select(confidential_part)
        .join(event, and_(event.c.position == parts.position, event.c.stream == parts.stream))
        .where(
            parts.stream == record.id.hex,
            event.c.version <= record.version,
            parts.sealed.is_not(None),
        )
        .order_by(parts.position, parts.ordinal)
    )
    rows = connection.execute(wanted).mappings().all()
    brought = [
        _open_parts(connection, list(group)) for _, group in groupby(rows, itemgetter("position"))
    ]
    return sources_of(record.fact.citations, brought)


def read_sources(connection: Connection, position: int) -> list[Source]:
    """The confidential parts of the event at a position that are not erased; for a change to copy, never to show."""
    rows = parts_between(connection, position - 1, position).get(position, ())
    return _open_parts(connection, [row for row in rows if row["sealed"] is not None])


def _open_parts(connection: Connection, rows: Sequence[RowMapping]) -> list[Source]:
    wrapping = seals_of(connection).check(connection) if rows else None
    return [] if wrapping is None else [open_part(wrapping, row) for row in rows]
