"""Defines the events: an event is one immutable change of the record, never an occurrence in the world.

Their stored names are permanent (`STORED_NAMES`); the log gives each event its position and `recorded_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal, TypeVar
from uuid import UUID

from domain.access import Visibility
from domain.fact import Fact
from domain.later import later
from domain.provenance import Citation
from domain.rules import FIRST_READING

Reason = Literal[
    "coding_error",
    "source_corrected",
    "source_retracted",
    "better_evidence",
    "refinement",
    "coarsening",
]

ReviewedOp = Literal["correct", "retract", "reinstate", "erase", "correct_negotiation"]
"""The changes that may need a second person."""


@dataclass(frozen=True, kw_only=True)
class RecordEvent:
    """The fields of every event: its stream, its version in the stream, and the person who made the change."""

    stored_name: ClassVar[str]

    originator_id: UUID
    originator_version: int
    actor: str


STORED_NAMES: Final[dict[str, type[RecordEvent]]] = {}
EventType = TypeVar("EventType", bound=type[RecordEvent])


def register_event(cls: EventType) -> EventType:
    """Register an event under its permanent stored name."""
    if STORED_NAMES.setdefault(cls.stored_name, cls) is not cls:
        raise ValueError(f"the event name {cls.stored_name!r} is taken")
    return cls


@register_event
@dataclass(frozen=True, kw_only=True)
class NegotiationOpened(RecordEvent):
    """A negotiation was opened, and has a record from now on."""

    stored_name = "negotiation.opened"
    slug: str
    title: str
    parties: tuple[str, ...]
    summary: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class NegotiationCorrected(RecordEvent):
    """A negotiation's title, parties or summary was wrong; the event has the full new content. The slug stays."""

    stored_name = "negotiation.corrected"
    reason: Reason
    why: str
    title: str
    parties: tuple[str, ...]
    summary: str | None
    published: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class SnapshotTaken(RecordEvent):
    """A perspective was given a name; the event has the hash of its content, and the reading's number."""

    stored_name = "negotiation.snapshot_taken"
    name: str
    as_of: int
    as_known_at: int | None
    clock: Literal["recorded", "published"]
    match: Literal["certain", "possible"]
    position: int
    sha256: str
    reading: int = later(FIRST_READING)


@register_event
@dataclass(frozen=True, kw_only=True)
class SettingsChanged(RecordEvent):
    """The settings of a negotiation from now on: who may see it, and which changes need a second person."""

    stored_name = "negotiation.settings_changed"
    visibility: Visibility
    members: tuple[str, ...]
    review_record: bool
    review_erasure: bool


@register_event
@dataclass(frozen=True, kw_only=True)
class ClockCorrected(RecordEvent):
    """The record times of positions `first` to `last` are wrong; of no position if `last` is below `first`.

    All that is known is that they were recorded before this event, whose own record time is right.
    """

    stored_name = "clock.corrected"
    first: int
    last: int
    why: str


@register_event
@dataclass(frozen=True, kw_only=True)
class ClockCorrectionWithdrawn(ClockCorrected):
    """The correction at position `correction` is void: the record times that it called wrong were right.

    Instead, the record times of positions `first` to `last` are wrong; the first of them is the correction's own.
    """

    stored_name = "clock.correction_withdrawn"
    correction: int


@dataclass(frozen=True, kw_only=True)
class FactEvent(RecordEvent):
    """A version of a fact; `batch` is the label of the import that brought it."""

    batch: str | None = later()


@register_event
@dataclass(frozen=True, kw_only=True)
class FactRecorded(FactEvent):
    """A fact was recorded."""

    stored_name = "fact.recorded"
    negotiation_id: UUID
    fact: Fact


@register_event
@dataclass(frozen=True, kw_only=True)
class FactCorrected(FactEvent):
    """The recorded content was wrong; `fact` is the full new content."""

    stored_name = "fact.corrected"
    reason: Reason
    why: str
    fact: Fact
    citation: Citation | None
    published: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class FactCorroborated(FactEvent):
    """Another source says the same."""

    stored_name = "fact.corroborated"
    citation: Citation
    why: str | None
    published: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class FactEnded(FactEvent):
    """A fact was right, and has ceased to be true; `valid` is the valid time with its end."""

    stored_name = "fact.ended"
    valid: str
    why: str | None
    citation: Citation | None
    published: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class FactRetracted(FactEvent):
    """A claim is withdrawn."""

    stored_name = "fact.retracted"
    reason: Reason
    why: str
    published: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class FactReinstated(FactEvent):
    """A retraction is undone."""

    stored_name = "fact.reinstated"
    why: str
    published: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class FactPreferred(FactEvent):
    """An editor prefers this fact among its rivals, or no longer does."""

    stored_name = "fact.preferred"
    preferred: bool
    why: str


@register_event
@dataclass(frozen=True, kw_only=True)
class FactErased(FactEvent):
    """The content of a fact is destroyed, in every version; `why` is a reason that repeats nothing of the content.

    The event repeats `negotiation_id`, because the fact's first event has lost it.
    """

    stored_name = "fact.erased"
    negotiation_id: UUID
    why: str
    approvers: tuple[str, ...]


@register_event
@dataclass(frozen=True, kw_only=True)
class SourcesErased(FactEvent):
    """The confidential parts of a fact's citations so far are destroyed; the fact itself stays."""

    stored_name = "fact.sources_erased"
    why: str
    approvers: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeRequestEvent(RecordEvent):
    """A change request was made, revised or decided. `proposal` is its id, as the log names it."""

    proposal: UUID
    fact_id: UUID


@register_event
@dataclass(frozen=True, kw_only=True)
class ChangeProposed(ChangeRequestEvent):
    """A person proposed a change of a fact at `fact_version`; `body` is the body of their request."""

    stored_name = "change.proposed"
    negotiation_id: UUID
    fact_version: int
    op: ReviewedOp
    body: dict[str, Any]
    expires_at: int


@register_event
@dataclass(frozen=True, kw_only=True)
class ChangeRevised(ChangeRequestEvent):
    """The proposer replaced the proposed change; an approval of the former content no longer counts."""

    stored_name = "change.revised"
    fact_version: int
    body: dict[str, Any]
    expires_at: int


@register_event
@dataclass(frozen=True, kw_only=True)
class ChangeApproved(ChangeRequestEvent):
    """Another person approved the change whose payload has this `digest` in the log; the fact's event follows."""

    stored_name = "change.approved"
    digest: str
    why: str | None


@register_event
@dataclass(frozen=True, kw_only=True)
class ChangeRefused(ChangeRequestEvent):
    """Another person refused the change."""

    stored_name = "change.refused"
    why: str


@register_event
@dataclass(frozen=True, kw_only=True)
class ChangeWithdrawn(ChangeRequestEvent):
    """The proposer withdrew the change request."""

    stored_name = "change.withdrawn"
    why: str | None
