"""Decides who may do what with a change request: each `decide_…` returns the next event of its stream, or raises."""

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
from domain.streams.event import (
    ChangeApproved,
    ChangeProposed,
    ChangeRefused,
    ChangeRevised,
    ChangeWithdrawn,
    ReviewedOp,
)
from domain.texts import text_faults
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
    """Propose a change of the present version of a fact or negotiation, which the caller has found possible."""
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
    """Replace the body of an open change request, for the same version of the fact; only its proposer may."""
    change_request = change_requests.change_request(id_)
    _must_be_own(change_request, actor)
    _must_be_open(change_request, moment)
    return ChangeRevised(
        **_about(change_requests, change_request, actor),
        fact_version=change_request.fact_version,
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
    """Approve the present content, whose `digest` must be one of those `seen`; the proposer may not.

    RevisedError if the digest was not seen, StaleError if the fact has changed.
    """
    change_request = change_requests.change_request(id_)
    _must_be_others(change_request, actor)
    _check_why(why)
    void = change_request.status(moment) == "void"
    if not void:
        _must_be_open(change_request, moment)
    if digest not in seen:
        raise RevisedError(id_)
    if void:
        raise StaleError(
            change_request.fact_id,
            change_request.fact_version,
            moment.fact_version,
            _noun_of(change_request),
        )
    return ChangeApproved(**_about(change_requests, change_request, actor), digest=digest, why=why)


def decide_refuse(
    change_requests: ChangeRequests, id_: UUID, *, why: str, moment: StatusContext, actor: str
) -> ChangeRefused:
    """Refuse a change request; the proposer may not."""
    change_request = change_requests.change_request(id_)
    _must_be_others(change_request, actor)
    _check_why(why)
    _must_be_open(change_request, moment)
    return ChangeRefused(**_about(change_requests, change_request, actor), why=why)


def decide_withdraw(
    change_requests: ChangeRequests,
    id_: UUID,
    *,
    why: str | None,
    moment: StatusContext,
    actor: str,
) -> ChangeWithdrawn:
    """Withdraw a change request; only its proposer may."""
    change_request = change_requests.change_request(id_)
    _must_be_own(change_request, actor)
    _check_why(why)
    _must_be_open(change_request, moment)
    return ChangeWithdrawn(**_about(change_requests, change_request, actor), why=why)


def _next(change_requests: ChangeRequests, actor: str) -> dict[str, Any]:
    version = change_requests.version + 1
    return {"originator_id": change_requests.stream, "originator_version": version, "actor": actor}


def _about(
    change_requests: ChangeRequests, change_request: ChangeRequest, actor: str
) -> dict[str, Any]:
    return {
        **_next(change_requests, actor),
        "proposal": change_request.id,
        "fact_id": change_request.fact_id,
    }


def _must_be_own(change_request: ChangeRequest, actor: str) -> None:
    if not same_person(change_request.proposer, actor):
        raise OthersChangeRequestError(change_request.proposer)


def _must_be_others(change_request: ChangeRequest, actor: str) -> None:
    if same_person(change_request.proposer, actor):
        raise OwnChangeRequestError(change_request.proposer)


def _must_be_open(change_request: ChangeRequest, moment: StatusContext) -> None:
    status = change_request.status(moment)
    if status == "open":
        return
    subject = _noun_of(change_request) or "fact"
    ended = {
        "expired": f"it expired at {format_instant(change_request.expires_at)}",
        "void": f"it is void: the {subject} has changed since version {change_request.fact_version}",
    }
    raise StateError(
        f"change request {change_request.id} is not open: {ended.get(status, f'it was {status}')}"
    )


def _check_why(why: str | None) -> None:
    faults = text_faults({"why": why})
    if faults:
        raise ContentError(*faults)


def _noun_of(change_request: ChangeRequest) -> str | None:
    """The noun for a change request's subject, if that is not a fact."""
    return "negotiation" if change_request.op == "correct_negotiation" else None
