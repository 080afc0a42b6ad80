"""Errors for a database that is out of reach, that is not Parley's, or that holds unreadable data."""

from __future__ import annotations

from typing import Final

from eventsourcing.persistence import (
    InterfaceError,
    MapperDeserialisationError,
    OperationalError,
    PersistenceError,
)
from sqlalchemy import exc

__all__ = ["OF_STORAGE", "OUT_OF_REACH", "DatabaseRefusedError", "UnreadableEventError"]


class DatabaseRefusedError(Exception):
    """The database cannot keep what the log promises; the message says which promise."""


class UnreadableEventError(MapperDeserialisationError):
    """A stored event that no rule here can read: its name is unknown, or its payload does not fit."""


OUT_OF_REACH: Final[tuple[type[Exception], ...]] = (
    OperationalError,
    InterfaceError,
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    DatabaseRefusedError,
)
"""What is raised where the database went away, is too busy or has no room."""

OF_STORAGE: Final = (PersistenceError, exc.SQLAlchemyError)
"""Whatever the database, or the library above it, raises."""
