"""Lists everyone whom the facts name, and what became of them, page by page, as JSON or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.http.exchange.cursor import CURSOR, LIMIT, Cursor
from api.http.exchange.erased_facts import with_erasures
from api.http.exchange.kept_answers import AnswerSource, Blanks
from api.http.exchange.operation import reads
from api.http.exchange.parameters import TEXT, Parameter, unknown_choice, whole_number
from api.http.exchange.perspective import Asked, Asking
from api.http.exchange.table import MARKED, MEDIA, publishers, table, with_mark
from api.http.threads import LaneRoute
from domain.sought import parse_terms, split_terms
from domain.views.brief import describe_perspective
from domain.views.people import PeopleFilter, list_statuses
from domain.views.sections import MORE, ROOM_OF_PAGE

router: Final = APIRouter(route_class=LaneRoute, tags=["reading"])

_FILTERS: Final = (
    Parameter(
        "status",
        "Only people with this status: a status of custody, `free`, `pardoned`, or `held` (any status in custody)."
        " A charge does not say where somebody is: whether people who are charged are held follows from other reports.",
        {"type": "string", "enum": list_statuses()},
    ),
    Parameter("person", "Only this person: a spelling of the name, or an id.", TEXT),
    Parameter("q", "Only people whose name, in any spelling, contains all of these words.", TEXT),
)
_NAMES: Final = frozenset(parameter.name for parameter in _FILTERS)
_ASKING: Final = Asking(*_FILTERS, MARKED, LIMIT, CURSOR)
_PLACE: Final = (str,)
_COLUMNS: Final = (
    "name",
    "id",
    "spellings",
    "status",
    "since",
    "certainty",
    "contested",
    "last_reported",
    "fact",
    "external_id",
    "facts",
    "known_to_be",
    "may_be",
    "ambiguous",
    "sources",
)


@router.get(
    "/v1/negotiations/{slug}/people",
    **reads(
        "readPeople",
        "Everyone whom a fact names",
        "PeopleResponse",
        _ASKING.parameters,
        media=MEDIA,
    ),
)
def read_people(slug: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """List people by name, with their status at `as_of`, and the other people whom a name may mean.

    In CSV a text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    cursor = Cursor.read(asked.parameters, _PLACE)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    asked = asked.pin(cursor)
    question_ = {n: text for n, text in asked.parameters.items() if n in _NAMES}
    question_ = with_mark(asked, question_)
    wanted = _read_filter(question_)
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        negotiation = reading.negotiation(slug, perspective.position)
        after = None if cursor is None else cursor.place

        def make(blanks: Blanks) -> dict[str, Any]:
            rest = partial(blanks.blank, "people")
            parties = reading.resolve_negotiation(negotiation, perspective).parties
            beside = replace(wanted, parties=parties)
            listed = reading.people(negotiation.id, perspective, beside, rest)
            items, last = listed.page(after, limit, ROOM_OF_PAGE)
            content: dict[str, Any] = {
                "perspective": blanks.blank("perspective"),
                "items": items,
                "next": None if last is None else blanks.blank("next", last),
            }
            return with_erasures(content, reading, negotiation.id, perspective, rest=blanks.rest)

        fills = {
            "perspective": lambda: describe_perspective(perspective),
            "people": asked.people(slug, perspective),
            "next": lambda last: asked.next(perspective, last, question_),
            "rest": asked.rest(slug, perspective),
        }
        about = ("people", *sorted(question_.items()), after, limit)
        source = AnswerSource(reading, negotiation.id, slug, perspective, about)
        content = asked.request.app.state.kept_answers.answer(source, make, fills)
        rows = table(asked, _COLUMNS, map(_row, content.entries("items")))
        return asked.answer(content, perspective, reading, table=rows)


def _read_filter(parameters: Mapping[str, str]) -> PeopleFilter:
    status, q = parameters.get("status"), parameters.get("q")
    if status is not None and status not in list_statuses():
        raise unknown_choice("/query/status", status, list_statuses())
    terms = None if q is None else parse_terms(split_terms(q))
    return PeopleFilter(status=status, q=terms, person=parameters.get("person"))


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    """Give a person in cells, the fact by its id."""
    return {
        **item,
        "spellings": _list_with_rest(item, "spellings"),
        "fact": None if item["fact"] is None else item["fact"]["id"],
        "sources": publishers(item["fact"]),
        "ambiguous": _list_with_rest(item, "ambiguous"),
        "may_be": [_name_with_id(other) for other in item["may_be"]],
    }


def _list_with_rest(item: Mapping[str, Any], name: str) -> list[str]:
    """Give a list, and how many more there are."""
    items = item.get(name, ())
    left = item[name + MORE]["count"] - len(items) if name + MORE in item else 0
    return [*items, *([f"… and {left} more"] if left else [])]


def _name_with_id(hint: Mapping[str, Any]) -> str:
    return hint["name"] if hint["id"] is None else f"{hint['name']} ({hint['id']})"
