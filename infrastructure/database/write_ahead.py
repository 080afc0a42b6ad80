"""Switches a SQLite file to a write-ahead log, also while other processes open it."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPICursor

PAUSE_SECONDS: Final = 0.005


def keep_write_ahead(cursor: DBAPICursor, patience_seconds: float) -> None:
    """Set WAL mode; tries again while another process changes the mode, because SQLite itself does not wait for that.

    Raises sqlite3.OperationalError if the file is locked for longer than `patience_seconds`.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return
