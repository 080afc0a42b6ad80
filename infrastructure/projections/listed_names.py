"""Lists the names of a negotiation, each once, so that people are found without reading the facts that name others.

A list says only that some version of some fact has a name. The terms of facts tell whether that version is seen at a
perspective.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, select

from domain.views.name_lists import list_called, list_name, texts_in
from domain.views.terms import PERSON, search_term
from infrastructure.database.damage import DamagedError, raise_damage
from infrastructure.hot_statements import insert_missing
from infrastructure.log.codec import decode_fact
from infrastructure.projections.term_conditions import same_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from domain.fact import Fact
    from domain.views.name_lists import Called
    from infrastructure.tables.facts import FactTables

_COLUMNS: Final = ("negotiation_id", "list", "name", "text")
_BOUND: Final = ("of_list", "of_name", "of_text")
_FIRST: Final = 20
"""How many facts are read first to find one that has a name."""


def list_names(
    connection: Connection, tables: FactTables, facts: Iterable[tuple[str, Fact]]
) -> None:
    """List the names in some facts, each given with the hexadecimal id of its negotiation."""
    texts = {(of, text) for of, fact in facts for text in texts_in(fact)}
    called = {(of, *each) for of, text in texts for each in list_name(text)}
    rows = [dict(zip(_COLUMNS, each, strict=True)) for each in sorted(called)]
    insert_missing(connection, tables.called, rows)


def forget_names(
    connection: Connection, tables: FactTables, negotiation: str, erased: Sequence[Fact] | None
) -> None:
    """Take the names of erased facts, whose rows are gone, out of the lists, unless other facts have them.

    If `erased` is None, because one is damaged, the names of all other facts are listed again.
    """
    columns = tables.called.c
    ours = columns.negotiation_id == negotiation
    if erased is None:
        connection.execute(delete(tables.called).where(ours))
        others = _read(
            connection, select(tables.version.c.content).where(_is_stored(tables, negotiation))
        )
        list_names(connection, tables, ((negotiation, fact) for fact in others))
        return
    by_term: dict[str, set[Called]] = defaultdict(set)
    for fact in erased:
        for each in list_called(fact):
            by_term[search_term(each[-1])].add(each)
    gone = [
        dict(zip(_BOUND, each, strict=True))
        for term, called in sorted(by_term.items())
        for each in sorted(_find_unnamed(connection, tables, negotiation, term, called))
    ]
    if gone:
        same = [
            columns[name] == bindparam(bound)
            for name, bound in zip(_COLUMNS[1:], _BOUND, strict=True)
        ]
        connection.execute(delete(tables.called).where(ours, *same), gone)


def _find_unnamed(
    connection: Connection,
    tables: FactTables,
    negotiation: str,
    term: str,
    called: set[Called],
) -> set[Called]:
    """Those of `called`, which all have the same term, that no fact has any more."""
    found, version = tables.term.c, tables.version
    naming = (
        select(version.c.content)
        .join_from(tables.term, version, same_version(found, version.c))
        .where(found.negotiation_id == negotiation, found.field == PERSON, found.term == term)
        .where(_is_stored(tables, negotiation))
        .order_by(*tables.term.primary_key)
    )
    left = called
    for part in (naming.limit(_FIRST), naming.offset(_FIRST)):
        for fact in _read(connection, part):
            left = left - list_called(fact)
            if not left:
                return left
    return left


def _is_stored(tables: FactTables, negotiation: str) -> ColumnElement[bool]:
    """The condition that a version is of a negotiation and was not erased."""
    return and_(tables.version.c.negotiation_id == negotiation, ~tables.version.c.erased)


def _read(connection: Connection, contents: Select[tuple[bytes]]) -> Iterator[Fact]:
    """The facts in some contents, without those that are damaged."""
    for row in connection.execute(contents):
        with suppress(DamagedError), raise_damage("a version of a fact"):
            yield decode_fact(row.content)
