"""Reports data that a database returns and that Parley never stored, and remembers it until the process restarts.

The database says so itself (SQLite: "malformed", PostgreSQL: class XX of its states), or what is stored cannot be read.
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

__all__ = ["Damage", "DamagedError", "raise_damage", "shows_damage"]

_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY: Final = 0xFF
"""The bits of SQLite's extended codes that are the code which they extend."""
_STATES: Final = frozenset({"XX001", "XX002", "58P01"})
"""PostgreSQL's data_corrupted, index_corrupted, and undefined_file: a table's own file is gone."""


class DamagedError(Exception):
    """What is stored cannot be read; the message says what."""


_UNREADABLE: Final = (DamagedError, BrokenSealError, UnreadableEventError, msgspec.MsgspecError)


@contextmanager
def raise_damage(what: str) -> Iterator[None]:
    """Raise DamagedError where a row does not hold what such a row is written with."""
    try:
        yield
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError) as error:
        raise DamagedError(f"{what} cannot be read as it is stored") from error


class Damage:
    """Whether anything has shown that a database is damaged, since this was made."""

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
    """Whether an error, or one that it came of, is one that only a damaged database brings about."""
    return any(_is_damage(each) for each in _chain(error))


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
