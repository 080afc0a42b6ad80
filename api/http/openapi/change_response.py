"""What a change answers that is not done yet: it waits for another person, or was only tried."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from api.http.openapi.response_parts import (
    Brief,
    ChangeEntry,
    DecisionEntry,
    Exact,
    FactShown,
    Identity,
    Instant,
    NegotiationResponse,
    Noted,
    Position,
)
from domain.streams.change_request import ChangeRequestStatus
from domain.streams.event import ReviewedOp


class DryRunResponse(FactShown, Noted):
    """A fact record as a call would leave it; what only recording it gives is null.

    `rivals` are the facts that would stand in its entries of the state with it, now or, where it is over or to come,
    when it holds; of a total those that speak to its question.
    """

    id: Identity | None
    position: None
    recorded_at: None
    rivals: list[Brief]
    rivals_more: NotRequired[int]


class DryErasureResponse(Exact):
    """What would be erased for good: a fact with this many versions, or who its sources are in all of them."""

    fact: Identity
    negotiation: str
    what: Literal["fact", "sources"]
    reason: str
    approvers: list[str]
    actor: str
    position: None
    recorded_at: None
    versions: int


class Proposed(Exact):
    """A change that takes two persons; `changes` is what it would make of the fact's content."""

    negotiation: str
    fact: Identity | None
    fact_version: int
    summary: str
    valid: str | None
    op: ReviewedOp
    body: dict[str, Any]
    changes: list[ChangeEntry]
    proposer: str
    expires_at: Instant
    status: ChangeRequestStatus


class ChangeRequestResponse(Proposed):
    """A change that takes two persons; `changes` is what it would make of the fact's content.

    `summary` and `valid` are those of the fact as it was proposed on. Of a negotiation, `fact` and `valid` are null,
    `fact_version` is its edition and `summary` its title.
    `digest` is the SHA-256 of a salt and the event that says what is proposed, as the log binds it: it is the ETag.
    """

    id: Identity
    proposed_at: Instant
    position: Position
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    decided: DecisionEntry | None


class ChangeRequestsResponse(Exact):
    """A page of change requests, newest last."""

    items: list[ChangeRequestResponse]
    next: Position | None


class DryChangeRequestResponse(Proposed):
    """A change that would take a second person, as it would be proposed; `record` is what it would come to then."""

    id: None
    proposed_at: None
    position: None
    digest: None
    decided: None
    record: DryRunResponse | DryErasureResponse | NegotiationResponse
