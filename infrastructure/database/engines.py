"""Makes engines whose errors quote no values, because errors are logged and values may be private, or erased later.

SQLAlchemy would quote a statement's parameters, PostgreSQL the row or the key that it refuses, and SQLite's driver a
text that it cannot decode.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from infrastructure.database.bounded_connection import BoundedConnection
from infrastructure.errors import MissingRightError
from infrastructure.hot_statements import LISTENERS

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

_REFUSED_WRITES: Final = (
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.FeatureNotSupported,
)
"""What PostgreSQL raises if a standby is to write; it raises both for other reasons, too."""

_OF_A_FILE: Final = re.compile(r"could not (?:extend|write|create|open|fsync|flush|truncate)\b")
"""How PostgreSQL begins when a file refuses it: a full disk has a code of its own, a quota that is used up has none."""

NOT_UTF8: Final = "Could not decode to UTF-8"
"""How an error of Python's SQLite begins that quotes a text it cannot decode."""


def engine_of(url: URL | str, **options: Any) -> Engine:  # noqa: ANN401 -- SQLAlchemy's
    """Make an engine as `create_engine` does; its connections to PostgreSQL are BoundedConnections."""
    engine = create_engine(url, hide_parameters=True, **options)
    engine.update_execution_options(**{LISTENERS: engine.dispatch})
    event.listen(engine, "handle_error", _leave_out_detail)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _connect)
        event.listen(engine, "handle_error", _leave_standby, retval=True)
        event.listen(engine, "handle_error", _tell_of_disk, retval=True)
        event.listen(engine, "handle_error", _tell_of_right, retval=True)
    return engine


def _connect(
    _dialect: object, _record: object, args: list[Any], named: dict[str, Any]
) -> BoundedConnection:
    return BoundedConnection.connect(*args, **named)


def _leave_standby(context: ExceptionContext) -> OperationalError | None:
    """Give up the connections to a server that takes no writes any more, because another one was made the primary."""
    raised, connection = context.original_exception, context.connection
    if not isinstance(raised, _REFUSED_WRITES) or connection is None:
        return None
    driver = connection.connection.dbapi_connection
    if not (isinstance(driver, BoundedConnection) and _is_in_recovery(driver)):
        return None
    context.is_disconnect = True
    return OperationalError(context.statement, None, raised, connection_invalidated=True)


def _tell_of_disk(context: ExceptionContext) -> OperationalError | None:
    """Turn an internal error of PostgreSQL that is about a file, because its disk fails, into an OperationalError."""
    raised = context.original_exception
    if isinstance(raised, psycopg.errors.InternalError_) and _OF_A_FILE.match(str(raised)):
        return OperationalError(context.statement, None, raised)
    return None


def _tell_of_right(context: ExceptionContext) -> MissingRightError | None:
    """Tell a missing right, which an administrator can give back, from a statement that is wrong."""
    raised = context.original_exception
    if isinstance(raised, psycopg.errors.InsufficientPrivilege):
        return MissingRightError(context.statement, None, raised)
    return None


def _is_in_recovery(driver: BoundedConnection) -> bool:
    """Whether the server is a standby; ends the transaction, which has failed."""
    with suppress(psycopg.Error):
        driver.rollback()
        was_read_only, driver.read_only = driver.read_only, True
        row = driver.execute("SELECT pg_is_in_recovery()").fetchone()
        driver.rollback()
        driver.read_only = was_read_only
        return row == (True,)
    return False


def _leave_out_detail(context: ExceptionContext) -> None:
    raised, message = context.original_exception, None
    if isinstance(raised, psycopg.Error):
        message = raised.diag.message_primary
    elif isinstance(raised, sqlite3.Error) and str(raised).startswith(NOT_UTF8):
        message = NOT_UTF8
    if message is not None:
        raised.args = (message,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (message,)
