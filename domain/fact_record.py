"""A fact's own stream: recorded, then corrected, corroborated, ended, retracted, reinstated or preferred.

Deciding and evolving are pure. `decide_*` gives the next event or raises; `evolve` applies one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from domain.errors import ContentError, Fault, StaleError, StateError
from domain.event import (
    FactCorrected,
    FactCorroborated,
    FactEnded,
    FactEvent,
    FactPreferred,
    FactRecorded,
    FactReinstated,
    FactRetracted,
    Reason,
)
from domain.fact import LONGEST_LIST, Fact, checked, refused, text_faults
from domain.holding import Holding
from domain.provenance import Citation, check_citation, check_published
from domain.valid_time import ValidTimeError

if TYPE_CHECKING:
    from collections.abc import Iterable

Status = Literal["recorded", "corrected", "ended", "retracted"]


@dataclass(frozen=True, kw_only=True)
class FactRecord:
    """A fact as its stream leaves it at `version`.

    `standing` is the status that a reinstatement restores; `corrected` whether it ever was corrected.
    """

    id: UUID
    version: int
    negotiation_id: UUID
    fact: Fact
    status: Status
    standing: Status
    corrected: bool
    preferred: bool

    @property
    def link_targets(self) -> frozenset[str]:
        """How links name the fact: by its id, and by its external id where it has one."""
        external_id = self.fact.external_id
        named = set() if external_id is None else {f"external:{external_id}"}
        return frozenset({str(self.id)} | named)

    def decide_correct(
        self,
        *,
        reason: Reason,
        why: str,
        fact: Fact,
        citation: Citation | None,
        published: str | None,
        actor: str,
    ) -> FactCorrected:
        """The correction to `fact`; ContentError where it changes nothing or the external id."""
        self._must_stand("corrected")
        _check_change(why=why, citation=citation, published=published)
        fact = _checked_changes(_cited(fact, citation))
        if fact.external_id != self.fact.external_id:
            raise ContentError.at("/changes/external_id", "an external id names the fact for good")
        if fact == self.fact:
            raise ContentError.at("/changes", "the correction changes nothing")
        return FactCorrected(
            **self._next(actor),
            reason=reason,
            why=why,
            fact=fact,
            citation=citation,
            published=published,
        )

    def decide_corroborate(
        self, *, citation: Citation, why: str | None, published: str | None, actor: str
    ) -> FactCorroborated:
        """Another source; ContentError where the citation stands already."""
        self._must_stand("corroborated")
        _check_change(why=why, citation=citation, published=published)
        if len(self.fact.citations) >= LONGEST_LIST:
            raise ContentError.at("/citation", f"a fact has at most {LONGEST_LIST} citations")
        if citation in self.fact.citations:
            raise ContentError.at("/citation", "the fact has this citation already")
        return FactCorroborated(
            **self._next(actor), citation=citation, why=why, published=published
        )

    def decide_end(
        self,
        *,
        ended: str,
        why: str | None,
        citation: Citation | None,
        published: str | None,
        actor: str,
    ) -> FactEnded:
        """The end of what held for a period or until its next; what happened once cannot cease."""
        self._must_stand("ended")
        _check_change(why=why, citation=citation, published=published)
        if self.fact.holding is Holding.ONWARD:
            detail = (
                f"a {self.fact.kind} holds from then on and cannot cease; correct or retract it"
            )
            raise ContentError.at("/ended", detail)
        try:
            valid = self.fact.valid_time.ending(ended)
        except ValidTimeError as error:
            raise ContentError.at("/ended", str(error)) from error
        return FactEnded(
            **self._next(actor),
            valid=valid.text,
            why=why,
            citation=citation,
            published=published,
        )

    def decide_retract(
        self, *, reason: Reason, why: str, published: str | None, actor: str
    ) -> FactRetracted:
        """The withdrawal of the claim."""
        self._must_stand("retracted")
        _check_change(why=why, citation=None, published=published)
        return FactRetracted(**self._next(actor), reason=reason, why=why, published=published)

    def decide_reinstate(self, *, why: str, published: str | None, actor: str) -> FactReinstated:
        """The undoing of a retraction."""
        if self.status != "retracted":
            message = "only a retracted fact can be reinstated"
            raise StateError(message)
        _check_change(why=why, citation=None, published=published)
        return FactReinstated(**self._next(actor), why=why, published=published)

    def decide_prefer(self, *, preferred: bool, why: str, actor: str) -> FactPreferred:
        """An editor's mark among rivals."""
        self._must_stand("preferred")
        _check_change(why=why, citation=None, published=None)
        return FactPreferred(**self._next(actor), preferred=preferred, why=why)

    def expect(self, version: int | None) -> None:
        """StaleError unless the fact stands at `version`; None expects nothing."""
        if version is not None and version != self.version:
            raise StaleError(self.id, version, self.version)

    def _must_stand(self, done: str) -> None:
        if self.status == "retracted":
            message = f"a retracted fact cannot be {done}; reinstate it first"
            raise StateError(message)

    def _next(self, actor: str) -> dict[str, Any]:
        return {"originator_id": self.id, "originator_version": self.version + 1, "actor": actor}


def decide_record(*, fact_id: UUID, negotiation_id: UUID, fact: Fact, actor: str) -> FactRecorded:
    """The first event of a fact; ContentError with every fault of its content."""
    return FactRecorded(
        originator_id=fact_id,
        originator_version=1,
        actor=actor,
        negotiation_id=negotiation_id,
        fact=checked(fact),
    )


def evolve(record: FactRecord | None, event: FactEvent) -> FactRecord:
    """The fact after one more event."""
    version = 0 if record is None else record.version
    if event.originator_version != version + 1:
        message = f"event {event.originator_version} does not follow version {version}"
        raise StateError(message)
    if record is None:
        return _begun(event)
    return _changed(replace(record, version=event.originator_version), event)


def _begun(event: FactEvent) -> FactRecord:
    if not isinstance(event, FactRecorded):
        message = f"no fact begins with {type(event).__name__}"
        raise StateError(message)
    return FactRecord(
        id=event.originator_id,
        version=event.originator_version,
        negotiation_id=event.negotiation_id,
        fact=event.fact,
        status="recorded",
        standing="recorded",
        corrected=False,
        preferred=False,
    )


def _changed(record: FactRecord, event: FactEvent) -> FactRecord:
    fact = record.fact
    match event:
        case FactCorrected():
            return replace(
                record, fact=event.fact, status="corrected", standing="corrected", corrected=True
            )
        case FactCorroborated():
            return replace(record, fact=_cited(fact, event.citation))
        case FactEnded():
            ended = replace(_cited(fact, event.citation), valid=event.valid)
            return replace(record, fact=ended, status="ended", standing="ended")
        case FactRetracted():
            return replace(record, status="retracted")
        case FactReinstated():
            return replace(record, status=record.standing)
        case FactPreferred():
            return replace(record, preferred=event.preferred)
        case _:
            message = f"no rule for {type(event).__name__}"
            raise StateError(message)


def project(record: FactRecord | None, events: Iterable[FactEvent]) -> FactRecord | None:
    """Fold a stream's events onto what stood before; the projector that the library's repository takes."""
    return reduce(evolve, events, record)


def _cited(fact: Fact, citation: Citation | None) -> Fact:
    if citation is None or citation in fact.citations:
        return fact
    return replace(fact, citations=(*fact.citations, citation))


def _checked_changes(fact: Fact) -> Fact:
    try:
        return checked(fact)
    except ContentError as error:
        faults = [Fault(f"/changes{fault.pointer}", fault.detail) for fault in error.faults]
        raise ContentError(*faults) from error


def _check_change(*, why: str | None, citation: Citation | None, published: str | None) -> None:
    faults: list[Fault] = text_faults({"why": why, "published": published})
    faults += refused("", check_published, published)[1]
    faults += refused("/citation", _check_cited, citation)[1]
    if faults:
        raise ContentError(*faults)


def _check_cited(citation: Citation | None) -> None:
    if citation is not None:
        check_citation(citation)
        faults = text_faults(vars(citation))
        if faults:
            raise ContentError(*faults)
