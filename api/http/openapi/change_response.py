"""What a change answers that is not done yet: it waits for another person, or was only tried."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field

from api.http.openapi.response_parts import (
    AnyFact,
    Brief,
    Change,
    Decided,
    Exact,
    Flaw,
    Identity,
    Instant,
    Negotiation,
    PerspectiveShown,
    Position,
    ValidBounds,
)
from domain.streams.change_request import ChangeRequestStatus
from domain.streams.event import ReviewedOp
from domain.streams.fact import FactStatus
from domain.time.holding import Certainty

__all__ = ["ChangeRequestPage", "ChangeRequestRecord", "DryChangeRequest", "DryRun"]


class DryRun(Exact):
    """A fact record as a call would leave it; what only recording it gives is null.

    `rivals` are the facts that would stand in its entries of the state with it, now or, where it is over or to come,
    when it holds; of a total those that speak to its question.
    """

    id: Identity | None
    version: int
    position: None
    negotiation: str
    status: FactStatus
    preferred: bool
    recorded_at: None
    certainty: Certainty | None
    fact: AnyFact
    valid_bounds: ValidBounds
    perspective: PerspectiveShown
    notices: NotRequired[list[Flaw]]
    similar: NotRequired[list[Identity]]
    similar_more: NotRequired[int]
    rivals: list[Brief]
    rivals_more: NotRequired[int]


class ChangeRequestRecord(Exact):
    """A change that takes two persons; `changes` is what it would make of the fact's content.

    `summary` and `valid` are those of the fact as it was proposed on. Of a negotiation, `fact` and `valid` are null,
    `fact_version` is its edition and `summary` its title.
    `digest` is the SHA-256 of a salt and the event that says what is proposed, as the log binds it: it is the ETag.
    """

    id: Identity
    negotiation: str
    fact: Identity | None
    fact_version: int
    summary: str
    valid: str | None
    op: ReviewedOp
    body: dict[str, Any]
    changes: list[Change]
    proposer: str
    proposed_at: Instant
    position: Position
    expires_at: Instant
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    status: ChangeRequestStatus
    decided: Decided | None


class ChangeRequestPage(Exact):
    """A page of change requests, newest last."""

    items: list[ChangeRequestRecord]
    next: Position | None


class DryChangeRequest(Exact):
    """A change that would take a second person, as it would be proposed; `record` is what it would come to then."""

    id: None
    negotiation: str
    fact: Identity | None
    fact_version: int
    summary: str
    valid: str | None
    op: ReviewedOp
    body: dict[str, Any]
    changes: list[Change]
    proposer: str
    proposed_at: None
    position: None
    expires_at: Instant
    digest: None
    status: ChangeRequestStatus
    decided: None
    record: DryRun | Negotiation
