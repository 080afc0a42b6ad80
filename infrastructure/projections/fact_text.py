"""The full text follows the log: a batch's rows and the checkpoint are written together, once.

Rows are derived outside the writing transaction, which only moves the checkpoint from where it was
read and adds them: of two processes with the same batch, one moves it and the other leaves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    select,
    text,
    true,
    update,
)

from domain.streams.event import FactErased
from domain.views.full_text import BREAK, list_fact_words
from infrastructure.hot_statements import HotStatement, insert_rows
from infrastructure.log.codec import decode_fact
from infrastructure.log.erasure import TABLES
from infrastructure.projections.following import is_ending
from infrastructure.projections.planes import whole_rows
from infrastructure.tables.facts import serving_tables
from infrastructure.tables.record import event, log_head, projection
from infrastructure.tables.text import FACT_TEXT, FTS5, fact_text, mark_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from uuid import UUID

    from infrastructure.database.database import Database
    from infrastructure.tables.facts import FactTables

BATCH: Final = 200
"""Positions a transaction: so few that writers of the log hardly wait."""
MOST_CHARACTERS: Final = 2**21
"""After how many characters of text a transaction ends, although it has fewer positions."""
MOST_UNINDEXED: Final = 2_000
"""Positions past the index that a search reads one by one, in some tenths of a second; it sees none past those."""
MOST_UNREAD: Final = 2**20
"""After how many bytes of facts past the index a search sees nothing more; it sees at least one position."""
MANY: Final = 2_000
"""From so many new events on, PostgreSQL is told that its tables have grown: it reads small ones whole."""

CHECKPOINT: Final = select(projection.c.position).where(projection.c.name == FACT_TEXT)
_FOLLOWED: Final = HotStatement(
    select(projection.c.position, projection.c.state, log_head.c.position.label("head"))
    .join_from(projection, log_head, true())
    .where(projection.c.name == FACT_TEXT)
)
_ERASED: Final = HotStatement(
    select(event.c.stream).where(
        event.c.position > bindparam("seen", type_=BigInteger),
        event.c.type == FactErased.stored_name,
    )
)
_LOCKED: Final = CHECKPOINT.with_for_update()
STEP: Final = 64
"""Pages of FTS5's index that are merged in one transaction: few enough that writers of the log hardly wait."""
ROUNDS: Final = 8
"""How often merging is begun before the rest is merged at once."""
_MERGE: Final = text("INSERT INTO fact_text (fact_text, rank) VALUES ('merge', :pages)")
_MERGE_AT_ONCE: Final = text("INSERT INTO fact_text (fact_text) VALUES ('optimize')")
ADVANCE: Final = (
    update(projection)
    .where(
        projection.c.name == FACT_TEXT,
        projection.c.position == bindparam("before"),
        projection.c.state == bindparam("since"),
    )
    .values(position=bindparam("reached"))
)


@dataclass(frozen=True, slots=True)
class _TextBatch:
    """Rows of the positions past `before` and up to `reached`, derived when the log's last position was `seen`."""

    since: str
    before: int
    reached: int
    seen: int
    rows: list[dict[str, Any]]


def checkpoint(connection: Connection) -> int:
    """The last position that the full text holds."""
    return int(connection.execute(CHECKPOINT).scalar_one())


def find_searched(connection: Connection, indexed: int, head: int) -> int:
    """The last position up to `head` that a search sees, if the full text holds all up to the position `indexed`."""
    last = min(head, indexed + MOST_UNINDEXED)
    sizes = _select_sizes(serving_tables(connection))
    unread = 0
    for row in sizes.rows(connection, {"before": indexed, "reached": last}):
        if unread >= MOST_UNREAD:
            return int(row.position) - 1
        unread += row.size
    return last


def catch_up(database: Database, progress: Callable[[int, int], None] | None = None) -> int:
    """Index what the log holds by now, no matter who does it; the log's last position when it was called.

    `progress` is told (position reached, last position) after each batch. If this thread follows the log and is told to
    end, it ends after the batch under way.
    """
    with database.reading() as connection:
        last = int(connection.execute(select(log_head.c.position)).scalar_one())
        behind = last - checkpoint(connection)
    if behind >= MANY:
        database.sample_grown(*TABLES, rows=last)
    while not is_ending() and (batch := _batch(database, last)) is not None:
        if _write_batch(database, batch) and progress is not None:
            progress(batch.reached, last)
    return last


def reset(database: Database) -> None:
    """Forget it all: the log is followed from its beginning again, and nothing is written that was read before."""
    begun = {"position": 0, "state": uuid4().hex}
    with database.writing() as connection:
        connection.execute(update(projection).where(projection.c.name == FACT_TEXT).values(begun))
        connection.execute(fact_text.delete())


def forget(connection: Connection, facts: Sequence[UUID]) -> None:
    """Drop the words of erased facts; anyone who follows the log meanwhile has to wait.

    On SQLite their words stay in the pages of the index until `merge_index`.
    """
    connection.execute(_LOCKED)
    ids = [fact.hex for fact in facts]
    if connection.dialect.name != "sqlite":
        connection.execute(delete(fact_text).where(fact_text.c.fact_id.in_(ids)))
        return
    of_facts = select(event.c.position).where(event.c.stream.in_(ids))
    connection.execute(delete(FTS5).where(FTS5.c.rowid.in_(of_facts)))


def merge_index(database: Database) -> None:
    """Merge SQLite's index of all words, so that no page of it holds the words of a row that was deleted before.

    FTS5 only notes that a row is gone until the segments with its words are merged. A step with a negative number of
    pages begins to merge all segments, and steps with a positive number continue this. If rows are written meanwhile,
    their segments may stop it. Then it is begun again, at most `ROUNDS` times, and the rest is merged at once.
    """
    if not database.is_sqlite:
        return
    for _ in range(ROUNDS):
        if not _merge_some(database, -STEP):
            return
        while _merge_some(database, STEP):
            pass
    with database.writing() as connection:
        connection.execute(_MERGE_AT_ONCE)


def _merge_some(database: Database, pages: int) -> bool:
    """Merge about `pages` pages; gives whether there were any. FTS5 writes one row even if there were none."""
    with database.writing() as connection:
        before = _changes(connection)
        connection.execute(_MERGE, {"pages": pages})
        return _changes(connection) - before > 1


def _changes(connection: Connection) -> int:
    """How many rows the connection has written since it was opened."""
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _batch(database: Database, last: int) -> _TextBatch | None:
    """What comes next, no further than `last`; None where nothing does."""
    with database.reading() as connection:
        before, since, seen = _FOLLOWED.one(connection)
        if before >= last:
            return None
        reached, rows, size = min(before + BATCH, last), list[dict[str, Any]](), 0
        for row in _rows(connection, before, reached):
            rows.append(row)
            size += len(row["body"])
            if size >= MOST_CHARACTERS:
                reached = row["rowid"]
                break
        return _TextBatch(since, before, reached, seen, rows)


def _rows(connection: Connection, before: int, reached: int) -> Iterable[dict[str, Any]]:
    """The words of each version that the events past `before` and up to `reached` made."""
    made = _select_made(serving_tables(connection))
    for row in made.rows(connection, {"before": before, "reached": reached}):
        yield {
            "rowid": row.position,
            "fact_id": row.fact_id,
            "version": row.version,
            "negotiation_id": row.negotiation_id,
            "body": text_of(row.negotiation_id, row.content),
        }


@cache
def _select_made(tables: FactTables) -> HotStatement:
    columns = tables.version.c
    of_fact = (columns.fact_id, columns.version, columns.negotiation_id)
    return HotStatement(_made_between(tables, *of_fact, columns.content, columns.position))


@cache
def _select_sizes(tables: FactTables) -> HotStatement:
    """How many bytes each version has; no content is read."""
    columns = tables.version.c
    size = func.length(columns.content).label("size")
    return HotStatement(_made_between(tables, columns.position, size))


def _made_between(tables: FactTables, *columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of the versions that the events past `before` and up to `reached` made, in order of their positions."""
    version = tables.version
    return (
        select(*columns)
        .join_from(
            event,
            version,
            (version.c.fact_id == event.c.stream) & (version.c.version == event.c.version),
        )
        .where(
            event.c.position > bindparam("before", type_=BigInteger),
            event.c.position <= bindparam("reached", type_=BigInteger),
            *whole_rows(version.c),
            ~version.c.erased,
        )
        .order_by(event.c.position)
    )


def text_of(negotiation_id: str, content: bytes) -> str:
    """The words of a fact, given as it is stored, with a blank around each; first the mark of its negotiation."""
    words = list_fact_words(decode_fact(content))
    return f" {' '.join((mark_of(negotiation_id), BREAK, *words))} "


def _write_batch(database: Database, batch: _TextBatch) -> bool:
    """Whether this process moved the checkpoint; where another did, nothing is written."""
    with database.writing() as connection:
        read = {"since": batch.since, "before": batch.before, "reached": batch.reached}
        moved = connection.execute(ADVANCE, read)
        rows = _drop_erased(connection, batch) if moved.rowcount == 1 else []
        if connection.dialect.name == "sqlite":
            insert_rows(connection, FTS5, rows)
        else:
            insert_rows(connection, fact_text, [_without_rowid(row) for row in rows])
        return moved.rowcount == 1


def _without_rowid(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "rowid"}


def _drop_erased(connection: Connection, batch: _TextBatch) -> list[dict[str, Any]]:
    """The rows but those of facts that were erased since they were derived."""
    gone = {row.stream for row in _ERASED.rows(connection, {"seen": batch.seen})}
    return [row for row in batch.rows if row["fact_id"] not in gone]
