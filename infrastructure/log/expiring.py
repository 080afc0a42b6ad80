"""Deletes expired responses a few at a time, so that no writer of the log waits for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from infrastructure.log.append import lock_log
from infrastructure.sealing.stored_responses import drop_some_before
from infrastructure.tables.record import idempotency_answer

if TYPE_CHECKING:
    from infrastructure.database.database import Database

_ANY: Final = (
    select(idempotency_answer.c.kept_at)
    .where(idempotency_answer.c.kept_at < bindparam("instant"))
    .limit(1)
)


def drop_kept_before(database: Database, instant: int) -> int:
    """Delete the responses that were stored before an instant (microseconds UTC); returns how many."""
    dropped = 0
    while _is_any(database, instant) and (some := _drop_some(database, instant)):
        dropped += some
    return dropped


def _is_any(database: Database, instant: int) -> bool:
    with database.reading() as connection:
        return connection.execute(_ANY, {"instant": instant}).first() is not None


def _drop_some(database: Database, instant: int) -> int:
    with database.writing() as connection:
        lock_log(connection)
        return drop_some_before(connection, instant)
