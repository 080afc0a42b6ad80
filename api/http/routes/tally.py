"""Counts over valid time: how many people were released, or whatever a fact counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final, cast, get_args
from urllib.parse import quote

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
from api.http.exchange.table import MARKED, MEDIA, table, with_mark
from api.http.threads import LaneRoute
from domain.errors import ContentError
from domain.fact import KINDS
from domain.views.brief import describe_perspective
from domain.views.counting.points import By, last_bucket
from domain.views.counting.query import Per, TallyQuery
from domain.views.counting.tally import Place

router: Final = APIRouter(route_class=LaneRoute, tags=["reading"])

_CUT: Final = PERSPECTIVE[0].schema
_TALLY: Final = Asking(
    Parameter(
        "what",
        "What to add up: the `what` of quantities, such as released. Required unless facts are counted.",
        TEXT,
        example="released",
    ),
    Parameter(
        "count",
        "Count the facts of a `kind`, those of one matter once, instead of their quantities.",
        {"type": "string", "enum": ["facts"]},
    ),
    Parameter("kind", "The kind of facts that are counted.", {"type": "string", "x-kinds": True}),
    Parameter(
        "from",
        "Only what happened on this day or later. What may have happened before is only possible, and cumulative "
        "figures bound nothing.",
        _CUT,
        example="2025-09",
    ),
    Parameter("to", "Only what happened on this day or earlier.", _CUT, example="2025-11"),
    Parameter(
        "per",
        "Split by what facts say in this field.",
        {"type": "string", "enum": list(get_args(Per))},
    ),
    Parameter(
        "by",
        "The length of a point.",
        {"type": "string", "enum": list(get_args(By)), "default": "month"},
    ),
    Parameter(
        "parts",
        "Also list in `parts` what is added, one part for each question: its bounds, the fact that is shown for it and "
        "its rivals. Of stocks, which are not added, there are none. And list in `also_counted` the other numbers that "
        "the facts give, such as how many of those counted are women; they are not added.",
        {"type": "boolean", "default": False},
    ),
    Parameter(
        "words",
        "Also give `quantity` with each part and each count of a stock: the number of the fact that is shown, with the "
        "words of its source.",
        {"type": "boolean", "default": False},
    ),
    MARKED,
    LIMIT,
    CURSOR,
)
_PLACE: Final = (str, int)
_COLUMNS: Final = (
    *("at", "until", "population", "counted_by", "counted_by_id"),
    *("low", "high", "approximate", "text", "contested"),
)


@router.get(
    "/v1/negotiations/{slug}/tally",
    **reads("readTally", "Totals over valid time", "TallyResponse", _TALLY.parameters, media=MEDIA),
)
def read_tally(slug: str, asked: Annotated[Asked, Depends(_TALLY)]) -> Response:
    """Add up numbers as ranges, each matter once, by day, month or year; or count facts."""
    cursor = Cursor.read(asked.parameters, _PLACE)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    asked = asked.pin(cursor)
    filters = _select_filters(asked.parameters)
    query = _query(filters)
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        negotiation = reading.negotiation(slug, perspective.position)
        after = None if cursor is None else cast("Place", cursor.place)

        def make(blanks: Blanks) -> dict[str, Any]:
            counted = reading.sections(negotiation.id, perspective).tally(query)
            content, place = counted.page(after, limit)
            content = _link_further(content, place, blanks)
            return with_erasures(content, reading, negotiation.id, perspective, rest=blanks.rest)

        def make_cursor(place: Place) -> str:
            return asked.next(perspective, place, with_mark(asked, filters))

        fills = {
            "perspective": lambda: describe_perspective(perspective),
            "next": make_cursor,
            "href": lambda place: (
                f"{quote(asked.request.scope['path'])}?cursor={make_cursor(place)}"
            ),
            "rest": asked.rest(slug, perspective),
        }
        about = ("tally", query, last_bucket(perspective.as_of, query.by), after, limit)
        source = AnswerSource(reading, negotiation.id, slug, perspective, about)
        content = asked.request.app.state.kept_answers.answer(source, make, fills)
        rows = table(asked, _COLUMNS, content.entries("points"))
        return asked.answer(content, perspective, reading, table=rows)


def _select_filters(parameters: Mapping[str, str]) -> dict[str, str]:
    """Give the parameters except those of the perspective and the page."""
    named = {name: parameters[name] for name in _TALLIED if name in parameters}
    filters = {"by": "month", **named}
    filters |= {name: "true" for name in ("parts", "words") if truth(parameters, name)}
    for name, known in _KNOWN.items():
        if name in filters and filters[name] not in known():
            raise unknown_choice(f"/query/{name}", filters[name], sorted(known()))
    if "count" in filters and "kind" not in filters:
        raise ContentError.at(
            "/query/kind", "write the kind of the facts to count, such as meeting"
        )
    if "count" in filters and "what" in filters:
        raise ContentError.at(
            "/query/what",
            "either count facts, or add up numbers: leave out count or what",
        )
    if "count" not in filters and "kind" in filters:
        raise ContentError.at(
            "/query/kind",
            "kind is used only to count facts: write facts as count, or leave kind out",
        )
    if "count" not in filters and "what" not in filters:
        raise ContentError.at(
            "/query/what",
            "write what to add up, such as released; or to count facts, write facts as count, and a kind",
        )
    return filters


_TALLIED: Final = ("what", "by", "count", "kind", "from", "to", "per")
_KNOWN: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "by": lambda: get_args(By),
    "count": lambda: ("facts",),
    "kind": lambda: KINDS,
    "per": lambda: get_args(Per),
}


def _query(filters: Mapping[str, str]) -> TallyQuery:
    """What is counted: from the first instant of the day `from` to the last of the day `to`."""
    return TallyQuery(
        by=cast("By", filters["by"]),
        what=filters.get("what"),
        kind=filters.get("kind"),
        from_=first_moment(filters, "from"),
        to=cut(filters, "to"),
        per=cast("Per | None", filters.get("per")),
        parts="parts" in filters,
        words="words" in filters,
    )


def _link_further(content: dict[str, Any], place: Place | None, blanks: Blanks) -> dict[str, Any]:
    """Say where the next page is, beside each list that is longer too."""
    places = {
        name: {"count": number, "href": blanks.blank("href", place)}
        for name, number in content.items()
        if name.endswith("_more")
    }
    following = None if place is None else blanks.blank("next", place)
    return {**content, "perspective": blanks.blank("perspective"), **places, "next": following}
