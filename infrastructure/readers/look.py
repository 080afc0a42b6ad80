"""Reads a fact in one statement.

A look opens no transaction, so each answer shows the log as it is at that moment. It answers the most frequent request:
a fact as it is known now, or was known at a position. A `Reading` answers all others, for example why a fact was
withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    select,
    union_all,
)

from domain.errors import UnknownError
from domain.streams.event import FactErased
from domain.time.instant import END
from domain.time.perspective import Perspective
from domain.views.versions import FactVersion
from infrastructure.hot_statements import HotStatement
from infrastructure.log.clock_corrections import HAS_CORRECTIONS
from infrastructure.projections.stored_versions import version_of_row
from infrastructure.readers import access, cuts, negotiations, timeslices
from infrastructure.tables.facts import (
    FACTS,
    SIDES,
    FactTables,
    content_columns,
    serving_side,
)
from infrastructure.tables.record import (
    HEX_ID,
    TEXT,
    api_key,
    confidential_part,
    event,
    log_head,
    negotiation,
    projection,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from domain.access import Principal
    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import PerspectiveQuery

_FACT: Final = bindparam("fact", type_=HEX_ID)
_POSITION: Final = bindparam("position", type_=BigInteger)
_AT: Final = func.coalesce(_POSITION, log_head.c.position)


@dataclass(frozen=True, slots=True)
class SeenFact:
    """A fact as it is seen: its version, its negotiation's slug, and whether it has confidential parts."""

    version: FactVersion
    slug: str
    perspective: Perspective
    confidential: bool

    def is_settled(self, query: PerspectiveQuery) -> bool:
        """Whether the answer can never change, as `Reading.is_settled` says."""
        return query.position is not None


@dataclass(frozen=True, slots=True)
class Ground:
    """What can still change a fixed answer: whether the reader sees its negotiation, and the last erasure there.

    `erased_at` is the position of that erasure, or None. `confidential` is set if the answer is about one fact, and the
    fact has confidential parts.
    """

    slug: str
    erased_at: int | None
    confidential: bool


class Look:
    """Reads for one principal on one connection. `now` is in microseconds UTC.

    What the principal may not see is treated as if it did not exist. With a `key_id`, the statement for a fact or a
    ground also reads the columns of that key. `key` is then the row that has them, or None if nothing was found.
    """

    def __init__(
        self, connection: Connection, now: int, principal: Principal, key_id: str | None = None
    ) -> None:
        self.key: Any = None
        self._key_id = key_id
        self._connection = connection
        self._now = now
        self._who = access.bind_principal(principal)
        self._principal = principal

    def negotiation(self, slug: str) -> Negotiation:
        """The negotiation with a slug, as it was opened; UnknownError if there is none."""
        return negotiations.find_negotiation(self._connection, self._principal, slug, None)

    def slug_of_fact(self, fact_id: UUID) -> str:
        """The slug of a fact's negotiation; UnknownError if there is no such fact."""
        slug = self._connection.execute(_SLUG, {"fact": fact_id.hex, **self._who}).scalar()
        if slug is None:
            serving_side(self._connection)  # raises where no tables of facts serve
            raise UnknownError("fact", str(fact_id))
        return str(slug)

    def ground(self, named: UUID | str) -> Ground | None:
        """The ground of answers about a negotiation, given by its slug or by the id of one of its facts.

        None if the principal sees no such negotiation. None too if the log has corrections of record times, because a
        further one could change answers.
        """
        by_slug = isinstance(named, str)
        values = {"named": named if by_slug else named.hex, **self._who}  # type: ignore[union-attr]
        row = self._first(_GROUND_BY_SLUG if by_slug else _GROUND, values)
        is_any = row is not None and not row.clock_corrected
        return Ground(row.slug, row.erased_at, row.confidential) if is_any else None

    def fact(self, fact_id: UUID, query: PerspectiveQuery) -> SeenFact | None:
        """A fact that stands. None if a `Reading` has to be asked, which finds it or says why it cannot be shown."""
        if query.as_known_at is not None:
            return None
        values = {"fact": fact_id.hex, "position": query.position, **self._who}
        row = self._first(_SEEN, values)
        if row is None or row.clock_corrected or row.erased or row.status == timeslices.RETRACTED:
            return None
        if query.position is not None and query.position > row.head:
            return None
        perspective = Perspective(
            as_of=self._as_of(query, row.head_at, row.at),
            as_known_at=None,
            clock=query.clock,
            match=query.match,
            position=row.head if query.position is None else query.position,
        )
        return SeenFact(version_of_row(row), row.slug, perspective, row.confidential)

    def _first(self, statement: _OnServingSide, values: dict[str, Any]) -> Any:  # noqa: ANN401 -- a row
        if self._key_id is None:
            return statement.first(self._connection, values, keyed=False)
        values["key"] = self._key_id
        self.key = statement.first(self._connection, values, keyed=True)
        return self.key

    def _as_of(self, query: PerspectiveQuery, head_at: int, at: int | None) -> int:
        if query.as_of is not None:
            return query.as_of
        if query.position is not None:
            return at or 0
        return cuts.find_present(self._now, head_at)


def _select_seen(tables: FactTables) -> Select[Any]:
    """The seen version of a fact on one side; no row if that side does not serve."""
    version = tables.version.alias("v")
    recorded = select(event.c.recorded_at).where(event.c.position == _POSITION)
    return (
        select(
            *content_columns(version.c),
            negotiation.c.slug,
            log_head.c.position.label("head"),
            log_head.c.recorded_at.label("head_at"),
            HAS_CORRECTIONS.label("clock_corrected"),
            recorded.scalar_subquery().label("at"),
            _withholds(version.c.fact_id).label("confidential"),
        )
        .join_from(log_head, projection, projection.c.name == FACTS)
        .join(version, version.c.fact_id == _FACT)
        .join(negotiation, negotiation.c.id == version.c.negotiation_id)
        .where(
            projection.c.state == tables.side,
            timeslices.is_known_at(version.c, _AT),
            version.c.published_to == END,
            access.SHOWN,
        )
        .order_by(version.c.known_from.desc())
        .limit(1)
    )


def _withholds(fact: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a fact has confidential parts."""
    return exists().where(
        confidential_part.c.stream == fact, confidential_part.c.sealed.is_not(None)
    )


def _slug_on(tables: FactTables) -> Select[Any]:
    columns = tables.version.c
    return (
        select(negotiation.c.slug)
        .join_from(tables.version, negotiation, negotiation.c.id == columns.negotiation_id)
        .join(projection, projection.c.name == FACTS)
        .where(projection.c.state == tables.side, columns.fact_id == _FACT, access.SHOWN)
        .limit(1)
    )


def _ground_on(tables: FactTables, *, by_slug: bool) -> Select[Any]:
    """The columns of a `Ground` on one side; no row if that side does not serve."""
    columns = tables.version.c
    erased = select(func.max(columns.known_from)).where(
        columns.negotiation_id == negotiation.c.id,
        columns.event == literal_column(f"'{FactErased.stored_name}'"),  # as the index has it
    )
    named = bindparam("named", type_=TEXT)
    one = tables.version.alias("one")
    of_fact = select(one.c.negotiation_id).where(one.c.fact_id == named).limit(1)
    return (
        select(
            negotiation.c.slug,
            HAS_CORRECTIONS.label("clock_corrected"),
            erased.scalar_subquery().label("erased_at"),
            (false() if by_slug else _withholds(named)).label("confidential"),
        )
        .join_from(negotiation, projection, projection.c.name == FACTS)
        .where(
            projection.c.state == tables.side,
            negotiation.c.slug == named
            if by_slug
            else negotiation.c.id == of_fact.scalar_subquery(),
            access.SHOWN,
        )
    )


class _OnServingSide:
    """A statement on the side that serves, by itself and with the columns of a key in each row.

    The side that served last is asked first, and both where that has no row: a rebuild lets the other serve.
    """

    def __init__(self, select_on: Callable[[FactTables], Select[Any]]) -> None:
        subqueries = {
            name: select(
                select_on(side).subquery(name), literal_column(f"'{name}'").label("side")
            ).subquery(f"on_{name}")
            for name, side in SIDES.items()
        }
        is_key = api_key.c.id == bindparam("key", type_=TEXT)
        alone = {name: select(each) for name, each in subqueries.items()}
        keyed = {
            name: select(each, *api_key.c).outerjoin_from(each, api_key, is_key)
            for name, each in subqueries.items()
        }
        self._on = [
            {name: HotStatement(each) for name, each in some.items()} for some in (alone, keyed)
        ]
        self._both = [HotStatement(union_all(*some.values())) for some in (alone, keyed)]
        self._last = next(iter(SIDES))

    def first(self, connection: Connection, values: dict[str, Any], *, keyed: bool) -> Any:  # noqa: ANN401 -- a row
        """The first row, if there is any."""
        row = self._on[keyed][self._last].first(connection, values)
        if row is None:
            row = self._both[keyed].first(connection, values)
            self._last = self._last if row is None else row.side
        return row


_GROUND, _GROUND_BY_SLUG = (
    _OnServingSide(partial(_ground_on, by_slug=by_slug)) for by_slug in (False, True)
)
_SEEN: Final = _OnServingSide(_select_seen)
_SLUG: Final = union_all(
    *(select(_slug_on(side).subquery(f"on_{side.side}").c.slug) for side in SIDES.values())
)
