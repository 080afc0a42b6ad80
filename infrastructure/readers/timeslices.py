"""Makes the statements that apply a perspective; they select the versions that `domain.views.versions.timeslice` gives.

A row is seen if its rectangle contains the position and the cut of the published clock. Without such a cut it is seen
if its rectangle contains the position at the edge, where all of its events are public. Citations that were not public
by the cut are left out afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from domain.time.instant import BEGINNING, END
from domain.views.naming import Names
from domain.views.timeline import find_terms
from infrastructure.projections.term_conditions import (
    find_versions,
    has_term,
    same_version,
    select_naming,
)
from infrastructure.readers import pages
from infrastructure.readers.changes import alias, event_known
from infrastructure.tables.facts import VALID_ORDER, content_columns

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.time.perspective import Perspective
    from domain.views.timeline import TimelineFilter
    from infrastructure.tables.facts import FactTables

RETRACTED: Final = "retracted"
KNOWN: Final = "known"
FIRST: Final = (BEGINNING, BEGINNING, 0)
"""Before every place of a timeline."""
Shortlist = Select[tuple[str]]
"""Selects the ids of few facts, among which are all that a timeline shows."""


def select_known(
    tables: FactTables,
    of: UUID | list[str],
    perspective: Perspective,
    kinds: frozenset[str] | None = None,
    *,
    after: int = 0,
) -> Select[Any]:
    """The seen version of each fact of a negotiation (`of` its id) or of each fact in a list of ids; by recording.

    Retracted facts are included. Only facts that were recorded after the position `after`, and only of `kinds` if
    given.
    """
    table = tables.version
    which = table.c.fact_id.in_(of) if isinstance(of, list) else table.c.negotiation_id == of.hex
    statement = select(*content_columns(table.c)).where(which, is_seen(table.c, perspective))
    if after:
        statement = statement.where(table.c.first_position > after)
    if kinds is not None:
        statement = statement.where(table.c.kind.in_(sorted(kinds)))
    return statement.order_by(table.c.first_position)


def read_known_page(
    connection: Connection,
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    after: int,
    limit: int,
) -> pages.VersionPage:
    """The seen versions of the next facts that were recorded after a position, and whether more follow.

    At most `limit`, or fewer if they are large, but at least one if there is any.
    """
    known = select_known(tables, negotiation_id, perspective, after=after)
    order = [tables.version.c.first_position]
    rows, more_follow = pages.read_page(connection, known, tables.version, order, limit)
    return pages.read_versions(rows, perspective), more_follow


def select_differing(
    tables: FactTables, negotiation_id: UUID, from_: Perspective, to: Perspective, after: int
) -> Select[Any]:
    """The versions seen at the perspective `to` that are not seen, or look different, at the earlier one `from_`.

    Only facts recorded after the position `after`. A version with a citation that was not public by one of the cuts is
    selected too, although it may be the same at both.
    """
    columns, ends = tables.version.c, (from_.position, to.position)
    known = select_known(tables, negotiation_id, to, after=after)
    if (
        from_.published_cut == to.published_cut
    ):  # then only what an event between them began or ended differs
        between = (
            columns.known_from > ends[0] if ends[0] <= ends[1] else columns.known_to <= ends[0]
        )
        return known.where(~is_seen(columns, from_), between)
    cuts = [cut for perspective in (from_, to) if (cut := perspective.published_cut) is not None]
    cited = [columns.last_cited > cut for cut in cuts]
    return known.where(or_(~is_seen(columns, from_), *cited))


def is_seen(columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that the rectangle of a version or an answer contains the perspective's position and cut."""
    cut = perspective.published_cut
    known = is_known_at(columns, perspective.position)
    if cut is None:
        return and_(columns.published_to == END, known)
    return and_(columns.published_from <= cut, columns.published_to > cut, known)


def is_known_at(columns: Any, position: int | ColumnElement[int]) -> ColumnElement[bool]:  # noqa: ANN401 -- the same
    """The condition that the rectangle of a row contains a position; published times do not count."""
    return and_(columns.known_from <= position, columns.known_to > position)


def select_timeline(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    wanted: TimelineFilter,
    names: Names | None = None,
    *,
    shortlist: str | None = None,
    along: bool = True,
) -> Select[Any]:
    """The facts that a timeline's filter keeps, in order; `names` is needed if it filters by a person or a place.

    With the name of a `shortlist` the database reads only those facts; those of a person or a place in order, if the
    name has one spelling. Without one it follows an index of valid time if `along` is set; otherwise it takes another
    index and sorts.
    """
    columns = tables.version.c
    terms = find_terms(wanted, names or Names(()))
    of_negotiation = columns.negotiation_id == negotiation_id.hex
    order, after = valid_order(tables), wanted.after
    walked = shortlist if len(terms.get(shortlist or "", ())) == 1 else None
    term_versions = None
    if walked is not None:
        term_versions = find_versions(tables, negotiation_id, *terms[walked])
        order = [term_versions.c[name] for name in VALID_ORDER]
    elif shortlist is None and along:
        after = after or FIRST  # SQLite goes along an index only if it can begin somewhere
    else:
        order = as_sorted(tables)
        of_negotiation = avoid_index(columns.negotiation_id) == negotiation_id.hex
    conditions = [
        is_seen(columns, perspective),
        ~columns.erased,
        *_list_conditions(tables, perspective, wanted),
        *(has_term(tables, columns, terms[field]) for field in terms if field != walked),
    ]
    if shortlist is None:
        conditions.append(of_negotiation)
    elif walked is None:
        few = select_shortlist(shortlist, tables, negotiation_id, perspective, wanted, names)
        conditions.append(columns.fact_id.in_(few))
    if wanted.begun:
        begins = columns.possible_from if perspective.match == "possible" else columns.certain_from
        conditions += [begins <= perspective.as_of, columns.possible_from <= perspective.as_of]
    if wanted.to is not None:
        conditions.append(order[0] <= wanted.to)
    if after is not None:
        conditions.append(tuple_(*order) > tuple_(*after))
    placed = (columns.start_earliest, columns.start_latest, columns.last_cited)
    wanted_rows = select(*content_columns(columns), *placed)
    if term_versions is not None:
        wanted_rows = wanted_rows.join(term_versions, same_version(term_versions.c, columns))
    return wanted_rows.where(*conditions).order_by(*order)


def valid_order(tables: FactTables) -> list[ColumnElement[int]]:
    """The columns by which a timeline is ordered, which have an index."""
    columns = tables.version.c
    return [columns[name] for name in VALID_ORDER]


def as_sorted(tables: FactTables) -> list[ColumnElement[int]]:
    """The columns of `valid_order` in a form without an index, so that a statement uses another index and sorts."""
    return [column + 0 for column in valid_order(tables)]


def count_rows(connection: Connection, statement: Select[Any], most: int) -> int:
    """How many rows a statement finds, up to `most`."""
    return connection.execute(select_count(statement, most)).scalar_one()


def select_count(statement: Select[Any], most: int | ColumnElement[int]) -> Select[int]:
    """How many rows a statement finds, up to `most`; its columns are not read, which an index may not have."""
    few = statement.with_only_columns(literal_column("1").label("one")).limit(most).subquery()
    return select(func.count().label("rows")).select_from(few)


def list_shortlists(perspective: Perspective, wanted: TimelineFilter) -> list[str]:
    """The names of the shortlists that a filter has an index for, for `select_shortlist`."""
    public = ("public",) if perspective.published_cut is not None else ()
    filters = ("person", "place", "batch")
    return [*(name for name in filters if getattr(wanted, name) is not None), *public]


def select_shortlist(
    name: str,
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    wanted: TimelineFilter,
    names: Names | None,
) -> Shortlist:
    """The facts that name the `person` or the `place`, those of the `batch`, the `public` ones, or all `known` ones.

    A fact may be in it several times.
    """
    version = tables.version.c
    of_negotiation = select(version.fact_id).where(version.negotiation_id == negotiation_id.hex)
    if name == KNOWN:
        return of_negotiation.where(version.known_from <= perspective.position)
    if name == "public":
        return of_negotiation.where(version.published_from <= perspective.published_cut)
    if name == "batch":
        here = avoid_index(version.negotiation_id) == negotiation_id.hex
        return select(version.fact_id).where(version.batch == wanted.batch, here)
    return select_naming(tables, negotiation_id, find_terms(wanted, names or Names(()))[name])


def _list_conditions(
    tables: FactTables, perspective: Perspective, wanted: TimelineFilter
) -> list[ColumnElement[bool]]:
    columns = tables.version.c
    conditions: list[ColumnElement[bool]] = []
    if not wanted.retracted:
        conditions.append(columns.status != RETRACTED)
    if wanted.from_ is not None:
        conditions.append(columns.happened_latest >= wanted.from_)
    if wanted.kind is not None:
        conditions.append(columns.kind == wanted.kind)
    if wanted.matter is not None:
        conditions.append(columns.matter == wanted.matter)
    if wanted.batch is not None:
        version = alias(tables.version, "brought")
        brought = (
            avoid_index(version.c.batch) == wanted.batch,
            event_known(version.c, perspective),
        )
        conditions.append(exists().where(version.c.fact_id == columns.fact_id, *brought))
    return conditions


def avoid_index(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same column in a form that has no index, so that the database takes another index."""
    return column.concat("")
