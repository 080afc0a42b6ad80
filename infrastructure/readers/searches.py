"""Reads a page of a timeline with the facts in which a full-text search finds its words.

A common word is found by reading texts along the timeline until the page is full. Others are found by an index of
words. On SQLite, FTS5 finds phrases. PostgreSQL limits the places of words in an index (16,383 in a row, 256 for a
word), so there the index has only distinct words, and phrases are looked up in the text itself. The index follows the
log. A search does not update it, but reads versions that are not indexed yet one by one.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from math import isqrt
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    and_,
    bindparam,
    false,
    literal_column,
    select,
    tuple_,
)

from domain.sought import AllOf, Phrase, holds_terms
from domain.views.full_text import list_fact_words
from domain.views.known.published import limit_citations
from infrastructure.hot_statements import HotStatement
from infrastructure.log.codec import decode_fact
from infrastructure.projections.fact_text import CHECKPOINT
from infrastructure.projections.tallies import select_known_counts
from infrastructure.projections.text_conditions import form_of, has_words, list_texts, stands
from infrastructure.readers import pages, timelines
from infrastructure.readers.timeslices import FIRST, select_timeline, valid_order
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

MOST_TRIED: Final = 300
"""How many rows are read to see whether they have what is sought; of more, those of facts that the index finds."""

MANY: Final = 3_000
MOST_PHRASES: Final = 20
"""The most phrases that are looked up in the texts along a timeline."""


_END: Final = ("end_earliest", "end_latest", "end_position")
_REACHED: Final = HotStatement(
    select(log_head.c.position, CHECKPOINT.scalar_subquery().label("indexed"))
)


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
        return self.cut is None or row.last_cited <= self.cut or self.matches(row)

    def matches(self, row: Row[Any]) -> bool:
        """Whether a row has the words, in the citations up to the cut or elsewhere."""
        fact = decode_fact(row.content)
        shown = fact if self.cut is None else limit_citations(fact, self.cut)
        return holds_terms(self.wanted, list_fact_words(shown))


def find_page(
    connection: Connection, about: SearchedTimeline, search: Search, limit: int
) -> tuple[list[Row[Any]], bool]:
    """A page along valid time, as `pages.read_page` gives it, of the rows that the search finds."""
    page = _scan(connection, about, search, limit) or _in_index(connection, about, search, limit)
    indexed, more_follow = page
    place = attrgetter(*(column.name for column in valid_order(about.tables)))
    later = sorted(_read_unindexed(connection, about, search), key=place)
    if more_follow:
        later = later[: bisect_left(later, place(indexed[-1]), key=place)]
    rows = sorted([*indexed, *later], key=place)
    shown = rows[: pages.count_fitting([len(row.content) for row in rows], limit)]
    return shown, more_follow or len(shown) < len(rows)


def _scan(
    connection: Connection, about: SearchedTimeline, search: Search, limit: int
) -> tuple[list[Row[Any]], bool] | None:
    """The page, if enough of the first facts of the timeline have the words; else None.

    About √(`limit` × all facts) versions are tried. If they do not fill the page, the index finds few facts that have
    the word. Fewer facts than `MANY` are left to the index, which is as quick for them.
    """
    tables, id_, perspective, wanted, _ = about
    texts = list_texts(search.wanted)
    few = 0 < len(texts) <= MOST_PHRASES
    scattered = wanted.names or wanted.begun or wanted.batch is not None or wanted.from_ is not None
    early = search.cut is not None and timelines.find_shortlist(connection, *about, limit)[0]
    count_values = {"negotiation": id_.hex, "position": perspective.position}
    facts = select_known_counts(tables.version).one(connection, count_values)
    if scattered or early or not few or facts.known < MANY:
        return None
    shape, values = timelines.place(*about)
    tried = isqrt(limit * facts.recorded)
    end = _end(shape, 1 << tried.bit_length()).first(connection, values)
    values |= {f"text_{at}": text for at, text in enumerate(texts)} | dict(
        zip(_END, end or (), strict=False)
    )
    page = _page_along(
        shape, form_of(search.wanted), ends=end is not None, sqlite=_is_sqlite(connection)
    )
    rows, more_follow = page.read(connection, values, limit)
    holding = [row for row in rows if search.shows(row)]
    whole = end is None and not more_follow
    return (holding, more_follow) if whole or (more_follow and holding) else None


@lru_cache(maxsize=256)
def _end(shape: timelines.TimelineShape, tried: int) -> HotStatement:
    """The place in a timeline after the first `tried` versions, visible or not; an index alone answers it.

    The number is in the statement itself: PostgreSQL's plan for a placeholder reads all facts.
    """
    tables, id_, _, wanted, _ = timelines.with_placeholders(shape)
    columns, order = tables.version.c, valid_order(tables)
    conditions = [
        columns.negotiation_id == id_.hex,
        tuple_(*order) > tuple_(*(wanted.after or FIRST)),
    ]
    conditions += [
        columns[name] == value
        for name in ("kind", "matter")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.to is not None:
        conditions.append(order[0] <= wanted.to)
    places = select(*order).where(*conditions).order_by(*order)
    return HotStatement(places.offset(literal_column(f"{tried}")).limit(literal_column("1")))


@lru_cache(maxsize=256)
def _page_along(
    shape: timelines.TimelineShape, form: Sought, *, ends: bool, sqlite: bool
) -> pages.HotPage:
    """The rows of a timeline, up to an end, whose indexed text has the words; the texts themselves are read."""
    about = timelines.with_placeholders(shape)
    version, order = shape.tables.version, valid_order(shape.tables)
    text = fact_text.c
    same = and_(text.fact_id == version.c.fact_id, text.version == version.c.version)
    if sqlite:
        same = literal_column("fact_text.rowid") == version.c.position
    texts = (bindparam(f"text_{at}", type_=Text) for at in count())
    with_words = select(stands(form, texts, sqlite=sqlite)).where(same).correlate(version)
    having = select_timeline(*about).where(version.c.variant == 0, with_words.scalar_subquery())
    if ends:
        end = [bindparam(name, type_=BigInteger) for name in _END]
        having = having.where(order[0] <= end[0], tuple_(*order) <= tuple_(*end))
    return pages.HotPage(having, version, order)


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _in_index(
    connection: Connection, about: SearchedTimeline, search: Search, limit: int
) -> tuple[list[Row[Any]], bool]:
    """A page as `pages.read_page` gives it, of the rows that the index finds."""
    version, order = about.tables.version, valid_order(about.tables)
    statement = _select_rows(connection, about)
    beyond = narrowed = narrow(connection, statement, version, search)
    while True:
        rows, more_follow = pages.read_page(connection, beyond, version, order, limit)
        holding = [row for row in rows if search.shows(row)]
        if holding or not more_follow:
            return holding, more_follow
        last = tuple(getattr(rows[-1], column.name) for column in order)
        beyond = narrowed.where(tuple_(*(column + 0 for column in order)) > tuple_(*last))


def _select_rows(connection: Connection, about: SearchedTimeline) -> Select[Any]:
    """The timeline; SQLite sorts it, because along the index it would search once for each fact."""
    return select_timeline(*about, along=not _is_sqlite(connection))


def _read_unindexed(
    connection: Connection, about: SearchedTimeline, search: Search
) -> list[Row[Any]]:
    """The rows that have the words, and that the index cannot find; in no order.

    They were recorded after the last indexed position. Or only a part of their events was public by the cut, while the
    index has the words of all events.
    """
    version = about.tables.version
    reached = _REACHED.one(connection)
    rows: list[Row[Any]] = []
    if reached.indexed < reached.position:
        rows += _read_past(connection, about, reached.indexed)
    if search.cut is not None and search.wanted.parts:
        ours = version.c.negotiation_id == search.negotiation_id.hex
        indexed = version.c.position <= reached.indexed
        partly = _select_rows(connection, about).where(ours, is_part(version.c), indexed)
        partly = partly.order_by(None)
        tried = connection.execute(partly.limit(MOST_TRIED + 1)).all()
        if len(tried) > MOST_TRIED:
            mark, *parts = _limit_to_negotiation(search).parts
            here = (has_words(AllOf((mark, p)), sqlite=_is_sqlite(connection)) for p in parts)
            id_ = fact_text.c.fact_id
            facts = (version.c.fact_id.in_(select(id_).where(there)) for there in here)
            tried = connection.execute(partly.where(*facts)).all()
        rows += tried
    return [row for row in rows if search.matches(row)]


def _read_past(connection: Connection, about: SearchedTimeline, reached: int) -> Sequence[Any]:
    """The rows of the timeline whose last event is past the position `reached`."""
    sqlite = _is_sqlite(connection)
    if about.wanted.batch is not None:  # of which corrections of the clock decide
        return connection.execute(
            select_past(_select_rows(connection, about), about, reached)
        ).all()
    shape, values = timelines.place(*about)
    return _prepare_past(shape, sqlite=sqlite).rows(connection, {**values, "reached": reached})


@lru_cache(maxsize=256)
def _prepare_past(shape: timelines.TimelineShape, *, sqlite: bool) -> HotStatement:
    about = SearchedTimeline(*timelines.with_placeholders(shape))
    reached = bindparam("reached", type_=BigInteger)
    return HotStatement(select_past(select_timeline(*about, along=not sqlite), about, reached))


def select_past(
    statement: Select[Any], about: SearchedTimeline, reached: int | ColumnElement[int]
) -> Select[Any]:
    """The rows of the statement whose last event is past the position `reached`, by the index of positions.

    The statement may not use an index of negotiations, so this names the negotiation again.
    """
    columns = about.tables.version.c
    late = (columns.known_from > reached, columns.position > reached)
    ours = columns.negotiation_id == about.negotiation_id.hex
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
    return statement.join_from(version, fact_text, same).where(
        has_words(_limit_to_negotiation(search), sqlite=sqlite)
    )


def _limit_to_negotiation(search: Search) -> AllOf:
    """What is sought, with the mark of the negotiation."""
    mark = mark_of(search.negotiation_id.hex)
    return AllOf((Phrase((mark,), prefix=False), *search.wanted.parts))
