"""Approves, refuses, revises and withdraws change requests; an approval names the content that was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.bodies import DecisionBody, RefusalBody
from api.commands.changes import PROPOSABLE, Along, Op, add_approver, parse_change
from api.commands.commands import BodyParser
from api.commands.confidential import read_withholding
from api.commands.examples import APPROVAL, CORRECTION, REFUSAL, WITHDRAWAL
from api.http.exchange import change_request_response
from api.http.exchange.body import Sending, Sent
from api.http.exchange.change_or_propose import expiry, repeat_on_conflict
from api.http.exchange.entity_tags import read_digests, require_digests
from api.http.exchange.idempotency import Once, about_change_request, answer_once
from api.http.exchange.operation import (
    CHANGE_REQUEST_SEEN,
    CHANGE_REQUEST_TAG,
    body_of,
    reference,
    writes,
)
from api.http.threads import LaneRoute
from domain.confidential import Source
from domain.errors import RevisedError
from domain.fact import as_primitives
from domain.streams.change_request import ChangeRequests, StatusContext
from domain.streams.event import ChangeRequestEvent, RecordEvent
from domain.streams.fact import FactRecord
from domain.streams.ledger import sources_by_event
from domain.streams.negotiation import Negotiation
from domain.streams.reviewing import decide_approve, decide_refuse, decide_revise, decide_withdraw
from infrastructure.readers.change_requests import SeenChangeRequest

router: Final = APIRouter(route_class=LaneRoute, tags=["change-requests"])

_SENDING: Final = Sending()
_DECISION: Final = BodyParser(DecisionBody)
_REFUSAL: Final = BodyParser(RefusalBody)
_REVISABLE: Final = [op.parser.name for op in PROPOSABLE.values()]
_DECIDING: Final[dict[str, Any]] = {"scope": "fact:correct", "tagged": True}
_REVISION: Final[dict[str, Any]] = {
    "application/json": {
        "schema": {"anyOf": [reference(name) for name in _REVISABLE]},
        "examples": {"us-belarus": {"value": CORRECTION}},
    }
}


@dataclass(frozen=True, slots=True)
class _Standing:
    """A change request to decide on, its sources, what it is of as that stands, and all that was proposed of it."""

    seen: SeenChangeRequest
    sources: Sequence[Source]
    change_requests: ChangeRequests
    record: FactRecord | Negotiation
    moment: StatusContext
    expiry: int
    op: Op


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What is decided, the change that it leads to, if any, and what the last of the two says in confidence."""

    event: ChangeRequestEvent
    change: RecordEvent | None = None
    sources: Sequence[Source] = ()


_Decide = Callable[[_Standing], _Outcome]


@router.post(
    "/v1/change-requests/{change_request_id}/approval",
    **writes(
        "approveChangeRequest",
        "Approve what another person proposed",
        ("ChangeRequestResponse", "ErasureResponse"),
        body_of("DecisionBody", {"us-belarus": APPROVAL}),
        if_match=CHANGE_REQUEST_TAG,
        **_DECIDING,
    ),
)
def approve_change_request(
    change_request_id: str, sent: Annotated[Sent, Depends(_SENDING)]
) -> Response:
    """Make the change that the change request proposes; If-Match must name the ETag of the content that you saw.

    The answer to an erasure is the erasure itself, because it also erases the change request.
    """

    def decide(standing: _Standing) -> _Outcome:
        event = decide_approve(
            standing.change_requests,
            standing.seen.change_request.id,
            seen=require_digests(_if_match(sent)),
            digest=standing.seen.digest,
            why=_DECISION.parse(sent.body).why,
            moment=standing.moment,
            actor=sent.actor,
        )
        proposed = standing.change_requests.change_request(event.proposal)
        body = standing.op.parser.parse(dict(proposed.body))
        facts = sent.request.app.state.facts
        change = standing.op.decide(standing.record, body, facts, proposed.proposer)
        return _Outcome(event, add_approver(change, sent.actor), standing.sources)

    return _decide_once(change_request_id, sent, decide)


@router.post(
    "/v1/change-requests/{change_request_id}/refusal",
    **writes(
        "refuseChangeRequest",
        "Refuse what another person proposed",
        "ChangeRequestResponse",
        body_of("RefusalBody", {"us-belarus": REFUSAL}),
        if_match=CHANGE_REQUEST_SEEN,
        **_DECIDING,
    ),
)
def refuse_change_request(
    change_request_id: str, sent: Annotated[Sent, Depends(_SENDING)]
) -> Response:
    """Decide that the change is not made, and say why."""
    return _close(change_request_id, sent, _REFUSAL, decide_refuse)


@router.post(
    "/v1/change-requests/{change_request_id}/withdrawal",
    **writes(
        "withdrawChangeRequest",
        "Withdraw what you proposed",
        "ChangeRequestResponse",
        body_of("DecisionBody", {"us-belarus": WITHDRAWAL}),
        if_match=CHANGE_REQUEST_SEEN,
        **_DECIDING,
    ),
)
def withdraw_change_request(
    change_request_id: str, sent: Annotated[Sent, Depends(_SENDING)]
) -> Response:
    """Take back a change that you proposed."""
    return _close(change_request_id, sent, _DECISION, decide_withdraw)


@router.post(
    "/v1/change-requests/{change_request_id}/revision",
    **writes(
        "reviseChangeRequest",
        "Propose something else instead",
        "ChangeRequestResponse",
        _REVISION,
        if_match=CHANGE_REQUEST_SEEN,
        **_DECIDING,
    ),
)
def revise_change_request(
    change_request_id: str, sent: Annotated[Sent, Depends(_SENDING)]
) -> Response:
    """Replace a change that you proposed by another of the same kind; nobody can approve the former one any more."""

    def decide(standing: _Standing) -> _Outcome:
        document, kept_apart = read_withholding(sent.body)
        facts, refused = sent.request.app.state.facts, bool(kept_apart.faults)
        read = (standing.op, standing.record, document, facts)
        body = kept_apart.read_rest(parse_change, *read, refused=refused)
        event = decide_revise(
            standing.change_requests,
            standing.seen.change_request.id,
            body=as_primitives(body),
            expires_at=standing.expiry,
            moment=standing.moment,
            actor=sent.actor,
        )
        change = standing.op.decide(standing.record, body, facts, sent.actor)
        return _Outcome(event, sources=kept_apart.sources(change))

    return _decide_once(change_request_id, sent, decide)


def _close(
    change_request_id: str,
    sent: Sent,
    parser: BodyParser[Any],
    decide: Callable[..., ChangeRequestEvent],
) -> Response:
    """Carry out a decision that changes no fact (refuse or withdraw), with the reason in the body."""

    def outcome(standing: _Standing) -> _Outcome:
        why, id_ = parser.parse(sent.body).why, standing.seen.change_request.id
        event = decide(
            standing.change_requests, id_, why=why, moment=standing.moment, actor=sent.actor
        )
        return _Outcome(event)

    return _decide_once(change_request_id, sent, outcome)


def _decide_once(change_request_id: str, sent: Sent, decide: _Decide) -> Response:
    def run(once: Once) -> Response:
        return repeat_on_conflict(lambda: _attempt(change_request_id, sent, decide, once))

    return answer_once(sent, about_change_request(change_request_id), run)


def _attempt(change_request_id: str, sent: Sent, decide: _Decide, once: Once) -> Response:
    standing = _read_standing(sent, change_request_response.change_request_uuid(change_request_id))
    once.fact = None if isinstance(standing.record, Negotiation) else standing.record.id
    sent.principal.check(standing.op.scope)
    outcome = decide(standing)
    event, change, sources = outcome.event, outcome.change, outcome.sources
    named = read_digests(_if_match(sent))
    if named is not None and standing.seen.digest not in named:
        raise RevisedError(event.proposal)
    until, claim = standing.seen.change_request.expires_at, once.claim()
    if change is None:
        versions = {standing.record.id: standing.record.version}
        kept = sources_by_event(event, sources)
        [position] = sent.parley.ledger.append(
            [event], sources=kept, claim=claim, standing=versions, until=until
        )
    else:
        position = standing.op.carry_out(sent.parley, change, [event], Along(sources, claim, until))
    return change_request_response.repeat_response(sent, position, 200)


def _read_standing(sent: Sent, id_: UUID) -> _Standing:
    with sent.reading() as reading:
        seen = reading.change_requests.get(id_)
        sources = reading.change_requests.sources(seen)
        change_requests = reading.change_requests.of_fact(seen.change_request.fact_id)
        until = expiry(sent, reading)
    op, ledger = PROPOSABLE[seen.change_request.op], sent.parley.ledger
    record: FactRecord | Negotiation
    if isinstance(seen.before, Negotiation):
        record = ledger.negotiation(seen.negotiation)
        version = record.edition
    else:
        record = ledger.fact(seen.change_request.fact_id)
        version = record.version
    moment = StatusContext(now=seen.moment.now, fact_version=version)
    return _Standing(seen, sources, change_requests, record, moment, until, op)


def _if_match(sent: Sent) -> list[str]:
    return sent.request.headers.getlist("if-match")
