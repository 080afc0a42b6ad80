"""What one person proposes another approves, having seen it: the approval names what it is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from api import proposal_answers
from api.authorization import principal_of
from api.body import Sending, Sent
from api.documented import PROPOSAL_SEEN, PROPOSAL_TAG, body_of, reads, reference, writes
from api.entity_tags import required_digests, seen_digests
from api.examples import APPROVAL, CORRECTION, REFUSAL, WITHDRAWAL
from api.fact_answers import fact_uuid
from api.idempotency import Once
from api.json_text import written
from api.ops import OPS, Op
from api.parameters import Parameter, given, whole_number
from api.reviewing import expiry, persistently
from api.routes.negotiations import LIMIT
from api.schemas import ApprovalBody, BodyParser, RefusalBody, WithdrawalBody
from domain.errors import ContentError, RevisedError, UnknownError
from domain.event import FactEvent, ProposalEvent
from domain.fact import as_primitives
from domain.fact_record import FactRecord
from domain.negotiation import SLUG
from domain.proposal import Moment, Proposals, Status
from domain.reviewing import decide_approve, decide_refuse, decide_revise, decide_withdraw
from infrastructure.readers.proposals import SeenProposal

router: Final = APIRouter(tags=["proposals"])

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_LISTING: Final = (
    Parameter(
        "status",
        "Only those of which this has become.",
        {"type": "string", "enum": list(_STATUSES)},
    ),
    Parameter("fact", "Only those about a fact, by its id.", {"type": "string", "format": "uuid"}),
    LIMIT,
    Parameter(
        "cursor",
        "`next` of the page before.",
        {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
    ),
)
_SENDING: Final = Sending()
_APPROVAL: Final = BodyParser(ApprovalBody)
_REFUSAL: Final = BodyParser(RefusalBody)
_WITHDRAWAL: Final = BodyParser(WithdrawalBody)
_REVISABLE: Final = ("Correction", "Retraction", "Reinstatement")
_NOT_KEPT: Final = {"Cache-Control": "no-store"}
_DECIDING: Final[dict[str, Any]] = {"scope": "fact:correct", "tagged": True}
_REVISION: Final[dict[str, Any]] = {
    "application/json": {
        "schema": {"anyOf": [reference(f"{name}Body") for name in _REVISABLE]},
        "examples": {"us-belarus": {"value": CORRECTION}},
    }
}


@dataclass(frozen=True, slots=True)
class _Standing:
    """A proposal to decide on, its fact as it stands, and all that was proposed of that fact."""

    seen: SeenProposal
    proposals: Proposals
    record: FactRecord
    moment: Moment
    expiry: int
    op: Op


_Decide = Callable[[_Standing], tuple[ProposalEvent, FactEvent | None]]


@router.get(
    "/v1/negotiations/{slug}/proposals",
    **reads(
        "listProposals",
        "Changes that wait for a second person, or did",
        "ProposedChanges",
        _LISTING,
        scope="fact:correct",
        cached=False,
        refuses=(404, 422),
    ),
)
def list_proposals(slug: str, request: Request) -> Response:
    """List what was proposed about the facts of a negotiation, newest last."""
    parameters = given(request, _LISTING)
    status = _status(parameters.get("status"))
    limit = whole_number(parameters, "limit", 1, 1000) or 100
    after = whole_number(parameters, "cursor", 0, 10**18 - 1) or 0
    fact_id = _fact(parameters.get("fact"))
    if not SLUG.fullmatch(slug):
        what = "negotiation"
        raise UnknownError(what, slug[:100])
    with request.app.state.parley.reading(principal_of(request)) as reading:
        found = reading.proposals.page(
            reading.negotiation(slug).id,
            status=status,
            fact_id=fact_id,
            after=after,
            limit=limit + 1,
        )
    page = found[:limit]
    content = {
        "items": [proposal_answers.shown(each, request.app.state.facts) for each in page],
        "next": page[-1].proposal.position if len(found) > limit else None,
    }
    return Response(written(content), 200, _NOT_KEPT, "application/json")


@router.get(
    "/v1/proposals/{proposal_id}",
    **reads(
        "readProposal",
        "A change that waits for a second person, or did",
        "ProposedChange",
        scope="fact:correct",
        cached=False,
        refuses=(404, 422),
    ),
)
def read_proposal(proposal_id: str, request: Request) -> Response:
    """Give what is proposed, and what has become of it. Its ETag is what an approval has to name."""
    given(request, ())
    id_ = proposal_answers.proposal_uuid(proposal_id)
    with request.app.state.parley.reading(principal_of(request)) as reading:
        seen = reading.proposals.get(id_)
    return proposal_answers.answer(seen, request.app.state.facts)


@router.post(
    "/v1/proposals/{proposal_id}/approval",
    **writes(
        "approveProposal",
        "Approve what another person proposed",
        "ProposedChange",
        body_of("ApprovalBody", {"us-belarus": APPROVAL}),
        if_match=PROPOSAL_TAG,
        **_DECIDING,
    ),
)
def approve_proposal(proposal_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Let it be done, as the proposal whose ETag If-Match names says, on the fact as it then stood."""

    def decide(found: _Standing) -> tuple[ProposalEvent, FactEvent]:
        event = decide_approve(
            found.proposals,
            found.seen.proposal.id,
            seen=required_digests(_if_match(sent)),
            digest=found.seen.digest,
            why=_APPROVAL.parse(sent.body).why,
            moment=found.moment,
            actor=sent.actor,
        )
        proposed = found.proposals.proposal(event.proposal)
        body = found.op.parser.parse(dict(proposed.body))
        facts = sent.request.app.state.facts
        return event, found.op.decide(found.record, body, facts, proposed.proposer)

    return _decided(proposal_id, sent, decide)


@router.post(
    "/v1/proposals/{proposal_id}/refusal",
    **writes(
        "refuseProposal",
        "Refuse what another person proposed",
        "ProposedChange",
        body_of("RefusalBody", {"us-belarus": REFUSAL}),
        if_match=PROPOSAL_SEEN,
        **_DECIDING,
    ),
)
def refuse_proposal(proposal_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Let it not be done, and say why."""

    def decide(found: _Standing) -> tuple[ProposalEvent, None]:
        why, id_ = _REFUSAL.parse(sent.body).why, found.seen.proposal.id
        event = decide_refuse(found.proposals, id_, why=why, moment=found.moment, actor=sent.actor)
        return event, None

    return _decided(proposal_id, sent, decide)


@router.post(
    "/v1/proposals/{proposal_id}/withdrawal",
    **writes(
        "withdrawProposal",
        "Withdraw what one proposed oneself",
        "ProposedChange",
        body_of("WithdrawalBody", {"us-belarus": WITHDRAWAL}),
        if_match=PROPOSAL_SEEN,
        **_DECIDING,
    ),
)
def withdraw_proposal(proposal_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Let it not be done, as who proposed it."""

    def decide(found: _Standing) -> tuple[ProposalEvent, None]:
        why, id_ = _WITHDRAWAL.parse(sent.body).why, found.seen.proposal.id
        event = decide_withdraw(
            found.proposals, id_, why=why, moment=found.moment, actor=sent.actor
        )
        return event, None

    return _decided(proposal_id, sent, decide)


@router.post(
    "/v1/proposals/{proposal_id}/revision",
    **writes(
        "reviseProposal",
        "Propose something else instead",
        "ProposedChange",
        _REVISION,
        if_match=PROPOSAL_SEEN,
        **_DECIDING,
    ),
)
def revise_proposal(proposal_id: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Put another body in the place of what one proposed, of the same kind; what was seen before is void."""

    def decide(found: _Standing) -> tuple[ProposalEvent, None]:
        body = found.op.parser.parse(sent.body)
        event = decide_revise(
            found.proposals,
            found.seen.proposal.id,
            body=as_primitives(body),
            expires_at=found.expiry,
            moment=found.moment,
            actor=sent.actor,
        )
        found.op.decide(found.record, body, sent.request.app.state.facts, sent.actor)
        return event, None

    return _decided(proposal_id, sent, decide)


def _decided(proposal_id: str, sent: Sent, decide: _Decide) -> Response:
    def run(once: Once) -> Response:
        return persistently(lambda: _attempted(proposal_id, sent, decide, once))

    answer: Response = sent.request.app.state.idempotency.once(sent, run)
    return answer


def _attempted(proposal_id: str, sent: Sent, decide: _Decide, once: Once) -> Response:
    found = _standing(sent, proposal_answers.proposal_uuid(proposal_id))
    sent.principal.check(found.op.scope)
    event, change = decide(found)
    named = seen_digests(_if_match(sent))
    if named is not None and found.seen.digest not in named:
        raise RevisedError(event.proposal)
    if change is None:
        position = sent.parley.ledger.append([event], claim=once.claim())[-1]
    else:
        position = found.op.carry_out(sent.parley, change, [event], once.claim())
    return proposal_answers.rendered(sent, event.proposal, position)


def _standing(sent: Sent, id_: UUID) -> _Standing:
    with sent.reading() as reading:
        seen = reading.proposals.get(id_)
        proposals = reading.proposals.of_fact(seen.proposal.fact_id)
        until = expiry(sent, reading)
    record = sent.parley.ledger.fact(seen.proposal.fact_id)
    moment = Moment(now=seen.moment.now, fact_version=record.version)
    return _Standing(seen, proposals, record, moment, until, OPS[seen.proposal.op])


def _if_match(sent: Sent) -> list[str]:
    return sent.request.headers.getlist("if-match")


def _status(text: str | None) -> Status | None:
    for status in _STATUSES:
        if text == status:
            return status
    if text is not None:
        raise ContentError.at("/query/status", f"one of {', '.join(_STATUSES)} is expected")
    return None


def _fact(text: str | None) -> UUID | None:
    try:
        return None if text is None else fact_uuid(text)
    except UnknownError as error:
        raise ContentError.at("/query/fact", "a fact's id is expected, of 36 characters") from error
