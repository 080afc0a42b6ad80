"""Opens a database by its driver, with the durability of Parley. Callers begin and commit transactions themselves."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

_SETTINGS: Final = (
    "journal_mode = wal",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "busy_timeout = 60000",
)


class Raw:
    """A connection of the driver; hides the differences between the two databases."""

    def __init__(self, url: str) -> None:
        named = make_url(url)
        self.is_sqlite = named.get_backend_name() == "sqlite"
        self.cursor: Any
        if self.is_sqlite:
            opened = sqlite3.connect(str(named.database), isolation_level=None)
            for setting in _SETTINGS:
                opened.execute(f"PRAGMA {setting}")
            self._connection: Any = opened
        else:
            text = named.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(text, autocommit=True)
        self.cursor = self._connection.cursor()
        self.mark = "?" if self.is_sqlite else "%s"

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 -- values of SQL
        """All rows of a query that marks its values by `?`."""
        found: list[tuple[Any, ...]] = self.cursor.execute(self.mark_values(sql), values).fetchall()
        return found

    def mark_values(self, sql: str) -> str:
        """A statement with the driver's own placeholder for values."""
        return sql if self.is_sqlite else sql.replace("?", "%s")

    def insert(self, table: str, columns: tuple[str, ...], *, missing: bool = False) -> str:
        """The statement that inserts a row; with `missing`, a row that is there already is left alone."""
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join([self.mark] * len(columns))
        unless = " ON CONFLICT DO NOTHING" if missing else ""
        return f"INSERT INTO {table} ({names}) VALUES ({marks}){unless}"  # noqa: S608 -- names of the schema
