"""Reads what a transaction needs to know once it has the log's lock, in one statement."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import (
    BigInteger,
    Connection,
    LargeBinary,
    bindparam,
    column,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    table,
    union_all,
)

from infrastructure.database.lanes import IDLE_SECONDS
from infrastructure.database.schema import refuse_unknown
from infrastructure.database.timekeeping import SERVER_CLOCK
from infrastructure.hot_statements import HotStatement
from infrastructure.sealing.seals import OWN_KEYS, read_own_keys, seals_of
from infrastructure.tables.facts import FACTS, SIDES, serving_side
from infrastructure.tables.record import TEXT, event, log_head, projection
from infrastructure.transaction_memo import remember

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement, RowMapping, Select

LOCK_HEAD: Final = select(log_head.c.position, log_head.c.recorded_at).with_for_update()
_locked: Final = LOCK_HEAD.subquery("locked")
_ENDS_IDLE: Final = func.set_config(
    literal_column("'idle_in_transaction_session_timeout'"),
    literal_column(f"'{IDLE_SECONDS}s'"),
    literal_column("true"),
).label("ends_idle")
_LOCK_AND_LOOK: Final = {
    "sqlite": HotStatement(LOCK_HEAD.add_columns(null().label("server"))),
    # The subquery has the server's clock read once the lock is held, and not before waiting for it.
    "postgresql": HotStatement(select(_locked, SERVER_CLOCK.label("server"), _ENDS_IDLE)),
}
FIRST_VERSIONS: Final = (0, 1)
STREAMS_A_QUERY: Final = 500

_revision: Final = table("alembic_version", column("version_num"))
_first, _any = event.alias("first"), event.alias("any")


def _of_streams(wanted: ColumnElement[bool]) -> Select[Any]:
    """Select the last version of each stream. Each stream is looked up by its first event."""
    newest = select(func.max(_any.c.version)).where(_any.c.stream == _first.c.stream)
    first = or_(*(_first.c.version == literal_column(str(version)) for version in FIRST_VERSIONS))
    return select(_first.c.stream, newest.scalar_subquery().label("version")).where(wanted, first)


_STREAMS: Final[BindParameter[Any]] = bindparam("streams", expanding=True)
_LAST_VERSIONS: Final = _of_streams(_first.c.stream.in_(_STREAMS))
_own = OWN_KEYS.subquery("own")
_NO_KEY: Final = (
    literal(None, TEXT).label("key_id"),
    literal(None, LargeBinary).label("stamp"),
)
_NO_VERSION: Final = literal(None, BigInteger).label("version")


def _select_standing(last: Any) -> Any:  # noqa: ANN401 -- a subquery, a query
    return union_all(
        select(
            literal("stream").label("sort"), last.c.stream.label("of"), *_NO_KEY, last.c.version
        ),
        select(literal("key"), _own.c.of, _own.c.key_id, _own.c.stamp, _NO_VERSION),
        select(literal("side"), projection.c.state, *_NO_KEY, _NO_VERSION).where(
            projection.c.name == FACTS
        ),
        select(literal("revision"), _revision.c.version_num, *_NO_KEY, _NO_VERSION),
    )


_STANDING: Final = _select_standing(_of_streams(_first.c.stream.in_(_STREAMS)).subquery("last"))
_STANDING_OF_ONE: Final = HotStatement(
    _select_standing(_of_streams(_first.c.stream == bindparam("stream")).subquery("last"))
)


def lock_head(connection: Connection) -> Any:  # noqa: ANN401 -- a named tuple
    """Lock the log; its position and recorded_at, and the `server`'s clock once the lock is held, on PostgreSQL.

    There, the transaction ends as `Database.writing` says.
    """
    return _LOCK_AND_LOOK[connection.dialect.name].one(connection)


def last_versions(connection: Connection, streams: Sequence[str]) -> dict[str, int]:
    """The last version of each stream that exists.

    SealKeyError if a key that the database needs is not given, NewerDatabaseError if a newer Parley has upgraded it.
    The ids of those keys, the stamps and the side that serves are remembered for the transaction.
    """
    sorts: dict[str, list[Mapping[Any, Any]]] = defaultdict(list)
    for row in _read_standing(connection, streams[:STREAMS_A_QUERY]):
        sorts[row["sort"]].append(row)
    refuse_unknown({row["of"] for row in sorts["revision"]})
    remember(connection, read_own_keys, cast("list[RowMapping]", sorts["key"]))
    for row in sorts["side"]:
        if row["of"] in SIDES:
            remember(connection, serving_side, row["of"])
    seals_of(connection).check(connection)
    versions = {row["of"]: row["version"] for row in sorts["stream"]}
    for start in range(STREAMS_A_QUERY, len(streams), STREAMS_A_QUERY):
        others = {"streams": streams[start : start + STREAMS_A_QUERY]}
        versions.update(
            (row.stream, row.version) for row in connection.execute(_LAST_VERSIONS, others)
        )
    return versions


def _read_standing(connection: Connection, streams: Sequence[str]) -> Iterable[Mapping[Any, Any]]:
    if len(streams) == 1:
        rows = _STANDING_OF_ONE.rows(connection, {"stream": streams[0]})
        return [row._asdict() for row in rows]
    return connection.execute(_STANDING, {"streams": streams}).mappings()
