"""A question of full text leaves of a statement the versions that answer it, by an index of words.

SQLite's FTS5 is asked in phrases. PostgreSQL's index holds distinct words without places, which
have limits there (16,383 a row, 256 a word); words side by side are looked up in the text itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, cast, false, func, literal
from sqlalchemy.dialects.postgresql import TSQUERY

from infrastructure.text_tables import fact_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select, Table

    from domain.full_text import Term

__all__ = ["narrowed"]


def narrowed(
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
