"""The words of every version of a fact, one row each, with breaks between texts and a blank around each word.

On SQLite the table is a virtual one of FTS5 (see the migration), in which the id of a row is the position of its
version; on PostgreSQL a column has the distinct words, and is indexed. Neither database decides what a word is: words
are stored folded, with blanks between them. The first word is the mark of the negotiation, so that a search does not
read the rows of others.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Computed, Index, Integer, MetaData, Table, column, table
from sqlalchemy.dialects.postgresql import TSVECTOR

from infrastructure.tables.record import HEX_ID, NAMING_CONVENTION, TEXT

FACT_TEXT: Final = "fact_text"
"""The name of the table, and of its row in `projection`."""

POSTGRESQL: Final = MetaData(naming_convention=NAMING_CONVENTION)
"""The tables that are ordinary ones on PostgreSQL only."""

fact_text: Final = Table(
    FACT_TEXT,
    POSTGRESQL,
    Column("fact_id", HEX_ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("negotiation_id", HEX_ID, nullable=False),
    Column("body", TEXT, nullable=False),
    Column(
        "words",
        TSVECTOR,
        Computed("array_to_tsvector(string_to_array(btrim(body), ' '::text))", persisted=True),
        nullable=False,
    ),
    Index(
        "ix_fact_text_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    ),
)
FTS5: Final = table(
    FACT_TEXT,
    column("rowid"),
    *(column(column_.name) for column_ in fact_text.c if column_.computed is None),
)
"""The same table on SQLite."""


def mark_of(negotiation_id: str) -> str:
    """The word that stands in every text of a negotiation, given by its hexadecimal id; no search can name it.

    It is short. If two negotiations ever share it, a search reads the rows of both and shows those of its own.
    """
    return f"§{negotiation_id[:8]}"
