"""Reads the rectangles of facts that new events change, and writes the changed ones."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, func, select, update

from domain.time.instant import BEGINNING, END
from infrastructure.hot_statements import HotStatement, insert_rows
from infrastructure.projections.fact_rows import answer_rows, row_of, term_rows
from infrastructure.projections.listed_names import list_names
from infrastructure.projections.rectangles import Plane, Rectangle
from infrastructure.projections.stored_versions import version_of_row
from infrastructure.projections.tallies import COUNTED_IN, COUNTS, count_one_more

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row

    from domain.views.versions import FactVersion
    from infrastructure.tables.facts import FactTables

_FACTS_A_QUERY: Final = 500


class Planes:
    """The planes of the facts that a batch of events changes; `rows` is how many it has written."""

    def __init__(self, connection: Connection, tables: FactTables) -> None:
        self._connection = connection
        self._tables = tables
        self._of: dict[UUID, Plane] = {}
        self._loaded: list[Rectangle] = []
        self.rows = 0

    def of(self, fact_id: UUID) -> Plane:
        """The plane of a fact, empty unless it was loaded or written to."""
        return self._of.setdefault(fact_id, Plane())

    def load(self, facts: Iterable[UUID], least: int = BEGINNING) -> None:
        """Read the open rectangles of facts that reach past a published time."""
        table = self._tables.version
        statement = select(table).where(
            table.c.fact_id.in_(bindparam("facts", expanding=True)),
            table.c.known_to == END,
            table.c.published_to > least,
        )
        by_fact: dict[UUID, list[Rectangle]] = {fact: [] for fact in facts}
        for chunk in _chunks(by_fact):
            rows = self._connection.execute(statement, {"facts": chunk})
            for row in rows:
                by_fact[UUID(row.fact_id)].append(_rectangle(row))
        for fact, rectangles in by_fact.items():
            self._of[fact] = Plane(sorted(rectangles, key=lambda piece: piece.published_from))
            self._loaded += rectangles

    def write(self) -> None:
        """Write the rectangles that were changed or are new; later changes start from these."""
        changed = [loaded for loaded in self._loaded if loaded.changed]
        new = [written for plane in self._of.values() for written in plane.written]
        if changed:
            self._update(changed)
        if new:
            self._insert(new)
        for rectangle in (*changed, *new):
            rectangle.changed, rectangle.stored = False, True
        for plane in self._of.values():
            plane.written = []
        self._loaded += new
        self.rows += len(new)

    def _update(self, changed: Sequence[Rectangle]) -> None:
        ends = [
            {
                "fact": rectangle.version.record.id.hex,
                "of": rectangle.version.record.version,
                "known": rectangle.known_from,
                "published": rectangle.published_from,
                "to": rectangle.known_to,
                "until": rectangle.published_to,
            }
            for rectangle in changed
        ]
        for table in (self._tables.version, self._tables.answer):
            columns = table.c
            same = (
                columns.fact_id == bindparam("fact"),
                columns.version == bindparam("of"),
                columns.known_from == bindparam("known"),
                columns.published_from == bindparam("published"),
            )
            ended = (
                update(table)
                .where(*same)
                .values(known_to=bindparam("to"), published_to=bindparam("until"))
            )
            self._connection.execute(ended, ends)

    def _insert(self, new: Sequence[Rectangle]) -> None:
        full = [rectangle for rectangle in new if rectangle.content]
        terms = [
            {**row, "variant": part.variant} for part in full for row in term_rows(part.version)
        ]
        answers = [
            {**row, **edges}
            for part in new
            for edges in (_edges(part),)
            for row in answer_rows(part.version)
        ]
        rows = [_row(rectangle) for rectangle in new]
        if COUNTED_IN in rows[0]:
            _insert_counting(self._tables.version).run(self._connection, rows[0])
        else:
            insert_rows(self._connection, self._tables.version, rows)
        insert_rows(self._connection, self._tables.term, terms)
        insert_rows(self._connection, self._tables.answer, answers)
        records = [part.version.record for part in full if not part.version.record.erased]
        named = ((record.negotiation_id.hex, record.fact) for record in records)
        list_names(self._connection, self._tables, named)


@cache
def _insert_counting(table: Table) -> HotStatement:
    """Insert a new fact and count it."""
    counts = count_one_more(table)
    others = [column.name for column in table.c if column.name not in counts]
    return HotStatement(table.insert().values(counts), others)


def _row(rectangle: Rectangle) -> dict[str, Any]:
    row = row_of(rectangle.version)
    row.update(_edges(rectangle), variant=rectangle.variant)
    if rectangle.counts is None:
        row[COUNTED_IN] = row["negotiation_id"]
    else:
        row.update((f"{name}_count", rectangle.counts[name]) for name in COUNTS)
    return row


def _edges(rectangle: Rectangle) -> dict[str, int]:
    return {
        "known_from": rectangle.known_from,
        "known_to": rectangle.known_to,
        "published_from": rectangle.published_from,
        "published_to": rectangle.published_to,
    }


def _rectangle(row: Row[Any]) -> Rectangle:
    return Rectangle(
        version=version_of_row(row),
        variant=row.variant,
        known_from=row.known_from,
        known_to=row.known_to,
        published_from=row.published_from,
        published_to=row.published_to,
        counts={name: getattr(row, f"{name}_count") for name in COUNTS},
        content=False,
        stored=True,
    )


def whole_rows(columns: Any) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 -- the columns of a table or of an alias
    """The conditions that select one row for each event: the version made of all events up to it, where it begins."""
    return (columns.known_from == columns.position, columns.published_to == END)


def whole_versions(
    connection: Connection, tables: FactTables, facts: Iterable[UUID]
) -> dict[UUID, list[FactVersion]]:
    """Every version of some facts, oldest first; each is made of all events up to it."""
    table = tables.version
    statement = (
        select(table)
        .where(table.c.fact_id.in_(bindparam("facts", expanding=True)), *whole_rows(table.c))
        .order_by(table.c.position)
    )
    versions: dict[UUID, list[FactVersion]] = defaultdict(list)
    for chunk in _chunks(facts):
        for row in connection.execute(statement, {"facts": chunk}):
            versions[UUID(row.fact_id)].append(version_of_row(row))
    return versions


def variants_of(connection: Connection, tables: FactTables, fact_id: UUID) -> Mapping[int, int]:
    """The highest variant of each version of a fact."""
    columns = tables.version.c
    statement = (
        select(columns.version, func.max(columns.variant))
        .where(columns.fact_id == fact_id.hex)
        .group_by(columns.version)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def _chunks(facts: Iterable[UUID]) -> Iterable[Collection[str]]:
    ids = [fact.hex for fact in facts]
    for start in range(0, len(ids), _FACTS_A_QUERY):
        yield ids[start : start + _FACTS_A_QUERY]
