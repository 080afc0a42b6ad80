"""A question of full text leaves of a statement the versions that answer it, by an index of words.

SQLite's FTS5 is asked in phrases. PostgreSQL's index holds distinct words without places, which
have limits there (16,383 a row, 256 a word); words side by side are looked up in the text itself.
The index follows the log, and a search writes nothing: the versions that it does not hold yet are read one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Connection, and_, cast, false, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY

from domain.full_text import answers, searched
from infrastructure.event_codec import decode_fact
from infrastructure.projections.fact_text import checkpoint
from infrastructure.readers import pages
from infrastructure.tables import log_head
from infrastructure.text_tables import fact_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select, Table

    from domain.full_text import Term

__all__ = ["MOST_UNINDEXED", "last_searchable", "page"]

MOST_UNINDEXED: Final = 2_000
"""Positions past the index that a search reads one by one, in some tenths of a second; it sees none past those."""


def last_searchable(connection: Connection) -> int:
    """The last position up to which a search finds everything."""
    return checkpoint(connection) + MOST_UNINDEXED


def page(
    connection: Connection,
    statement: Select[Any],
    version: Table,
    order: Sequence[ColumnElement[Any]],
    terms: Sequence[Term],
    limit: int,
) -> tuple[list[Row[Any]], bool]:
    """As `pages.page`, of the rows of a statement on `version` whose text answers all of the terms."""
    narrowed = _narrowed(connection, statement, version, terms)
    indexed, more = pages.page(connection, narrowed, version, order, limit)
    place = attrgetter(*(column.name for column in order))
    later = sorted(_unindexed(connection, statement, version, terms), key=place)
    if more:
        later = later[: bisect_left(later, place(indexed[-1]), key=place)]
    found = sorted([*indexed, *later], key=place)
    shown = found[: pages.fitting([len(row.content) for row in found], limit)]
    return shown, more or len(shown) < len(found)


def _unindexed(
    connection: Connection, statement: Select[Any], version: Table, terms: Sequence[Term]
) -> list[Row[Any]]:
    """The rows that the index does not hold yet, and that answer the terms; in no order."""
    held = checkpoint(connection)
    if held >= int(connection.execute(select(log_head.c.position)).scalar_one()):
        return []
    past = statement.where(version.c.known_from > held).order_by(None)
    return [
        row
        for row in connection.execute(past)
        if answers(terms, searched(decode_fact(row.content)))
    ]


def _narrowed(
    connection: Connection, statement: Select[Any], version: Table, terms: Sequence[Term]
) -> Select[Any]:
    """The statement on `version`, with only those rows left whose text answers all of the terms."""
    if not terms:
        return statement.where(false())
    sqlite = connection.dialect.name == "sqlite"
    same = and_(
        fact_text.c.fact_id == version.c.fact_id,
        fact_text.c.version == version.c.version,
        fact_text.c.negotiation_id == version.c.negotiation_id,
    )
    found = [_fts5(terms)] if sqlite else [_tsquery(terms), *_phrases(terms)]
    return statement.join_from(version, fact_text, same).where(*found)


def _fts5(terms: Sequence[Term]) -> ColumnElement[bool]:
    """Words are letters and numerals alone, so that quotes hold them safely."""
    asked = " AND ".join(f'"{" ".join(term.words)}"{"*" * term.prefix}' for term in terms)
    return fact_text.c.body.bool_op("MATCH")(asked)


def _tsquery(terms: Sequence[Term]) -> ColumnElement[bool]:
    lexemes = {f"'{word}'": None for term in terms for word in term.words[:-1]}
    lexemes |= {f"'{term.words[-1]}'{':*' * term.prefix}": None for term in terms}
    return fact_text.c.words.bool_op("@@")(cast(literal(" & ".join(lexemes)), TSQUERY))


def _phrases(terms: Sequence[Term]) -> list[ColumnElement[bool]]:
    return [
        func.strpos(fact_text.c.body, f" {' '.join(term.words)}{'' if term.prefix else ' '}") > 0
        for term in terms
        if len(term.words) > 1
    ]
