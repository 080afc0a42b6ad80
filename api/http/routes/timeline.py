"""Gives the timeline page by page; a page never depends on what is recorded meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.http.exchange.cursor import CURSOR, LIMIT, Cursor
from api.http.exchange.erased_facts import with_erasures
from api.http.exchange.kept_answers import AnswerSource, Blanks
from api.http.exchange.operation import reads
from api.http.exchange.parameters import (
    TEXT,
    Parameter,
    cut,
    first_moment,
    truth,
    unknown_choice,
    whole_number,
)
from api.http.exchange.perspective import PERSPECTIVE, Asked, Asking
from api.http.exchange.table import MARKED, MEDIA, publishers, table, with_mark
from api.http.threads import LaneRoute
from domain.errors import ContentError, UnknownError
from domain.fact import KINDS, Fact
from domain.naming import fold_name
from domain.time.instant import END
from domain.time.perspective import Perspective
from domain.views.brief import describe_fact, describe_perspective
from domain.views.timeline import Place, TimelineFilter, find_span
from domain.views.versions import Seen, by_valid_time
from infrastructure.readers.reading import Reading

router: Final = APIRouter(route_class=LaneRoute, tags=["reading"])

_CUT: Final = PERSPECTIVE[0].schema
_INCLUDED: Final = frozenset({"retracted", "ahead"})
_PLACE: Final = (int, int, int)
_FILTERS: Final = (
    Parameter("kind", "Facts of this kind.", {"type": "string", "x-kinds": True}),
    Parameter(
        "person",
        "Facts that name this person or body, in any field, by a spelling of the name or by their id.",
        TEXT,
    ),
    Parameter(
        "place", "Facts that name this place, in any field, by a spelling of the name.", TEXT
    ),
    Parameter("matter", "Facts of this matter.", TEXT),
    Parameter("batch", "Facts that an import with this label recorded or changed.", TEXT),
    Parameter(
        "q", "Facts whose texts hold all of these words; accents and case do not count.", TEXT
    ),
    Parameter(
        "translit",
        "Whether `q` finds words of other scripts by their Latin transliteration too, and the reverse.",
        {"type": "boolean", "default": True},
    ),
    Parameter("from", "Only facts that may have held at this time or later.", _CUT),
    Parameter("to", "Only facts that may have begun by the end of this time.", _CUT),
    Parameter(
        "include",
        "`retracted`: also retracted facts. `ahead`: with `as_of`, also facts that begin later.",
        {"type": "string", "pattern": "^(?:retracted|ahead)(?:,(?:retracted|ahead))*$"},
    ),
)
_NAMES: Final = frozenset(parameter.name for parameter in _FILTERS)
_ASKING: Final = Asking(*_FILTERS, MARKED, LIMIT, CURSOR)
_Q: Final = next(parameter for parameter in _FILTERS if parameter.name == "q")
_SEARCHING: Final = Asking(
    replace(_Q, required=True, example="freed"),
    next(parameter for parameter in _FILTERS if parameter.name == "translit"),
    LIMIT,
    CURSOR,
)
_MOST_SEARCHED: Final = 100
"""How many negotiations a page of a search looks into."""
_END: Final = (END, END, END)
"""Past every place in a timeline."""
_OF_RECORD: Final = ("id", "version", "position", "recorded_at", "status", "preferred", "certainty")
_COLUMNS: Final = (
    *("id", "external_id", "kind", "valid", "summary", "status", "certainty", "people", "places"),
    *("parties", "matter", "quantities", "own", "note", "sources", "preferred", "version"),
    *("position", "recorded_at"),
)


@router.get(
    "/v1/negotiations/{slug}/timeline",
    **reads(
        "readTimeline",
        "The facts by valid time",
        "TimelineResponse",
        _ASKING.parameters,
        media=MEDIA,
    ),
)
def read_timeline(slug: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """List the facts that had begun by `as_of`, ended or not; without `as_of`, all facts.

    In CSV a text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    cursor = Cursor.read(asked.parameters, _PLACE)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    asked = asked.pin(cursor)
    filters = _filters(asked.parameters, paged=cursor is not None)
    translit = truth(asked.parameters, "translit", left_out=True)
    wanted = _read_filter(filters, cursor)
    q = asked.parameters.get("q")
    with asked.reading(searched=q is not None) as reading:
        perspective = asked.perspective(reading)
        negotiation = reading.negotiation(slug, perspective.position)
        listed: list[Seen] = []

        def make(blanks: Blanks) -> dict[str, Any]:
            facts, more_follow = reading.timeline(
                negotiation.id, perspective, wanted, q=q, translit=translit, limit=limit
            )
            listed.extend(facts)
            content: dict[str, Any] = {
                "perspective": blanks.blank("perspective"),
                "items": [describe_fact(seen, slug) for seen in facts],
                "next": blanks.blank("next", by_valid_time(facts[-1])) if more_follow else None,
            }
            return with_erasures(content, reading, negotiation.id, perspective, rest=blanks.rest)

        fills = {
            "perspective": lambda: describe_perspective(perspective),
            "next": lambda place: asked.next(perspective, place, with_mark(asked, filters)),
            "rest": asked.rest(slug, perspective),
        }
        about = ("timeline", wanted, q, translit, limit)
        holds = partial(find_span, listed, wanted, perspective.as_of)
        source = AnswerSource(reading, negotiation.id, slug, perspective, about, holds)
        content = asked.request.app.state.kept_pages.answer(source, make, fills)
        rows = table(asked, _COLUMNS, map(_row, content.entries("items")))
        return asked.answer(content, perspective, reading, fixed=filters, table=rows)


@router.get(
    "/v1/search",
    **reads(
        "search",
        "The facts of all negotiations that hold some words",
        "SearchResponse",
        _SEARCHING.parameters,
        unoffered=frozenset({"match"}),
    ),
)
def search(asked: Annotated[Asked, Depends(_SEARCHING)]) -> Response:
    """Find facts that are known and not retracted, of any date, in each negotiation under its own names.

    Negotiations that you may not see are not searched. Facts that were erased since are left out. Where a negotiation
    gives a name more than a hundred other spellings, the first hundred in alphabetical order are looked for in it.
    """
    cursor = Cursor.read(asked.parameters, (str, *_PLACE))
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    asked = asked.pin(cursor)
    filters = {name: text for name, text in asked.parameters.items() if name in _NAMES}
    with asked.reading(searched=True) as reading:
        perspective = asked.perspective(reading)
        facts, place = _search_everywhere(reading, perspective, filters, cursor, limit)
        content: dict[str, Any] = {
            "perspective": describe_perspective(perspective),
            "items": [describe_fact(seen, slug) for slug, seen in facts],
            "next": None if place is None else asked.next(perspective, place, filters),
        }
        return asked.answer(content, perspective, reading, fixed=filters, tag="negotiations")


def _search_everywhere(
    reading: Reading,
    perspective: Perspective,
    filters: Mapping[str, str],
    cursor: Cursor | None,
    limit: int,
) -> tuple[list[tuple[str, Seen]], tuple[str | int, ...] | None]:
    """Give [(slug, fact)], and where the next page begins; None where nothing follows."""
    translit = truth(filters, "translit", left_out=True)
    slug, after = (None, None) if cursor is None else (str(cursor.place[0]), cursor.place[1:])
    listed, more_follow = reading.negotiations(
        perspective=perspective, after=slug, limit=_MOST_SEARCHED
    )
    begun = _find_beginning(reading, perspective, slug) if after != _END else []
    opened = [*begun, *(name.slug for name in listed)]
    page: list[tuple[str, Seen]] = []
    for name in opened:
        id_ = reading.negotiation(name, perspective.position).id
        wanted = TimelineFilter(after=cast("Place", after) if name == slug else None)
        left = limit - len(page)
        facts, more_here = reading.timeline(
            id_, perspective, wanted, q=filters["q"], translit=translit, limit=left, cut=True
        )
        page += [(name, seen) for seen in facts]
        if more_here or (len(page) == limit and (more_follow or name != opened[-1])):
            return page, (name, *(by_valid_time(facts[-1]) if facts else _END))
    return page, (opened[-1], *_END) if more_follow else None


def _find_beginning(reading: Reading, perspective: Perspective, slug: str | None) -> list[str]:
    """The negotiation from which a page continues; empty if the reader can no longer see it."""
    try:
        return [] if slug is None else [reading.negotiation(slug, perspective.position).slug]
    except UnknownError:
        return []


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give a fact record in cells; `own` are the fields of its kind, as JSON."""
    fact = record["fact"]
    own = {name: value for name, value in fact.items() if name not in Fact.__dataclass_fields__}
    told = {name: record[name] for name in _OF_RECORD}
    return {**fact, **told, "own": own, "sources": publishers(fact)}


def _filters(parameters: Mapping[str, str], *, paged: bool) -> dict[str, str]:
    """Give the filters of a request; without an `as_of` they include facts that are ahead."""
    filters = {name: text for name, text in parameters.items() if name in _NAMES}
    included = _read_included(parameters)
    if "as_of" not in parameters and not paged:
        included.add("ahead")
    if included:
        filters["include"] = ",".join(sorted(included, reverse=True))
    return filters


def _read_filter(parameters: Mapping[str, str], cursor: Cursor | None) -> TimelineFilter:
    included = _read_included(parameters)
    kind, matter = parameters.get("kind"), parameters.get("matter")
    if kind is not None and kind not in KINDS:
        raise unknown_choice("/query/kind", kind, sorted(KINDS))
    return TimelineFilter(
        begun="ahead" not in included,
        kind=kind,
        person=parameters.get("person"),
        place=parameters.get("place"),
        matter=None if matter is None else fold_name(matter),
        batch=parameters.get("batch"),
        from_=first_moment(parameters, "from"),
        to=cut(parameters, "to"),
        retracted="retracted" in included,
        after=None if cursor is None else cast("Place", cursor.place),
    )


def _read_included(parameters: Mapping[str, str]) -> set[str]:
    included = set(parameters["include"].split(",")) if "include" in parameters else set()
    if included - _INCLUDED:
        raise ContentError.at(
            "/query/include", "write retracted, ahead, or both with a comma between"
        )
    return included
