"""Makes the statements of an audit and of a diff: which events changed facts, what they changed, who approved them.

It also finds the last events of a negotiation, by which kept answers are known to be right.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    true,
    union_all,
)

from domain.streams.event import ChangeApproved, FactErased, SourcesErased
from domain.time.record_time import corrections_in_force, find_record_time
from domain.views.audit import AUDITED_EVENTS
from domain.views.known.published import PUBLISHING
from infrastructure.hot_statements import HotStatement
from infrastructure.log.rows import LOGGED
from infrastructure.projections.planes import whole_rows
from infrastructure.readers.pages import HotPage, read_page
from infrastructure.readers.state.placeholders import bind_placeholders, placeholders
from infrastructure.tables.facts import ERASING, FactTables, content_columns, is_change
from infrastructure.tables.record import event, negotiation_correction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from domain.time.perspective import Perspective
    from domain.views.audit import AuditQuery

    Which = UUID | list[str] | Select[tuple[str]]
    """The facts of a negotiation, or those with these ids, which a statement may select."""

_ERASING: Final = (FactErased.stored_name, SourcesErased.stored_name)


def _is_one_of(column: ColumnElement[str], names: Iterable[str]) -> ColumnElement[bool]:
    """The condition that a column has one of some names of events, which stand in the statement itself."""
    return column.in_([literal_column(f"'{name}'") for name in names])


def event_known(columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that a row is the whole version that an event made, and that the perspective knows the event.

    On the published clock the event must be public by the cut; `fact_public` says whether its fact is.
    """
    known = and_(*whole_rows(columns), columns.position <= perspective.position)
    if perspective.published_cut is None:
        return known
    return and_(known, _public(columns, perspective))


def fact_public(tables: FactTables, columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that the fact of a row is public by the perspective's cut of the published clock, if it has one."""
    if perspective.published_cut is None:
        return true()
    version = alias(tables.version, "made_public")
    return exists().where(
        version.c.fact_id == columns.fact_id,
        _is_one_of(version.c.event, PUBLISHING),
        event_known(version.c, perspective),
    )


@cache
def alias(table: Table, name: str) -> FromClause:
    """The table under another name. It is made once: the table has many columns, so SQLAlchemy takes long."""
    return table.alias(name)


def _public(columns: Any, perspective: Perspective) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that an event was public by the cut; without a date its record time counts, as corrected."""
    at: ColumnElement[int] = columns.published_at
    known = perspective.corrections
    undated = columns.published_at == columns.recorded_at
    wrong = [
        (
            and_(columns.position.between(correction.first, correction.last), undated),
            find_record_time(correction.position, correction.recorded_at, known),
        )
        for correction in corrections_in_force(known)
    ]
    return (case(*wrong, else_=at) if wrong else at) <= perspective.published_cut


def select_changed(
    tables: FactTables,
    of: Which,
    perspective: Perspective,
    after: int | None = None,
    *,
    newest_first: bool = False,
) -> Select[Any]:
    """The audited changes after a position, as versions sorted by position; of an erased fact only its erasure."""
    columns = tables.version.c
    at = columns.known_from
    order = at + 0 if isinstance(of, Select | list) else at  # no index has the former
    return (
        select(*content_columns(columns))
        .where(
            _is_among(columns, of),
            at <= perspective.position,
            *(() if after is None else (at < after if newest_first else at > after,)),
            *_is_audited(columns),
            ~columns.erased | (columns.event == FactErased.stored_name),
            event_known(columns, perspective),
            fact_public(tables, columns, perspective),
        )
        .order_by(order.desc() if newest_first else order)
    )


def _is_among(columns: Any, of: Which) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that a row is of a negotiation, or of the facts with some ids."""
    if isinstance(of, Select | list):
        return cast("ColumnElement[bool]", columns.fact_id.in_(of))
    return cast("ColumnElement[bool]", columns.negotiation_id == of.hex)


def _is_audited(columns: Any) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 -- of a table or an alias
    return is_change(columns), _is_one_of(columns.event, AUDITED_EVENTS)


def select_before(tables: FactTables, of: Which, first: int, last: int) -> Select[Any]:
    """The version before each audited change from the position `first` to `last`."""
    table = tables.version
    columns = table.c
    later = alias(table, "later")
    follows = (later.c.fact_id == columns.fact_id) & (later.c.version == columns.version + 1)
    return (
        select(*content_columns(columns))
        .join(later, follows)
        .where(
            _is_among(later.c, of),
            later.c.known_from.between(first, last),
            *_is_audited(later.c),
            *whole_rows(later.c),
            *whole_rows(columns),
        )
    )


def read_changed(
    connection: Connection,
    tables: FactTables,
    id_: UUID,
    perspective: Perspective,
    query: AuditQuery,
) -> tuple[Sequence[Any], bool]:
    """The page of `select_changed` in a negotiation, by a statement that is made once where that is possible."""
    back = query.newest_first
    if query.limit is None or perspective.corrections:
        table = tables.version
        statement = select_changed(tables, id_, perspective, query.after, newest_first=back)
        order = [table.c.known_from]
        return read_page(connection, statement, table, order, query.limit, downwards=back)
    first = perspective.position + 1 if back else 0
    values = {"after": first if query.after is None else query.after}
    page = _select_changed_page(tables, public=perspective.published_cut is None, back=back)
    return page.read(connection, {**bind_placeholders(id_, perspective), **values}, query.limit)


@cache
def _select_changed_page(tables: FactTables, *, public: bool, back: bool) -> HotPage:
    after = cast("int", bindparam("after", type_=BigInteger))
    at = placeholders(public=public)
    changed = select_changed(tables, *at, after, newest_first=back)
    return HotPage(changed, tables.version, [tables.version.c.known_from], downwards=back)


def read_span(
    connection: Connection,
    tables: FactTables,
    select_span: Callable[..., Select[Any]],
    of: UUID | list[str],
    first: int,
    last: int,
) -> Sequence[Any]:
    """The rows of `select_before` or `select_approvals`; those of a negotiation by a statement that is made once."""
    if isinstance(of, list):
        return connection.execute(select_span(tables, of, first, last)).all()
    values = {"negotiation": of.hex, "first": first, "last": last}
    return _of_span(tables, select_span).rows(connection, values)


@cache
def _of_span(tables: FactTables, select_span: Callable[..., Select[Any]]) -> HotStatement:
    ends = (bindparam(name, type_=BigInteger) for name in ("first", "last"))
    return HotStatement(select_span(tables, placeholders(public=True)[0], *ends))


class LastEvents(NamedTuple):
    """Positions of the last events of a negotiation; 0 if there is none.

    `change`: the last that changed a fact, up to a perspective. `correction`: the last correction of the negotiation
    itself, up to the perspective. `erasure`: the last erasure of a fact.
    """

    change: int
    correction: int
    erasure: int


def read_last_events(
    connection: Connection, tables: FactTables, id_: UUID, perspective: Perspective
) -> LastEvents:
    """The last events of a negotiation, public or not."""
    values = bind_placeholders(id_, perspective)
    return LastEvents(*(at or 0 for at in _select_last_events(tables).one(connection, values)))


@cache
def _select_last_events(tables: FactTables) -> HotStatement:
    columns, corrected = tables.version.c, negotiation_correction.c
    id_, perspective = placeholders(public=True)
    last = select(func.max(columns.known_from)).where(columns.negotiation_id == id_.hex)
    last_correction = select(func.max(corrected.position)).where(
        corrected.negotiation_id == id_.hex, corrected.position <= perspective.position
    )
    last_change = last.where(columns.known_from <= perspective.position)
    of_each = (last_change, last_correction, last.where(ERASING))
    named = zip(LastEvents._fields, of_each, strict=True)
    return HotStatement(select(*(each.scalar_subquery().label(name) for name, each in named)))


def select_last(
    tables: FactTables,
    fact_ids: Sequence[str],
    perspective: Perspective,
    events: Sequence[str],
    since: Perspective | None = None,
) -> Select[Any]:
    """The last known version that each of these events made of each fact; with `since`, only if not known at that."""
    table = tables.version
    later = alias(table, "later")
    conditions = [
        later.c.fact_id == table.c.fact_id,
        later.c.event == table.c.event,
        event_known(later.c, perspective),
    ]
    if since is not None:
        conditions.append(~event_known(later.c, since))
    latest = select(later.c.version).where(*conditions).order_by(later.c.version.desc()).limit(1)
    return select(*content_columns(table.c)).where(
        table.c.fact_id.in_(fact_ids),
        table.c.event.in_(events),
        table.c.version == latest.scalar_subquery(),
        *whole_rows(table.c),
    )


def select_approvals(tables: FactTables, of: Which, first: int, last: int) -> Select[Any]:
    """The entries that name the approvers of changes from the position `first` to `last`.

    An erasure names its own approvers; of other changes this is the approval right before the change.
    """
    columns = tables.version.c
    between = and_(
        _is_among(columns, of),
        columns.known_from.between(first, last),
        *whole_rows(columns),
    )
    erasing = select(columns.known_from).where(
        between, is_change(columns), _is_one_of(columns.event, _ERASING)
    )
    approved = select(columns.known_from - 1).where(between, *_is_audited(columns))
    return LOGGED.where(
        event.c.position.in_(union_all(erasing, approved)),
        _is_one_of(event.c.type, (*_ERASING, ChangeApproved.stored_name)),
    )
