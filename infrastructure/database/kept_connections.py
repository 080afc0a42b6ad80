"""Keeps the last connection of each kind set up and out of its pool, for the next work of that kind.

SQLAlchemy takes longer to check a connection out, to set up its transactions, and to check it in again than a short
statement takes.
"""

from __future__ import annotations

import select
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from infrastructure.database.bounded_connection import BoundedConnection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    from sqlalchemy import Connection, Engine

QUIET_SECONDS: Final = 1.0
"""How long after its last use a connection counts as alive without a ping."""


class KeptConnections:
    """At most one idle connection of each engine; none once `closed` is set."""

    def __init__(self, closed: Event) -> None:
        self._closed = closed
        self._kept: dict[Engine, tuple[Connection, float]] = {}

    @contextmanager
    def connection(self, engine: Engine) -> Iterator[Connection]:
        """A connection of an engine, without a transaction; it is kept unless the block raises."""
        connection = self._take(engine) or engine.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._keep(engine, connection)

    def close(self) -> None:
        """Return every kept connection to its pool."""
        for engine in [*self._kept]:
            kept = self._kept.pop(engine, None)
            if kept is not None:
                kept[0].close()

    def _take(self, engine: Engine) -> Connection | None:
        kept = self._kept.pop(engine, None)
        if kept is None:
            return None
        connection, used_at = kept
        driver = connection.connection.dbapi_connection
        if not isinstance(driver, BoundedConnection) or is_quiet(driver, used_at):
            return connection
        connection.close()  # its pool pings it before its next use
        return None

    def _keep(self, engine: Engine, connection: Connection) -> None:
        if connection.in_transaction():
            connection.rollback()
        kept = connection, time.monotonic()
        if self._kept.setdefault(engine, kept) is not kept:
            connection.close()
        elif self._closed.is_set():
            self.close()


def is_quiet(connection: BoundedConnection, used_at: float) -> bool:
    """Whether a connection was used within QUIET_SECONDS, and its socket has nothing to read.

    A server that stops closes its connections, which makes their sockets readable.
    """
    if time.monotonic() - used_at >= QUIET_SECONDS or connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
