"""Reads the negotiations that a principal sees, their corrections and their snapshots."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Table,
    bindparam,
    func,
    literal,
    select,
)

from domain.errors import NotYetKnownError, UnknownError
from domain.rules import FIRST_READING
from domain.streams.event import NegotiationCorrected
from domain.streams.negotiation import (
    FIRST_EDITION,
    Negotiation,
    NegotiationContent,
    negotiation_id,
)
from domain.time.perspective import Perspective
from domain.views.negotiation_changes import Correction, apply_corrections
from infrastructure.database.damage import raise_damage
from infrastructure.hot_statements import HotStatement
from infrastructure.readers import access
from infrastructure.readers.pages import count_fitting
from infrastructure.tables.record import negotiation, negotiation_correction, snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from domain.access import Principal

_OPENED: Final = HotStatement(
    select(negotiation).where(negotiation.c.id == bindparam("negotiation"), access.SHOWN)
)
_CORRECTIONS: Final = HotStatement(
    select(negotiation_correction)
    .where(
        negotiation_correction.c.negotiation_id == bindparam("negotiation"),
        negotiation_correction.c.position <= bindparam("position", type_=BigInteger),
    )
    .order_by(negotiation_correction.c.position)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSnapshot:
    """A snapshot: a named perspective of a negotiation, with the hash that its content had when it was taken."""

    name: str
    perspective: Perspective
    sha256: str
    position: int


def read_page(
    connection: Connection,
    principal: Principal,
    perspective: Perspective,
    *,
    after: str | None,
    limit: int,
) -> tuple[list[Negotiation], bool]:
    """The negotiations that were opened by a perspective's position, as it sees them; and whether more follow.

    In the order of slugs, after the slug `after`; at most `limit`, or fewer if their texts are long.
    """
    statement = select(negotiation).where(
        negotiation.c.opened_position <= perspective.position,
        access.visible_negotiations(principal),
    )
    if after is not None:
        statement = statement.where(negotiation.c.slug > after)
    statement = statement.order_by(negotiation.c.slug)
    size = _size(negotiation) + func.coalesce(_sum_corrections(), 0)
    sizes = connection.execute(statement.with_only_columns(size).limit(limit + 1)).scalars().all()
    many = count_fitting(sizes, limit)
    opened = [_negotiation(row) for row in connection.execute(statement.limit(many))]
    return resolve_negotiations(connection, opened, perspective), many < len(sizes)


def read_slug(connection: Connection, negotiation_id: UUID) -> str:
    """The slug of a negotiation."""
    named = select(negotiation.c.slug).where(negotiation.c.id == negotiation_id.hex)
    return str(connection.execute(named).scalar_one())


def _size(table: Table) -> ColumnElement[int]:
    texts = (table.c.title, func.coalesce(table.c.summary, ""), table.c.parties)
    return sum((func.length(text) for text in texts), start=literal(0))


def _sum_corrections() -> ColumnElement[int]:
    of_negotiation = negotiation_correction.c.negotiation_id == negotiation.c.id
    return select(func.sum(_size(negotiation_correction))).where(of_negotiation).scalar_subquery()


def resolve_negotiations(
    connection: Connection, opened: Sequence[Negotiation], perspective: Perspective
) -> list[Negotiation]:
    """Opened negotiations, as the perspective sees them."""
    columns = negotiation_correction.c
    statement = select(negotiation_correction).where(
        columns.negotiation_id.in_([each.id.hex for each in opened]),
        columns.position <= perspective.position,
    )
    corrections: dict[str, list[Correction]] = {}
    for row in connection.execute(statement.order_by(columns.position)):
        corrections.setdefault(row.negotiation_id, []).append(_correction(row))
    return [
        apply_corrections(each, corrections.get(each.id.hex, ()), perspective) for each in opened
    ]


def resolve_negotiation(
    connection: Connection, opened: Negotiation, perspective: Perspective
) -> Negotiation:
    """An opened negotiation, as the perspective sees it."""
    corrections = read_corrections(connection, opened.id, perspective)
    return apply_corrections(opened, corrections, perspective)


def read_editions(connection: Connection, ids: Collection[str], position: int) -> dict[str, int]:
    """{id: edition at a position}; ids are hexadecimal, as in the tables."""
    columns = negotiation_correction.c
    statement = (
        select(columns.negotiation_id, func.max(columns.version).label("edition"))
        .where(columns.negotiation_id.in_(ids), columns.position <= position)
        .group_by(columns.negotiation_id)
    )
    corrected = {row.negotiation_id: row.edition for row in connection.execute(statement)}
    return {**dict.fromkeys(ids, FIRST_EDITION), **corrected}


def read_edition(connection: Connection, id_: str, edition: int) -> Negotiation:
    """A negotiation as it was at an edition; its id is hexadecimal, as in the tables."""
    opened = select(negotiation).where(negotiation.c.id == id_)
    first = _negotiation(connection.execute(opened).one())
    columns = negotiation_correction.c
    last = select(negotiation_correction).where(
        columns.negotiation_id == id_, columns.version == edition
    )
    row = connection.execute(last).one_or_none()
    return (
        first if row is None else replace(first, **vars(_correction(row).content), edition=edition)
    )


def read_corrections(
    connection: Connection, id_: UUID, perspective: Perspective
) -> list[Correction]:
    """The corrections of a negotiation recorded by the perspective's position, whether public or not, oldest first."""
    values = {"negotiation": id_.hex, "position": perspective.position}
    return [_correction(row) for row in _CORRECTIONS.rows(connection, values)]


@raise_damage("a correction of a negotiation")
def _correction(row: Row[Any]) -> Correction:
    return Correction(
        position=row.position,
        recorded_at=row.recorded_at,
        published_at=row.published_at,
        actor=row.actor,
        event=NegotiationCorrected.stored_name,
        reason=row.reason,
        why=row.why,
        version=row.version,
        content=NegotiationContent(
            title=row.title, parties=tuple(json.loads(row.parties)), summary=row.summary
        ),
    )


def find_negotiation(
    connection: Connection, principal: Principal, slug: str, position: int | None
) -> Negotiation:
    """The negotiation with a slug, as it was opened; UnknownError if none was opened by the position."""
    values = {"negotiation": negotiation_id(slug).hex, **access.bind_principal(principal)}
    row = _OPENED.first(connection, values)
    if row is None:
        raise UnknownError("negotiation", slug)
    if position is not None and row.opened_position > position:
        raise NotYetKnownError("negotiation", slug)
    return _negotiation(row)


def find_snapshot(connection: Connection, id_: UUID, name: str) -> StoredSnapshot:
    """The snapshot with a name; UnknownError if there is none."""
    statement = select(snapshot).where(
        snapshot.c.negotiation_id == id_.hex, snapshot.c.name == name
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise UnknownError("snapshot", name)
    return _snapshot(row)


def list_snapshots(
    connection: Connection, id_: UUID, position: int, after: str, limit: int
) -> list[StoredSnapshot]:
    """At most `limit` snapshots of a negotiation that were taken by a position, by name, after the name `after`."""
    columns = snapshot.c
    within = (columns.negotiation_id == id_.hex, columns.position <= position, columns.name > after)
    rows = connection.execute(select(snapshot).where(*within).order_by(columns.name).limit(limit))
    return [_snapshot(row) for row in rows]


def _snapshot(row: Row[Any]) -> StoredSnapshot:
    with raise_damage("a snapshot"):
        perspective = Perspective(**{"reading": FIRST_READING, **json.loads(row.perspective)})
    return StoredSnapshot(
        name=row.name, perspective=perspective, sha256=row.sha256, position=row.position
    )


@raise_damage("a negotiation")
def _negotiation(row: Row[Any]) -> Negotiation:
    return Negotiation(
        id=UUID(row.id),
        version=1,
        slug=row.slug,
        title=row.title,
        parties=tuple(json.loads(row.parties)),
        summary=row.summary,
        snapshots=frozenset(),
    )
