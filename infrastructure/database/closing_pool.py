"""Closes a connection that is returned to its pool after the database was closed.

`Engine.dispose` closes only connections that are in the pool, not those in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import QueuePool

if TYPE_CHECKING:
    from threading import Event

    from sqlalchemy.pool import ConnectionPoolEntry


def make_closing_pool(closed: Event) -> type[QueuePool]:
    """Make a pool class for an engine that may be disposed of at any time, and for good once `closed` is set."""

    class ClosingPool(QueuePool):
        _disposed = False

        def dispose(self) -> None:
            self._disposed = True
            super().dispose()

        def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
            super()._do_return_conn(record)
            if self._disposed or closed.is_set():
                self.dispose()

    return ClosingPool
