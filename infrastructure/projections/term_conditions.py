"""Makes the statements that find versions of facts by the names and places in them."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, and_, exists, or_, select

from infrastructure.tables.facts import VALID_ORDER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from infrastructure.tables.facts import FactTables

_VERSION: Final = ("fact_id", "version", "variant")


def select_naming(
    tables: FactTables, id_: UUID, terms: Iterable[tuple[str, str]]
) -> Select[tuple[str]]:
    """The ids of a negotiation's facts of which any version has one of these terms; an id may occur several times."""
    term = tables.term.c
    return select(term.fact_id).where(term.negotiation_id == id_.hex, _of_terms(term, terms))


def has_term(
    tables: FactTables,
    columns: Any,  # noqa: ANN401 -- of a table or an alias
    terms: Collection[tuple[str, str]],
) -> ColumnElement[bool]:
    """The condition that a version has one of these terms, which compares the whole key of each."""
    term = tables.term.c
    same = [term[name] == columns[name] for name in ("negotiation_id", *VALID_ORDER, *_VERSION)]
    return or_(*(exists().where(*same, condition) for condition in _of_each_field(term, terms)))


def was_naming(tables: FactTables, terms: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """The condition that any version of a row's fact has one of these terms."""
    other, mine = tables.version.alias("other").c, tables.version.c
    same = [other[name] == mine[name] for name in ("fact_id", "negotiation_id")]
    return exists().where(*same, has_term(tables, other, terms))


def find_versions(tables: FactTables, id_: UUID, term: tuple[str, str]) -> FromClause:
    """The versions of a negotiation that have a term, with their places in a timeline.

    The primary key has them in this order, so that a page reads no more of them than it shows.
    """
    table = tables.term.c
    field, text = term
    return (
        select(*(table[name] for name in (*VALID_ORDER, *_VERSION)))
        .where(table.negotiation_id == id_.hex, table.field == field, table.term == text)
        .subquery("found")
    )


def same_version(one: Any, other: Any) -> ColumnElement[bool]:  # noqa: ANN401 -- the columns of tables
    """The condition that two rows are of one version, and have all of its events or lack the same."""
    return and_(*(one[name] == other[name] for name in _VERSION))


def _of_terms(term: Any, terms: Iterable[tuple[str, str]]) -> ColumnElement[bool]:  # noqa: ANN401 -- columns of terms
    """The condition that a row of terms has one of these terms."""
    return or_(*_of_each_field(term, terms))


def _of_each_field(term: Any, terms: Iterable[tuple[str, str]]) -> list[ColumnElement[bool]]:  # noqa: ANN401 -- the same
    """The same for the terms of each field; SQLite finds a whole key only of one field at a time."""
    return [
        and_(term.field == field, term.term.in_([text for _, text in group]))
        for field, group in groupby(sorted(terms, key=itemgetter(0)), key=itemgetter(0))
    ]
