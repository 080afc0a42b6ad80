"""Gives the few statements that every POST and GET runs to the database's driver, as text that is made once.

SQLAlchemy takes several times as long as the driver to prepare such a statement and to read its rows. Its transaction,
its errors and its listeners stay in use.
"""

from __future__ import annotations

from collections import namedtuple
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from sqlalchemy import Boolean
from sqlalchemy.exc import NoResultFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import psycopg
    from sqlalchemy import Connection, Dialect, Executable, Table
    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.sql.compiler import SQLCompiler

__all__ = ["HotStatement", "insert_rows"]

ROWS_A_STATEMENT: Final = 50
ROWS_TO_COPY: Final = 10


class HotStatement:
    """A statement without expanding parameters; its rows are named tuples, with the values that SQLAlchemy gives.

    `columns` are those that an insert takes from the values that it is run with.
    """

    def __init__(self, statement: Executable, columns: Iterable[str] = ()) -> None:
        self._statement = statement
        self._columns = list(columns) or None
        self._texts: dict[str, _Text] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows of a query."""
        text = self._text(connection)
        rows, _ = _execute(connection, text.sql, text.parameters(values))
        return [text.read(row) for row in rows]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a named tuple
        """The first row of a query; None if it has none."""
        rows = self.rows(connection, values)
        return rows[0] if rows else None

    def one(self, connection: Connection) -> Any:  # noqa: ANN401 -- the same
        """The one row of a query without values; NoResultFound if it has none."""
        row = self.first(connection, {})
        if row is None:
            raise NoResultFound
        return row

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Carry out a change; returns how many rows it changed."""
        text = self._text(connection)
        return _execute(connection, text.sql, text.parameters(values))[1]

    def _text(self, connection: Connection) -> _Text:
        name = connection.dialect.name
        if name not in self._texts:
            compiled = self._statement.compile(  # type: ignore[attr-defined]
                dialect=connection.dialect, column_keys=self._columns
            )
            self._texts[name] = _Text(cast("SQLCompiler", compiled), connection.dialect)
        return self._texts[name]


class _Text:
    """A statement as one kind of database takes it."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        self.sql = str(compiled)
        self._given = dict(compiled.params)
        self._order = compiled.positiontup
        columns = list(getattr(compiled.statement, "selected_columns", ()))
        row: Any = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]  # noqa: PYI024
        self._row: Callable[[Iterable[Any]], Any] = row._make
        booleans = [at for at, each in enumerate(columns) if isinstance(each.type, Boolean)]
        self._booleans = () if dialect.supports_native_boolean else tuple(booleans)

    def parameters(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a tuple or a mapping, as the driver has it
        given = {**self._given, **values}
        return given if self._order is None else tuple([given[name] for name in self._order])

    def read(self, row: Sequence[Any]) -> Any:  # noqa: ANN401 -- a named tuple
        if not self._booleans:
            return self._row(row)
        read = list(row)
        for at in self._booleans:
            read[at] = None if read[at] is None else bool(read[at])
        return self._row(read)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, which all have the same columns, many by one statement.

    PostgreSQL gets many rows by COPY: psycopg takes longer to find the parameters of a long INSERT than all else takes.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql" and len(rows) >= ROWS_TO_COPY:
        values = (tuple([row[name] for name in columns]) for row in rows)
        _copy(connection, _copying(connection.dialect, table, columns), values)
        return
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        sql = _insert(connection.dialect, table, columns, len(part))
        _execute(connection, sql, tuple([row[name] for row in part for name in columns]))


def _copy(connection: Connection, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
    cursor = cast("psycopg.Cursor[Any]", connection.connection.cursor())
    try:
        _tell_listeners(connection, cast("DBAPICursor", cursor), sql, ())
        with cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)
    except Exception as error:  # noqa: BLE001 -- as below
        _raise(connection, error, sql, ())
    finally:
        cursor.close()


@lru_cache(maxsize=64)
def _copying(dialect: Dialect, table: Table, columns: Sequence[str]) -> str:
    return f"COPY {_into(dialect, table, columns)} FROM STDIN"


def _into(dialect: Dialect, table: Table, columns: Sequence[str]) -> str:
    """A table and some of its columns."""
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(table.c[column].name) for column in columns)
    return f"{quote(table.name)} ({names})"


@lru_cache(maxsize=512)
def _insert(dialect: Dialect, table: Table, columns: Sequence[str], rows: int) -> str:
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    row = f"({', '.join(mark for _ in columns)})"
    into = _into(dialect, table, columns)
    return f"INSERT INTO {into} VALUES {', '.join([row] * rows)}"  # noqa: S608 -- names of the schema


def _execute(connection: Connection, sql: str, parameters: Any) -> tuple[list[Any], int]:  # noqa: ANN401 -- as above
    """Run a statement in the connection's transaction; returns its rows, and how many rows it changed."""
    cursor = connection.connection.cursor()
    try:
        _tell_listeners(connection, cursor, sql, parameters)
        cursor.execute(sql, parameters)
        rows = cast("list[Any]", cursor.fetchall()) if cursor.description else []
    except Exception as error:  # noqa: BLE001 -- the driver's become SQLAlchemy's, others are raised as they are
        _raise(connection, error, sql, parameters)
    else:
        return rows, cursor.rowcount
    finally:
        cursor.close()


def _tell_listeners(
    connection: Connection, cursor: DBAPICursor, sql: str, parameters: object, *, many: bool = False
) -> None:
    if connection._has_events or connection.engine._has_events:  # noqa: SLF001 -- no public way asks
        connection.dispatch.before_cursor_execute(connection, cursor, sql, parameters, None, many)


def _raise(connection: Connection, error: Exception, sql: str, parameters: Any) -> NoReturn:  # noqa: ANN401 -- as above
    """Raise what SQLAlchemy raises for an error of the driver, once its listeners have seen it."""
    connection._handle_dbapi_exception(error, sql, parameters, None, None)  # noqa: SLF001 -- no public way does this
    raise error
