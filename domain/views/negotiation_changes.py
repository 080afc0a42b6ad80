"""Computes a negotiation at a perspective: the content of its opening, changed by each correction known there.

On the published clock a correction that is not public yet has no effect, even if a later correction is public.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain.streams.event import NegotiationCorrected, NegotiationOpened
from domain.streams.negotiation import Negotiation, NegotiationContent, evolve
from domain.time.valid_time import strict_upper
from domain.views.known.merging import merge_value
from domain.views.versions import Recorded, correct_times, is_public

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.streams.entry import Entry
    from domain.time.perspective import Perspective


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Recorded):
    """A correction of a negotiation: `content` is the full content after it, `version` its place in the stream."""

    version: int
    content: NegotiationContent


def fold_entries(entries: Iterable[Entry]) -> tuple[Negotiation | None, list[Correction]]:
    """The opening of a negotiation (None if the entries have none), and its corrections, oldest first."""
    opened: Negotiation | None = None
    corrections = []
    for entry in entries:
        if isinstance(entry.event, NegotiationOpened):
            opened = evolve(None, entry.event)
        elif isinstance(entry.event, NegotiationCorrected):
            corrections.append(correction_of(entry, entry.event))
    return opened, corrections


def correction_of(entry: Entry, event: NegotiationCorrected) -> Correction:
    """The correction that an event made; it is public from the time that it names, else from its record time."""
    published = event.published
    return Correction(
        position=entry.position,
        recorded_at=entry.recorded_at,
        published_at=entry.recorded_at if published is None else strict_upper(published),
        actor=event.actor,
        event=event.stored_name,
        reason=event.reason,
        why=event.why,
        version=event.originator_version,
        content=NegotiationContent(title=event.title, parties=event.parties, summary=event.summary),
    )


def apply_corrections(
    opened: Negotiation, corrections: Iterable[Correction], perspective: Perspective
) -> Negotiation:
    """The negotiation as it is seen at the perspective."""
    seen = [opened, *(after for _, after, _ in pair_corrections(opened, corrections, perspective))]
    return seen[-1]


def pair_corrections(
    opened: Negotiation, corrections: Iterable[Correction], perspective: Perspective
) -> Iterator[tuple[Negotiation, Negotiation, Correction]]:
    """Each correction known at the perspective, as (negotiation before it, negotiation after it, correction)."""
    shown, whole = opened, opened.content
    for correction in corrections:
        dated = correct_times(correction, perspective.corrections)
        if is_public(correction, perspective):
            before, shown = shown, _correct(shown, whole, dated)
            yield before, shown, dated
        whole = correction.content


def _correct(shown: Negotiation, whole: NegotiationContent, correction: Correction) -> Negotiation:
    """`shown` with the fields in which a correction differs from `whole`, the full content before it."""
    was, is_, now = vars(whole), vars(correction.content), vars(shown.content)
    changed = {
        name: merge_value(name, now[name], was[name], new)
        for name, new in is_.items()
        if new != was[name]
    }
    return replace(shown, **changed, edition=correction.version)
