"""What may be done with a proposal, and by whom: each `decide_…` gives the next event of its stream, or raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.access import same_person
from domain.errors import (
    ContentError,
    OthersProposalError,
    OwnProposalError,
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

    from domain.streams.fact import FactRecord
    from domain.streams.proposal import Moment, Proposal, Proposals, Subject


def decide_propose(
    proposals: Proposals,
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
        **_next(proposals, actor),
        proposal=id_,
        fact_id=record.id,
        negotiation_id=record.negotiation_id,
        fact_version=record.version,
        op=op,
        body=body,
        expires_at=expires_at,
    )


def decide_revise(
    proposals: Proposals,
    id_: UUID,
    *,
    body: dict[str, Any],
    expires_at: int,
    moment: Moment,
    actor: str,
) -> ChangeRevised:
    """Another body for what is open, on the same version of the fact, by who proposed it."""
    found = proposals.proposal(id_)
    _must_be_own(found, actor)
    _must_be_open(found, moment)
    return ChangeRevised(
        **_about(proposals, found, actor),
        fact_version=found.fact_version,
        body=body,
        expires_at=expires_at,
    )


def decide_approve(
    proposals: Proposals,
    id_: UUID,
    *,
    seen: frozenset[str],
    digest: str,
    why: str | None,
    moment: Moment,
    actor: str,
) -> ChangeApproved:
    """The agreement of another person to what stands, whose `digest` is one of those `seen`.

    RevisedError where it is none of them, StaleError where the fact has moved on.
    """
    found = proposals.proposal(id_)
    _must_be_others(found, actor)
    _check_why(why)
    void = found.status(moment) == "void"
    if not void:
        _must_be_open(found, moment)
    if digest not in seen:
        raise RevisedError(id_)
    if void:
        raise StaleError(found.fact_id, found.fact_version, moment.fact_version, _named(found))
    return ChangeApproved(**_about(proposals, found, actor), digest=digest, why=why)


def decide_refuse(
    proposals: Proposals, id_: UUID, *, why: str, moment: Moment, actor: str
) -> ChangeRefused:
    """The disagreement of another person."""
    found = proposals.proposal(id_)
    _must_be_others(found, actor)
    _check_why(why)
    _must_be_open(found, moment)
    return ChangeRefused(**_about(proposals, found, actor), why=why)


def decide_withdraw(
    proposals: Proposals, id_: UUID, *, why: str | None, moment: Moment, actor: str
) -> ChangeWithdrawn:
    """The end of it by who proposed it."""
    found = proposals.proposal(id_)
    _must_be_own(found, actor)
    _check_why(why)
    _must_be_open(found, moment)
    return ChangeWithdrawn(**_about(proposals, found, actor), why=why)


def _next(proposals: Proposals, actor: str) -> dict[str, Any]:
    version = proposals.version + 1
    return {"originator_id": proposals.stream, "originator_version": version, "actor": actor}


def _about(proposals: Proposals, found: Proposal, actor: str) -> dict[str, Any]:
    return {**_next(proposals, actor), "proposal": found.id, "fact_id": found.fact_id}


def _must_be_own(found: Proposal, actor: str) -> None:
    if not same_person(found.proposer, actor):
        raise OthersProposalError(found.proposer)


def _must_be_others(found: Proposal, actor: str) -> None:
    if same_person(found.proposer, actor):
        raise OwnProposalError(found.proposer)


def _must_be_open(found: Proposal, moment: Moment) -> None:
    status = found.status(moment)
    if status == "open":
        return
    ended = {
        "expired": f"it expired at {format_instant(found.expires_at)}",
        "void": f"it is void: the {_named(found) or 'fact'} has moved on from version {found.fact_version}",
    }
    raise StateError(f"proposal {found.id} is not open: {ended.get(status, f'it was {status}')}")


def _check_why(why: str | None) -> None:
    faults = text_faults({"why": why})
    if faults:
        raise ContentError(*faults)


def _named(found: Proposal) -> str | None:
    """What a proposal is of, where that is no fact."""
    return "negotiation" if found.op == "correct_negotiation" else None
