"""Shows a change request from the log, as it is now or as it was; no copy of it is kept elsewhere."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.commands.changes import PROPOSABLE
from api.commands.commands import FactParser
from api.commands.json_text import write_json
from api.http.exchange import fact_response
from api.http.exchange.body import Sent
from api.http.exchange.parameters import parse_uuid
from domain.errors import UnknownError
from domain.fact import differences
from domain.streams.change_request import Decision
from domain.streams.event import ChangeProposed, FactCorrected, FactErased, SourcesErased
from domain.streams.negotiation import Negotiation, evolve
from domain.time.instant import format_instant
from infrastructure.readers.change_requests import SeenChangeRequest


def change_request_uuid(text: str) -> UUID:
    """Read the id in a path; UnknownError where no change request can have it."""
    id_ = parse_uuid(text)
    if id_ is None:
        raise UnknownError("change request", text)
    return id_


def tag(seen: SeenChangeRequest) -> str:
    """Give the entity tag: the digest of the proposed change, which differs only if the change does."""
    return f'"{seen.digest}"'


def describe_change_request(seen: SeenChangeRequest, facts: FactParser) -> dict[str, Any]:
    """Give the change request as the API answers it."""
    change_request, before = seen.change_request, seen.before
    return {
        "id": str(change_request.id),
        "negotiation": seen.negotiation,
        "fact": None if isinstance(before, Negotiation) else str(change_request.fact_id),
        "fact_version": change_request.fact_version,
        "summary": before.title if isinstance(before, Negotiation) else before.fact.summary,
        "valid": None if isinstance(before, Negotiation) else before.fact.valid,
        "op": change_request.op,
        "body": change_request.body,
        "changes": _changes(seen, facts),
        "proposer": change_request.proposer,
        "proposed_at": format_instant(change_request.proposed_at),
        "position": change_request.position,
        "expires_at": format_instant(change_request.expires_at),
        "digest": seen.digest,
        "status": seen.status,
        "decided": None
        if change_request.decision is None
        else _describe_decision(change_request.decision),
    }


def answer(seen: SeenChangeRequest, facts: FactParser, status: int = 200) -> Response:
    """Answer with a change request, to be kept nowhere."""
    headers = {"ETag": tag(seen), "Cache-Control": "no-store"}
    if status == HTTPStatus.ACCEPTED:
        headers["Location"] = f"/v1/change-requests/{seen.change_request.id}"
    return Response(
        write_json(describe_change_request(seen, facts)), status, headers, "application/json"
    )


def answer_as_of(sent: Sent, id_: UUID, position: int, status: int = 200) -> Response:
    """Answer a write with the change request, as the log stood at a position."""
    with sent.reading() as reading:
        seen = reading.change_requests.get(id_, position)
    return answer(seen, sent.request.app.state.facts, status)


def repeat_response(sent: Sent, position: int, status: int) -> Response:
    """Answer a write again as at first: with the change request or the fact, as the log stood then."""
    with sent.reading() as reading:
        entries = reading.entries(after=position - 1, last=position, limit=1)
    event = entries[0][1] if entries else None
    if isinstance(event, FactErased | SourcesErased):
        return fact_response.repeat_response(sent, position, status)
    named = sent.request.path_params.get("change_request_id")
    if named is not None:
        return answer_as_of(sent, change_request_uuid(named), position, status)
    if isinstance(event, ChangeProposed):
        return answer_as_of(sent, event.proposal, position, status)
    return fact_response.repeat_response(sent, position, status)


def _changes(seen: SeenChangeRequest, facts: FactParser) -> list[Any]:
    """The changes that the change request would make to the fact or the negotiation, field by field."""
    change_request = seen.change_request
    op, before = PROPOSABLE[change_request.op], seen.before
    body = op.parser.parse(dict(change_request.body))
    event = op.decide(before, body, facts, change_request.proposer)
    if isinstance(before, Negotiation):
        return list(differences(before.content, evolve(before, event).content))
    if not isinstance(event, FactCorrected):
        return []
    return list(differences(before.fact, event.fact))


def _describe_decision(decision: Decision) -> dict[str, Any]:
    return {
        "by": decision.by,
        "at": format_instant(decision.at),
        "position": decision.position,
        "why": decision.why,
    }
