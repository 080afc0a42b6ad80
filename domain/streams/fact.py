"""Decides and applies the events of a fact's stream: recorded, then corrected, ended, retracted and so on.

Both are pure functions: `decide_*` returns the next event or raises, and `evolve` applies an event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from uuid import UUID

from domain.errors import ContentError, ErasedError, StateError
from domain.fact import Fact
from domain.fact_checks import check_fact
from domain.gathering import Gathering
from domain.streams.change_checks import (
    add_citation,
    check_change,
    check_changes,
    check_erasure,
    check_room,
    end_valid_time,
)
from domain.streams.erasure import BLANK, ErasedVersion
from domain.streams.event import (
    FactCorrected,
    FactCorroborated,
    FactEnded,
    FactErased,
    FactEvent,
    FactPreferred,
    FactRecorded,
    FactReinstated,
    FactRetracted,
    Reason,
    SourcesErased,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.provenance import Citation
    from domain.time.valid_time import ValidTime

FactStatus = Literal["recorded", "corrected", "ended", "retracted"]


_RECORDED: Final = FactRecorded.stored_name
_STATUSES: Final[dict[str, FactStatus | None]] = {
    FactCorrected.stored_name: "corrected",
    FactCorroborated.stored_name: None,
    FactEnded.stored_name: "ended",
    FactErased.stored_name: None,
    FactPreferred.stored_name: None,
    FactReinstated.stored_name: None,
    FactRetracted.stored_name: "retracted",
    SourcesErased.stored_name: None,
}
"""The status that a change gives a fact; None if the fact keeps its status, or gets an earlier one back."""


@dataclass(frozen=True, kw_only=True)
class FactRecord:
    """A fact after its stream's event `version`.

    `standing` is the status that a reinstatement restores; `corrected` says whether it was ever corrected. An `erased`
    fact keeps its last status, and `fact` is blank.
    """

    id: UUID
    version: int
    negotiation_id: UUID
    fact: Fact
    status: FactStatus
    standing: FactStatus
    corrected: bool
    preferred: bool
    erased: bool

    @property
    def stands(self) -> bool:
        """Whether the fact counts as known: it is neither retracted nor erased."""
        return self.status != "retracted" and not self.erased

    @property
    def link_targets(self) -> frozenset[str]:
        """The names of the fact in links: its id, and its external id if it has one."""
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
        """Correct the content to `fact`; ContentError if this changes nothing, or changes the external id."""
        self._must_be_whole()
        check_change(why=why, citation=citation, published=published)
        check_room(fact, citation)
        fact = check_changes(add_citation(fact, citation), self.fact)
        if fact.external_id != self.fact.external_id:
            wrong = "an external id cannot be changed: retract this fact and record another"
            raise ContentError.at("/changes/external_id", wrong)
        if fact == self.fact:
            raise ContentError.at("/changes", "the correction changes nothing: change a value")
        self._must_stand("corrected")
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
        """Add a citation; ContentError if the fact has it already."""
        self._must_be_whole()
        check_change(why=why, citation=citation, published=published)
        if citation in self.fact.citations:
            raise ContentError.at(
                "/citation", "the fact has this citation already: write another source"
            )
        check_room(self.fact, citation)
        self._must_stand("corroborated")
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
        """End a fact that holds for a period or until its next one; ContentError for a fact that holds from then on."""
        self._must_be_whole()
        gathered = Gathering()
        gathered.take(check_change, why=why, citation=citation, published=published)
        gathered.take(check_room, self.fact, citation)
        valid = gathered.take(end_valid_time, self.fact, ended, stands=self.stands)
        gathered.refuse()
        self._must_stand("ended")
        return FactEnded(
            **self._next(actor),
            valid=cast("ValidTime", valid).text,
            why=why,
            citation=citation,
            published=published,
        )

    def decide_erase(self, *, why: str, approvers: tuple[str, ...], actor: str) -> FactErased:
        """Erase the content of the fact, whatever its status is."""
        check_erasure(why, approvers)
        return FactErased(
            **self._next(actor), negotiation_id=self.negotiation_id, why=why, approvers=approvers
        )

    def decide_erase_sources(
        self, *, why: str, approvers: tuple[str, ...], actor: str
    ) -> SourcesErased:
        """Erase the confidential parts of the fact's citations; the fact itself stays."""
        check_erasure(why, approvers)
        return SourcesErased(**self._next(actor), why=why, approvers=approvers)

    def decide_retract(
        self, *, reason: Reason, why: str, published: str | None, actor: str
    ) -> FactRetracted:
        """Retract the fact; StateError if it is retracted already."""
        self._must_stand("retracted")
        check_change(why=why, citation=None, published=published)
        return FactRetracted(**self._next(actor), reason=reason, why=why, published=published)

    def decide_reinstate(self, *, why: str, published: str | None, actor: str) -> FactReinstated:
        """Undo a retraction; StateError if the fact is not retracted."""
        self._must_be_whole()
        if self.status != "retracted":
            raise StateError(
                "only a retracted fact can be reinstated, and this fact is not retracted"
            )
        check_change(why=why, citation=None, published=published)
        return FactReinstated(**self._next(actor), why=why, published=published)

    def decide_prefer(self, *, preferred: bool, why: str, actor: str) -> FactPreferred:
        """Mark the fact as the preferred one among its rivals, or remove the mark."""
        self._must_stand("preferred")
        check_change(why=why, citation=None, published=None)
        return FactPreferred(**self._next(actor), preferred=preferred, why=why)

    def _must_be_whole(self) -> None:
        if self.erased:
            raise ErasedError(self.id)

    def _must_stand(self, done: str) -> None:
        """Raise StateError if the fact is retracted.

        This is checked after the content, so that nobody reinstates a fact for a change that is refused anyway.
        """
        self._must_be_whole()
        if self.status == "retracted":
            message = f"a retracted fact cannot be {done}; reinstate it first"
            raise StateError("the fact is retracted already" if done == "retracted" else message)

    def _next(self, actor: str) -> dict[str, Any]:
        self._must_be_whole()
        return {"originator_id": self.id, "originator_version": self.version + 1, "actor": actor}


def decide_record(*, fact_id: UUID, negotiation_id: UUID, fact: Fact, actor: str) -> FactRecorded:
    """Record a fact, as its first event; ContentError with every fault of its content."""
    return FactRecorded(
        originator_id=fact_id,
        originator_version=1,
        actor=actor,
        negotiation_id=negotiation_id,
        fact=check_fact(fact),
    )


def evolve(record: FactRecord | None, event: FactEvent) -> FactRecord:
    """Apply the next event to a fact, or begin it with the first event."""
    version = 0 if record is None else record.version
    if event.originator_version != version + 1:
        raise StateError(f"event {event.originator_version} does not follow version {version}")
    if record is None:
        return _begin(event)
    return _apply_change(replace(record, version=event.originator_version), event)


def _begin(event: FactEvent) -> FactRecord:
    if not isinstance(event, FactRecorded | ErasedVersion) or _name(event) != _RECORDED:
        raise StateError(f"a fact cannot begin with the event {_name(event)}")
    erased = isinstance(event, ErasedVersion)
    return FactRecord(
        id=event.originator_id,
        version=event.originator_version,
        negotiation_id=event.negotiation_id,
        fact=BLANK if isinstance(event, ErasedVersion) else event.fact,
        status="recorded",
        standing="recorded",
        corrected=False,
        preferred=False,
        erased=erased,
    )


def _apply_change(record: FactRecord, event: FactEvent) -> FactRecord:
    record = change_status(record, _name(event))
    match event:
        case FactCorrected():
            return replace(record, fact=event.fact)
        case FactCorroborated():
            return replace(record, fact=add_citation(record.fact, event.citation))
        case FactEnded():
            return replace(
                record, fact=replace(add_citation(record.fact, event.citation), valid=event.valid)
            )
        case FactPreferred():
            return replace(record, preferred=event.preferred)
        case FactErased():
            return replace(record, fact=BLANK, preferred=False, erased=True)
    return record


def change_status(record: FactRecord, name: str) -> FactRecord:
    """Give a fact the status that an event of this name sets; a retracted fact stays so until it is reinstated."""
    if name not in _STATUSES:
        raise StateError(f"the event {name} cannot be applied to a fact")
    status = _STATUSES[name]
    if name == FactReinstated.stored_name:
        return replace(record, status=record.standing)
    if status is None:
        return record
    standing = record.standing if status == "retracted" else status
    corrected = record.corrected or status == "corrected"
    shown: FactStatus = "retracted" if record.status == "retracted" else status
    return replace(record, status=shown, standing=standing, corrected=corrected)


def _name(event: FactEvent) -> str:
    return event.was if isinstance(event, ErasedVersion) else event.stored_name


def project(record: FactRecord | None, events: Iterable[FactEvent]) -> FactRecord | None:
    """Fold events onto a fact, or None; this is the projector of the library's repository."""
    return reduce(evolve, events, record)
