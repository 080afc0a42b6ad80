"""Converts errors of the database to the event-sourcing library's persistence errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from eventsourcing import persistence
from sqlalchemy import exc

from infrastructure.database.bounded_connection import SilentServerError
from infrastructure.errors import MissingRightError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAPPED: Final[tuple[tuple[type[Exception], type[persistence.PersistenceError]], ...]] = (
    (exc.IntegrityError, persistence.IntegrityError),
    (exc.DataError, persistence.DataError),
    (exc.OperationalError, persistence.OperationalError),
    (MissingRightError, persistence.OperationalError),
    (exc.ProgrammingError, persistence.ProgrammingError),
    (exc.InternalError, persistence.InternalError),
    (exc.NotSupportedError, persistence.NotSupportedError),
    (exc.InterfaceError, persistence.InterfaceError),
    (exc.DatabaseError, persistence.DatabaseError),
    (exc.TimeoutError, persistence.OperationalError),
    (exc.StatementError, persistence.DataError),
    (exc.SQLAlchemyError, persistence.PersistenceError),
    (OverflowError, persistence.DataError),
    (UnicodeError, persistence.DataError),
)
"""The most specific error first. The drivers raise the last two for values that they cannot send."""


class OutcomeUnknownError(persistence.OperationalError):
    """The commit itself failed: the request was recorded as a whole or not at all, and it is unknown which."""


@contextmanager
def persistence_errors() -> Iterator[None]:
    """Convert the database's errors that the block raises to the library's."""
    try:
        yield
    except (exc.SQLAlchemyError, OverflowError, UnicodeError) as error:
        raise as_persistence_error(error) from error


def as_persistence_error(error: BaseException) -> BaseException:
    """The library's error for one of the database's; any other error is returned as it is."""
    for raised, meant in MAPPED:
        if isinstance(error, raised):
            mapped = meant(str(getattr(error, "orig", None) or error))
            mapped.__cause__ = error
            return mapped
    return error


def is_connection_lost(error: BaseException) -> bool:
    """Whether the database went away, so that trying the requests one by one cannot help."""
    return isinstance(error, exc.TimeoutError) or (
        isinstance(error, exc.DBAPIError) and error.connection_invalidated
    )


def was_closed_by_server(error: BaseException) -> bool:
    """Whether the server closed the connection, as it does when it restarts; False if it was silent."""
    return (
        isinstance(error, exc.DBAPIError)
        and error.connection_invalidated
        and not isinstance(error.orig, SilentServerError)
    )
