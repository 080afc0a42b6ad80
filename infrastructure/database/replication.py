"""Tells a standby of PostgreSQL from the server that takes writes, and how far what it shows may be behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Connection, select, text

from infrastructure.errors import DatabaseRefusedError
from infrastructure.tables.record import log_head

if TYPE_CHECKING:
    from infrastructure.database.database import Database

_IN_RECOVERY: Final = text("SELECT pg_is_in_recovery()")
_UNREPLAYED: Final = text(
    "SELECT CASE WHEN pg_is_in_recovery()"
    " THEN CAST(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) AS BIGINT) END"
)
_STANDBY: Final = (
    "this PostgreSQL is a standby, which takes no writes: name the primary in PARLEY_DATABASE_URL,"
    " or serve with --read-only"
)


class Lag(NamedTuple):
    """`seconds` is how old the log's clock is; everything that was recorded earlier is here.

    The server that signs the log moves its clock on every few seconds. `unreplayed` are the bytes that a standby has
    received and not replayed; None if the database is no standby.
    """

    seconds: float
    unreplayed: int | None


def measure_lag(connection: Connection, now: int) -> Lag:
    """How far this database may be behind, at an instant in microseconds UTC."""
    settled = connection.execute(select(log_head.c.recorded_at)).scalar_one()
    unreplayed = None
    if connection.dialect.name == "postgresql":
        unreplayed = connection.execute(_UNREPLAYED).scalar_one()
    return Lag(max(0, now - settled) / 1_000_000, unreplayed)


def is_standby(database: Database) -> bool:
    """Whether the database is a standby of PostgreSQL."""
    if database.is_sqlite:
        return False
    with database.looking() as connection:
        return bool(connection.execute(_IN_RECOVERY).scalar_one())


def refuse_standby(database: Database) -> None:
    """Raise DatabaseRefusedError for a PostgreSQL server that is a standby."""
    if is_standby(database):
        raise DatabaseRefusedError(_STANDBY)
