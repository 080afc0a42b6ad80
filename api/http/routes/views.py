"""Gives the diff between two cuts in knowledge, the audit of changes, and the moments at which answers change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, cast, get_args

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.audit import compare_negotiation, list_changes
from api.http.exchange.cursor import CURSOR, LIMIT, ORDER, WHOLE_LIMIT, Cursor, read_order
from api.http.exchange.erased_facts import with_erasures
from api.http.exchange.kept_answers import AnswerSource, Blanks, hold_always
from api.http.exchange.operation import OF_WHAT_HOLDS, reads
from api.http.exchange.parameters import TEXT, Parameter, choice, cut, truth, whole_number
from api.http.exchange.perspective import PERSPECTIVE, Asked, Asking
from api.http.exchange.table import MARKED, MEDIA, publishers, table, with_mark
from api.http.threads import LaneRoute
from domain.errors import ContentError
from domain.time.instant import format_instant
from domain.views.audit import AuditQuery
from domain.views.brief import describe_perspective
from domain.views.diff import SECTIONS, diff
from domain.views.moments import (
    Axis,
    Boundary,
    Moment,
    Unit,
    fit_moments,
    free_along,
    group_moments,
)
from domain.views.sections import Place

router: Final = APIRouter(route_class=LaneRoute, tags=["reading"])

_CUT: Final = PERSPECTIVE[0].schema
_AUTO: Final = "auto"
_CHOSEN: Final = "unit"
"""In a cursor, by what the moments of its first page were grouped."""
_DIFF: Final = Asking(
    Parameter("from", "The earlier knowledge cut.", _CUT, required=True, example="2025-11-08"),
    Parameter("to", "The later knowledge cut. Left out: everything known.", _CUT),
    Parameter("kinds", "Also give the `kind` of each fact.", {"type": "boolean", "default": False}),
    MARKED,
    WHOLE_LIMIT,
    CURSOR,
    without=("as_known_at",),
)
_AUDIT: Final = Asking(
    Parameter(
        "person",
        "Changes of facts that name this person or body, before the change or after it, in any field, by a spelling of"
        " the name or by their id.",
        TEXT,
    ),
    ORDER,
    MARKED,
    WHOLE_LIMIT,
    CURSOR,
)
_MOMENTS: Final = Asking(
    Parameter(
        "axis",
        "The time that varies: valid (what was so), recorded, or published.",
        {"type": "string", "enum": list(get_args(Axis)), "default": "valid"},
    ),
    Parameter(
        "by",
        "Group the instants by day, month, year, decade, century or millennium (UTC); auto takes the first of these"
        " that gives at most `limit` groups. Default: each instant by itself.",
        {"type": "string", "enum": [*get_args(Unit), _AUTO]},
    ),
    LIMIT,
    CURSOR,
)
_AT: Final = (int,)
"""A page of a diff or of an audit ends at a position of the log, one of moments at a moment."""
_OF_DIFF: Final = (
    *("section", "fact", "version", "summary", "valid", "reason", "why", "changes", "sources"),
)
_COLUMNS: Final = (
    "position",
    "recorded_at",
    "actor",
    "approvers",
    "event",
    "fact",
    "version",
    "summary",
    "reason",
    "why",
    "changes",
    "batch",
)


@router.get(
    "/v1/negotiations/{slug}/diff",
    **reads(
        "readDiff",
        "What two knowledge cuts disagree on",
        "DiffResponse",
        _DIFF.parameters,
        unoffered=OF_WHAT_HOLDS,
        media=MEDIA,
    ),
)
def read_diff(slug: str, asked: Annotated[Asked, Depends(_DIFF)]) -> Response:
    """Compare what was known at two cuts of the perspective's clock.

    A page has all that is told of some facts, in the order in which the facts were first recorded.
    """
    cursor = Cursor.read(asked.parameters, _AT)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 1000
    asked = asked.pin(cursor)
    filters = asked.of("from", "to")
    first, last = cut(filters, "from") or 0, cut(filters, "to")
    if last is not None and first > last:
        raise ContentError.at(
            "/query/from",
            "this is later than 'to': write the earlier time here, and the later one in 'to'",
        )
    later = replace(asked, query=replace(asked.query, as_known_at=last))
    kinds = truth(asked.parameters, "kinds")
    filters |= {"kinds": "true"} if kinds else {}
    with asked.reading() as reading:
        to = later.perspective(reading)
        query = replace(asked.query, as_known_at=first, as_of=to.as_of)
        from_ = replace(asked, query=query).perspective(reading)
        negotiation = reading.negotiation(slug, to.position)
        after = 0 if cursor is None else cast("int", cursor.place[0])
        compared, more_follow = reading.changes.read_differing(
            negotiation.id, from_, to, after=after, limit=limit
        )
        place = (compared.after[-1].first_position,) if more_follow else None
        onward = with_mark(later, filters)
        following = None if place is None else later.next(to, place, onward)
        of_it = compare_negotiation(reading, negotiation, (from_, to))
        content = {**diff(compared, (from_, to), kinds=kinds), **of_it, "next": following}
        fixed = {"from": format_instant(first)}
        if last is not None:
            fixed["to"] = format_instant(last)
        content = with_erasures(content, reading, negotiation.id, from_, to)
        rows = table(later, _OF_DIFF, _differences(content))
        lost = ("as_known_at",)
        return later.answer(content, to, reading, fixed=fixed, leaving_out=lost, table=rows)


@router.get(
    "/v1/negotiations/{slug}/audit",
    **reads(
        "readAudit",
        "Every correction and other change",
        "AuditResponse",
        _AUDIT.parameters,
        unoffered=OF_WHAT_HOLDS,
        scope="audit:read",
        media=MEDIA,
    ),
)
def read_audit(slug: str, asked: Annotated[Asked, Depends(_AUDIT)]) -> Response:
    """List corrections, ends, retractions, reinstatements and preferences, the oldest or the newest first.

    A correction of the negotiation itself has no fact: its `fact` is null, and `negotiation` is its content afterwards.
    With `person`, neither this correction nor an erased fact is listed.

    In CSV a text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    cursor = Cursor.read(asked.parameters, _AT)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 1000
    asked = asked.pin(cursor)
    filters = asked.of("person", "order")
    query = AuditQuery(
        person=filters.get("person"),
        order=read_order(asked.parameters),
        after=None if cursor is None else cast("int", cursor.place[0]),
        limit=limit,
    )
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        negotiation = reading.negotiation(slug, perspective.position)

        def make(blanks: Blanks) -> dict[str, Any]:
            items, more_follow = list_changes(reading, negotiation, perspective, query)
            content: dict[str, Any] = {
                "perspective": blanks.blank("perspective"),
                "items": items,
                "next": blanks.blank("next", (items[-1]["position"],)) if more_follow else None,
            }
            return with_erasures(content, reading, negotiation.id, perspective, rest=blanks.rest)

        fills = {
            "perspective": lambda: describe_perspective(perspective),
            "next": lambda place: asked.next(perspective, place, with_mark(asked, filters)),
            "rest": asked.rest(slug, perspective),
        }
        about = ("audit", query)
        source = AnswerSource(reading, negotiation.id, slug, perspective, about, hold_always)
        content = asked.request.app.state.kept_pages.answer(source, make, fills)
        rows = table(asked, _COLUMNS, map(_row, content.entries("items")))
        return asked.answer(content, perspective, reading, fixed=filters, table=rows)


@router.get(
    "/v1/negotiations/{slug}/moments",
    **reads("readMoments", "When answers change", "MomentsResponse", _MOMENTS.parameters),
)
def read_moments(slug: str, asked: Annotated[Asked, Depends(_MOMENTS)]) -> Response:
    """List the instants at which an answer may change as one cut moves along an axis; the other parameters stay.

    Between two neighbouring instants, no state changes, and no timeline without retracted facts. A tally changes only
    in how far it goes.
    """
    cursor = Cursor.read(asked.parameters, _AT)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    asked = asked.pin(cursor)
    axis = cast("Axis", choice(asked.parameters, "axis", get_args(Axis), "valid"))
    chosen = choice(asked.parameters, _CHOSEN, get_args(Unit))
    asked_by = choice(asked.parameters, "by", (*get_args(Unit), _AUTO))
    free = replace(asked, query=free_along(axis, asked.query))
    with asked.reading() as reading:
        cut = asked.perspective(reading)
        along = replace(free, query=replace(free.query, as_of=cut.as_of)).perspective(reading)
        shown = replace(along, as_known_at=cut.as_known_at)
        negotiation = reading.negotiation(slug, along.position)
        filters = {"axis": axis} | ({} if asked_by is None else {"by": asked_by})

        def make(blanks: Blanks) -> dict[str, Any]:
            boundaries = reading.sections(negotiation.id, along).boundaries(axis)
            by, moments = _group(boundaries, asked_by, chosen, limit)
            if cursor is not None:
                moments = [moment for moment in moments if moment.at > cast("int", cursor.place[0])]
            place = (moments[limit - 1].at,) if len(moments) > limit else None
            items = [
                {"at": moment.format(by), "changes": moment.changes} for moment in moments[:limit]
            ]
            content: dict[str, Any] = {
                "perspective": blanks.blank("perspective"),
                "axis": axis,
                **({"by": by} if asked_by == _AUTO else {}),
                "items": items,
                "next": None if place is None else blanks.blank("next", place, by),
            }
            return with_erasures(content, reading, negotiation.id, along, rest=blanks.rest)

        def make_cursor(place: Place, by: Unit | None) -> str:
            onward = filters | ({_CHOSEN: f"{by}"} if asked_by == _AUTO else {})
            return asked.next(shown, place, onward)

        fills = {
            "perspective": lambda: describe_perspective(shown),
            "next": make_cursor,
            "rest": asked.rest(slug, shown),
        }
        after = None if cursor is None else cursor.place
        about = ("moments", axis, asked_by, chosen, after, limit)
        source = AnswerSource(reading, negotiation.id, slug, along, about, hold_always)
        content = asked.request.app.state.kept_answers.answer(source, make, fills)
        return free.answer(content, shown, reading, fixed=filters)


def _group(
    boundaries: Iterable[Boundary], by: str | None, chosen: str | None, limit: int
) -> tuple[Unit | None, list[Moment]]:
    """Group moments by the unit in the request; for `auto`, by that of the first page, or one that fits the limit."""
    if by == _AUTO and chosen is None:
        return fit_moments(boundaries, limit)
    unit = cast("Unit | None", chosen if by == _AUTO else by)
    return unit, group_moments(boundaries, unit)


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    """Give a change in cells, the fact by its id, version and summary."""
    fact = item["fact"] or {"summary": item.get("negotiation", {}).get("title")}
    named = {"fact": fact.get("id"), "version": fact.get("version"), "summary": fact["summary"]}
    return {**item, **named}


def _differences(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give what is told of each fact in a row of its own, the section first; and of the negotiation itself."""
    if "negotiation" in content:
        yield {**content["negotiation"], "section": "negotiation"}
    for section in SECTIONS:
        for entry in content[section]:
            fact = entry["fact"]
            told = {name: fact[name] for name in ("version", "summary", "valid")}
            sources = publishers(fact)
            yield {**entry, **told, "section": section, "fact": fact["id"], "sources": sources}
