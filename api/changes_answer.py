"""What a change answers that is not done yet: it waits for another person, or was only tried."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from api.answer_parts import Change, Decided, Exact, Identity, Instant, Position
from domain.event import ReviewedOp
from domain.proposal import Status

__all__ = ["ProposedChange", "ProposedChanges"]


class ProposedChange(Exact):
    """A change that takes two persons; `changes` is what it would make of the fact's content.

    `summary` and `valid` are those of the fact as it was proposed on.
    `digest` is the SHA-256 of a salt and the event that says what is proposed, as the log binds it: it is the ETag.
    """

    id: Identity
    negotiation: str
    fact: Identity
    fact_version: int
    summary: str
    valid: str
    op: ReviewedOp
    body: dict[str, Any]
    changes: list[Change]
    proposer: str
    proposed_at: Instant
    position: Position
    expires_at: Instant
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    status: Status
    decided: Decided | None


class ProposedChanges(Exact):
    """A page of proposals, newest last."""

    items: list[ProposedChange]
    next: Position | None
