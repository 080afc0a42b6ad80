"""Reads what a transaction needs to know once it has the log's lock, in one statement."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    LargeBinary,
    bindparam,
    func,
    literal,
    select,
    union_all,
)

from infrastructure.sealing.seals import OWN_KEYS, own_keys, seals_of
from infrastructure.tables.facts import FACTS, SIDES, serving_side
from infrastructure.tables.record import TEXT, event, projection
from infrastructure.transaction_memo import remember

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import RowMapping

__all__ = ["FIRST_VERSIONS", "last_versions"]

FIRST_VERSIONS: Final = (0, 1)
STREAMS_A_QUERY: Final = 500

_first, _any = event.alias("first"), event.alias("any")
_LAST_VERSIONS: Final = select(
    _first.c.stream,
    select(func.max(_any.c.version))
    .where(_any.c.stream == _first.c.stream)
    .scalar_subquery()
    .label("version"),
).where(
    _first.c.stream.in_(bindparam("streams", expanding=True)), _first.c.version.in_(FIRST_VERSIONS)
)
"""The last version of each stream. Each stream is looked up by its first event."""
_last = _LAST_VERSIONS.subquery("last")
_own = OWN_KEYS.subquery("own")
_NO_KEY: Final = (
    literal(None, TEXT).label("key_id"),
    literal(None, LargeBinary).label("stamp"),
)
_NO_VERSION: Final = literal(None, BigInteger).label("version")
_STANDING: Final = union_all(
    select(literal("stream").label("sort"), _last.c.stream.label("of"), *_NO_KEY, _last.c.version),
    select(literal("key"), _own.c.of, _own.c.key_id, _own.c.stamp, _NO_VERSION),
    select(literal("side"), projection.c.state, *_NO_KEY, _NO_VERSION).where(
        projection.c.name == FACTS
    ),
)


def last_versions(connection: Connection, streams: Sequence[str]) -> dict[str, int]:
    """The last version of each stream that exists; SealKeyError if a key that the database needs is not given.

    The ids of those keys, the stamps and the side that serves are remembered for the transaction.
    """
    first = {"streams": streams[:STREAMS_A_QUERY]}
    sorts: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(_STANDING, first).mappings():
        sorts[row["sort"]].append(row)
    remember(connection, own_keys, sorts["key"])
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
