"""Reads what names mean at a perspective, from aliases and from names that ids bear."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, and_, literal_column, or_, select

from domain.kinds.envoys import Alias
from domain.views.aliases import keep_preferred
from domain.views.audit import add_borne, bears, find_ids
from domain.views.naming import MOST_TERMS, Names
from domain.views.notices import find_alias_notices
from domain.views.terms import BORNE, PART
from infrastructure.hot_statements import HotStatement
from infrastructure.log.codec import decode_fact
from infrastructure.projections.fact_rows import ALIAS, TIMELESS
from infrastructure.readers.access import list_hidden
from infrastructure.readers.state.placeholders import bind_placeholders, placeholders
from infrastructure.readers.timeslices import RETRACTED, is_seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

    from domain.access import Principal
    from domain.time.perspective import Perspective
    from domain.views.notices import Notice
    from domain.views.versions import FactVersion
    from infrastructure.tables.facts import FactTables

Instead = Mapping[str, tuple[Alias, bool]]
"""Aliases by the hexadecimal ids of their facts, each with whether it is preferred."""
NOTHING: Final[Instead] = MappingProxyType({})


def read_names(
    connection: Connection,
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    instead: Instead = NOTHING,
) -> Names:
    """The names of a negotiation, as `Names.of` gives them for all known facts.

    The facts in `instead` count as they are there, not as they are recorded.
    """
    read = (connection, tables, negotiation_id, perspective)
    others = [alias[1:] for alias in _aliases(*read) if alias[0] not in instead]
    return Names(keep_preferred([*others, *instead.values()]), _read_borne(*read))


def read_terms(
    connection: Connection,
    tables: FactTables,
    negotiation_id: UUID,
    perspective: Perspective,
    person: str,
) -> set[tuple[str, str]]:
    """The terms by which the audit finds a person, as `list_audit` uses them."""
    names = read_names(connection, tables, negotiation_id, perspective)
    terms = names.terms("person", person)
    ids = find_ids(terms, person)
    term = tables.term.c
    borne = select(term.term).where(
        term.negotiation_id == negotiation_id.hex,
        term.field == BORNE,
        or_(*(term.term.endswith(f"{PART}{id_}", autoescape=True) for id_ in sorted(ids))),
    )
    few = borne.distinct().limit(MOST_TERMS + 1)
    candidates = ((BORNE, text) for text in connection.execute(few).scalars())
    return add_borne(terms, (candidate for candidate in candidates if bears(candidate, ids)))


def read_alias_notices(
    connection: Connection,
    tables: FactTables,
    version: FactVersion,
    perspective: Perspective,
    principal: Principal,
) -> list[Notice]:
    """The notices of `find_alias_notices` on a version, as if it were recorded.

    Empty if `principal` does not see the negotiation.
    """
    record = version.record
    if not isinstance(record.fact, Alias):
        return []
    if record.negotiation_id.hex in list_hidden(connection, principal):
        return []
    instead = {record.id.hex: (record.fact, record.preferred)}
    names = read_names(connection, tables, record.negotiation_id, perspective, instead)
    return find_alias_notices(record.fact, names)


def _aliases(
    connection: Connection, tables: FactTables, negotiation_id: UUID, perspective: Perspective
) -> Iterator[tuple[str, Alias, bool]]:
    """(id of the fact, alias, preferred) for each alias that is known and stands, in order of recording."""
    statement = _select_aliases(tables, public=perspective.published_cut is None)
    for row in statement.rows(connection, bind_placeholders(negotiation_id, perspective)):
        fact = decode_fact(row.content)
        if isinstance(fact, Alias):
            yield row.fact_id, fact, row.preferred


@cache
def _select_aliases(tables: FactTables, *, public: bool) -> HotStatement:
    answer, version = tables.answer.c, tables.version.c
    negotiation_id, perspective = placeholders(public=public)
    return HotStatement(
        select(version.fact_id, version.content, version.preferred)
        .join_from(
            tables.answer,
            tables.version,
            and_(
                version.fact_id == answer.fact_id,
                version.known_from == answer.known_from,
                version.published_from == answer.published_from,
            ),
        )
        .where(
            answer.negotiation_id == negotiation_id.hex,
            answer.rule == TIMELESS,
            answer.question == ALIAS,
            is_seen(answer, perspective),
        )
        .order_by(version.first_position)
    )


def _read_borne(
    connection: Connection, tables: FactTables, negotiation_id: UUID, perspective: Perspective
) -> Iterable[tuple[str, str]]:
    """(folded name, id) for the names with ids, in facts that are known and stand."""
    statement = _select_borne(tables, public=perspective.published_cut is None)
    for (borne,) in statement.rows(connection, bind_placeholders(negotiation_id, perspective)):
        name, _, id_ = borne.partition(PART)
        yield name, id_


@cache
def _select_borne(tables: FactTables, *, public: bool) -> HotStatement:
    term, version = tables.term.c, tables.version.c
    negotiation_id, perspective = placeholders(public=public)
    return HotStatement(
        select(term.term)
        .join_from(
            tables.term,
            tables.version,
            and_(
                version.fact_id == term.fact_id,
                version.version == term.version,
                version.variant == term.variant,
            ),
        )
        .where(
            term.negotiation_id == negotiation_id.hex,
            term.field == literal_column(f"'{BORNE}'"),  # or PostgreSQL plans each time anew
            version.status != RETRACTED,
            is_seen(version, perspective),
        )
        .distinct()
    )
