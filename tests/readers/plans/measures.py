"""The work of a database for a statement: the rows it reads, its steps, and its instructions."""

from __future__ import annotations

import sqlite3
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, text

from domain.time.instant import parse_cut
from domain.time.perspective import Clock, Perspective
from infrastructure.database.database import Database
from tests.thorough import choose_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from sqlalchemy import Select

SIZE: Final = choose_count(5_000, 10_000)
MENDED: Final = 2_000
LIMIT: Final = 20
_COUNTED: Final = 100
FACTS: Final = ("fact_version", "fact_answer", "fact_term")
Populated = tuple[Database, "UUID", "UUID"]


def perspective(clock: Clock = "recorded") -> Perspective:
    """A perspective in the middle of the facts' dates, with everything known."""
    return Perspective(
        as_of=parse_cut("1995-06"),
        as_known_at=parse_cut("2030") if clock == "published" else None,
        clock=clock,
        match="possible",
        position=SIZE + 1,
    )


def rows_read(connection: Connection, statement: Select[Any]) -> int:
    """How many rows of the fact tables PostgreSQL read for a statement; a sequential scan fails."""
    (plan,) = connection.execute(
        text(f"EXPLAIN (ANALYZE, FORMAT JSON) {literal(connection, statement)}")
    ).scalar_one()
    read = 0
    for node in nodes(plan["Plan"]):
        if node.get("Relation Name") in FACTS:
            assert node["Node Type"] != "Seq Scan", node
            removed = node.get("Rows Removed by Filter", 0)
            read += (node["Actual Rows"] + removed) * node["Actual Loops"]
    return int(read)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def literal(connection: Connection, statement: Select[Any]) -> str:
    """The statement with its values in it, as the database gets it."""
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    return str(compiled).replace(":", r"\:").replace("%%", "%")


def instructions(connection: Connection, run: Callable[[], object]) -> int:
    """How many instructions SQLite's machine runs for this, rounded to hundreds; 0 on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        run()
        return 0
    counted = count(step=_COUNTED)
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_progress_handler(lambda: next(counted) * 0, _COUNTED)
    run()
    driver.set_progress_handler(None, 0)
    return next(counted)


def steps(connection: Connection, statement: Select[Any]) -> list[str]:
    """The steps of SQLite's plan for a statement."""
    rows = connection.execute(text(f"EXPLAIN QUERY PLAN {literal(connection, statement)}"))
    found = [str(row[-1]) for row in rows]
    scans = [step for step in found if step.startswith("SCAN ") and "fact_" in step]
    assert [step for step in scans if "VIRTUAL" not in step] == []
    return found
