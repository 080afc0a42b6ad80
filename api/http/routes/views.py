"""Diff and audit: what two cuts of knowledge disagree on, who changed what."""

from __future__ import annotations

import json
from dataclasses import replace
from operator import itemgetter
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.csv_cells import write_table
from api.http.exchange.accept import prefers_csv
from api.http.exchange.cursor import CURSOR, WHOLE_LIMIT, Cursor
from api.http.exchange.operation import OF_WHAT_HOLDS, reads
from api.http.exchange.parameters import Parameter, cut, truth, whole_number
from api.http.exchange.perspective import PERSPECTIVE, Asked, Asking, with_erasures
from api.http.threads import LaneRoute
from domain.errors import ContentError
from domain.streams.negotiation import Negotiation
from domain.time.instant import format_instant
from domain.time.perspective import Perspective
from domain.views.audit import describe_change, describe_negotiation_change
from domain.views.brief import describe_perspective
from domain.views.diff import diff, negotiation_differs
from infrastructure.readers.reading import Reading

router: Final = APIRouter(route_class=LaneRoute, tags=["reading"])

_CUT: Final = PERSPECTIVE[0].schema
_DIFF: Final = Asking(
    Parameter("from", "The earlier knowledge cut.", _CUT, required=True, example="2025-11-08"),
    Parameter("to", "The later knowledge cut. Left out: everything known.", _CUT),
    WHOLE_LIMIT,
    CURSOR,
    without=("as_known_at",),
)
_AUDIT: Final = Asking(
    Parameter(
        "bom",
        "Begin CSV with a byte order mark, by which Excel sees that it is UTF-8. JSON has none.",
        {"type": "boolean", "default": False},
    ),
    WHOLE_LIMIT,
    CURSOR,
)
_AT: Final = (int,)
"""A page of a diff or of an audit ends at a position of the log."""
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
    ),
)
def read_diff(slug: str, asked: Annotated[Asked, Depends(_DIFF)]) -> Response:
    """Compare what was known at two cuts of the perspective's clock, the earlier with the later.

    A page has all that is told of some facts, in the order in which the facts were first recorded.
    """
    cursor = Cursor.read(asked.parameters, _AT)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 1000
    asked = asked.pinned(cursor)
    question = {name: asked.parameters[name] for name in ("from", "to") if name in asked.parameters}
    first, last = cut(question, "from") or 0, cut(question, "to")
    if last is not None and first > last:
        detail = "this is later than to: write the earlier cut in from and the later one in to"
        raise ContentError.at("/query/from", detail)
    later = replace(asked, query=replace(asked.query, as_known_at=last))
    with asked.reading() as reading:
        to = later.perspective(reading)
        query = replace(asked.query, as_known_at=first, as_of=to.as_of)
        from_ = replace(asked, query=query).perspective(reading)
        negotiation = reading.negotiation(slug, to.position)
        after = 0 if cursor is None else cast("int", cursor.place[0])
        found, more = reading.changes.differing(negotiation.id, from_, to, after=after, limit=limit)
        place = (found.after[-1].first_position,) if more else None
        following = None if place is None else later.next(to, place, question)
        of_it = _of_itself(reading, negotiation, (from_, to))
        content = {**diff(found, (from_, to)), **of_it, "next": following}
        fixed = {"from": format_instant(first)}
        if last is not None:
            fixed["to"] = format_instant(last)
        content = with_erasures(content, reading, negotiation.id, from_, to)
        return later.answer(content, to, reading, fixed=fixed, leaving_out=("as_known_at",))


@router.get(
    "/v1/negotiations/{slug}/audit",
    **reads(
        "readAudit",
        "Every change of mind",
        "AuditResponse",
        _AUDIT.parameters,
        unoffered=OF_WHAT_HOLDS,
        scope="audit:read",
        media={"text/csv": {"schema": {"type": "string"}}},
    ),
)
def read_audit(slug: str, asked: Annotated[Asked, Depends(_AUDIT)]) -> Response:
    """List corrections, ends, retractions, reinstatements and preferences, newest last.

    A correction of the negotiation itself tells of no fact: its `fact` is null, and `negotiation` is what it left.

    In CSV a text that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    cursor = Cursor.read(asked.parameters, _AT)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 1000
    asked = asked.pinned(cursor)
    bom = truth(asked.parameters, "bom")
    question = {"bom": "true"} if bom else {}
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        negotiation = reading.negotiation(slug, perspective.position)
        after = 0 if cursor is None else cast("int", cursor.place[0])
        items, more = _audited(reading, negotiation, perspective, after, limit)
        place = (items[-1]["position"],) if more else None
        following = None if place is None else asked.next(perspective, place, question)
        content: dict[str, Any] = {
            "perspective": describe_perspective(perspective),
            "items": items,
            "next": following,
        }
        as_csv = prefers_csv(asked.request.headers.get("accept"))
        rows = _table(items, bom=bom) if as_csv else None
        lost = () if as_csv else ("bom",)
        rest = asked.rest(slug, perspective)
        content = with_erasures(content, reading, negotiation.id, perspective, rest=rest)
        return asked.answer(
            content, perspective, reading, leaving_out=lost, table=rows, varies=True
        )


def _of_itself(
    reading: Reading, opened: Negotiation, cuts: tuple[Perspective, Perspective]
) -> dict[str, Any]:
    """Give what the two cuts disagree on of the negotiation itself, and why, where they do."""
    was, is_ = (reading.changes.of_negotiation(opened, cut) for cut in cuts)
    before = {said.position for _, _, said in was}
    later = [said for _, _, said in is_ if said.position not in before]
    seen = [told[-1][1] if told else opened for told in (was, is_)]
    return negotiation_differs((seen[0], seen[1]), later[-1] if later else None)


def _audited(
    reading: Reading, opened: Negotiation, perspective: Perspective, after: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Give a page of the audit past a position, and whether more follows."""
    facts, more = reading.changes.of_mind(opened.id, perspective, after=after, limit=limit)
    agreed = reading.changes.approvers(opened.id, [version for _, version in facts])
    items = [
        describe_change(before, version, agreed.get(version.position, ()))
        for before, version in facts
    ]
    last = facts[-1][1].position if more else perspective.position
    of_it = reading.changes.of_negotiation(opened, perspective, after)
    of_it = [each for each in of_it if each[2].position <= last]
    others = reading.changes.agreed_on(opened, [said for _, _, said in of_it])
    items += [
        describe_negotiation_change(*each, others.get(each[2].position, ())) for each in of_it
    ]
    items.sort(key=itemgetter("position"))
    return items[:limit], more or len(items) > limit


def _table(items: list[dict[str, Any]], *, bom: bool) -> bytes:
    rows = []
    for item in items:
        fact = item["fact"] or {"summary": item.get("negotiation", {}).get("title")}
        named = {**item, "fact": fact.get("id"), "version": fact.get("version")}
        named["summary"] = fact["summary"]
        named["approvers"] = "; ".join(item["approvers"])
        named["changes"] = json.dumps(item["changes"], ensure_ascii=False)
        rows.append([named.get(column) for column in _COLUMNS])
    return write_table(_COLUMNS, rows, bom=bom)
