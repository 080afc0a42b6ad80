"""Makes the statements that read the lists of names, and the facts that are found by the names in them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    select,
)

from domain.kinds.prisoners import CUSTODY
from domain.views.name_lists import ACCENTED, ALL, LONG
from infrastructure.projections.fact_rows import questions_of, rule_of
from infrastructure.projections.term_conditions import same_version
from infrastructure.readers.state.denied import select_denials
from infrastructure.readers.state.placeholders import placeholders
from infrastructure.readers.state.questions import is_given, select_given
from infrastructure.readers.timeslices import RETRACTED, is_seen
from infrastructure.tables.facts import content_columns

if TYPE_CHECKING:
    from infrastructure.tables.facts import FactTables

UNLIMITED: Final = 2**40
"""A limit that no query reaches."""
_AFTER: Final = bindparam("after", type_=Text)
_LIMIT: Final = bindparam("limit", type_=BigInteger)


@lru_cache(maxsize=8)
def select_names(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """The first `limit` names of a list `of` after a name, in order; a name comes once for each of its texts."""
    del public, sqlite
    return _first_names(tables, bindparam("of", type_=Text))


def _first_names(tables: FactTables, of: ColumnElement[str]) -> Select[Any]:
    columns, (negotiation_id, _) = tables.called.c, placeholders(public=True)
    return (
        select(columns.name)
        .where(
            columns.negotiation_id == negotiation_id.hex, columns.list == of, columns.name > _AFTER
        )
        .order_by(columns.name)
        .limit(_LIMIT)
    )


@lru_cache(maxsize=8)
def select_lists(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """(list, a JSON array of its first `limit` names after a name) for the given lists; no order within the array."""
    del public
    given = select_given(sqlite=sqlite)
    names = _first_names(tables, given.c.question).correlate(given).subquery("names")
    pack = func.json_group_array if sqlite else func.json_agg
    packed = select(pack(names.c.name)).scalar_subquery()
    return select(given.c.question.label("list"), packed.label("names"))


@lru_cache(maxsize=8)
def select_long(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """(name, term of the person) of the first `limit` names that are too long for the lists, both shortened."""
    del public, sqlite
    columns, (negotiation_id, _) = tables.called.c, placeholders(public=True)
    return (
        select(columns.name, columns.text)
        .where(columns.negotiation_id == negotiation_id.hex, columns.list == LONG)
        .order_by(columns.name)
        .limit(_LIMIT)
    )


@lru_cache(maxsize=8)
def select_spellings(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """(list, name, text) for the given names: how each is spelt, and which names with accents it is made of."""
    del public
    columns, (negotiation_id, _) = tables.called.c, placeholders(public=True)
    return select(columns.list, columns.name, columns.text).where(
        columns.negotiation_id == negotiation_id.hex,
        columns.list.in_((ALL, ACCENTED)),
        is_given(columns.name, sqlite=sqlite),
    )


@lru_cache(maxsize=8)
def select_custody(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """The first `limit` questions about somebody's custody after a question; one comes once for each of its answers."""
    del public, sqlite
    columns, (negotiation_id, _) = tables.answer.c, placeholders(public=True)
    return (
        select(columns.question)
        .where(
            columns.negotiation_id == negotiation_id.hex,
            columns.rule == rule_of(CUSTODY),
            columns.question > _AFTER,
            columns.question < questions_of(CUSTODY.section)[1],
        )
        .order_by(columns.question)
        .limit(_LIMIT)
    )


@lru_cache(maxsize=8)
def select_used(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """Those of the given terms that any version has in a `field`."""
    del public
    given, found = select_given(sqlite=sqlite), tables.term.c
    return _where_found(given, select(found.fact_id).where(*_of_field(found, given.c.question)))


@lru_cache(maxsize=8)
def select_seen(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """Those of the given terms that a version which is seen and stands has in a `field`."""
    given = select_given(sqlite=sqlite)
    found, version = tables.term.c, tables.version.c
    seen = (
        select(found.fact_id)
        .join_from(tables.term, tables.version, same_version(found, version))
        .where(*_of_field(found, given.c.question), *_stands(tables, public=public))
    )
    return _where_found(given, seen)


def _where_found(given: CTE, found: Select[Any]) -> Select[Any]:
    """Those of the given terms for which a query has a row; its limit keeps planners from reading all terms instead."""
    first = found.correlate(given).limit(1).scalar_subquery()
    return select(given.c.question.label("term")).where(first.is_not(None))


@lru_cache(maxsize=8)
def select_facts(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """The ids of the facts of which any version has one of the given terms in a `field`; an id may come twice."""
    del public
    found = tables.term.c
    of_field = _of_field(found, found.term)
    return select(found.fact_id).where(*of_field, is_given(found.term, sqlite=sqlite))


@lru_cache(maxsize=8)
def select_some_facts(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """The same for one `term`: at most `limit` ids after the `first` ones."""
    del public, sqlite
    found = tables.term.c
    first = bindparam("first", type_=BigInteger)
    return (
        select(found.fact_id)
        .where(*_of_field(found, bindparam("term", type_=Text)))
        .order_by(*tables.term.primary_key)
        .offset(first)
        .limit(_LIMIT)
    )


@lru_cache(maxsize=8)
def select_versions(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """The versions of the given facts that are seen and stand, in order of recording."""
    fact_id = tables.version.c.fact_id
    return _select_standing(tables, is_given(fact_id, sqlite=sqlite), public=public)


@lru_cache(maxsize=8)
def select_with_denials(tables: FactTables, *, public: bool, sqlite: bool) -> Select[Any]:
    """The versions of `select_versions`, and those of the facts that deny one of the given facts."""
    given = select_given(sqlite=sqlite)
    denials = select_denials(tables, *placeholders(public=public), given, "question")
    ids = denials.with_only_columns(denials.selected_columns.fact_id)
    wanted = select(given.c.question).union_all(ids)
    return _select_standing(tables, tables.version.c.fact_id.in_(wanted), public=public)


def _select_standing(
    tables: FactTables, wanted: ColumnElement[bool], *, public: bool
) -> Select[Any]:
    version = tables.version.c
    return (
        select(*content_columns(version))
        .where(wanted, *_stands(tables, public=public))
        .order_by(version.first_position)
    )


def _of_field(
    found: Any,  # noqa: ANN401 -- the columns of a table
    term: ColumnElement[str],
) -> list[ColumnElement[bool]]:
    negotiation_id, _ = placeholders(public=True)
    field = bindparam("field", type_=Text)
    conditions = [found.negotiation_id == negotiation_id.hex, found.field == field]
    return conditions if term is found.term else [*conditions, found.term == term]


def _stands(tables: FactTables, *, public: bool) -> list[ColumnElement[bool]]:
    version, (_, at) = tables.version.c, placeholders(public=public)
    return [is_seen(version, at), version.status != RETRACTED, ~version.erased]
