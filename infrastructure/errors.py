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


class DatabaseRefusedError(Exception):
    """The database cannot give a guarantee that the log needs; the message says which."""


class ReadOnlyError(Exception):
    """This process only reads its database, and was asked to change something."""

    def __init__(self) -> None:
        super().__init__(
            "this process only reads the database (PARLEY_READ_ONLY): change it where that is not set"
        )


class UnreadableEventError(MapperDeserialisationError):
    """A stored event cannot be read: its name is unknown, or its payload has the wrong shape."""


class MissingRightError(exc.ProgrammingError):
    """The role with which Parley connects to PostgreSQL may not use a table."""


OUT_OF_REACH: Final[tuple[type[Exception], ...]] = (
    OperationalError,
    InterfaceError,
    exc.OperationalError,
    exc.InterfaceError,
    exc.TimeoutError,
    DatabaseRefusedError,
    MissingRightError,
)
"""The errors that are raised if the database went away, is too busy or has no room, or if a right is missing there."""

OF_STORAGE: Final = (PersistenceError, exc.SQLAlchemyError)
"""All errors that the database, or the library above it, raises."""
