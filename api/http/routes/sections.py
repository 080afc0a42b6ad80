"""Gives a list of the state page by page; a page never depends on what is recorded meanwhile."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.http.exchange.cursor import CURSOR, LIMIT, Cursor, foreign_cursor
from api.http.exchange.erased_facts import ERASED, erasures_listed, with_erasures
from api.http.exchange.operation import reads
from api.http.exchange.parameters import unknown_choice, whole_number
from api.http.exchange.perspective import Asked, Asking
from api.http.threads import LaneRoute
from domain.views.brief import describe_perspective
from domain.views.sections import PageQuery
from domain.views.state import lists_by_path, place_types

router: Final = APIRouter(tags=["reading"], route_class=LaneRoute)

_ASKING: Final = Asking(LIMIT, CURSOR)


@router.get(
    "/v1/negotiations/{slug}/state/{section}",
    **reads(
        "readSection", "One list of the state, page by page", "SectionResponse", _ASKING.parameters
    ),
)
def read_section(slug: str, section: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """List a section's entries in the order of their keys, a total's facts by valid time, or erasures by position."""
    cursor = Cursor.read(asked.parameters, *_shapes(section))
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    if cursor is not None and cursor.filters != {"section": section}:
        raise foreign_cursor()
    asked = asked.pin(cursor)
    page = PageQuery(section, None if cursor is None else cursor.place, limit)
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        id_ = reading.negotiation(slug, perspective.position).id
        rest = asked.rest(slug, perspective)
        if section == ERASED:
            items, last = erasures_listed(reading, id_, perspective).page(page.after, limit)
        else:
            items, last = reading.section(id_, page, perspective, rest)
        content: dict[str, Any] = {
            "perspective": describe_perspective(perspective),
            "items": items,
            "next": None if last is None else asked.next(perspective, last, {"section": section}),
        }
        if section != ERASED:
            content = with_erasures(content, reading, id_, perspective, rest=rest)
        return asked.answer(content, perspective, reading)


def _shapes(section: str) -> tuple[tuple[type[int | str], ...], ...]:
    """Give the shapes of a section's places; ContentError, which names the sections, for another name.

    As with a kind of fact, the name is wrong and no part of the record missing: nobody is certified that.
    """
    if section == ERASED:
        return ((int,),)
    if section not in lists_by_path():
        raise unknown_choice("/path/section", section, sorted([*lists_by_path(), ERASED]))
    return place_types(section)
