"""Removes data that an erasure overwrote from the database's files, at once or as soon as possible."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from infrastructure.log.erasure import TABLES, look_for_erasures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infrastructure.database.database import Database

PAUSE_SECONDS: Final = 5.0
"""The pause after a try that failed."""
PATIENCE_SECONDS: Final = 1.0
"""How long one try waits for readers of an older state on PostgreSQL; no request waits for it."""

_logger: Final = logging.getLogger("parley")


class Overwritten:
    """Removes the data that erasures overwrote in one database; `pending` while some may be left in its files.

    `merge_index` removes the words of deleted rows from the index of all words.
    """

    def __init__(self, database: Database, merge_index: Callable[[], object]) -> None:
        self._database = database
        self._merge_index = merge_index
        self._pending = Event()
        self._followed = Event()
        self._again_at = 0.0
        self._looked = 0

    @property
    def pending(self) -> bool:
        """Whether overwritten data may be left in the files."""
        return self._pending.is_set()

    def add(self) -> None:
        """Note that data was overwritten; removes it now on SQLite, or if no follower calls `drop`."""
        self._pending.set()
        self._again_at = 0.0
        if self._database.is_sqlite or not self._followed.is_set():
            self.drop()

    def drop(self) -> None:
        """Remove overwritten data, if any may be left; after a failure, a later call tries again.

        While `keep_following` runs, it also looks for erasures by other processes, which may have been killed.
        """
        if time.monotonic() < self._again_at:
            return
        if self._followed.is_set():
            self._look_at_log()
        if not self._pending.is_set():
            return
        self._pending.clear()
        try:
            self._drop()
        except BaseException as error:
            self._again_at = time.monotonic() + PAUSE_SECONDS
            self._pending.set()
            if not isinstance(error, SQLAlchemyError):
                raise
            _logger.warning("erased data is not overwritten in all files yet: %s", error)

    def merge(self) -> None:
        """Remove the words of erased facts from the index of all words, if anything was ever erased."""
        with self._database.reading() as connection:
            _, erased = look_for_erasures(connection, 0)
        if erased:
            self._merge_index()

    def _look_at_log(self) -> None:
        with self._database.reading() as connection:
            self._looked, erased = look_for_erasures(connection, self._looked)
        if erased:
            self._pending.set()

    def _drop(self) -> None:
        self._merge_index()
        patience = 0.0 if self._database.is_sqlite else PATIENCE_SECONDS
        self._database.drop_overwritten(*TABLES, patience=patience)

    @contextmanager
    def keep_following(self) -> Iterator[None]:
        """Promise that `drop` is called now and then while the block runs."""
        self._looked = 0
        self._followed.set()
        try:
            yield
        finally:
            self._followed.clear()
