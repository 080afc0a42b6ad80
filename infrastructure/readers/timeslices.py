"""A perspective becomes one SQL statement; its rows are the versions that the pure timeslice gives.

A row is seen where its rectangle holds the position and the cut of the published clock; without such a cut, at the
edge where everything is public. Its citations that were not public by the cut are left out of what is read.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select, true, tuple_

from domain.time.instant import END
from domain.time.record_time import corrections_in_force, recorded_by
from domain.views.naming import Names
from domain.views.published import PUBLISHING
from domain.views.timeline import terms_asked
from infrastructure.projections.planes import whole_rows
from infrastructure.tables.facts import content_columns

if TYPE_CHECKING:
    from uuid import UUID

    from domain.time.perspective import Perspective
    from domain.views.timeline import TimelineFilter
    from infrastructure.tables.facts import FactTables

__all__ = [
    "RETRACTED",
    "event_known",
    "fact_public",
    "is_seen",
    "known_at",
    "select_differing",
    "select_known",
    "timeline",
    "valid_order",
]

RETRACTED: Final = "retracted"


def select_known(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    kinds: frozenset[str] | None = None,
    *,
    after: int = 0,
) -> Select[Any]:
    """The version of each fact that is seen, retracted ones too, in order of recording.

    Only facts of `kinds`, if given, and that were recorded past the position `after`.
    """
    table = tables.version
    statement = select(*content_columns(table.c)).where(
        table.c.negotiation_id == negotiation_id.hex, is_seen(table.c, perspective)
    )
    if after:
        statement = statement.where(table.c.first_position > after)
    if kinds is not None:
        statement = statement.where(table.c.kind.in_(sorted(kinds)))
    return statement.order_by(table.c.first_position)


def select_differing(
    tables: FactTables, negotiation_id: UUID, from_: Perspective, to: Perspective, after: int
) -> Select[Any]:
    """The versions seen at a later perspective and not, or not so, at an earlier; of facts recorded past a position.

    One with a citation that was not public by a cut may say the same at both.
    """
    columns = tables.version.c
    cuts = [cut for each in (from_, to) if (cut := each.published_cut) is not None]
    cited = [columns.last_cited > cut for cut in cuts]
    return select_known(tables, negotiation_id, to, after=after).where(
        or_(~is_seen(columns, from_), *cited)
    )


def is_seen(columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """Whether the rectangle of a row, of versions or answers, holds the perspective's position and cut."""
    cut = perspective.published_cut
    known = known_at(columns, perspective.position)
    if cut is None:
        return and_(columns.published_to == END, known)
    return and_(columns.published_from <= cut, columns.published_to > cut, known)


def known_at(columns: Any, position: int | ColumnElement[int]) -> ColumnElement[bool]:  # noqa: ANN401 -- the same
    """Whether the rectangle of a row holds a position, whatever is public."""
    return and_(columns.known_from <= position, columns.known_to > position)


def event_known(columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- the same
    """Whether a row is the one that an event began, with everything before it, and the event is known.

    On the published clock one that is public by the cut, of a fact that is.
    """
    known = and_(*whole_rows(columns), columns.position <= perspective.position)
    if perspective.published_cut is None:
        return known
    return and_(known, _public(columns, perspective))


def fact_public(tables: FactTables, columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- the same
    """Whether the fact of a row is public by the perspective's cut of the published clock, if it has one."""
    if perspective.published_cut is None:
        return true()
    made = tables.version.alias("made_public")
    return exists().where(
        made.c.fact_id == columns.fact_id,
        made.c.event.in_(PUBLISHING),
        event_known(made.c, perspective),
    )


def _public(columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- the same
    """Whether an event was public by the cut; what no source dates, and a wrong clock recorded, by when it was."""
    at: ColumnElement[int] = columns.published_at
    known = perspective.corrections
    undated = columns.published_at == columns.recorded_at
    wrong = [
        (
            and_(columns.position.between(each.first, each.last), undated),
            recorded_by(each.position, each.recorded_at, known),
        )
        for each in corrections_in_force(known)
    ]
    return (case(*wrong, else_=at) if wrong else at) <= perspective.published_cut


def timeline(
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    wanted: TimelineFilter,
    names: Names | None = None,
) -> Select[Any]:
    """The facts that a timeline keeps, in its order; `names` where it is of a name or a place."""
    columns = tables.version.c
    place = tuple_(*valid_order(tables))
    conditions = [
        columns.negotiation_id == negotiation_id.hex,
        is_seen(columns, perspective),
        ~columns.erased,
        *_about(tables, perspective, wanted, names),
    ]
    if wanted.begun:
        begins = columns.possible_from if perspective.match == "possible" else columns.certain_from
        conditions += [begins <= perspective.as_of, columns.possible_from <= perspective.as_of]
    if not wanted.retracted:
        conditions.append(columns.status != RETRACTED)
    if wanted.from_ is not None:
        conditions.append(columns.happened_latest >= wanted.from_)
    if wanted.to is not None:
        conditions.append(columns.start_earliest <= wanted.to)
    if wanted.after is not None:
        conditions.append(place > tuple_(*wanted.after))
    return select(tables.version).where(*conditions).order_by(*valid_order(tables))


def valid_order(tables: FactTables) -> list[ColumnElement[int]]:
    """The columns by which a timeline goes."""
    columns = tables.version.c
    return [columns.start_earliest, columns.start_latest, columns.first_position]


def _about(
    tables: FactTables, perspective: Perspective, wanted: TimelineFilter, names: Names | None
) -> list[ColumnElement[bool]]:
    columns = tables.version.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(columns.kind == wanted.kind)
    if wanted.matter is not None:
        conditions.append(columns.matter == wanted.matter)
    if wanted.batch is not None:
        made = tables.version.alias("brought")
        brought = (made.c.batch == wanted.batch, event_known(made.c, perspective))
        conditions.append(columns.fact_id.in_(select(made.c.fact_id).where(*brought)))
    for terms in terms_asked(wanted, names or Names(())):
        term = tables.term.c
        fields = groupby(sorted(terms), key=itemgetter(0))
        conditions.append(
            exists().where(
                term.negotiation_id == columns.negotiation_id,
                or_(
                    *(
                        and_(term.field == field, term.term.in_([each for _, each in found]))
                        for field, found in fields
                    )
                ),
                term.fact_id == columns.fact_id,
                term.version == columns.version,
                term.variant == columns.variant,
            )
        )
    return conditions
