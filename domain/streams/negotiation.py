"""Decides and applies the events of a negotiation's stream: its opening, corrections, settings and snapshots."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from domain.access import Visibility
from domain.errors import ContentError, Fault, StateError, TakenError
from domain.streams.change_checks import check_change
from domain.streams.change_request import Subject
from domain.streams.event import (
    NegotiationCorrected,
    NegotiationOpened,
    Reason,
    RecordEvent,
    SettingsChanged,
    SnapshotTaken,
)
from domain.texts import text_faults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.time.perspective import Perspective

NAMESPACE: Final = UUID("6f1c9d0e-5c1f-5f0e-9a54-0f7a3f0b7c11")
SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
SNAPSHOT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
FIRST_EDITION: Final = 1
MOST_CORRECTIONS: Final = 1000
"""The most corrections of one negotiation, because the published clock reads all of them."""


@lru_cache(maxsize=4_096)
def negotiation_id(slug: str) -> UUID:
    """The id that is derived from a slug; it is the same in every copy of the record."""
    return uuid5(NAMESPACE, slug)


@dataclass(frozen=True, kw_only=True)
class NegotiationContent:
    """The content of a negotiation that can be corrected."""

    title: str
    parties: tuple[str, ...]
    summary: str | None = None

    def faults(self) -> list[Fault]:
        """The faults of its texts."""
        shown = {"title": self.title, "parties": list(self.parties), "summary": self.summary}
        return text_faults(shown)


@dataclass(frozen=True, kw_only=True)
class NegotiationSettings:
    """Who may see a negotiation, and which of its changes need a second person.

    Only `members` may see a private one. `review_record` is for corrections and retractions, `review_erasure` for
    erasures.
    """

    visibility: Visibility = "public"
    members: tuple[str, ...] = ()
    review_record: bool = False
    review_erasure: bool = True


@dataclass(frozen=True, kw_only=True)
class Negotiation:
    """A negotiation after its stream's event `version`; `edition` is the version of its opening or last correction."""

    id: UUID
    version: int
    slug: str
    title: str
    parties: tuple[str, ...]
    summary: str | None
    snapshots: frozenset[str]
    settings: NegotiationSettings = NegotiationSettings()
    edition: int = FIRST_EDITION
    corrections: int = 0

    def decide_correct(
        self,
        *,
        reason: Reason,
        why: str,
        content: NegotiationContent,
        published: str | None,
        actor: str,
    ) -> NegotiationCorrected:
        """Correct the content to `content`; ContentError if this changes nothing."""
        check_change(why=why, citation=None, published=published)
        faults = content.faults()
        if faults:
            raise ContentError(*faults).under("/changes")
        if content == self.content:
            raise ContentError.at(
                "/changes",
                "the correction changes nothing: change a value",
            )
        if self.corrections >= MOST_CORRECTIONS:
            raise StateError(f"a negotiation is corrected at most {MOST_CORRECTIONS} times")
        return NegotiationCorrected(
            originator_id=self.id,
            originator_version=self.version + 1,
            actor=actor,
            reason=reason,
            why=why,
            title=content.title,
            parties=content.parties,
            summary=content.summary,
            published=published,
        )

    @property
    def subject(self) -> Subject:
        """The subject of a change request for this negotiation."""
        return Subject(id=self.id, negotiation_id=self.id, version=self.edition)

    @property
    def content(self) -> NegotiationContent:
        """Its content that can be corrected."""
        return NegotiationContent(title=self.title, parties=self.parties, summary=self.summary)

    def decide_settings(self, settings: NegotiationSettings, actor: str) -> SettingsChanged:
        """Set the settings from now on; ContentError if a member's name is malformed."""
        faults = text_faults({"members": list(settings.members)})
        if faults:
            raise ContentError(*faults)
        return SettingsChanged(
            originator_id=self.id,
            originator_version=self.version + 1,
            actor=actor,
            visibility=settings.visibility,
            members=tuple(sorted(set(settings.members))),
            review_record=settings.review_record,
            review_erasure=settings.review_erasure,
        )

    def decide_snapshot(
        self, *, name: str, perspective: Perspective, sha256: str, actor: str
    ) -> SnapshotTaken:
        """Name a perspective, with the hash of its content; TakenError if the name is in use."""
        if not SNAPSHOT_NAME.fullmatch(name):
            raise ContentError.at("/name", "write 1 to 100 letters, digits, '.', '_' or '-'")
        if name in self.snapshots:
            raise TakenError("snapshot name", name, f"an earlier snapshot of {self.slug}")
        return SnapshotTaken(
            originator_id=self.id,
            originator_version=self.version + 1,
            actor=actor,
            name=name,
            as_of=perspective.as_of,
            as_known_at=perspective.as_known_at,
            clock=perspective.clock,
            match=perspective.match,
            position=perspective.position,
            sha256=sha256,
            reading=perspective.reading,
        )


def decide_open(
    *, slug: str, title: str, parties: tuple[str, ...], summary: str | None, actor: str
) -> NegotiationOpened:
    """Open a negotiation, as its first event; ContentError if the slug or a text is malformed."""
    faults = NegotiationContent(title=title, parties=parties, summary=summary).faults()
    if not SLUG.fullmatch(slug):
        detail = "write 1 to 100 lower-case letters, digits and inner hyphens"
        faults.append(Fault("/slug", detail))
    if faults:
        raise ContentError(*faults)
    return NegotiationOpened(
        originator_id=negotiation_id(slug),
        originator_version=1,
        actor=actor,
        slug=slug,
        title=title,
        parties=parties,
        summary=summary,
    )


def evolve(negotiation: Negotiation | None, event: RecordEvent) -> Negotiation:
    """Apply the next event to a negotiation, or begin it with the first event."""
    match event:
        case NegotiationOpened():
            return Negotiation(
                id=event.originator_id,
                version=event.originator_version,
                slug=event.slug,
                title=event.title,
                parties=event.parties,
                summary=event.summary,
                snapshots=frozenset(),
            )
        case NegotiationCorrected() if negotiation is not None:
            return replace(
                negotiation,
                version=event.originator_version,
                title=event.title,
                parties=event.parties,
                summary=event.summary,
                edition=event.originator_version,
                corrections=negotiation.corrections + 1,
            )
        case SettingsChanged() if negotiation is not None:
            return replace(
                negotiation,
                version=event.originator_version,
                settings=NegotiationSettings(
                    visibility=event.visibility,
                    members=event.members,
                    review_record=event.review_record,
                    review_erasure=event.review_erasure,
                ),
            )
        case SnapshotTaken() if negotiation is not None:
            return replace(
                negotiation,
                version=event.originator_version,
                snapshots=negotiation.snapshots | {event.name},
            )
        case _:
            raise StateError(f"the event {type(event).__name__} cannot be applied to {negotiation}")


def project(negotiation: Negotiation | None, events: Iterable[RecordEvent]) -> Negotiation | None:
    """Fold events onto a negotiation, or None; this is the projector of the library's repository."""
    return reduce(evolve, events, negotiation)
