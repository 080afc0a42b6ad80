"""What must be gone is destroyed with its keys, whatever it said; the log keeps that it was, when, why and by whom."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.body import Sending, Sent
from api.documented import body_of, writes
from api.entity_tags import if_match, precondition
from api.examples import ERASURE
from api.fact_answers import fact_uuid, position_of, rendered
from api.idempotency import Once
from api.schemas import BodyParser, ErasureBody
from domain.errors import StateError
from domain.event import FactErased, SourcesErased
from domain.fact_record import FactRecord

router: Final = APIRouter(tags=["facts"])

_SENDING: Final = Sending()
_BODY: Final = BodyParser(ErasureBody)


@router.post(
    "/v1/facts/{fact_id}/erasure",
    **writes(
        "eraseFact",
        "Erase a fact, or its confidential sources",
        "Erasure",
        body_of("ErasureBody", {"us-belarus": ERASURE}),
        scope="erase",
        changes_fact=True,
    ),
)
def erase_fact(fact_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Destroy what was said of a fact, at every perspective and for good.

    Its payloads and their key are gone, and so are its rows in every projection, its words in the full text, and the
    answers kept of it; digests and proofs stay. Backups of before are out of reach.
    """

    def run(once: Once) -> Response:
        record = sent.fact(fact_uuid(fact_id))
        precondition(if_match(sent.request)).check(record)
        _refuse_alone(sent, record)
        event = _decided(record, _BODY.parse(sent.body), sent.actor)
        sent.parley.erase(event, claim=once.claim())
        position = position_of(sent, event.originator_id, event.originator_version)
        return rendered(sent, position, 200)

    answer: Response = sent.request.app.state.idempotency.once(sent, run)
    return answer


def _refuse_alone(sent: Sent, record: FactRecord) -> None:
    with sent.reading() as reading:
        slug = reading.slug_of(record.negotiation_id)
    if sent.negotiation(slug).settings.review_erasure:
        message = f"an erasure takes two persons in {slug}"
        raise StateError(message)


def _decided(record: FactRecord, body: ErasureBody, actor: str) -> FactErased | SourcesErased:
    if body.what == "fact":
        return record.decide_erase(why=body.reason, approvers=body.approvers, actor=actor)
    return record.decide_erase_sources(why=body.reason, approvers=body.approvers, actor=actor)
