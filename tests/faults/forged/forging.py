"""A forger who writes SQL: each column, row and pair of rows of any table can be forged.

The tables are read from the database, so a new table is forged without further code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from random import Random

Forge = Callable[[Connection, "Random"], None]


class UnforgeableError(Exception):
    """Nothing here can be forged in this way; another forgery has to be drawn."""


@dataclass(frozen=True)
class Table:
    """A table as a forger sees it; `key` are the columns, or the hidden one, that identify a row."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    primary: frozenset[str]

    def rows(self, connection: Connection) -> list[dict[str, Any]]:
        """All rows, each with its key under the names of `key`."""
        hidden = [f'{name} AS "{name}"' for name in self.key if name not in self.columns]
        names = ", ".join((*hidden, *map(quote_name, self.columns)))
        found = connection.execute(text(f"SELECT {names} FROM {quote_name(self.name)}")).mappings()  # noqa: S608 -- a forger's own SQL, of the tables' own names
        return sorted((dict(row) for row in found), key=repr)

    def update(self, connection: Connection, row: dict[str, Any], **new: object) -> None:
        """Give one row other values."""
        changes = ", ".join(f"{quote_name(name)} = :new_{name}" for name in new)
        values = {f"new_{name}": value for name, value in new.items()}
        statement = f"UPDATE {quote_name(self.name)} SET {changes} WHERE {self._match_key()}"  # noqa: S608 -- the same
        connection.execute(text(statement), values | self._bind_key(row))

    def delete(self, connection: Connection, row: dict[str, Any]) -> None:
        """Delete one row."""
        statement = f"DELETE FROM {quote_name(self.name)} WHERE {self._match_key()}"  # noqa: S608 -- the same
        connection.execute(text(statement), self._bind_key(row))

    def insert(self, connection: Connection, row: dict[str, Any]) -> None:
        """Insert one row."""
        names = ", ".join(map(quote_name, self.columns))
        values = ", ".join(f":{name}" for name in self.columns)
        statement = f"INSERT INTO {quote_name(self.name)} ({names}) VALUES ({values})"  # noqa: S608 -- the same
        connection.execute(text(statement), {name: row[name] for name in self.columns})

    def _match_key(self) -> str:
        return " AND ".join(f"{quote_name(name)} = :at_{name}" for name in self.key)

    def _bind_key(self, row: dict[str, Any]) -> dict[str, Any]:
        return {f"at_{name}": row[name] for name in self.key}


def quote_name(name: str) -> str:
    """A name, quoted for SQL."""
    return name if name in {"ctid", "rowid"} else f'"{name}"'


def tables(connection: Connection) -> list[Table]:
    """Every table that the database has."""
    found = []
    sqlite = connection.dialect.name == "sqlite"
    for name in sorted(inspect(connection).get_table_names()):
        described = inspect(connection).get_columns(name)
        columns = tuple(each["name"] for each in described if "computed" not in each)
        primary = tuple(inspect(connection).get_pk_constraint(name)["constrained_columns"])
        key: tuple[str, ...] = ("ctid",)
        if sqlite:
            key = ("rowid",) if _has_rowid(connection, name) else primary
        found.append(Table(name, columns, key, frozenset(primary)))
    return found


def _has_rowid(connection: Connection, name: str) -> bool:
    listed = connection.execute(text(f"PRAGMA table_list({quote_name(name)})")).mappings().one()
    return not listed["wr"]


def row_forgeries(table: Table) -> dict[str, Forge]:
    """{name: forgery of the rows of a table}."""
    made: dict[str, Forge] = {"insert": _Inserted(table), "duplicate": _Duplicated(table)}
    for column in table.columns:
        made[f"update {column}"] = _Updated(table, column)
    made |= {
        "delete": _Deleted(table, 1),
        "delete some": _Deleted(table, 5),
        "delete all": _Deleted(table, None),
        "swap rows": _Swapped(table),
        "swap a column": _Swapped(table, 1),
        "swap columns": _Crossed(table),
    }
    return {f"{table.name}: {what}": forge for what, forge in made.items()}


@dataclass(frozen=True)
class _Updated:
    """One column of one row gets another value: a similar one, that of another row, or NULL."""

    table: Table
    column: str

    def __call__(self, connection: Connection, random: Random) -> None:
        rows = _rows(connection, self.table, 1)
        row = random.choice(rows)
        others = [row[self.column] for row in rows]
        new = random.choice(
            [random.choice(others), None, *(make_other(row[self.column], random) for _ in "ab")]
        )
        if new == row[self.column]:
            raise UnforgeableError
        self.table.update(connection, row, **{self.column: new})


@dataclass(frozen=True)
class _Deleted:
    """Some or all rows are deleted."""

    table: Table
    many: int | None

    def __call__(self, connection: Connection, random: Random) -> None:
        rows = _rows(connection, self.table, self.many or 1)
        for row in rows if self.many is None else random.sample(rows, self.many):
            self.table.delete(connection, row)


@dataclass(frozen=True)
class _Inserted:
    """A made-up row is inserted."""

    table: Table

    def __call__(self, connection: Connection, random: Random) -> None:
        described = inspect(connection).get_columns(self.table.name)
        row = {each["name"]: _invent_value(str(each["type"]), random) for each in described}
        self.table.insert(connection, row)


@dataclass(frozen=True)
class _Duplicated:
    """A row is inserted twice, as similar as its key allows."""

    table: Table

    def __call__(self, connection: Connection, random: Random) -> None:
        row = dict(random.choice(_rows(connection, self.table, 1)))
        if self.table.primary:
            column = random.choice(sorted(self.table.primary))
            row[column] = make_other(row[column], random)
        self.table.insert(connection, row)


@dataclass(frozen=True)
class _Swapped:
    """Two rows exchange all columns but their key, or one of them."""

    table: Table
    columns: int | None = None

    def __call__(self, connection: Connection, random: Random) -> None:
        one, two = random.sample(_rows(connection, self.table, 2), 2)
        names = [name for name in self.table.columns if one[name] != two[name]]
        names = [name for name in names if name not in self.table.primary]
        if not names:
            raise UnforgeableError
        chosen = names if self.columns is None else random.sample(names, self.columns)
        self.table.update(connection, one, **{name: two[name] for name in chosen})
        self.table.update(connection, two, **{name: one[name] for name in chosen})


@dataclass(frozen=True)
class _Crossed:
    """Two columns of one row exchange their values."""

    table: Table

    def __call__(self, connection: Connection, random: Random) -> None:
        row = random.choice(_rows(connection, self.table, 1))
        pairs = [
            (one, two)
            for one in self.table.columns
            for two in self.table.columns
            if one < two and type(row[one]) is type(row[two]) and row[one] != row[two]
        ]
        if not pairs:
            raise UnforgeableError
        one, two = random.choice(pairs)
        self.table.update(connection, row, **{one: row[two], two: row[one]})


def _rows(connection: Connection, table: Table, least: int) -> list[dict[str, Any]]:
    found = table.rows(connection)
    if len(found) < least:
        raise UnforgeableError
    return found


def make_other(value: Any, random: Random) -> Any:  # noqa: ANN401 -- whatever a column holds
    """A different value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return random.choice([value + 1, value - 1, -value - 1, random.randrange(10**6)])
        case str() if value and value.isascii():
            at = random.randrange(len(value))
            return value[:at] + chr((ord(value[at]) - 31) % 95 + 32) + value[at + 1 :]
        case bytes() if value:
            at = random.randrange(len(value))
            return value[:at] + bytes([value[at] ^ 1 << random.randrange(8)]) + value[at + 1 :]
        case bytes():
            return b"?"
        case _:
            return f"{value}?"


def _invent_value(kind: str, random: Random) -> object:
    if "BOOL" in kind:
        return False
    if "INT" in kind:
        return random.randrange(1, 400)
    if "BLOB" in kind or "BYTEA" in kind:
        return random.randbytes(32)
    return f"{random.getrandbits(128):032x}"
