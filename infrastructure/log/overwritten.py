"""Removes what an erasure overwrote from the files of the database, at once or as soon as possible."""

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

__all__ = ["Overwritten"]

PAUSE_SECONDS: Final = 5.0
"""For how long what stood in the way is not tried again."""
PATIENCE_SECONDS: Final = 1.0
"""How long readers of an older state of a PostgreSQL are waited for; nobody waits meanwhile."""

_logger: Final = logging.getLogger("parley")


class Overwritten:
    """Has a database forget what erasures overwrote; `pending` while some of it may be left in its files."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending = Event()
        self._followed = Event()
        self._again_at = 0.0
        self._erased = False

    @property
    def pending(self) -> bool:
        """Whether something may be left."""
        return self._pending.is_set()

    def add(self) -> None:
        """Something was overwritten. It goes now, unless it takes long and somebody follows who can do it."""
        self._pending.set()
        self._erased = True
        self._again_at = 0.0
        if self._database.is_sqlite or not self._followed.is_set():
            self.drop()

    def drop(self) -> None:
        """Let it be gone, where any is left; what stands in the way is tried again another time.

        Of a log in which nothing was ever erased, nothing is left.
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
            _logger.warning("what was erased is not overwritten everywhere yet: %s", error)

    def _has_erased(self) -> bool:
        with self._database.reading() as connection:
            return has_erased(connection)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """While the block runs, `drop` is called now and then.

        It has something to do at first: the erasure before may have been killed.
        """
        self._pending.set()
        self._followed.set()
        try:
            yield
        finally:
            self._followed.clear()
