"""Folds the log into fact versions and timeslices without SQL; these are the reference for all answers.

The SQL readers must give the same versions, in the same order, for every history and perspective.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.streams.erasure import ErasedVersion, erasures
from domain.streams.event import FactErased, FactEvent
from domain.streams.fact import FactRecord, evolve
from domain.views.known.published import (
    find_public,
    limit_version_citations,
    pair_public_events,
    published_at,
)
from domain.views.versions import FactVersion, Seen, correct_times, is_public

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from domain.streams.entry import Entry
    from domain.time.perspective import Perspective


def fold_versions(entries: Iterable[Entry]) -> list[FactVersion]:
    """Every version of every fact, in the order of the log; the versions of an erased fact have no content."""
    logged = list(entries)
    erased = erasures(entry.event for entry in logged)
    records: dict[UUID, FactRecord] = {}
    first: dict[UUID, int] = {}
    versions = []
    for entry in logged:
        if not isinstance(entry.event, FactEvent):
            continue
        event = _leave_unerased(entry.event, erased.get(entry.event.originator_id))
        stream = event.originator_id
        records[stream] = evolve(records.get(stream), event)
        first.setdefault(stream, entry.position)
        versions.append(version_of(entry, event, records[stream], first[stream]))
    return versions


def _leave_unerased(event: FactEvent, erasure: FactErased | None) -> FactEvent:
    """The event, or the part of it that an erasure of its fact leaves."""
    if erasure is None or isinstance(event, FactErased | ErasedVersion):
        return event
    return ErasedVersion(
        originator_id=event.originator_id,
        originator_version=event.originator_version,
        actor=event.actor,
        negotiation_id=erasure.negotiation_id,
        was=event.stored_name,
    )


def version_of(
    entry: Entry, event: FactEvent, record: FactRecord, first_position: int
) -> FactVersion:
    """The version that `event` made of a fact that now stands as `record`."""
    return FactVersion(
        record=record,
        position=entry.position,
        first_position=first_position,
        recorded_at=entry.recorded_at,
        published_at=published_at(event, entry.recorded_at),
        actor=event.actor,
        event=event.was if isinstance(event, ErasedVersion) else event.stored_name,
        reason=getattr(event, "reason", None),
        why=getattr(event, "why", None),
        batch=event.batch,
    )


def select_known(history: Iterable[FactVersion], perspective: Perspective) -> list[FactVersion]:
    """Each fact as it is seen at the perspective, retracted ones too, in order of recording.

    On the recorded clock this is its last known version. On the published clock it is the fact with only the effect of
    its public events.
    """
    seen = [_find_seen(versions, perspective) for versions in _group_recorded(history, perspective)]
    return sorted(
        (version for version in seen if version is not None),
        key=lambda version: version.first_position,
    )


def _group_recorded(
    history: Iterable[FactVersion], perspective: Perspective
) -> Iterable[list[FactVersion]]:
    """The versions of each fact that were recorded by the position, oldest first."""
    facts: dict[UUID, list[FactVersion]] = {}
    for version in history:
        if version.position <= perspective.position:
            recorded = facts.setdefault(version.record.id, [])
            recorded.append(correct_times(version, perspective.corrections))
    return facts.values()


def _find_seen(versions: Sequence[FactVersion], perspective: Perspective) -> FactVersion | None:
    if perspective.published_cut is not None:
        return find_public(versions, perspective.published_cut)
    recorded = [version for version in versions if is_public(version, perspective)]
    return recorded[-1] if recorded else None


def pair_changes(
    history: Iterable[FactVersion], perspective: Perspective
) -> list[tuple[FactVersion | None, FactVersion]]:
    """Each event of the known facts, as (the fact before it, the fact after it), in the order of the log.

    On the published clock only public events count, each with what it changed in the public fact.
    """
    cut = perspective.published_cut
    events: list[tuple[FactVersion | None, FactVersion]] = []
    for versions in _group_recorded(history, perspective):
        if cut is not None:
            events += pair_public_events(versions, cut) if find_public(versions, cut) else ()
        else:
            public = [version for version in versions if is_public(version, perspective)]
            events += zip((None, *public), public, strict=False)
    return sorted(events, key=lambda pair: pair[1].position)


def as_seen(version: FactVersion, perspective: Perspective) -> FactVersion:
    """A version with the times and the citations that count at a perspective that sees it."""
    dated = correct_times(version, perspective.corrections)
    cut = perspective.published_cut
    return dated if cut is None else limit_version_citations(dated, cut)


def timeslice(history: Iterable[FactVersion], perspective: Perspective) -> list[Seen]:
    """The facts that are known at the perspective and not retracted, each with its certainty at `as_of`."""
    return [
        Seen(version=version, certainty=version.record.fact.window.at(perspective.as_of))
        for version in select_known(history, perspective)
        if version.record.stands
    ]
