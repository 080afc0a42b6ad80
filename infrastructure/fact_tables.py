"""The versions of every fact, as a pure function of the log, in two pairs of tables: one serves, one is spare.

A rebuild fills the spare pair while the other serves, and the two change roles in one transaction: the row
`facts` of `projection` names the pair that serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    select,
)

from infrastructure.tables import HEX_ID, TEXT, metadata, projection

__all__ = ["FACTS", "SIDES", "FactTables", "Side", "metadata", "served", "serving_side"]

Side = Literal["first", "second"]
FACTS: Final = "facts"
"""The name of the row in `projection` that says which side serves."""

_BIGINTS: Final = (
    "known_from known_to recorded_at published_from published_to start_earliest start_latest "
    "end_earliest end_latest possible_from certain_from certain_to possible_to happened_latest "
    "first_position"
).split()


@dataclass(frozen=True)
class FactTables:
    """One pair: a row per version of a fact, and the names and places by which a version is found."""

    side: Side
    version: Table
    term: Table


def _pair(side: Side, suffix: str) -> FactTables:
    name = f"fact_version{suffix}"
    version = Table(
        name,
        metadata,
        Column("fact_id", HEX_ID, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("negotiation_id", HEX_ID, ForeignKey("negotiation.id"), nullable=False),
        *(Column(column, BigInteger, nullable=False) for column in _BIGINTS),
        *(Column(column, TEXT, nullable=False) for column in ("kind", "status", "standing")),
        *(Column(column, Boolean, nullable=False) for column in ("corrected", "preferred")),
        *(Column(column, TEXT, nullable=False) for column in ("actor", "event")),
        *(Column(column, TEXT) for column in ("matter", "external_id", "reason", "why")),
        Column("content", LargeBinary, nullable=False),
        Index(f"ix_{name}_known", "negotiation_id", "known_to", "known_from"),
        Index(f"ix_{name}_valid", "negotiation_id", "start_earliest", "start_latest", "first_position"),
        Index(f"ix_{name}_matter", "negotiation_id", "matter"),
        Index(f"ix_{name}_position", "negotiation_id", "known_from"),
    )
    term = Table(
        f"fact_term{suffix}",
        metadata,
        Column("negotiation_id", HEX_ID, primary_key=True),
        Column("field", TEXT, primary_key=True),
        Column("term", TEXT, primary_key=True),
        Column("fact_id", HEX_ID, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
    )
    return FactTables(side, version, term)


SIDES: Final[dict[str, FactTables]] = {
    "first": _pair("first", ""),
    "second": _pair("second", "_spare"),
}


def serving_side(connection: Connection) -> str:
    """The side that serves in this transaction."""
    row = select(projection.c.state).where(projection.c.name == FACTS)
    return connection.execute(row).scalar_one()


def served(connection: Connection) -> FactTables:
    """The pair that serves in this transaction."""
    return SIDES[serving_side(connection)]
