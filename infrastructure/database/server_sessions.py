"""Sets up sessions of PostgreSQL: once if the session is this connection's own, in each transaction behind a pooler.

A pooler in transaction mode gives each transaction some session of the server, and the next transaction there may be
anybody's. So nothing is left in such a session: no setting, and no prepared statement. PgBouncer is recognised by the
number that it tells of the server's process, which is not the real one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
from sqlalchemy.exc import OperationalError

from infrastructure.database.bounded_connection import BoundedConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection
    from sqlalchemy.engine import ExceptionContext

PREPARE_THRESHOLD: Final = 5
"""How often a connection runs a statement before it has the server prepare it, as psycopg has it."""
_LOOK: Final = "SELECT current_setting('synchronous_commit'), pg_backend_pid()"
_KEPT_ON: Final = (
    "set_config('synchronous_commit',"
    " coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), true)"
)


def open_session(
    connection: Any,  # noqa: ANN401 -- psycopg's, but SQLAlchemy says it is any driver's
    settings: Mapping[str, object],
    prepare_threshold: int | None,
    *,
    durable: bool = True,
) -> None:
    """Set up a new connection's session; one behind a pooler, or without a `prepare_threshold`, is left as it is.

    If `durable`, each commit is on the server's disk before it is acknowledged, whatever the server's own setting.
    """
    before, connection.autocommit = connection.autocommit, True
    cursor = connection.cursor()
    synchronous, process = cursor.execute(_LOOK).fetchone()
    connection.pooled = prepare_threshold is None or process != connection.info.backend_pid
    connection.prepare_threshold = None if connection.pooled else prepare_threshold
    if not connection.pooled:
        kept_on = {"synchronous_commit": "on"} if durable and synchronous == "off" else {}
        lines = [f"SET {name} = {value}" for name, value in {**settings, **kept_on}.items()]
        cursor.execute("; ".join(lines))
    cursor.close()
    connection.autocommit = before


def set_in_transactions(settings: Mapping[str, object]) -> Callable[[Connection], None]:
    """Make a listener that sets up each transaction behind a pooler, whose commits are durable."""
    calls = [f"set_config('{name}', '{value}', true)" for name, value in settings.items()]
    statement = f"SELECT {', '.join([*calls, _KEPT_ON])}"

    def on_begin(connection: Connection) -> None:
        driver = connection.connection.dbapi_connection
        if isinstance(driver, BoundedConnection) and driver.pooled and not driver.autocommit:
            connection.exec_driver_sql(statement)

    return on_begin


def write_idle_limit(seconds: int) -> str:
    """The statement by which the server ends this transaction if its client says nothing for so many seconds.

    The transaction of a client that is stopped, or whose machine is gone, would keep its locks until TCP gives up.
    """
    return f"SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'"


def translate_ended_session(context: ExceptionContext) -> OperationalError | None:
    """Make an OperationalError of an InternalError of psycopg that tells that the server ended the session.

    The server ends a session whose transaction was idle for too long, or took too long.
    """
    error = context.original_exception
    if not context.is_disconnect or not isinstance(error, psycopg.InternalError):
        return None
    return OperationalError(context.statement, None, error, connection_invalidated=True)


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler stands between a connection and its server."""
    driver = connection.connection.dbapi_connection
    return isinstance(driver, BoundedConnection) and driver.pooled
