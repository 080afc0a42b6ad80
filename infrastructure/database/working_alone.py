"""Lets one process at a time work on a whole database; a second one is refused and told what is under way.

On PostgreSQL a transaction of its own holds two advisory locks, one for all such work and one that says which it is. It
keeps no snapshot, so that VACUUM does not wait for it; it goes through a pooler that lends a connection for each
transaction; and it ends with its process. Beside a SQLite file a file `-work` is locked, and names the work. What is
done on a database in memory is known in its process.
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database

__all__ = ["NotAloneError", "Work", "work_alone"]

Work = Literal["rebuild", "restore", "sealing", "compaction", "upgrade of the schema"]
"""Their numbers in PostgreSQL's locks are their places here, from 1; 0 is the lock for all of them."""

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
"""It needs no snapshot, and lets go of the one that the statement before it was answered from."""
_LOST: Final = "the lock on the database was lost, so that this stopped where it was; run it again"
_LONGEST: Final = 100
_OWNER_ALONE: Final = 0o600

_under_way: Final[WeakKeyDictionary[Database, Work]] = WeakKeyDictionary()
_looking: Final = Lock()


class NotAloneError(Exception):
    """Other work on the whole database is under way, or may have begun meanwhile; the message says so."""


@contextmanager
def work_alone(database: Database, work: Work) -> Iterator[Callable[[], None]]:
    """While the block runs, no other such work is done on the database, by whatever process.

    Gives what raises NotAloneError if the lock was lost since. Raises NotAloneError where other work is under way.
    """
    if database.is_memory:
        held = _in_process(database, work)
    elif database.is_sqlite:
        held = _beside(_file_of(database), work)
    else:
        held = _in_transaction(database, work)
    with in_lane("unhurried"), held as confirm:
        yield confirm


def _other(work: Work, found: str) -> NotAloneError:
    """Describes the work that is under way in words; empty if it is not known which."""
    article = "another" if found == work else "an" if found[:1] in set("aeiou") else "a"
    what = f"{article} {found}" if found in _WORKS[1:] else "other work"
    return NotAloneError(f"{what} is under way on this database; run this again when that is done")


@contextmanager
def _in_process(database: Database, work: Work) -> Iterator[Callable[[], None]]:
    with _looking:
        if (found := _under_way.get(database)) is not None:
            raise _other(work, found)
        _under_way[database] = work
    try:
        yield lambda: None
    finally:
        del _under_way[database]


def _file_of(database: Database) -> Path:
    """The file beside a SQLite file, by whatever name or link that was opened."""
    with database.reading() as connection:
        listed = connection.exec_driver_sql("PRAGMA database_list").all()
    return Path(f"{listed[0].file}-work")


@contextmanager
def _beside(path: Path, work: Work) -> Iterator[Callable[[], None]]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ALONE)
    try:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            raise _other(work, os.pread(handle, _LONGEST, 0).decode()) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, work.encode(), 0)
        yield partial(_refuse_moved, path, handle)
    finally:
        os.close(handle)


def _refuse_moved(path: Path, handle: int) -> None:
    """If the file is taken away, another process can work beside this one."""
    with suppress(FileNotFoundError):
        if os.path.samestat(path.stat(), os.fstat(handle)):
            return
    raise NotAloneError(_LOST)


@contextmanager
def _in_transaction(database: Database, work: Work) -> Iterator[Callable[[], None]]:
    engine = database.engine.execution_options(isolation_level="READ COMMITTED")
    with engine.connect() as connection:
        connection.execute(_NO_LIMITS)
        if not _taken(connection, ""):
            number = connection.execute(_HELD, {"class": _CLASS}).scalar() or 0
            raise _other(work, _WORKS[number] if number < len(_WORKS) else "")
        _taken(connection, work)
        connection.execute(_LIVES)
        yield partial(_refuse_lost, connection)


def _taken(connection: Connection, work: str) -> bool:
    lock = {"class": _CLASS, "number": _WORKS.index(work)}
    return cast("bool", connection.execute(_TAKE, lock).scalar_one())


def _refuse_lost(connection: Connection) -> None:
    try:
        connection.execute(_LIVES)
    except SQLAlchemyError as error:
        raise NotAloneError(_LOST) from error
