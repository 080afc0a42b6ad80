"""Derives every table again and compares it with the one in use, row by row.

The derived tables are in memory only, so that nothing of the record is left on another disk, and nobody has to stop
reading or writing. Values are compared as they are stored, before SQLAlchemy converts them: it reads a forged 2 in a
column of truth values as true.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Table, func, select

from infrastructure.database.engines import engine_of
from infrastructure.log.clock_corrections import corrections, record_time_at
from infrastructure.projections import change_requests, fact_text, fact_versions, negotiations
from infrastructure.projections.outdated import OUTDATED
from infrastructure.projections.planes import whole_rows
from infrastructure.projections.rebuild import BATCH, entries_after
from infrastructure.proofs.integration import TILE
from infrastructure.sealing.stamps import find_broken_tables, missing_key
from infrastructure.sealing.stored_responses import find_broken_responses
from infrastructure.tables.facts import FACTS, SIDES, SPARE, content_columns, serving_tables
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
    from collections.abc import Callable, Iterable, Iterator

    from infrastructure.log.codec import EventCodec

_SMALL: Final = (negotiation, negotiation_correction, negotiation_member, snapshot, change_request)
_DERIVED: Final = SIDES["first"]
_TEXT_COLUMNS: Final = ("fact_id", "version", "negotiation_id", "body")
_NAMED: Final = ("fact_id", "version")
"""The columns that name a version to people, whatever the key of its row is."""
_STREAMED: Final = {"stream_results": True, "yield_per": BATCH}


@dataclass(frozen=True, slots=True)
class Unfounded:
    """The first row of a table that does not follow from the log, by its key; `what` says why not."""

    table: str
    key: tuple[Any, ...]
    what: str
    derived: bool = True
    """Whether a rebuild would put it right."""


def compare_with_log(
    connection: Connection,
    codec: EventCodec,
    now: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Unfounded]:
    """Compare every serving table with the log, which counts as right; report at most one difference a table.

    `now` is in microseconds UTC; `progress` is told (position reached, last position).
    """
    with _derive(connection, codec, progress) as right:
        facts = zip(serving_tables(connection).all, _DERIVED.all, strict=True)
        pairs = [*((table, table) for table in _SMALL), *facts]
        differences = [
            _first_difference(serving, _rows(connection, serving), _rows(right, table))
            for serving, table in pairs
        ]
        reached = fact_text.checkpoint(connection)
        derived = _texts_of(right, reached, rowids=_has_rowids(connection))
        texts = _first_difference(text_table, _texts(connection), derived)
    return [row for row in (*differences, texts, *_stray(connection, now)) if row is not None]


@contextmanager
def _derive(
    connection: Connection, codec: EventCodec, progress: Callable[[int, int], None] | None
) -> Iterator[Connection]:
    """A database in memory with what the log gives."""
    engine = engine_of("sqlite://")
    last = connection.execute(select(func.max(event.c.position))).scalar() or 0
    with engine.connect() as right:
        metadata.create_all(right, tables=[*_SMALL, *_DERIVED.all])
        for after in range(0, last, BATCH):
            entries = entries_after(connection, codec, after)
            negotiations.apply(right, entries)
            fact_versions.apply(right, entries, _DERIVED, partial(corrections, connection))
            change_requests.apply(right, entries)
            if progress is not None:
                progress(min(after + BATCH, last), last)
        yield right
    engine.dispose()


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """The rows as they are stored, by their keys: the same order on every database."""
    return _read_rows(connection, select(table).order_by(*table.primary_key))


def _texts(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """The rows of the full text, on SQLite each with its id."""
    table, rowid = (FTS5, ("rowid",)) if _has_rowids(connection) else (text_table, ())
    wanted = select(*(table.c[name] for name in (*_TEXT_COLUMNS, *rowid)))
    return _read_rows(connection, wanted.order_by(table.c.fact_id, table.c.version))


def _has_rowids(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _read_rows(connection: Connection, wanted: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- a SELECT of any columns
    sql = str(wanted.compile(connection))
    with connection.exec_driver_sql(sql, execution_options=_STREAMED) as rows:
        for row in rows:
            yield tuple(row)


def _texts_of(right: Connection, reached: int, *, rowids: bool) -> Iterator[tuple[Any, ...]]:
    """The rows of the full text that follow from the versions up to a position."""
    columns = _DERIVED.version.c
    wanted = (
        select(*content_columns(columns))
        .where(columns.position <= reached, *whole_rows(columns), ~columns.erased)
        .order_by(columns.fact_id, columns.version)
    )
    for row in right.execute(wanted):
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


def _first_difference(
    table: Table, serving: Iterable[tuple[Any, ...]], right: Iterable[tuple[Any, ...]]
) -> Unfounded | None:
    keys = [at for at, column in enumerate(table.columns) if column.primary_key]
    names = [column.name for column in table.columns]
    shown = [names.index(name) for name in _NAMED] if names[0] == _NAMED[0] else keys
    for mine, derived in zip_longest(serving, right):
        if mine != derived:
            key, other = ([row and row[at] for at in keys] for row in (derived or mine, mine))
            what = "is not what the log gives" if key == other else "is missing, or too many"
            return Unfounded(table.name, tuple((derived or mine)[at] for at in shown), what)
    return None


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
