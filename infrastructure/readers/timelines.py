"""Reads a page of a timeline; where it goes along valid time, by a statement that is made once for each shape.

To make and to read such a statement takes SQLAlchemy longer than the database takes to find the rows.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BigInteger, String, bindparam

from infrastructure.readers import pages
from infrastructure.readers.state.placeholders import placed, placeholders
from infrastructure.readers.timeslices import find_shortlist, select_timeline, valid_order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.time.perspective import Match, Perspective
    from domain.views.naming import Names
    from domain.views.timeline import TimelineFilter
    from infrastructure.tables.facts import FactTables

__all__ = ["read_timeline"]

_TYPES: Final = {"kind": String, "matter": String, "from_": BigInteger, "to": BigInteger}
_AFTER: Final = ("after_earliest", "after_latest", "after_position")


def read_timeline(
    connection: Connection,
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    wanted: TimelineFilter,
    names: Names,
    limit: int,
) -> tuple[Sequence[Any], bool]:
    """The rows of a page of a timeline, as `pages.read_page` gives them; `names` as for `select_timeline`."""
    about = (tables, negotiation_id, perspective, wanted, names)
    shortlist = find_shortlist(connection, *about, limit)
    if shortlist is not None or wanted.names or wanted.batch is not None:
        statement = select_timeline(*about, shortlist=shortlist)
        return pages.read_page(connection, statement, tables.version, valid_order(tables), limit)
    given = {name: value for name in _TYPES if (value := getattr(wanted, name)) is not None}
    same: dict[str, Any] = dict.fromkeys(given, 0)
    shape = replace(wanted, **same, after=wanted.after and (0, 0, 0))
    page = _page_along(
        tables, shape, public=perspective.published_cut is None, match=perspective.match
    )
    place = zip(_AFTER, wanted.after or (), strict=False)
    values = {**placed(negotiation_id, perspective), **given, **dict(place)}
    return page.read(connection, values, limit)


@lru_cache(maxsize=256)
def _page_along(
    tables: FactTables, shape: TimelineFilter, *, public: bool, match: Match
) -> pages.HotPage:
    """The page for every value of the filters that a `shape` has, and for every perspective."""
    negotiation_id, perspective = placeholders(public=public, match=match)
    places: dict[str, Any] = {
        name: bindparam(name, type_=of())
        for name, of in _TYPES.items()
        if getattr(shape, name) is not None
    }
    if shape.after is not None:
        places["after"] = tuple(bindparam(name, type_=BigInteger()) for name in _AFTER)
    wanted = replace(shape, **places)
    statement = select_timeline(tables, negotiation_id, perspective, wanted)
    return pages.HotPage(statement, tables.version, valid_order(tables))
