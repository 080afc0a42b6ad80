"""`rate_count` counts callers' requests on PostgreSQL; it is not part of the record, and in no backup.

The table is unlogged: it writes no write-ahead log, and a crash of the server empties it. Its pages are filled by half,
so that a row can be updated in place.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Table

from infrastructure.tables.record import TEXT
from infrastructure.tables.text import POSTGRESQL

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
