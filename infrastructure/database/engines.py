"""Makes engines whose errors quote no values, because errors are logged and values may be private, or erased later.

SQLAlchemy would quote a statement's parameters, PostgreSQL the row or the key that it refuses, and SQLite's driver a
text that it cannot decode.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy import URL, Engine, create_engine, event

from infrastructure.database.bounded_connection import BoundedConnection

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

__all__ = ["NOT_UTF8", "engine_of"]

NOT_UTF8: Final = "Could not decode to UTF-8"
"""How an error of Python's SQLite begins that quotes a text it cannot decode."""


def engine_of(url: URL | str, **options: Any) -> Engine:  # noqa: ANN401 -- SQLAlchemy's
    """Make an engine as `create_engine` does; its connections to PostgreSQL are BoundedConnections."""
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "handle_error", _leave_out_detail)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _connect)
    return engine


def _connect(
    _dialect: object, _record: object, given: list[Any], named: dict[str, Any]
) -> BoundedConnection:
    return BoundedConnection.connect(*given, **named)


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
