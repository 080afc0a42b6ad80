"""Reads a page of a timeline, by statements that are made once for each shape of its filter.

To make and to read such a statement takes SQLAlchemy longer than the database takes to find the rows.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import lru_cache
from math import isqrt
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import BigInteger, Integer, String, bindparam

from domain.views.naming import Names
from infrastructure.hot_statements import HotStatement
from infrastructure.projections.tallies import select_known_counts
from infrastructure.readers import pages, timeslices
from infrastructure.readers.state.placeholders import bind_placeholders, placeholders
from infrastructure.tables.facts import VALID_ORDER
from infrastructure.tables.record import TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import BindParameter, Connection

    from domain.time.perspective import Match, Perspective
    from domain.views.timeline import TimelineFilter
    from infrastructure.tables.facts import FactTables

_TYPES: Final = {
    "kind": String,
    "matter": String,
    "batch": String,
    "from_": BigInteger,
    "to": BigInteger,
}
_AFTER: Final = ("after_earliest", "after_latest", "after_position")
_NAMED: Final = ("person", "place")
_MOST_WALKED: Final = 8
"""The most terms of a name whose pages are merged; the facts of more are read and sorted."""


class TimelineShape(NamedTuple):
    """What the statements about a timeline depend on: which filters are set, and which fields a name is sought in."""

    tables: FactTables
    wanted: TimelineFilter
    names: _Names
    public: bool
    match: Match


class _Names(NamedTuple):
    """Stands for `Names`: the fields of the terms of a person and of a place, each term with a placeholder."""

    person: tuple[str, ...]
    place: tuple[str, ...]

    def terms(self, field: str, _: str) -> list[tuple[str, BindParameter[str]]]:
        """The terms of the person or the place."""
        fields = getattr(self, field)
        return [(each, bindparam(f"{field}_{at}", type_=TEXT)) for at, each in enumerate(fields)]


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
    shortlist, facts = find_shortlist(connection, *about, limit)
    if not facts:
        return [], False
    if wanted.batch is not None and perspective.corrections:
        order = timeslices.valid_order(tables)
        statement = timeslices.select_timeline(*about, shortlist=shortlist)
        return pages.read_page(connection, statement, tables.version, order, limit)
    shape, values = place(*about)
    if shortlist is not None and 1 < len(getattr(shape.names, shortlist, ())) <= _MOST_WALKED:
        return _merge(connection, shape, shortlist, values, limit)
    return _page(shape, shortlist).read(connection, values, limit)


def find_shortlist(
    connection: Connection,
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    wanted: TimelineFilter,
    names: Names | None,
    limit: int,
) -> tuple[str | None, int]:
    """The name of the shortest shortlist, and at most how many facts the timeline has.

    The name is None if it costs less to follow the index of valid time than to read and sort so many. If `rows` facts
    match, a page of `limit` facts costs `limit` × all facts ÷ `rows` along valid time, and `rows` with a shortlist. A
    database cannot choose well between the two, because it only knows how often a name occurs on average. The facts of
    a name with few spellings are walked in order, which costs no more than to follow the index of all facts; those of
    a kind or of a matter may be fewer.
    """
    about = {"negotiation": negotiation_id.hex, "position": perspective.position}
    facts = select_known_counts(tables.version).one(connection, about)
    most = isqrt(limit * facts.recorded)
    shortlists = timeslices.list_shortlists(perspective, wanted)
    if facts.known <= most:
        shortlists.append(timeslices.KNOWN)
    if not shortlists:
        return None, facts.known
    shape, values = place(tables, negotiation_id, perspective, wanted, names)
    walked = _list_walked(shape)
    if len(shortlists) == 1 and shortlists == walked:
        return shortlists[0], facts.known
    shortest, rows = None, most + 1
    for name in shortlists:
        size = _count(shape, name).one(connection, {**values, "most": rows}).rows
        if size < rows:
            shortest, rows = name, size
    return (next(iter(walked), None), facts.known) if shortest is None else (shortest, rows)


def place(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    wanted: TimelineFilter,
    names: Names | None,
) -> tuple[TimelineShape, dict[str, Any]]:
    """The shape of a timeline, and the values of its placeholders."""
    filters = {name: value for name in _TYPES if (value := getattr(wanted, name)) is not None}
    place = zip(_AFTER, wanted.after or (), strict=False)
    values = {**bind_placeholders(negotiation_id, perspective), **filters, **dict(place)}
    same: dict[str, Any] = dict.fromkeys(filters, 0)
    fields = []
    for name in _NAMED:
        named = getattr(wanted, name)
        terms = [] if named is None else sorted((names or Names(())).terms(name, named))
        values.update((f"{name}_{at}", text) for at, (_, text) in enumerate(terms))
        same[name] = named and ""
        fields.append(tuple(field for field, _ in terms))
    shape = replace(wanted, **same, after=wanted.after and (0, 0, 0))
    public = perspective.published_cut is None
    return TimelineShape(tables, shape, _Names(*fields), public, perspective.match), values


def with_placeholders(
    shape: TimelineShape,
) -> tuple[FactTables, UUID, Perspective, TimelineFilter, Names]:
    """The arguments of `select_timeline`, with placeholders for all values that `place` gives."""
    places: dict[str, Any] = {
        name: bindparam(name, type_=of())
        for name, of in _TYPES.items()
        if getattr(shape.wanted, name) is not None
    }
    if shape.wanted.after is not None:
        places["after"] = tuple(bindparam(name, type_=BigInteger()) for name in _AFTER)
    about = placeholders(public=shape.public, match=shape.match)
    return shape.tables, *about, replace(shape.wanted, **places), cast("Names", shape.names)


def _list_walked(shape: TimelineShape) -> list[str]:
    """The names of the shortlists that are walked in order, if no index of a kind or of a matter has all facts."""
    if shape.wanted.kind is not None or shape.wanted.matter is not None:
        return []
    few = range(1, _MOST_WALKED + 1)
    return [name for name in _NAMED if len(getattr(shape.names, name)) in few]


def _merge(
    connection: Connection,
    shape: TimelineShape,
    shortlist: str,
    values: Mapping[str, Any],
    limit: int,
) -> tuple[Sequence[Any], bool]:
    """The page of the facts with one of several terms, as `pages.read_page` gives it, from the page of each term."""
    place = attrgetter(*VALID_ORDER)
    rows_by_fact: dict[str, Any] = {}
    ends = []
    for at, field in enumerate(getattr(shape.names, shortlist)):
        one = shape._replace(names=shape.names._replace(**{shortlist: (field,)}))
        term_values = {**values, f"{shortlist}_0": values[f"{shortlist}_{at}"]}
        rows, more_follow = _page(one, shortlist).read(connection, term_values, limit)
        rows_by_fact |= {row.fact_id: row for row in rows}
        if more_follow:
            ends.append(place(rows[-1]))
    merged = sorted(rows_by_fact.values(), key=place)
    if ends:
        merged = merged[: bisect_right(merged, min(ends), key=place)]
    shown = merged[: pages.count_fitting([len(row.content) for row in merged], limit)]
    return shown, bool(ends) or len(shown) < len(rows_by_fact)


@lru_cache(maxsize=256)
def _page(shape: TimelineShape, shortlist: str | None) -> pages.HotPage:
    about = with_placeholders(shape)
    statement = timeslices.select_timeline(*about, shortlist=shortlist)
    return pages.HotPage(statement, shape.tables.version, timeslices.valid_order(shape.tables))


@lru_cache(maxsize=256)
def _count(shape: TimelineShape, shortlist: str) -> HotStatement:
    listed = timeslices.select_shortlist(shortlist, *with_placeholders(shape))
    return HotStatement(timeslices.select_count(listed, bindparam("most", type_=Integer)))
