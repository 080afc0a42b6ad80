"""The response models of changes that are not made: a change request, and a dry run."""

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
    """The fact record that a call would give; fields that only recording fills are null.

    `rivals` are the facts beside which it would stand in its entries of the state: now, or at a time when it holds if
    it does not hold now. In a total they are the facts that answer the same question.
    """

    id: Identity | None
    position: None
    recorded_at: None
    rivals: list[Brief]
    rivals_more: NotRequired[int]


class DryErasureResponse(Exact):
    """The erasure that a call would make: of a fact with this many versions, or of the confidential parts of all."""

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
    """A change that needs a second person; `changes` lists the fields of the fact that it would change."""

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
    """A change that needs a second person; `changes` lists the fields of the fact that it would change.

    `summary` and `valid` are those of the version for which it was proposed. For a change of a negotiation, `fact` and
    `valid` are null, `fact_version` is its edition and `summary` its title. `digest`, which is also the ETag, is the
    SHA-256 of a salt and the event that holds the proposed change.
    """

    id: Identity
    proposed_at: Instant
    position: Position
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    decided: DecisionEntry | None


class ChangeRequestsResponse(Exact):
    """A page of change requests, oldest first."""

    items: list[ChangeRequestResponse]
    next: Position | None


class DryChangeRequestResponse(Proposed):
    """The change request that a call would make; `record` is what the change would give once it is approved."""

    id: None
    proposed_at: None
    position: None
    digest: None
    decided: None
    record: DryRunResponse | DryErasureResponse | NegotiationResponse
