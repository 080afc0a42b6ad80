"""Who may do what with a change request: each `decide_…` gives the next event of its stream, or raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.access import same_person
from domain.errors import (
    ContentError,
    OthersChangeRequestError,
    OwnChangeRequestError,
    RevisedError,
    StaleError,
    StateError,
)
from domain.fact import text_faults
from domain.streams.event import (
    ChangeApproved,
    ChangeProposed,
    ChangeRefused,
    ChangeRevised,
    ChangeWithdrawn,
    ReviewedOp,
)
from domain.time.instant import format_instant

if TYPE_CHECKING:
    from uuid import UUID

    from domain.streams.change_request import ChangeRequest, ChangeRequests, StatusContext, Subject
    from domain.streams.fact import FactRecord


def decide_propose(
    change_requests: ChangeRequests,
    id_: UUID,
    *,
    record: FactRecord | Subject,
    op: ReviewedOp,
    body: dict[str, Any],
    expires_at: int,
    actor: str,
) -> ChangeProposed:
    """A change of the fact, or of the negotiation, as it stands; that it could be carried out has been seen before."""
    return ChangeProposed(
        **_next(change_requests, actor),
        proposal=id_,
        fact_id=record.id,
        negotiation_id=record.negotiation_id,
        fact_version=record.version,
        op=op,
        body=body,
        expires_at=expires_at,
    )


def decide_revise(
    change_requests: ChangeRequests,
    id_: UUID,
    *,
    body: dict[str, Any],
    expires_at: int,
    moment: StatusContext,
    actor: str,
) -> ChangeRevised:
    """Another body for what is open, on the same version of the fact, by who proposed it."""
    found = change_requests.change_request(id_)
    _must_be_own(found, actor)
    _must_be_open(found, moment)
    return ChangeRevised(
        **_about(change_requests, found, actor),
        fact_version=found.fact_version,
        body=body,
        expires_at=expires_at,
    )


def decide_approve(
    change_requests: ChangeRequests,
    id_: UUID,
    *,
    seen: frozenset[str],
    digest: str,
    why: str | None,
    moment: StatusContext,
    actor: str,
) -> ChangeApproved:
    """The agreement of another person to what stands, whose `digest` is one of those `seen`.

    RevisedError where it is none of them, StaleError where the fact has moved on.
    """
    found = change_requests.change_request(id_)
    _must_be_others(found, actor)
    _check_why(why)
    void = found.status(moment) == "void"
    if not void:
        _must_be_open(found, moment)
    if digest not in seen:
        raise RevisedError(id_)
    if void:
        raise StaleError(found.fact_id, found.fact_version, moment.fact_version, _named(found))
    return ChangeApproved(**_about(change_requests, found, actor), digest=digest, why=why)


def decide_refuse(
    change_requests: ChangeRequests, id_: UUID, *, why: str, moment: StatusContext, actor: str
) -> ChangeRefused:
    """The disagreement of another person."""
    found = change_requests.change_request(id_)
    _must_be_others(found, actor)
    _check_why(why)
    _must_be_open(found, moment)
    return ChangeRefused(**_about(change_requests, found, actor), why=why)


def decide_withdraw(
    change_requests: ChangeRequests,
    id_: UUID,
    *,
    why: str | None,
    moment: StatusContext,
    actor: str,
) -> ChangeWithdrawn:
    """The end of it by who proposed it."""
    found = change_requests.change_request(id_)
    _must_be_own(found, actor)
    _check_why(why)
    _must_be_open(found, moment)
    return ChangeWithdrawn(**_about(change_requests, found, actor), why=why)


def _next(change_requests: ChangeRequests, actor: str) -> dict[str, Any]:
    version = change_requests.version + 1
    return {"originator_id": change_requests.stream, "originator_version": version, "actor": actor}


def _about(change_requests: ChangeRequests, found: ChangeRequest, actor: str) -> dict[str, Any]:
    return {**_next(change_requests, actor), "proposal": found.id, "fact_id": found.fact_id}


def _must_be_own(found: ChangeRequest, actor: str) -> None:
    if not same_person(found.proposer, actor):
        raise OthersChangeRequestError(found.proposer)


def _must_be_others(found: ChangeRequest, actor: str) -> None:
    if same_person(found.proposer, actor):
        raise OwnChangeRequestError(found.proposer)


def _must_be_open(found: ChangeRequest, moment: StatusContext) -> None:
    status = found.status(moment)
    if status == "open":
        return
    ended = {
        "expired": f"it expired at {format_instant(found.expires_at)}",
        "void": f"it is void: the {_named(found) or 'fact'} has moved on from version {found.fact_version}",
    }
    raise StateError(
        f"change request {found.id} is not open: {ended.get(status, f'it was {status}')}"
    )


def _check_why(why: str | None) -> None:
    faults = text_faults({"why": why})
    if faults:
        raise ContentError(*faults)


def _named(found: ChangeRequest) -> str | None:
    """What a change request is of, where that is no fact."""
    return "negotiation" if found.op == "correct_negotiation" else None
