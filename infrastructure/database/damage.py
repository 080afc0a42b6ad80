"""Notices that a database is damaged, and remembers it until the process restarts.

Either the database reports it (SQLite: "malformed", PostgreSQL: SQLSTATE class XX), or stored data cannot be read.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import msgspec
import psycopg
from sqlalchemy import event

from infrastructure.database.engines import NOT_UTF8
from infrastructure.errors import UnreadableEventError
from infrastructure.sealing.wrapping import BrokenSealError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine import ExceptionContext

_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY: Final = 0xFF
"""Masks the primary result code in one of SQLite's extended codes."""
_STATES: Final = frozenset({"XX001", "XX002", "58P01"})
"""PostgreSQL's data_corrupted, index_corrupted, and undefined_file: a table's own file is gone."""


class DamagedError(Exception):
    """Stored data cannot be read; the message says which."""


_UNREADABLE: Final = (DamagedError, BrokenSealError, UnreadableEventError, msgspec.MsgspecError)


@contextmanager
def raise_damage(what: str) -> Iterator[None]:
    """Raise DamagedError if the block cannot read a row, which `what` names."""
    try:
        yield
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
        raise DamagedError(f"{what} cannot be read as it is stored") from error


class Damage:
    """Whether anything has shown damage to a database since this object was made (`seen`)."""

    def __init__(self) -> None:
        self.seen = False

    def watch(self, engine: Engine) -> None:
        """Remember each report of damage that an engine gets, from any statement."""
        event.listen(engine, "handle_error", self._look)

    def note(self, error: BaseException) -> None:
        """Remember an error, if it shows damage."""
        self.seen = self.seen or shows_damage(error)

    def _look(self, context: ExceptionContext) -> None:
        self.note(context.original_exception)


def shows_damage(error: BaseException) -> bool:
    """Whether an error, or one of its causes, comes from a damaged database only."""
    return any(_is_damage(cause) for cause in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_damage(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
        return code & _PRIMARY in _CORRUPT or NOT_UTF8 in str(error)
    if isinstance(error, psycopg.Error):
        return error.sqlstate in _STATES
    return isinstance(error, _UNREADABLE)
