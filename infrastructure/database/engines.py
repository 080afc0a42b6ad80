"""Makes engines whose errors quote no values, because logged values may be private, or erased later.

SQLAlchemy would add a statement's parameters; PostgreSQL adds the row or the key that it refuses, and SQLite's driver a
text that it cannot read.
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
"""How Python's SQLite begins what it says of a text that it cannot read, which it quotes."""


def engine_of(url: URL | str, **options: Any) -> Engine:  # noqa: ANN401 -- SQLAlchemy's
    """As `create_engine`; a connection to PostgreSQL may be told how long to wait."""
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "handle_error", _leave_out_detail)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _connected)
    return engine


def _connected(
    _dialect: object, _record: object, given: list[Any], named: dict[str, Any]
) -> BoundedConnection:
    return BoundedConnection.connect(*given, **named)


def _leave_out_detail(context: ExceptionContext) -> None:
    raised, said = context.original_exception, None
    if isinstance(raised, psycopg.Error):
        said = raised.diag.message_primary
    elif isinstance(raised, sqlite3.Error) and str(raised).startswith(NOT_UTF8):
        said = NOT_UTF8
    if said is not None:
        raised.args = (said,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (said,)
