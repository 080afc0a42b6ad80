"""`rate_count` has what callers asked for lately, on PostgreSQL: no part of the record, and in no backup.

Unlogged: it costs no write-ahead log, and a crash of the server empties it. Room is left in its pages,
so that a count is made where the row stands.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Table

from infrastructure.tables.record import TEXT
from infrastructure.tables.text import POSTGRESQL

__all__ = ["rate_count"]

rate_count: Final = Table(
    "rate_count",
    POSTGRESQL,
    Column("key", TEXT, primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("before", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    prefixes=["UNLOGGED"],
    postgresql_with={"fillfactor": 50},
)
