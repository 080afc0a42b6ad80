"""Marks tables that an older Parley filled under other rules, so that they are derived again.

It says so by a row of `projection`, and the rebuild that follows takes the row away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from infrastructure.tables.record import projection

if TYPE_CHECKING:
    from sqlalchemy import Connection

OUTDATED: Final = "outdated"
"""The name of the row."""

_MARKED: Final = select(projection.c.name).where(projection.c.name == OUTDATED)


def is_outdated(connection: Connection) -> bool:
    """Whether the tables are to be derived again before anybody is answered from them."""
    return connection.execute(_MARKED).first() is not None


def unmark_outdated(connection: Connection) -> None:
    """Take the mark away: the tables have been derived again."""
    connection.execute(delete(projection).where(projection.c.name == OUTDATED))
