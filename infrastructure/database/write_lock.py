"""Takes the write lock of a SQLite database, so that no writer waits long for it.

SQLite keeps no queue of writers, and its own wait asks ever more seldom, at last every 0.1 s. Here a writer asks every
LOOK_SECONDS. A writer that gives way, and had to wait, releases the lock for GIVING_WAY_SECONDS when it gets it, so
that another writer in any process can take it.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Final

from infrastructure.hot_statements import run_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPICursor

BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
GIVES_WAY: Final = "parley_gives_way"
"""The execution option with a function that says whether the transaction to begin gives way."""
LOOK_SECONDS: Final = 0.003
GIVING_WAY_SECONDS: Final = 0.01
TIMES: Final = 5
"""How often a writer gives way at most."""
_PRIMARY: Final = 0xFF
"""Masks the primary result code in one of SQLite's extended codes."""


def take_write_lock(connection: Connection, seconds: float) -> None:
    """Begin a writing transaction; waits at most about `seconds` for the lock, and raises SQLAlchemy's errors."""
    gives_way: Callable[[], bool] | None = connection.get_execution_options().get(GIVES_WAY)
    deadline = time.monotonic() + seconds
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        for _ in range(TIMES):
            waited = _wait(connection, cursor, deadline)
            if not waited or gives_way is None or not gives_way():
                return
            cursor.execute("ROLLBACK")
            time.sleep(GIVING_WAY_SECONDS)
        _wait(connection, cursor, deadline)
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {1_000 * seconds:.0f}")
        cursor.close()


def _wait(connection: Connection, cursor: DBAPICursor, deadline: float) -> bool:
    """Begin as soon as the lock is free; whether it was not free at once."""
    waited = False
    while not _begin(connection, cursor, deadline):
        waited = True
        time.sleep(LOOK_SECONDS)
    return waited


def _begin(connection: Connection, cursor: DBAPICursor, deadline: float) -> bool:
    """Begin, if the lock is free; after the deadline it raises that it is not."""
    try:
        cursor.execute(BEGIN_WRITING)
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
        if code & _PRIMARY == sqlite3.SQLITE_BUSY and time.monotonic() < deadline:
            return False
        run_text(connection, BEGIN_WRITING)
    return True
