"""Removes data that an erasure overwrote from the database's files, at once or as soon as possible."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from infrastructure.log.erasure import TABLES, has_erased

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infrastructure.database.database import Database

PAUSE_SECONDS: Final = 5.0
"""The pause after a try that failed."""
PATIENCE_SECONDS: Final = 1.0
"""How long one try waits for readers of an older state on PostgreSQL; no request waits for it."""

_logger: Final = logging.getLogger("parley")


class Overwritten:
    """Removes the data that erasures overwrote in one database; `pending` while some may be left in its files."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending = Event()
        self._followed = Event()
        self._again_at = 0.0
        self._erased = False

    @property
    def pending(self) -> bool:
        """Whether overwritten data may be left in the files."""
        return self._pending.is_set()

    def add(self) -> None:
        """Note that data was overwritten; removes it now on SQLite, or if no follower calls `drop`."""
        self._pending.set()
        self._erased = True
        self._again_at = 0.0
        if self._database.is_sqlite or not self._followed.is_set():
            self.drop()

    def drop(self) -> None:
        """Remove overwritten data, if any may be left; after a failure, a later call tries again.

        A log in which nothing was ever erased has none.
        """
        if not self._pending.is_set() or time.monotonic() < self._again_at:
            return
        self._pending.clear()
        try:
            if self._erased or self._has_erased():
                patience = 0.0 if self._database.is_sqlite else PATIENCE_SECONDS
                self._database.drop_overwritten(*TABLES, patience=patience)
        except BaseException as error:
            self._again_at = time.monotonic() + PAUSE_SECONDS
            self._pending.set()
            if not isinstance(error, SQLAlchemyError):
                raise
            _logger.warning("erased data is not overwritten in all files yet: %s", error)

    def _has_erased(self) -> bool:
        with self._database.reading() as connection:
            return has_erased(connection)

    @contextmanager
    def keep_following(self) -> Iterator[None]:
        """Promise that `drop` is called now and then while the block runs.

        The first call has something to do, because an earlier process may have been killed during an erasure.
        """
        self._pending.set()
        self._followed.set()
        try:
            yield
        finally:
            self._followed.clear()
