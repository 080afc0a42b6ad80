"""Checks that the index finds every word of the full text, which SQLite's own check does not do.

FTS5 finds the page of a word in a table of its own (`fact_text_idx`). With the end of that gone, its check
passes and words are found nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy import Connection

_TEXTS: Final = "SELECT rowid, body FROM fact_text"
_FOUND: Final = "SELECT count(*), total(rowid) FROM fact_text WHERE fact_text MATCH ?"


def find_lost_word(connection: Connection) -> str | None:
    """The first word that SQLite's index does not find in exactly the rows that contain it."""
    standing: dict[str, tuple[int, int]] = {}
    for rowid, body in connection.exec_driver_sql(_TEXTS):
        for word in set(body.split()):
            rows, total = standing.get(word, (0, 0))
            standing[word] = rows + 1, total + rowid
    for word, expected in sorted(standing.items()):
        counted = connection.exec_driver_sql(_FOUND, (f'"{word}"',)).one()
        if tuple(counted) != expected:
            return word
    return None
