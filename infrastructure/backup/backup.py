"""Makes and restores backups: a backup holds the record at one moment, and a restore is complete or changes nothing.

It copies the log, its head and the stored responses: positions, instants and bytes unchanged, and payloads sealed. All
other tables are derived from the log again, in the transaction that restores it. A restore needs the wrapping keys,
which are in no backup.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final, cast

import msgspec
from sqlalchemy import Connection, Table, select

from infrastructure.backup.file import (
    FORMAT,
    HASHED_SINCE,
    AnswerLine,
    BackupError,
    CountLine,
    EventLine,
    Manifest,
    Opening,
    PartLine,
    read_backup,
    write_backup,
)
from infrastructure.log.append import MOVE_HEAD
from infrastructure.log.rows import LOGGED, entries, parts_between
from infrastructure.log.under_lock import LOCK_HEAD
from infrastructure.private_file import private_part, sync_folder
from infrastructure.proofs.publishing import last_signed_note
from infrastructure.sealing.seals import seals_of
from infrastructure.sealing.stamps import restore_stamps, stamps_of_answers
from infrastructure.sealing.wrapping import SealKeyError
from infrastructure.tables.record import (
    api_key,
    confidential_part,
    event,
    idempotency_answer,
    log_head,
    stamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from infrastructure.backup.file import Line, Row
    from infrastructure.database.database import Database
    from infrastructure.log.entry import InlineProjection
    from infrastructure.sealing.wrapping import WrappingKeySource

BATCH: Final = 500
TABLES: Final[dict[type, Table]] = {
    EventLine: event,
    PartLine: confidential_part,
    AnswerLine: idempotency_answer,
}

_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS})
"""The errors of file systems without hard links, such as those of memory sticks."""

_BEGUN: Final = (
    "the database is in use already: an API key was made in it, or a server has signed or stamped it;"
    " restore into a new database"
)

Progress = Callable[[int, int], None]


def back_up(database: Database, target: Path, progress: Progress | None = None) -> Manifest:
    """Write the record, as one transaction sees it, to the new file `target`, as a whole or not at all.

    The file has mode 0600. `progress` is called with (position reached, last position). Raises BackupError if `target`
    exists already, and OSError.
    """
    if os.path.lexists(target):
        raise BackupError(f"{target} exists already: name another file")
    with private_part(target) as (part, file):
        with database.reading() as connection:
            opening = _make_opening(connection)
            manifest = write_backup(file, opening, _rows(connection, opening.position, progress))
        file.flush()
        os.fsync(file.fileno())
        _name(part, target)
    return manifest


def _name(part: Path, target: Path) -> None:
    """Rename a complete file and sync its folder; BackupError if another file has that name by now."""
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise BackupError(f"{target} exists already: name another file") from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        part.rename(target)
    part.unlink(missing_ok=True)
    try:
        sync_folder(target.parent)
    except OSError:
        target.unlink()
        raise


def verify_backup(source: Path, keys: WrappingKeySource | None = None) -> Manifest:
    """Read a backup to its end, and return its manifest.

    BackupError if it is not complete, SealKeyError if a key that sealed it is not among `keys`.
    """
    missing: str | None = None
    last: Line | Manifest | None = None
    for last in read_backup(source):
        wraps = _find_wrapping_key(last)
        if missing is None and keys is not None and wraps is not None and not _has(keys, wraps):
            missing = wraps
    if not isinstance(last, Manifest):
        raise BackupError("the backup is incomplete: copy it again")
    if missing is not None:
        raise SealKeyError.missing(missing)
    return last


def _find_wrapping_key(line: Line | Manifest) -> str | None:
    """The id of the wrapping key that a line of a backup needs; None if it needs none."""
    if isinstance(line, (EventLine, PartLine)):
        return None if line.data_key is None else line.key_id
    return line.key_id if isinstance(line, CountLine) else None


def _has(keys: WrappingKeySource, key_id: str) -> bool:
    """Whether a source has a key, or finds it elsewhere."""
    keyring = keys.read()
    return (keyring is not None and key_id in keyring.ids) or keys.look_for(key_id)


def restore(
    database: Database,
    source: Path,
    projections: Sequence[InlineProjection],
    progress: Progress | None = None,
) -> Manifest:
    """Restore a backup into an empty database whose schema is at head, in one transaction.

    Raises BackupError for a database that has a record, an API key, stamps or a signed checkpoint, and for an
    incomplete file; SealKeyError if a key that sealed the backup is not given. Then the database is unchanged.
    """
    with database.writing() as connection:
        promised = _refuse_used(connection)
        manifest = _load(connection, source, promised, projections, progress)
        seals_of(connection).check(connection)
        return manifest


def _make_opening(connection: Connection) -> Opening:
    head = connection.execute(select(log_head)).one()
    return Opening(FORMAT, head.position, head.recorded_at)


def _rows(connection: Connection, last: int, progress: Progress | None) -> Iterator[Row]:
    ordered = select(event).order_by(event.c.position).limit(BATCH)
    reached = 0
    while reached < last:
        rows = connection.execute(ordered.where(event.c.position > reached)).mappings().all()
        parts = parts_between(connection, reached, rows[-1]["position"])
        for row in rows:
            yield EventLine(**row)
            yield from (PartLine(**part) for part in parts.get(row["position"], ()))
        reached = rows[-1]["position"]
        if progress is not None:
            progress(reached, last)
    keys = (idempotency_answer.c.caller, idempotency_answer.c.key)
    for row in connection.execute(select(idempotency_answer).order_by(*keys)).mappings():
        yield AnswerLine(**row)
    for kept in stamps_of_answers(connection):
        yield CountLine(kept["key_id"], bytes(kept["stamp"]), kept["of"])


def _refuse_used(connection: Connection) -> int:
    """The record time of an empty database's head, which the next event must exceed; BackupError if it is in use."""
    head = connection.execute(LOCK_HEAD).one()
    if head.position or _is_any(connection, TABLES.values()):
        raise BackupError("the database holds a record already: restore into an empty one")
    stamped = bool(stamps_of_answers(connection)) or _is_any(connection, (api_key, stamp))
    if last_signed_note(connection) is not None or stamped:
        raise BackupError(_BEGUN)
    return int(head.recorded_at)


def _is_any(connection: Connection, tables: Iterable[Table]) -> bool:
    firsts = (connection.execute(select(table).limit(1)).first() for table in tables)
    return any(row is not None for row in firsts)


def _load(
    connection: Connection,
    source: Path,
    promised: int,
    projections: Sequence[InlineProjection],
    progress: Progress | None,
) -> Manifest:
    last, stamps = 0, []
    unhashed = False
    for kind, lines in _batches(source):
        if kind is Opening:
            opening = cast("Opening", lines[0])
            last = opening.position
            head = {"position": last, "recorded_at": max(opening.recorded_at, promised)}
            connection.execute(MOVE_HEAD, head)
            unhashed = opening.format < HASHED_SINCE
        elif kind is Manifest:
            manifest = cast("Manifest", lines[0])
        elif not (unhashed and kind in {AnswerLine, CountLine}):
            rows = [msgspec.structs.asdict(line) for line in lines]
            if kind is CountLine:
                stamps += rows
            else:
                connection.execute(TABLES[kind].insert(), rows)
    if last or manifest.answers:
        restore_stamps(connection, stamps)
    for after in range(0, last, BATCH):
        _project(connection, after, projections)
        if progress is not None:
            progress(min(after + BATCH, last), last)
    return manifest


def _batches(source: Path) -> Iterator[tuple[type, list[Line | Manifest]]]:
    """The lines of a backup, in groups of one kind and at most BATCH lines."""
    for kind, lines in groupby(read_backup(source), type):
        while batch := list(islice(lines, BATCH)):
            yield kind, batch


def _project(connection: Connection, after: int, projections: Sequence[InlineProjection]) -> None:
    """Apply the projections to the next events, which are opened as any reader opens them."""
    put = LOGGED.where(event.c.position > after).order_by(event.c.position).limit(BATCH)
    logged = entries(connection, put, str) if projections else []
    for projection in projections:
        projection.apply(connection, logged)
