"""Lets one process at a time work on a whole database; a second one is refused and told what is under way.

On PostgreSQL a separate transaction holds two advisory locks: one for all such work, and one for the kind of work. It
keeps no snapshot, so that VACUUM does not wait for it; it works through a transaction pooler; and it ends with its
process. For a SQLite file, a file `…-work` beside it is locked and names the work. For a database in memory the process
keeps the work in a variable.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, cast, get_args
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from infrastructure.database.lanes import in_lane
from infrastructure.errors import ReadOnlyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database

Work = Literal["rebuild", "restore", "sealing", "compaction", "upgrade of the schema"]
"""A work's number in PostgreSQL's locks is its place here, from 1; 0 is the lock for all of them."""

_WORKS: Final[tuple[str, ...]] = ("", *get_args(Work))
_CLASS: Final = 0x7061_726C
"""The first key of these locks: "parl" in ASCII."""
_NO_LIMITS: Final = text(
    "SELECT set_config(name, '0', true) FROM pg_settings"
    " WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')"
)
_TAKE: Final = text("SELECT pg_try_advisory_xact_lock(:class, :number)")
_HELD: Final = text(
    "SELECT max(CAST(objid AS int)) FROM pg_locks"
    " WHERE locktype = 'advisory' AND granted AND CAST(classid AS int) = :class"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_LIVES: Final = text("SHOW transaction_isolation")
"""Shows that the connection is alive; takes no snapshot, and releases that of the statement before."""
_LOST: Final = "the lock on the database was lost, so this work stopped halfway; run it again"
_LONGEST: Final = 100
_OWNER_ALONE: Final = 0o600

_under_way: Final[WeakKeyDictionary[Database, Work]] = WeakKeyDictionary()
_looking: Final = Lock()


class NotAloneError(Exception):
    """Other work on the whole database is under way, or may have begun meanwhile; the message says so."""


@contextmanager
def work_alone(database: Database, work: Work) -> Iterator[Callable[[], None]]:
    """While the block runs, no process does other such work on the database.

    Yields a function that raises NotAloneError if the lock was lost. Raises NotAloneError if other work is under way,
    and ReadOnlyError if the database is opened for reading alone.
    """
    if database.read_only:
        raise ReadOnlyError
    if database.is_memory:
        lock = _mark_in_process(database, work)
    elif database.is_sqlite:
        lock = _lock_file(_file_of(database), work)
    else:
        lock = _lock_in_transaction(database, work)
    with in_lane("unhurried"), lock as confirm:
        yield confirm


def _name_other(work: Work, other: str) -> NotAloneError:
    """Make the error that names the work under way; `other` is empty if it is not known."""
    article = "another" if other == work else "an" if other[:1] in set("aeiou") else "a"
    what = f"{article} {other}" if other in _WORKS[1:] else "other work"
    return NotAloneError(f"{what} is under way on this database; run this again when that is done")


@contextmanager
def _mark_in_process(database: Database, work: Work) -> Iterator[Callable[[], None]]:
    with _looking:
        if (other := _under_way.get(database)) is not None:
            raise _name_other(work, other)
        _under_way[database] = work
    try:
        yield lambda: None
    finally:
        del _under_way[database]


def _file_of(database: Database) -> Path:
    """The lock file beside a SQLite file, whose links are resolved."""
    with database.reading() as connection:
        listed = connection.exec_driver_sql("PRAGMA database_list").all()
    return Path(f"{listed[0].file}-work")


@contextmanager
def _lock_file(path: Path, work: Work) -> Iterator[Callable[[], None]]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ALONE)
    try:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise _name_other(work, os.pread(handle, _LONGEST, 0).decode()) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, work.encode(), 0)
        yield partial(_refuse_moved, path, handle)
    finally:
        os.close(handle)


def _refuse_moved(path: Path, handle: int) -> None:
    """Raise NotAloneError if the lock file was removed or replaced, because another process may then hold its own."""
    with suppress(FileNotFoundError):
        if os.path.samestat(path.stat(), os.fstat(handle)):
            return
    raise NotAloneError(_LOST)


@contextmanager
def _lock_in_transaction(database: Database, work: Work) -> Iterator[Callable[[], None]]:
    engine = database.engine.execution_options(isolation_level="READ COMMITTED")
    with engine.connect() as connection:
        connection.execute(_NO_LIMITS)
        if not _take_lock(connection, ""):
            number = connection.execute(_HELD, {"class": _CLASS}).scalar() or 0
            raise _name_other(work, _WORKS[number] if number < len(_WORKS) else "")
        _take_lock(connection, work)
        connection.execute(_LIVES)
        yield partial(_refuse_lost, connection)


def _take_lock(connection: Connection, work: str) -> bool:
    lock = {"class": _CLASS, "number": _WORKS.index(work)}
    return cast("bool", connection.execute(_TAKE, lock).scalar_one())


def _refuse_lost(connection: Connection) -> None:
    try:
        connection.execute(_LIVES)
    except SQLAlchemyError as error:
        raise NotAloneError(_LOST) from error
