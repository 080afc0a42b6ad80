"""A fact is recorded once, read at any perspective, and keeps what changed it in its history."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, cast

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.confidential import withhold_confidential
from api.commands.examples import FACTS
from api.commands.json_text import read_json
from api.http.exchange.body import Sending, Sent
from api.http.exchange.cursor import CURSOR, WHOLE_LIMIT, Cursor
from api.http.exchange.dry_run import DRY_RUN, is_dry, recorded
from api.http.exchange.fact_response import disclose, fact_uuid, position_of, rendered, shown
from api.http.exchange.idempotency import Once
from api.http.exchange.operation import body_of, reads, writes
from api.http.exchange.parameters import whole_number
from api.http.exchange.perspective import Asked, Asking
from api.http.threads import LaneRoute
from domain.streams.ledger import decided_record
from domain.views.audit import change
from domain.views.brief import describe_perspective

router: Final = APIRouter(route_class=LaneRoute, tags=["facts"])

_ASKING: Final = Asking()
_HISTORY: Final = Asking(WHOLE_LIMIT, CURSOR)
_SENDING: Final = Sending(DRY_RUN)


@router.post(
    "/v1/negotiations/{slug}/facts",
    **writes(
        "recordFact",
        "Record a fact",
        "FactRecord",
        body_of("Fact-Input", FACTS),
        status=201,
        tagged=True,
        parameters=_SENDING.parameters,
        tried="DryRun",
    ),
)
def record_fact(slug: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Record one claim about the world, with its citations; an `external_id` is taken once only."""

    def run(once: Once) -> Response:
        negotiation = sent.negotiation(slug)
        document, kept_apart = withhold_confidential(read_json(sent.body))
        fact = kept_apart.beside(sent.request.app.state.facts.parse, document)
        if is_dry(sent):
            planned = decided_record(negotiation.id, fact, sent.actor)
            sent.parley.ledger.refuse_taken(planned)
            return recorded(sent, planned, None)
        event = sent.parley.ledger.record(
            negotiation_id=negotiation.id,
            fact=fact,
            actor=sent.actor,
            sources=kept_apart.of_fact(fact),
            claim=once.claim(status=201),
        )
        return rendered(sent, position_of(sent, event.originator_id, 1), 201)

    answer: Response = sent.request.app.state.idempotency.once(sent, run)
    return answer


@router.get(
    "/v1/facts/{fact_id}",
    **reads("readFact", "A fact record", "FactRecord", _ASKING.parameters, refuses=(410,)),
)
def read_fact(fact_id: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """Read a fact as known at the perspective: 404 before it was, 410 once it was retracted or erased.

    Who may read sources (`source:read`) is shown in each citation what is `confidential` of it.
    """
    id_ = fact_uuid(fact_id)
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        version = reading.fact(id_, perspective)
        content = shown(version, perspective, reading)
        if asked.discloses:
            disclose(content["fact"]["citations"], reading.confidential(version))
        asked = replace(asked, tag=content["negotiation"])
        answer = asked.answer(content, perspective, reading, version=version.record.version)
        if asked.discloses:
            answer.headers["Cache-Control"] = "no-store"
        return answer


@router.get(
    "/v1/facts/{fact_id}/history",
    **reads(
        "readHistory", "Every version of a fact", "History", _HISTORY.parameters, scope="audit:read"
    ),
)
def read_history(fact_id: str, asked: Annotated[Asked, Depends(_HISTORY)]) -> Response:
    """List what was recorded of a fact and known at the perspective, oldest first."""
    id_ = fact_uuid(fact_id)
    cursor = Cursor.read(asked.parameters, (int,))
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 1000
    asked = asked.pinned(cursor)
    after = 0 if cursor is None else cast("int", cursor.place[0])
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        reading.refuse_unknown(id_)
        found, more = reading.changes.of_fact(id_, perspective, after=after, limit=limit)
        last = found[-1][1].record
        slug = reading.slug_of(last.negotiation_id)
        content = {
            "perspective": describe_perspective(perspective),
            "items": [change(before, version) for before, version in found],
            "next": asked.next(perspective, (last.version,)) if more else None,
        }
        asked = replace(asked, tag=f"{slug},{id_}")
        return asked.answer(content, perspective, reading, fixed={"limit": limit})
