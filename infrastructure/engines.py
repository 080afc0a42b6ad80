"""An engine whose errors quote no value: they come to be logged, and what they quote may be private, or erased since.

SQLAlchemy would add a statement's parameters; PostgreSQL adds the row or the key that it refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event

from infrastructure.bounded_connection import BoundedConnection

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

__all__ = ["engine_of"]


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
    raised = context.original_exception
    if isinstance(raised, psycopg.Error) and raised.diag.message_primary is not None:
        raised.args = (raised.diag.message_primary,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (raised.diag.message_primary,)
