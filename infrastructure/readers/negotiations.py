"""The negotiations that are there for somebody, and the snapshots that were taken of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, literal, select

from domain.errors import NotYetKnownError, UnknownError
from domain.negotiation import Negotiation, negotiation_id
from domain.perspective import Perspective
from domain.rules import FIRST_READING
from infrastructure.damage import as_stored
from infrastructure.readers import access
from infrastructure.readers.pages import fitting
from infrastructure.tables import negotiation, snapshot

if TYPE_CHECKING:
    from domain.access import Principal

__all__ = ["StoredSnapshot", "opened", "page", "taken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSnapshot:
    """A named perspective of a negotiation, with the hash that its content had."""

    name: str
    perspective: Perspective
    sha256: str
    position: int


def page(
    connection: Connection, principal: Principal, *, position: int, after: str | None, limit: int
) -> tuple[list[Negotiation], bool]:
    """Negotiations opened by a position, by slug, past the slug `after`, and whether more follow.

    At most `limit`, and fewer where what they say is long.
    """
    statement = select(negotiation).where(
        negotiation.c.opened_position <= position, access.shown(principal)
    )
    if after is not None:
        statement = statement.where(negotiation.c.slug > after)
    statement = statement.order_by(negotiation.c.slug)
    texts = (negotiation.c.title, func.coalesce(negotiation.c.summary, ""), negotiation.c.parties)
    size = sum((func.length(text) for text in texts), start=literal(0))
    sizes = connection.execute(statement.with_only_columns(size).limit(limit + 1)).scalars().all()
    many = fitting(sizes, limit)
    rows = connection.execute(statement.limit(many))
    return [_negotiation(row) for row in rows], many < len(sizes)


def opened(
    connection: Connection, principal: Principal, slug: str, position: int | None
) -> Negotiation:
    """The negotiation with a slug; UnknownError where none was opened by the position."""
    statement = select(negotiation).where(
        negotiation.c.id == negotiation_id(slug).hex, access.shown(principal)
    )
    row = connection.execute(statement).one_or_none()
    what = "negotiation"
    if row is None:
        raise UnknownError(what, slug)
    if position is not None and row.opened_position > position:
        raise NotYetKnownError(what, slug)
    return _negotiation(row)


def taken(connection: Connection, id_: UUID, name: str) -> StoredSnapshot:
    """The snapshot with a name; UnknownError where there is none."""
    statement = select(snapshot).where(
        snapshot.c.negotiation_id == id_.hex, snapshot.c.name == name
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        what = "snapshot"
        raise UnknownError(what, name)
    with as_stored("a snapshot"):
        perspective = Perspective(**{"reading": FIRST_READING, **json.loads(row.perspective)})
    return StoredSnapshot(
        name=row.name, perspective=perspective, sha256=row.sha256, position=row.position
    )


@as_stored("a negotiation")
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
