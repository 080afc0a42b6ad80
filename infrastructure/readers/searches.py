"""Reads a page of a timeline with the facts in which a full-text search finds its words.

A common word is found by reading texts along the timeline until the page is full. Others are found by an index of
words. On SQLite, FTS5 finds phrases. PostgreSQL limits the places of words in an index (16,383 in a row, 256 for a
word), so there the index has only distinct words, and phrases are looked up in the text itself. The index follows the
log. A search does not update it, but reads versions that are not indexed yet one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import isqrt
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from domain.sought import AllOf, Phrase, holds_terms
from domain.views.full_text import list_fact_words
from domain.views.published import limit_citations
from infrastructure.log.codec import decode_fact
from infrastructure.projections.fact_text import checkpoint
from infrastructure.projections.tallies import known_of_all
from infrastructure.readers import pages, timelines
from infrastructure.readers.timeslices import select_timeline, valid_order
from infrastructure.tables.facts import is_part
from infrastructure.tables.record import log_head
from infrastructure.tables.text import fact_text, mark_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select, Table

    from domain.sought import Sought
    from domain.time.perspective import Perspective
    from domain.views.naming import Names
    from domain.views.timeline import TimelineFilter
    from infrastructure.tables.facts import FactTables

__all__ = ["MOST_UNINDEXED", "Search", "SearchedTimeline", "find_page", "narrow"]

MOST_UNINDEXED: Final = 2_000
"""Positions past the index that a search reads one by one, in some tenths of a second; it sees none past those."""

MOST_TRIED: Final = 300
"""How many rows are read to see whether they have what is sought; of more, those of facts that the index finds."""

MANY: Final = 3_000
MOST_PHRASES: Final = 20
"""The most phrases that are looked up in the texts along a timeline."""


class SearchedTimeline(NamedTuple):
    """The timeline that is searched: the arguments of `select_timeline`."""

    tables: FactTables
    negotiation_id: UUID
    perspective: Perspective
    wanted: TimelineFilter
    names: Names


@dataclass(frozen=True, slots=True)
class Search:
    """The words to find in a negotiation, and the cut of the published clock, if there is one."""

    negotiation_id: UUID
    wanted: AllOf
    cut: int | None

    def shows(self, row: Row[Any]) -> bool:
        """Whether a row that has the words has them outside citations that were not public by the cut."""
        return self.cut is None or row.last_cited <= self.cut or self.found_in(row)

    def found_in(self, row: Row[Any]) -> bool:
        """Whether a row has the words, in the citations up to the cut or elsewhere."""
        fact = decode_fact(row.content)
        shown = fact if self.cut is None else limit_citations(fact, self.cut)
        return holds_terms(self.wanted, list_fact_words(shown))


def find_page(
    connection: Connection, about: SearchedTimeline, search: Search, limit: int
) -> tuple[list[Row[Any]], bool]:
    """A page along valid time, as `pages.read_page` gives it, of the rows that the search finds."""
    version, order = about.tables.version, valid_order(about.tables)
    along = not _is_sqlite(connection)  # which would search once for each fact
    statement = select_timeline(*about, along=along)
    page = _along(connection, about, search, limit)
    indexed, more_follow = page or _in_index(connection, statement, version, order, search, limit)
    place = attrgetter(*(column.name for column in order))
    later = sorted(_not_in_index(connection, statement, version, search), key=place)
    if more_follow:
        later = later[: bisect_left(later, place(indexed[-1]), key=place)]
    rows = sorted([*indexed, *later], key=place)
    shown = rows[: pages.count_fitting([len(row.content) for row in rows], limit)]
    return shown, more_follow or len(shown) < len(rows)


def _along(
    connection: Connection, about: SearchedTimeline, search: Search, limit: int
) -> tuple[list[Row[Any]], bool] | None:
    """The page, if enough of the first facts of the timeline have the words; else None.

    About √(`limit` × all facts) facts are tried. If they do not fill the page, the index finds few facts that have the
    word. Fewer facts than `MANY` are left to the index, which is as quick for them.
    """
    tables, id_, perspective, wanted, _ = about
    few = 0 < _count_phrases(search.wanted) <= MOST_PHRASES
    scattered = wanted.names or wanted.begun or wanted.batch is not None or wanted.from_ is not None
    early = search.cut is not None and timelines.find_shortlist(connection, *about, limit)[0]
    given = {"negotiation": id_.hex, "position": perspective.position}
    facts = known_of_all(tables.version).one(connection, given)
    if scattered or early or not few or facts.known < MANY:
        return None
    tried = isqrt(limit * facts.recorded) * facts.known // facts.recorded
    statement, order = select_timeline(*about), valid_order(tables)
    last = statement.with_only_columns(*order).offset(_in_text(1 << tried.bit_length())).limit(1)
    end = connection.execute(last).first()
    having = _having(connection, statement, tables.version, search.wanted)
    if end is not None:
        having = having.where(order[0] <= end[0], tuple_(*order) <= tuple_(*end))
    rows, more_follow = pages.read_page(connection, having, tables.version, order, limit)
    holding = [row for row in rows if search.shows(row)]
    whole = end is None and not more_follow
    return (holding, more_follow) if whole or (more_follow and holding) else None


def _having(
    connection: Connection, statement: Select[Any], version: Table, wanted: AllOf
) -> Select[Any]:
    """The statement, limited to rows in whose indexed text, which is read, the words stand."""
    text, sqlite = fact_text.c, _is_sqlite(connection)
    same = and_(text.fact_id == version.c.fact_id, text.version == version.c.version)
    if sqlite:
        same = literal_column("fact_text.rowid") == version.c.position
    stands = select(_stands(wanted, sqlite=sqlite)).where(same).correlate(version)
    return statement.where(version.c.variant == 0, stands.scalar_subquery())


def _in_text(number: int) -> BindParameter[int]:
    """A number that stands in the statement itself: PostgreSQL's plan for any number reads all facts."""
    return bindparam(None, number, type_=Integer, literal_execute=True)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _count_phrases(wanted: Sought) -> int:
    return 1 if isinstance(wanted, Phrase) else sum(map(_count_phrases, wanted.parts))


def _in_index(
    connection: Connection,
    statement: Select[Any],
    version: Table,
    order: Sequence[ColumnElement[Any]],
    search: Search,
    limit: int,
) -> tuple[list[Row[Any]], bool]:
    """A page as `pages.read_page` gives it, of the rows that the index finds."""
    beyond = narrowed = narrow(connection, statement, version, search)
    while True:
        rows, more_follow = pages.read_page(connection, beyond, version, order, limit)
        holding = [row for row in rows if search.shows(row)]
        if holding or not more_follow:
            return holding, more_follow
        last = tuple(getattr(rows[-1], column.name) for column in order)
        beyond = narrowed.where(tuple_(*(column + 0 for column in order)) > tuple_(*last))


def _not_in_index(
    connection: Connection, statement: Select[Any], version: Table, search: Search
) -> list[Row[Any]]:
    """The rows that have the words, and that the index cannot find; in no order.

    They were recorded after the last indexed position. Or only a part of their events was public by the cut, while the
    index has the words of all events.
    """
    held = checkpoint(connection)
    rows: list[Row[Any]] = []
    if held < int(connection.execute(select(log_head.c.position)).scalar_one()):
        rows += connection.execute(select_past(statement, version, search, held))
    if search.cut is not None and search.wanted.parts:
        ours = version.c.negotiation_id == search.negotiation_id.hex
        partly = statement.where(ours, is_part(version.c), version.c.position <= held)
        partly = partly.order_by(None)
        tried = connection.execute(partly.limit(MOST_TRIED + 1)).all()
        if len(tried) > MOST_TRIED:
            mark, *parts = _here(search).parts
            here = (_there(AllOf((mark, p)), sqlite=_is_sqlite(connection)) for p in parts)
            id_ = fact_text.c.fact_id
            facts = (version.c.fact_id.in_(select(id_).where(there)) for there in here)
            tried = connection.execute(partly.where(*facts)).all()
        rows += tried
    return [row for row in rows if search.found_in(row)]


def select_past(statement: Select[Any], version: Table, search: Search, held: int) -> Select[Any]:
    """The rows of the statement whose last event is past the position `held`, by the index of positions.

    The statement may not use an index of negotiations, so this names the negotiation again.
    """
    late = (version.c.known_from > held, version.c.position > held)
    ours = version.c.negotiation_id == search.negotiation_id.hex
    return statement.where(ours, *late).order_by(None)


def narrow(
    connection: Connection, statement: Select[Any], version: Table, search: Search
) -> Select[Any]:
    """The statement on `version`, limited to rows whose indexed text has the words."""
    if not search.wanted.parts:
        return statement.where(false())
    sqlite = _is_sqlite(connection)
    same = and_(
        fact_text.c.fact_id == version.c.fact_id,
        fact_text.c.version == version.c.version,
        version.c.variant == 0,
    )
    return statement.join_from(version, fact_text, same).where(_there(_here(search), sqlite=sqlite))


def _here(search: Search) -> AllOf:
    """What is sought, with the mark of the negotiation."""
    mark = mark_of(search.negotiation_id.hex)
    return AllOf((Phrase((mark,), prefix=False), *search.wanted.parts))


def _there(wanted: Sought, *, sqlite: bool) -> ColumnElement[bool]:
    """The condition that an indexed text has the words, phrases included."""
    return _matches(wanted) if sqlite else and_(_indexed(wanted), *_standing(wanted))


def _matches(wanted: Sought) -> ColumnElement[bool]:
    return fact_text.c.body.bool_op("MATCH")(_fts5(wanted))


def _fts5(wanted: Sought) -> str:
    """The search in FTS5's syntax. Words have only letters, numerals and our own marks, so quoting them is safe."""
    if isinstance(wanted, Phrase):
        return f'"{" ".join(wanted.units)}"{"*" * wanted.prefix}'
    joint = " AND " if isinstance(wanted, AllOf) else " OR "
    return f"({joint.join(map(_fts5, wanted.parts))})"


def _indexed(wanted: Sought) -> ColumnElement[bool]:
    """The condition that a text has the words that are sought, in any order."""
    return fact_text.c.words.bool_op("@@")(cast(literal(_tsquery(wanted)), TSQUERY))


def _tsquery(wanted: Sought) -> str:
    if isinstance(wanted, Phrase):
        *head, last = wanted.units
        lexemes = [*(f"'{word}'" for word in head), f"'{last}'{':*' * wanted.prefix}"]
        return f"({' & '.join(dict.fromkeys(lexemes))})"
    joint = " & " if isinstance(wanted, AllOf) else " | "
    return f"({joint.join(map(_tsquery, wanted.parts))})"


def _standing(wanted: Sought) -> list[ColumnElement[bool]]:
    """The conditions that the words of phrases stand side by side; PostgreSQL's index cannot tell this."""
    parts = wanted.parts if isinstance(wanted, AllOf) else (wanted,)
    return [_stands(part) for part in parts if _has_phrase(part)]


def _has_phrase(wanted: Sought) -> bool:
    if isinstance(wanted, Phrase):
        return len(wanted.units) > 1
    return any(map(_has_phrase, wanted.parts))


def _stands(wanted: Sought, *, sqlite: bool = False) -> ColumnElement[bool]:
    """The condition that a text has the words, phrases side by side, looked up in the text itself."""
    if isinstance(wanted, Phrase):
        phrase = f" {' '.join(wanted.units)}{'' if wanted.prefix else ' '}"
        at = func.instr if sqlite else func.strpos
        return at(fact_text.c.body, phrase) > 0
    parts = (_stands(part, sqlite=sqlite) for part in wanted.parts)
    return and_(*parts) if isinstance(wanted, AllOf) else or_(*parts)
