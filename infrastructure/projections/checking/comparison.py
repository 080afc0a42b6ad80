"""Derives every table again and compares it with the one in use, row by row; anyone who reads and writes goes on."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Table, func, select

from domain.streams.event import STORED_NAMES, FactErased, FactEvent
from infrastructure.database.engines import engine_of
from infrastructure.log.clock_corrections import record_time_at
from infrastructure.log.rows import LOGGED, entries_in
from infrastructure.projections import change_requests, fact_text, negotiations
from infrastructure.projections.checking.differences import (
    STREAMED,
    Unfounded,
    find_first_difference,
    read_rows,
)
from infrastructure.projections.checking.shares import (
    CountedEvents,
    ShareFound,
    compare_share,
    last_position,
    shares_of,
)
from infrastructure.projections.inline import entries_of
from infrastructure.projections.outdated import OUTDATED
from infrastructure.projections.planes import whole_rows
from infrastructure.proofs.integration import TILE
from infrastructure.sealing.stamps import find_broken_tables, missing_key
from infrastructure.sealing.stored_responses import find_broken_responses
from infrastructure.tables.facts import FACTS, SPARE, content_columns, serving_tables
from infrastructure.tables.record import (
    change_request,
    event,
    idempotency_answer,
    log_head,
    metadata,
    negotiation,
    negotiation_correction,
    negotiation_member,
    projection,
    snapshot,
)
from infrastructure.tables.text import FACT_TEXT, FTS5
from infrastructure.tables.text import fact_text as text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infrastructure.log.codec import EventCodec
    from infrastructure.projections.checking.differences import Row

_SMALL: Final = (negotiation, negotiation_correction, negotiation_member, snapshot, change_request)
_OF_SMALL: Final = [
    name
    for name, kind in STORED_NAMES.items()
    if kind is FactErased or not issubclass(kind, FactEvent)
]
"""The events from which the small tables follow."""
_TEXT_COLUMNS: Final = ("fact_id", "version", "negotiation_id", "body")


def compare_with_log(
    connection: Connection,
    codec: EventCodec,
    now: int,
    found: Iterable[ShareFound] | None = None,
) -> list[Unfounded]:
    """Compare every serving table with the log, which counts as right; report at most one difference a table.

    `now` is in microseconds UTC; `found` is what was found in each share of the facts, if other processes look, too.
    """
    last = last_position(connection)
    if found is None:
        found = (compare_share(connection, codec, share) for share in shares_of(last))
    return [
        *_compare_small(connection, codec),
        *_compare_facts(connection, found, last),
        *_stray(connection, now),
    ]


def _compare_small(connection: Connection, codec: EventCodec) -> Iterator[Unfounded]:
    """Compare the tables of negotiations, snapshots and change requests, all of which are derived at once."""
    with _derive_small(connection, codec) as right:
        for table in _SMALL:
            both = (_rows(connection, table), _rows(right, table))
            difference = find_first_difference([*table.columns], *both)
            if difference is not None:
                yield difference


@contextmanager
def _derive_small(connection: Connection, codec: EventCodec) -> Iterator[Connection]:
    """A database in memory with the small tables that the log gives."""
    engine = engine_of("sqlite://")
    with engine.connect() as right:
        metadata.create_all(right, tables=[*_SMALL])
        wanted = LOGGED.where(event.c.type.in_(_OF_SMALL)).order_by(event.c.position)
        with connection.execute(wanted, execution_options=STREAMED) as result:
            for rows in result.partitions():
                entries = entries_of(codec, entries_in(connection, rows, str))
                negotiations.apply(right, entries)
                change_requests.apply(right, entries)
        yield right
    engine.dispose()


def _compare_facts(
    connection: Connection, found: Iterable[ShareFound], last: int
) -> Iterator[Unfounded]:
    """Compare the tables of facts, whose shares were `found`, and what follows from the versions if these are right."""
    counted = CountedEvents(last)
    called = set[tuple[Any, ...]]()
    differences: list[tuple[str, Unfounded]] = []
    for each in found:
        counted.add(each.counted)
        called.update(each.called)
        differences += ((each.share.low or "", row) for row in each.differences)
    first: dict[str, Unfounded] = {}
    for _, row in sorted(differences, key=itemgetter(0)):
        first.setdefault(row.table, row)
    yield from first.values()
    table = serving_tables(connection).called
    unlisted = find_first_difference([*table.columns], _rows(connection, table), sorted(called))
    if unlisted is not None:
        yield unlisted
    if serving_tables(connection).version.name in first:
        return
    counts = counted.find_difference(connection)
    texts = find_first_difference([*text_table.columns], _texts(connection), _texts_of(connection))
    yield from (row for row in (counts, texts) if row is not None)


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    """The rows as they are stored, by their keys: the same order on every database."""
    return read_rows(connection, select(table).order_by(*table.primary_key))


def _texts(connection: Connection) -> Iterator[Row]:
    """The rows of the full text, on SQLite each with its id."""
    table, rowid = (FTS5, ("rowid",)) if _has_rowids(connection) else (text_table, ())
    wanted = select(*(table.c[name] for name in (*_TEXT_COLUMNS, *rowid)))
    return read_rows(connection, wanted.order_by(table.c.fact_id, table.c.version))


def _has_rowids(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _texts_of(connection: Connection) -> Iterator[Row]:
    """The rows of the full text that follow from the versions that serve, which were found to be right."""
    columns, rowids = serving_tables(connection).version.c, _has_rowids(connection)
    reached = fact_text.checkpoint(connection)
    wanted = (
        select(*content_columns(columns))
        .where(columns.position <= reached, *whole_rows(columns), ~columns.erased)
        .order_by(columns.fact_id, columns.version)
    )
    with connection.execute(wanted, execution_options=STREAMED) as versions:
        for row in versions:
            text = fact_text.text_of(row.negotiation_id, row.content)
            rowid = (row.position,) if rowids else ()
            yield (row.fact_id, row.version, row.negotiation_id, text, *rowid)


def find_unstamped(connection: Connection) -> Iterator[Unfounded]:
    """Find rows that follow from no event and that Parley did not write: one changed row, or a table that lost rows."""
    keys: dict[Table, tuple[Any, ...]] = dict.fromkeys(find_broken_tables(connection), ())
    for row in islice(find_broken_responses(connection), 1):
        keys[idempotency_answer] = (row["caller"], row["key"])
    for table, key in keys.items():
        missing = missing_key(connection, table)
        what = f"is stamped by the key {missing}, which is not given"
        if missing is None:
            what = "has not the stamp of this record"
        yield Unfounded(table.name, key, what, derived=False)


def _stray(connection: Connection, now: int) -> Iterator[Unfounded]:
    """What says how far the tables and the clock of the log are, and cannot be so."""
    head = connection.execute(select(log_head.c.position, log_head.c.recorded_at)).one()
    rows = connection.execute(select(projection.c.name, projection.c.position))
    positions = {row.name: row.position for row in rows}
    for name in (FACTS, FACT_TEXT, TILE):
        if not 0 <= positions.get(name, -1) <= head.position:
            yield Unfounded(projection.name, (name,), "is not a position of the log")
    if OUTDATED in positions:
        yield Unfounded(
            projection.name, (OUTDATED,), "says that an older version filled the tables"
        )
    for name in sorted(positions.keys() - {FACTS, FACT_TEXT, TILE, SPARE, OUTDATED}):
        yield Unfounded(projection.name, (name,), "is no projection of the log")
    if head.recorded_at > max(now, record_time_at(connection, head.position)):
        yield Unfounded(log_head.name, (), "lies in the future")
    yield from find_unstamped(connection)
    if connection.dialect.name == "postgresql":
        words = func.array_to_tsvector(func.string_to_array(func.btrim(text_table.c.body), " "))
        other = select(text_table.c.fact_id, text_table.c.version).where(
            text_table.c.words.is_distinct_from(words)
        )
        for row in connection.execute(other.limit(1)):
            yield Unfounded(text_table.name, tuple(row), "has other words than its body")
