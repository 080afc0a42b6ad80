"""A change that takes two persons: one proposes it on a version of a fact, another approves or refuses it.

The change requests of a fact are one stream. No event says that one expired, or that it became void because its fact
changed: both follow from the clock and the log.
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


#: RFC 9562's version for custom ids. No fact's id has it, so no fact can take the id of a stream of change requests.
OWN_VERSION: Final = 8


def stream_of(fact_id: UUID) -> UUID:
    """The stream of a fact's change requests: the hash of a version 5 id, as a version 8."""
    hashed = uuid5(fact_id, "proposals").int
    return UUID(int=hashed & ~(0xF << 76) | OWN_VERSION << 76)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a change is proposed of: a fact at a version, or a negotiation at an edition.

    For a negotiation both ids are its own id, which events and change requests then hold in place of a fact's id.
    """

    id: UUID
    negotiation_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class StatusContext:
    """When a change request is looked at: `now` in microseconds UTC, and the version at which its fact then stands."""

    now: int
    fact_version: int


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What became of a change request, by whom, when and why."""

    status: Decided
    by: str
    at: int
    position: int
    why: str | None


@dataclass(frozen=True, kw_only=True)
class ChangeRequest:
    """A change as it is proposed at present; the event at `content_position` has its `body`."""

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
        """As decided. If undecided: void once the fact or negotiation has changed; otherwise open until it expires."""
        if self.decision is not None:
            return self.decision.status
        if moment.fact_version != self.fact_version:
            return "void"
        return "expired" if moment.now >= self.expires_at else "open"


@dataclass(frozen=True, kw_only=True)
class ChangeRequests:
    """The change requests of one fact, as their stream leaves them at `version`."""

    stream: UUID
    version: int = 0
    each: Mapping[UUID, ChangeRequest] = field(default_factory=dict)

    def change_request(self, id_: UUID) -> ChangeRequest:
        """The change request with an id; UnknownError where there is none."""
        if id_ not in self.each:
            raise UnknownError("change request", str(id_))
        return self.each[id_]


def evolve(change_requests: ChangeRequests, entry: Entry) -> ChangeRequests:
    """The change requests after one more event of their stream; what cannot be read any more is passed over."""
    event = entry.event
    after = replace(change_requests, version=event.originator_version)
    if isinstance(event, ChangeProposed):
        return _with(after, _proposed(entry, event))
    standing = change_requests.each.get(getattr(event, "proposal", None))  # type: ignore[arg-type]
    if standing is None or standing.decision is not None:
        return after
    if isinstance(event, ChangeRevised):
        return _with(after, _revised(standing, entry, event))
    decision = decision_of(entry)
    return after if decision is None else _with(after, replace(standing, decision=decision))


def fold_change_requests(stream: UUID, entries: Iterable[Entry]) -> ChangeRequests:
    """The change requests that the entries of a stream come to."""
    return reduce(evolve, entries, ChangeRequests(stream=stream))


def decision_of(entry: Entry) -> Decision | None:
    """What an event decides; None for one that decides nothing."""
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


def _with(change_requests: ChangeRequests, change_request: ChangeRequest) -> ChangeRequests:
    return replace(
        change_requests, each={**change_requests.each, change_request.id: change_request}
    )


def _proposed(entry: Entry, event: ChangeProposed) -> ChangeRequest:
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


def _revised(standing: ChangeRequest, entry: Entry, event: ChangeRevised) -> ChangeRequest:
    return replace(
        standing,
        fact_version=event.fact_version,
        body=event.body,
        content_position=entry.position,
        expires_at=event.expires_at,
    )
