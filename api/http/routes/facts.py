"""Records a fact, and gives it at any perspective, with its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, cast

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.confidential import read_withholding
from api.commands.examples import FACTS
from api.http.authorization import looking
from api.http.exchange import dry_run, fact_response
from api.http.exchange.body import Sending, Sent
from api.http.exchange.cursor import CURSOR, WHOLE_LIMIT, Cursor
from api.http.exchange.dry_run import DRY_RUN
from api.http.exchange.fact_response import fact_uuid
from api.http.exchange.idempotency import Once, about_negotiation, answer_once
from api.http.exchange.operation import OF_WHAT_HOLDS, body_of, reads, writes
from api.http.exchange.parameters import whole_number
from api.http.exchange.perspective import Asked, Asking, Settling
from api.http.threads import LaneRoute
from domain.confidential import Confidential
from domain.streams.ledger import decide_new_fact
from domain.streams.negotiation import negotiation_id
from domain.time.perspective import Perspective
from domain.views.audit import describe_version
from domain.views.brief import describe_perspective
from domain.views.versions import FactVersion
from infrastructure.readers.recorded_fact import RecordedFact

router: Final = APIRouter(route_class=LaneRoute, tags=["facts"])

_ASKING: Final = Asking()
_HISTORY: Final = Asking(WHOLE_LIMIT, CURSOR)
_SENDING: Final = Sending(DRY_RUN)


@router.post(
    "/v1/negotiations/{slug}/facts",
    **writes(
        "recordFact",
        "Record a fact",
        "FactResponse",
        body_of("Fact", FACTS),
        status=201,
        tagged=True,
        parameters=_SENDING.parameters,
        tried="DryRunResponse",
    ),
)
def record_fact(slug: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Record one claim about the world, with its citations. Each `external_id` can be used once in a negotiation."""

    def run(once: Once) -> Response:
        sent.check_negotiation(slug)
        document, kept_apart = read_withholding(sent.body)
        fact = kept_apart.read_rest(sent.request.app.state.facts.parse, document)
        event = decide_new_fact(negotiation_id(slug), fact, sent.actor)
        if dry_run.is_dry(sent):
            sent.parley.ledger.refuse_taken(event)
            return dry_run.respond_with_record(sent, event, None)
        left, claim = RecordedFact(event, None, sent.principal), once.claim(status=201)
        sources = kept_apart.of_fact(fact)
        sent.parley.ledger.begin(event, sources=sources, claim=claim, within=left)
        return fact_response.respond_with_fact(left, slug, 201)

    return answer_once(sent, about_negotiation(slug), run)


@router.get(
    "/v1/facts/{fact_id}",
    **reads("readFact", "A fact record", "FactResponse", _ASKING.parameters, refuses=(410,)),
)
def read_fact(fact_id: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """Read a fact as known at the perspective: 404 before it was known, 410 after it was retracted or erased.

    With the scope `source:read`, each citation also has its `confidential` part.
    """
    id_ = fact_uuid(fact_id)
    with looking(asked.request) as look:
        seen = look.fact(id_, asked.query)
    if seen is not None and not (asked.discloses and seen.confidential):
        return _answer(asked, seen.version, seen.perspective, seen.slug, seen)
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        version = reading.fact(id_, perspective)
        slug = reading.slug_of(version.record.negotiation_id)
        sources = reading.confidential(version) if asked.discloses else ()
        return _answer(asked, version, perspective, slug, reading, sources)


def _answer(
    asked: Asked,
    version: FactVersion,
    perspective: Perspective,
    slug: str,
    log: Settling,
    sources: Sequence[Confidential | None] = (),
) -> Response:
    content = fact_response.describe_record(version, perspective, slug)
    if sources:
        fact_response.disclose(content["fact"]["citations"], sources)
    answer = asked.answer(content, perspective, log, version=version.record.version, tag=slug)
    if asked.discloses:
        answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get(
    "/v1/facts/{fact_id}/history",
    **reads(
        "readHistory",
        "Every version of a fact",
        "HistoryResponse",
        _HISTORY.parameters,
        unoffered=OF_WHAT_HOLDS,
        scope="audit:read",
        refuses=(410,),
    ),
)
def read_history(fact_id: str, asked: Annotated[Asked, Depends(_HISTORY)]) -> Response:
    """List what was recorded of a fact and known at the perspective, oldest first."""
    id_ = fact_uuid(fact_id)
    cursor = Cursor.read(asked.parameters, (int,))
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 1000
    asked = asked.pin(cursor)
    after = 0 if cursor is None else cast("int", cursor.place[0])
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        reading.refuse_unknown(id_)
        versions, more_follow = reading.changes.of_fact(id_, perspective, after=after, limit=limit)
        last = versions[-1][1].record
        slug = reading.slug_of(last.negotiation_id)
        content = {
            "perspective": describe_perspective(perspective),
            "items": [describe_version(before, version) for before, version in versions],
            "next": asked.next(perspective, (last.version,)) if more_follow else None,
        }
        return asked.answer(content, perspective, reading, tag=f"{slug},{id_}")
