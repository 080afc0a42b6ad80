"""What is raised where the database is not there for Parley, or is none of its own."""

from __future__ import annotations

from typing import Final

from eventsourcing.persistence import InterfaceError, OperationalError
from sqlalchemy import exc

__all__ = ["OUT_OF_REACH", "DatabaseRefusedError"]


class DatabaseRefusedError(Exception):
    """The database cannot keep what the log promises; the message says which promise."""


OUT_OF_REACH: Final[tuple[type[Exception], ...]] = (
    OperationalError,
    InterfaceError,
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    DatabaseRefusedError,
)
"""What is raised where the database went away, is too busy or has no room."""
