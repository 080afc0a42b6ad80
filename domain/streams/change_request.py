"""Defines change requests: one person proposes a change of a version of a fact, another approves or refuses it.

The change requests of a fact are one stream. There is no event for a request that expired, or that became void because
its fact changed: both follow from the clock and the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid5

from domain.errors import UnknownError
from domain.streams.event import (
    ChangeApproved,
    ChangeProposed,
    ChangeRefused,
    ChangeRevised,
    ChangeWithdrawn,
    ReviewedOp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.streams.entry import Entry

Decided = Literal["approved", "refused", "withdrawn"]
ChangeRequestStatus = Literal["open", "approved", "refused", "withdrawn", "expired", "void"]


#: The version of custom ids in RFC 9562. No fact's id has it, so no fact can have the id of a change requests' stream.
OWN_VERSION: Final = 8


def stream_of(fact_id: UUID) -> UUID:
    """The id of the stream of a fact's change requests: the hash of a version 5 UUID, as a version 8 UUID."""
    hashed = uuid5(fact_id, "proposals").int
    return UUID(int=hashed & ~(0xF << 76) | OWN_VERSION << 76)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The subject of a change request: a fact at a version, or a negotiation at an edition.

    For a negotiation both ids are its own id, which its events and change requests have instead of a fact's id.
    """

    id: UUID
    negotiation_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class StatusContext:
    """What a change request's status depends on: `now` in microseconds UTC, and the version of its fact then."""

    now: int
    fact_version: int


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The decision on a change request, with the person, the time (microseconds UTC) and the reason."""

    status: Decided
    by: str
    at: int
    position: int
    why: str | None


@dataclass(frozen=True, kw_only=True)
class ChangeRequest:
    """A change as it is proposed now; the event at `content_position` has its `body`."""

    id: UUID
    negotiation_id: UUID
    fact_id: UUID
    fact_version: int
    op: ReviewedOp
    body: Mapping[str, Any]
    proposer: str
    position: int
    proposed_at: int
    content_position: int
    expires_at: int
    decision: Decision | None

    def status(self, moment: StatusContext) -> ChangeRequestStatus:
        """The status: as decided; else void once the fact or negotiation has changed; else open until it expires."""
        if self.decision is not None:
            return self.decision.status
        if moment.fact_version != self.fact_version:
            return "void"
        return "expired" if moment.now >= self.expires_at else "open"


@dataclass(frozen=True, kw_only=True)
class ChangeRequests:
    """The change requests of one fact, after their stream's event `version`."""

    stream: UUID
    version: int = 0
    by_id: Mapping[UUID, ChangeRequest] = field(default_factory=dict)

    def change_request(self, id_: UUID) -> ChangeRequest:
        """The change request with an id; UnknownError if there is none."""
        if id_ not in self.by_id:
            raise UnknownError("change request", str(id_))
        return self.by_id[id_]


def evolve(change_requests: ChangeRequests, entry: Entry) -> ChangeRequests:
    """Apply the next event of their stream; an event that was erased is ignored."""
    event = entry.event
    after = replace(change_requests, version=event.originator_version)
    if isinstance(event, ChangeProposed):
        return _put(after, _begin_request(entry, event))
    standing = change_requests.by_id.get(getattr(event, "proposal", None))  # type: ignore[arg-type]
    if standing is None or standing.decision is not None:
        return after
    if isinstance(event, ChangeRevised):
        return _put(after, _revise_request(standing, entry, event))
    decision = decision_of(entry)
    return after if decision is None else _put(after, replace(standing, decision=decision))


def fold_change_requests(stream: UUID, entries: Iterable[Entry]) -> ChangeRequests:
    """The change requests after all entries of their stream."""
    return reduce(evolve, entries, ChangeRequests(stream=stream))


def decision_of(entry: Entry) -> Decision | None:
    """The decision that an event makes; None if it makes none."""
    event = entry.event
    status: Decided
    match event:
        case ChangeApproved():
            status = "approved"
        case ChangeRefused():
            status = "refused"
        case ChangeWithdrawn():
            status = "withdrawn"
        case _:
            return None
    return Decision(
        status=status, by=event.actor, at=entry.recorded_at, position=entry.position, why=event.why
    )


def _put(change_requests: ChangeRequests, change_request: ChangeRequest) -> ChangeRequests:
    return replace(
        change_requests, by_id={**change_requests.by_id, change_request.id: change_request}
    )


def _begin_request(entry: Entry, event: ChangeProposed) -> ChangeRequest:
    return ChangeRequest(
        id=event.proposal,
        negotiation_id=event.negotiation_id,
        fact_id=event.fact_id,
        fact_version=event.fact_version,
        op=event.op,
        body=event.body,
        proposer=event.actor,
        position=entry.position,
        proposed_at=entry.recorded_at,
        content_position=entry.position,
        expires_at=event.expires_at,
        decision=None,
    )


def _revise_request(standing: ChangeRequest, entry: Entry, event: ChangeRevised) -> ChangeRequest:
    return replace(
        standing,
        fact_version=event.fact_version,
        body=event.body,
        content_position=entry.position,
        expires_at=event.expires_at,
    )
