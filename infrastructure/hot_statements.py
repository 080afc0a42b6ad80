"""Gives the few statements that every POST and GET runs to the database's driver, as text that is made once.

SQLAlchemy takes several times as long as the driver to prepare such a statement and to read its rows. Its transaction,
its errors and its listeners stay in use.
"""

from __future__ import annotations

import re
from collections import namedtuple
from functools import lru_cache
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, cast

from sqlalchemy import Boolean
from sqlalchemy.exc import NoResultFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import psycopg
    from sqlalchemy import Connection, Dialect, Executable, TableClause
    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.sql.compiler import SQLCompiler

LISTENERS: Final = "parley_listeners"
"""The execution option with the listeners of the engine, which SQLAlchemy takes longer to find for a connection."""
ROWS_A_STATEMENT: Final = 50
ROWS_TO_COPY: Final = 10
_ROWS: Final[Callable[[Any], list[Any]]] = methodcaller("fetchall")
_CHANGED: Final[Callable[[Any], int]] = attrgetter("rowcount")
_NAMED: Final = re.compile(r"%\(([^)]+)\)s")
_T = TypeVar("_T")


class HotStatement:
    """A statement without expanding parameters; its rows are named tuples, with the values that SQLAlchemy gives.

    `source` is SQLAlchemy's statement. `columns` are those that an insert takes from the values that it is run with.
    """

    def __init__(self, statement: Executable, columns: Iterable[str] = ()) -> None:
        self.source: Final = statement
        self._columns = list(columns) or None
        self._texts: dict[str, _DialectStatement] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows of a query."""
        text = self._texts.get(connection.dialect.name) or self._compile(connection)
        return text.read(_execute(connection, text.sql, text.parameters(values), _ROWS))

    def first(self, connection: Connection, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- a named tuple
        """The first row of a query; None if it has none."""
        rows = self.rows(connection, values)
        return rows[0] if rows else None

    def one(self, connection: Connection, values: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 -- the same
        """The one row of a query; NoResultFound if it has none."""
        row = self.first(connection, values or {})
        if row is None:
            raise NoResultFound
        return row

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Carry out a change; returns how many rows it changed."""
        text = self._texts.get(connection.dialect.name) or self._compile(connection)
        return _execute(connection, text.sql, text.parameters(values), _CHANGED)

    def _compile(self, connection: Connection) -> _DialectStatement:
        compiled = self.source.compile(  # type: ignore[attr-defined]
            dialect=connection.dialect, column_keys=self._columns
        )
        text = _DialectStatement(cast("SQLCompiler", compiled), connection.dialect)
        self._texts[connection.dialect.name] = text
        return text


class _DialectStatement:
    """A statement as one kind of database takes it."""

    def __init__(self, compiled: SQLCompiler, dialect: Dialect) -> None:
        self.sql = str(compiled)
        self._given = dict(compiled.params)
        self._order = compiled.positiontup or []
        if dialect.name == "postgresql":
            self.sql, self._order = _number_parameters(self.sql)
        columns = list(getattr(compiled.statement, "selected_columns", ()))
        row: Any = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]  # noqa: PYI024
        self._row: Callable[[Iterable[Any]], Any] = row._make
        booleans = [at for at, each in enumerate(columns) if isinstance(each.type, Boolean)]
        self._booleans = () if dialect.supports_native_boolean else tuple(booleans)

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        given = self._given
        return tuple([values[name] if name in values else given[name] for name in self._order])

    def read(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """Named tuples of the rows."""
        if not self._booleans:
            return [self._row(row) for row in rows]
        read = [list(row) for row in rows]
        for row in read:
            for at in self._booleans:
                row[at] = None if row[at] is None else bool(row[at])
        return [self._row(row) for row in read]


def insert_rows(
    connection: Connection, table: TableClause, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows, which all have the same columns, many by one statement.

    PostgreSQL gets many rows by COPY, for which psycopg takes less time than for the parameters of a long INSERT.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    if connection.dialect.name == "postgresql" and len(rows) >= ROWS_TO_COPY:
        values = (tuple([row[name] for name in columns]) for row in rows)
        _copy(connection, _write_copy(connection.dialect, table, columns), values)
        return
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        sql = _insert(connection.dialect, table, columns, len(part))
        _execute(connection, sql, tuple([row[name] for row in part for name in columns]), _CHANGED)


def insert_missing(
    connection: Connection, table: TableClause, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert those of some rows, which all have the same columns, whose keys are not there yet."""
    for start in range(0, len(rows), ROWS_A_STATEMENT):
        part = rows[start : start + ROWS_A_STATEMENT]
        columns = tuple(part[0])
        sql = f"{_insert(connection.dialect, table, columns, len(part))} ON CONFLICT DO NOTHING"
        _execute(connection, sql, tuple([row[name] for row in part for name in columns]), _CHANGED)


def run_text(connection: Connection, sql: str) -> None:
    """Carry out a statement without parameters."""
    _execute(connection, sql, (), _CHANGED)


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
def _write_copy(dialect: Dialect, table: TableClause, columns: Sequence[str]) -> str:
    return f"COPY {_into(dialect, table, columns)} FROM STDIN"


def _into(dialect: Dialect, table: TableClause, columns: Sequence[str]) -> str:
    """A table and some of its columns."""
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(table.c[column].name) for column in columns)
    return f"{quote(table.name)} ({names})"


@lru_cache(maxsize=512)
def _insert(dialect: Dialect, table: TableClause, columns: Sequence[str], rows: int) -> str:
    into, width = _into(dialect, table, columns), len(columns)
    marks = [f"${at + 1}" if dialect.name == "postgresql" else "?" for at in range(rows * width)]
    values = (f"({', '.join(marks[at : at + width])})" for at in range(0, rows * width, width))
    return f"INSERT INTO {into} VALUES {', '.join(values)}"  # noqa: S608 -- names of the schema


def _number_parameters(sql: str) -> tuple[str, list[str]]:
    """A statement with numbers for the names of its parameters, and these names in the order of the numbers."""
    names: dict[str, int] = {}
    text = _NAMED.sub(lambda match: f"${names.setdefault(match[1], len(names) + 1)}", sql)
    return text.replace("%%", "%"), list(names)


def _execute(
    connection: Connection, sql: str, parameters: Sequence[Any], result: Callable[[Any], _T]
) -> _T:
    """Run a statement in the connection's transaction; returns what `result` takes from its cursor."""
    driver: Any = connection.connection.dbapi_connection
    # psycopg's cursor is one for all, as each statement's rows are taken before the next one.
    cursor = driver.raw_cursor if connection.dialect.name == "postgresql" else driver.cursor()
    try:
        _tell_listeners(connection, cursor, sql, parameters)
        cursor.execute(sql, parameters)
        return result(cursor)
    except Exception as error:  # noqa: BLE001 -- the driver's become SQLAlchemy's, others are raised as they are
        _raise(connection, error, sql, parameters)


def _tell_listeners(
    connection: Connection, cursor: DBAPICursor, sql: str, parameters: object, *, many: bool = False
) -> None:
    heard = connection.get_execution_options().get(LISTENERS, connection.dispatch)
    listeners = heard.before_cursor_execute
    if listeners:
        listeners(connection, cursor, sql, parameters, None, many)


def _raise(connection: Connection, error: Exception, sql: str, parameters: Any) -> NoReturn:  # noqa: ANN401 -- as above
    """Raise what SQLAlchemy raises for an error of the driver, once its listeners have seen it."""
    connection._handle_dbapi_exception(error, sql, parameters, None, None)  # noqa: SLF001 -- no public way does this
    raise error
