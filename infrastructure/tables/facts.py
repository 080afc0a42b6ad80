"""The tables of facts' versions: a pure function of the log, kept twice, as a serving and a spare side.

A rebuild fills the spare side while the other serves; then the two swap roles in one transaction. The row `facts` of
the table `projection` names the side that serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    false,
    literal_column,
    select,
    text,
)

from infrastructure.errors import DatabaseRefusedError
from infrastructure.tables.record import HEX_ID, TEXT, metadata, projection
from infrastructure.transaction_memo import read_once

if TYPE_CHECKING:
    from sqlalchemy.sql.base import ReadOnlyColumnCollection

Side = Literal["first", "second"]
FACTS: Final = "facts"
"""The name of the row in `projection` that says which side serves."""
SPARE: Final = "spare"
"""The name of the row that says how far the other side is filled, while a rebuild fills it."""

VALID_INSTANTS: Final = (
    "start_earliest",
    "start_latest",
    "end_earliest",
    "end_latest",
    "possible_from",
    "certain_from",
    "certain_to",
    "possible_to",
    "happened_latest",
)
"""The columns of a fact's valid time."""
VALID_ORDER: Final = ("start_earliest", "start_latest", "first_position")
"""The columns by which a timeline goes."""
_BIGINTS: Final = [
    "known_to",
    "published_to",
    "position",
    "recorded_at",
    "published_at",
    "last_cited",
    *VALID_INSTANTS,
    "first_position",
    "recorded_count",
    "corrected_count",
    "retracted_count",
]
_ANSWER_BIGINTS: Final = [
    "known_to",
    "published_to",
    "start_latest",
    "possible_from",
    "certain_from",
    "certain_to",
    "possible_to",
]


_CONTENT: Final = (
    *("fact_id", "version", "negotiation_id", "content"),
    *("status", "standing", "corrected", "preferred", "erased"),
    *("position", "first_position", "recorded_at", "published_at"),
    *("actor", "event", "reason", "why", "batch"),
)
ERASING: Final = text("event = 'fact.erased'")
_CHANGING: Final = text("event <> 'fact.recorded'")
_PARTS: Final = text("variant > 0")
_BATCHED: Final = text("batch IS NOT NULL")


@dataclass(frozen=True)
class FactTables:
    """One side: the versions of every fact, the terms that a version is found by, and the questions it answers.

    A row of `version` is a fact's content at the positions from `known_from` until before `known_to`, and at the cuts
    of the published clock from `published_from` until before `published_to`; the recorded clock reads the rows without
    a `published_to`. `position`, `version` and `published_at` are those of the row's last event. One event can leave
    several contents: `variant` 0 includes every event before it, and is in the row with `known_from` = `position` and
    no `published_to`; other variants lack events that were not public yet. `last_cited` is when the last of its
    citations was published. `term` has the versions with a name or a place in the order of a timeline. `answer` has
    a row for each question of the state that a version answers, with the times that decide whether it is shown, so that
    a state reads only the facts that it shows. `called` has each name of a negotiation once in each list where it is
    looked for (`list_called`), whenever and wherever a fact names it.
    """

    side: Side
    version: Table
    term: Table
    answer: Table
    called: Table

    @property
    def by_fact(self) -> tuple[Table, ...]:
        """The tables whose rows are each about one fact."""
        return (self.version, self.term, self.answer)

    @property
    def all(self) -> tuple[Table, ...]:
        """Every table of the side."""
        return (*self.by_fact, self.called)


def _side(side: Side, suffix: str) -> FactTables:
    name = f"fact_version{suffix}"
    version = Table(
        name,
        metadata,
        Column("fact_id", HEX_ID, primary_key=True),
        Column("known_from", BigInteger, primary_key=True, autoincrement=False),
        Column("published_from", BigInteger, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        Column("variant", Integer, nullable=False),
        Column("negotiation_id", HEX_ID, ForeignKey("negotiation.id"), nullable=False),
        *(Column(column, BigInteger, nullable=False) for column in _BIGINTS),
        *(Column(column, TEXT, nullable=False) for column in ("kind", "status", "standing")),
        *(Column(column, Boolean, nullable=False) for column in ("corrected", "preferred")),
        Column("erased", Boolean, nullable=False, server_default=false()),
        *(Column(column, TEXT, nullable=False) for column in ("actor", "event")),
        *(Column(column, TEXT) for column in ("matter", "external_id", "reason", "why")),
        Column("content", LargeBinary, nullable=False),
        Column("batch", TEXT),
        Index(f"ix_{name}_known", "negotiation_id", "published_to", "known_to", "known_from"),
        Index(f"ix_{name}_valid", "negotiation_id", *VALID_ORDER),
        *(
            Index(f"ix_{name}_{told}", "negotiation_id", told, *VALID_ORDER)
            for told in ("kind", "matter")
        ),
        Index(f"ix_{name}_public", "negotiation_id", "published_from"),
        Index(f"ix_{name}_position", "negotiation_id", "known_from"),
        Index(
            f"ix_{name}_erased",
            "negotiation_id",
            "known_from",
            sqlite_where=ERASING,
            postgresql_where=ERASING,
        ),
        Index(
            f"ix_{name}_changes",
            "negotiation_id",
            "known_from",
            sqlite_where=_CHANGING,
            postgresql_where=_CHANGING,
        ),
        Index(
            f"ix_{name}_parts",
            "negotiation_id",
            "published_from",
            sqlite_where=_PARTS,
            postgresql_where=_PARTS,
        ),
        Index(
            f"ix_{name}_batch",
            "batch",
            "known_from",
            sqlite_where=_BATCHED,
            postgresql_where=_BATCHED,
        ),
    )
    term = Table(
        f"fact_term{suffix}",
        metadata,
        Column("negotiation_id", HEX_ID, primary_key=True),
        Column("field", TEXT, primary_key=True),
        Column("term", TEXT, primary_key=True),
        *(Column(name, BigInteger, primary_key=True, autoincrement=False) for name in VALID_ORDER),
        Column("fact_id", HEX_ID, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("variant", Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    answer = Table(
        f"fact_answer{suffix}",
        metadata,
        Column("negotiation_id", HEX_ID, primary_key=True),
        Column("rule", Integer, primary_key=True, autoincrement=False),
        Column("question", TEXT, primary_key=True),
        Column("vague", Boolean, primary_key=True),
        Column("start_earliest", BigInteger, primary_key=True, autoincrement=False),
        Column("known_from", BigInteger, primary_key=True, autoincrement=False),
        Column("published_from", BigInteger, primary_key=True, autoincrement=False),
        Column("fact_id", HEX_ID, primary_key=True),
        *(Column(column, BigInteger, nullable=False) for column in _ANSWER_BIGINTS),
        Column("version", Integer, nullable=False),
        Index(f"ix_fact_answer{suffix}_fact", "fact_id", "version"),
        sqlite_with_rowid=False,
    )
    called = Table(
        f"fact_name{suffix}",
        metadata,
        Column("negotiation_id", HEX_ID, primary_key=True),
        *(Column(column, TEXT, primary_key=True) for column in ("list", "name", "text")),
        sqlite_with_rowid=False,
    )
    return FactTables(side, version, term, answer, called)


SIDES: Final[dict[str, FactTables]] = {
    "first": _side("first", ""),
    "second": _side("second", "_spare"),
}


def is_change(columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that a row is a change of a fact, written as the index of changes has it."""
    changed: ColumnElement[bool] = columns.event != literal_column("'fact.recorded'")
    return changed


def is_part(columns: Any) -> ColumnElement[bool]:  # noqa: ANN401 -- of a table or an alias
    """The condition that a row shows only a part of its fact's events, written as the index of parts has it."""
    part: ColumnElement[bool] = columns.variant > literal_column("0")
    return part


def content_columns(columns: ReadOnlyColumnCollection[str, Any]) -> list[Column[Any]]:
    """The columns of a version's row that tell what it is, without its place in the plane."""
    return [columns[name] for name in _CONTENT]


def serving_side(connection: Connection) -> str:
    """The side that serves in this transaction; DatabaseRefusedError if none does."""
    row = select(projection.c.state).where(projection.c.name == FACTS)
    side = connection.execute(row).scalar()
    if side not in SIDES:
        raise DatabaseRefusedError(
            "the row `facts` of the table `projection` names no side; restore the database from a backup"
        )
    return str(side)


def serving_since(connection: Connection) -> tuple[str, int]:
    """The side that serves, and the last position that it held when it began to: others after each rebuild."""
    row = select(projection.c.state, projection.c.position).where(projection.c.name == FACTS)
    side, position = connection.execute(row).one()
    return str(side), int(position)


def serving_tables(connection: Connection) -> FactTables:
    """The tables that serve in this transaction."""
    return SIDES[read_once(connection, serving_side)]
