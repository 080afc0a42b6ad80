"""Search all bytes that a database has on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from infrastructure.database.database import Database


def holds(database: Database, wanted: bytes) -> bool:
    """Whether a file of a SQLite database, its write-ahead log included, has these bytes."""
    path = Path(str(database.url.database))
    files = [each for each in path.parent.glob(f"{path.name}*") if each.is_file()]
    assert path in files
    return any(wanted in file.read_bytes() for file in files)


def tables_holding(database: Database, wanted: str, *tables: str) -> list[str]:
    """The tables of PostgreSQL or SQLite with a row that has the text in any column."""
    found = []
    with database.reading() as connection:
        for table in tables:
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 -- named in tests
            plain = b"\0".join(
                bytes(part) if isinstance(part, (bytes, memoryview)) else str(part).encode()
                for row in rows
                for part in row
            )
            if wanted.encode() in plain:
                found.append(table)
    return found
