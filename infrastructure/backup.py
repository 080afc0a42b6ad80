"""A backup is the record at one moment, taken while it is written; a restore is all of it, or nothing.

The log, its head and the answers kept are copied: positions, instants and bytes unchanged. All else
follows from the log, and is derived again in the transaction that restores it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import Connection, func, select

from infrastructure.backup_file import (
    FORMAT,
    AnswerLine,
    BackupError,
    EventLine,
    Manifest,
    Opening,
    read,
    write,
)
from infrastructure.log_append import LOCK_HEAD, MOVE_HEAD
from infrastructure.log_entry import LogEntry
from infrastructure.tables import event, idempotency_answer, log_head

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infrastructure.database import Database
    from infrastructure.log_entry import InlineProjection

__all__ = ["BackupError", "back_up", "restore", "verified"]

BATCH: Final = 500

Progress = Callable[[int, int], None]


def back_up(database: Database, target: Path, progress: Progress | None = None) -> Manifest:
    """Write the record as one snapshot shows it to `target`, which is there whole or not at all.

    It has mode 0600. `progress` is told (position reached, last position). Raises BackupError where
    `target` exists already, and OSError.
    """
    if target.exists():
        raise BackupError(f"{target} exists already")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, database.reading() as connection:
            opening = _opening(connection)
            manifest = write(file, opening, _rows(connection, opening.position, progress))
            file.flush()
            os.fsync(file.fileno())
        _name(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return manifest


def _name(part: Path, target: Path) -> None:
    """Give a whole file its name, for good or not at all."""
    part.rename(target)
    try:
        _sync_folder(target.parent)
    except OSError:
        target.unlink()
        raise


def verified(source: Path) -> Manifest:
    """The manifest of a backup that has been read to its end; BackupError where it is not whole."""
    *_, last = read(source)
    if not isinstance(last, Manifest):
        raise BackupError("the backup breaks off")
    return last


def restore(
    database: Database,
    source: Path,
    projections: Sequence[InlineProjection],
    progress: Progress | None = None,
) -> Manifest:
    """Put a backup into an empty database whose schema is at head, in one transaction.

    Raises BackupError, having left nothing, for a database that is not empty or a file that is not whole.
    """
    with database.writing() as connection:
        _refuse_used(connection)
        return _load(connection, source, projections, progress)


def _opening(connection: Connection) -> Opening:
    head = connection.execute(select(log_head)).one()
    return Opening(FORMAT, head.position, head.recorded_at)


def _rows(
    connection: Connection, last: int, progress: Progress | None
) -> Iterator[EventLine | AnswerLine]:
    ordered = select(event).order_by(event.c.position).limit(BATCH)
    reached = 0
    while reached < last:
        for row in connection.execute(ordered.where(event.c.position > reached)).mappings():
            yield EventLine(**row)
            reached = row["position"]
        if progress is not None:
            progress(reached, last)
    keys = (idempotency_answer.c.caller, idempotency_answer.c.key)
    for row in connection.execute(select(idempotency_answer).order_by(*keys)).mappings():
        yield AnswerLine(**row)


def _refuse_used(connection: Connection) -> None:
    head = connection.execute(LOCK_HEAD).one()
    answers = connection.execute(select(func.count()).select_from(idempotency_answer)).scalar_one()
    if head.position or head.recorded_at or answers:
        raise BackupError("the database holds a record already; a backup goes into an empty one")


def _load(
    connection: Connection,
    source: Path,
    projections: Sequence[InlineProjection],
    progress: Progress | None,
) -> Manifest:
    events: list[EventLine] = []
    opening: Opening | None = None
    for line in read(source):
        if isinstance(line, EventLine):
            events.append(line)
        if events and (len(events) == BATCH or not isinstance(line, EventLine)):
            _take(connection, events, projections)
            if progress is not None and opening is not None:
                progress(events[-1].position, opening.position)
            events = []
        if isinstance(line, AnswerLine):
            connection.execute(idempotency_answer.insert(), msgspec.structs.asdict(line))
        elif isinstance(line, Opening):
            opening = line
        elif isinstance(line, Manifest) and opening is not None:
            head = {"position": opening.position, "recorded_at": opening.recorded_at}
            connection.execute(MOVE_HEAD, head)
            manifest = line
    return manifest


def _take(
    connection: Connection, events: Sequence[EventLine], projections: Sequence[InlineProjection]
) -> None:
    connection.execute(event.insert(), [msgspec.structs.asdict(line) for line in events])
    entries = [_entry(line) for line in events]
    for projection in projections:
        projection.apply(connection, entries)


def _entry(line: EventLine) -> LogEntry:
    return LogEntry(
        originator_id=line.stream,
        originator_version=line.version,
        topic=line.type,
        state=line.payload,
        id=line.position,
        recorded_at=line.recorded_at,
        actor=line.actor,
    )


def _sync_folder(folder: Path) -> None:
    """Let the new name itself be on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
