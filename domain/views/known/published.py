"""Computes a fact at a cut of the published clock: only its public events are applied, in the order of the log.

An event that is not public by the cut has no effect there, even if an event that was recorded after it is public. A
fact is public once its recording or one of its corroborations is public. Times are microseconds UTC.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from domain.streams.event import (
    FactCorrected,
    FactCorroborated,
    FactEnded,
    FactEvent,
    FactPreferred,
    FactRecorded,
    FactReinstated,
    FactRetracted,
)
from domain.streams.fact import change_status
from domain.time.holding import Holding
from domain.time.valid_time import strict_upper
from domain.views.known.merging import merge_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.fact import Fact
    from domain.provenance import Citation
    from domain.streams.fact import FactRecord
    from domain.views.versions import FactVersion

PUBLISHING: Final = (FactRecorded.stored_name, FactCorroborated.stored_name)
"""The events that make a fact public."""


def published_at(event: FactEvent, recorded_at: int) -> int:
    """When an event became public: for a recording the earliest date of its citations, else the date that it states.

    Without such a date, the record time counts.
    """
    match event:
        case FactRecorded():
            known = [
                at for citation in event.fact.citations if (at := citation.published_at) is not None
            ]
            return min(known, default=recorded_at)
        case (
            FactCorrected() | FactCorroborated() | FactEnded() | FactRetracted() | FactReinstated()
        ):
            if event.published is not None:
                return strict_upper(event.published)
            citation: Citation | None = getattr(event, "citation", None)
            at = None if citation is None else citation.published_at
            return recorded_at if at is None else at
        case _:
            return recorded_at


def find_public(versions: Iterable[FactVersion], cut: int) -> FactVersion | None:
    """A fact with the effect of only its public events; None if it is not public by the cut.

    `versions` are all recorded versions of the fact, oldest first, each with the effect of all events up to it.
    """
    version = fold_public(versions, cut)
    return None if version is None else limit_version_citations(version, cut)


def fold_public(versions: Iterable[FactVersion], cut: int) -> FactVersion | None:
    """The result of `find_public` before the citations that are dated later than the cut are left out."""
    public, version = False, None
    for _, version in _pair_public_facts(versions, cut):
        public = public or version.event in PUBLISHING
    return version if public else None


def pair_public_events(
    versions: Iterable[FactVersion], cut: int
) -> Iterator[tuple[FactVersion | None, FactVersion]]:
    """Each public event of one fact, as (the public fact before it, the public fact after it); see `find_public`."""
    for before, after in _pair_public_facts(versions, cut):
        yield (
            None if before is None else limit_version_citations(before, cut),
            limit_version_citations(after, cut),
        )


def _pair_public_facts(
    versions: Iterable[FactVersion], cut: int
) -> Iterator[tuple[FactVersion | None, FactVersion]]:
    """For each public event, the public fact before and after it; None before the recording."""
    shown: FactVersion | None = None
    before: FactVersion | None = None
    for version in versions:
        public = version.published_at <= cut
        if shown is None or before is None:
            shown = version if public else drop_citations(version)
            seen = None
        else:
            seen = shown
            if public:
                record = apply_change(seen.record, before.record, version.record, version.event)
                shown = replace(version, record=record)
        if public:
            yield seen, shown
        before = version


def drop_citations(first: FactVersion) -> FactVersion:
    """The first version without citations: the content that public events change if the recording is not public."""
    fact = first.record.fact
    return replace(first, record=replace(first.record, fact=replace(fact, citations=())))


def limit_version_citations(version: FactVersion, cut: int) -> FactVersion:
    """A version with its citations limited by `limit_citations`."""
    fact = limit_citations(version.record.fact, cut)
    if fact is version.record.fact:
        return version
    return replace(version, record=replace(version.record, fact=fact))


def limit_citations(fact: Fact, cut: int) -> Fact:
    """A fact without the citations that are dated later than the cut; unchanged if no citation would remain."""
    citations = tuple(
        citation
        for citation in fact.citations
        if citation.published_at is None or citation.published_at <= cut
    )
    if not citations or len(citations) == len(fact.citations):
        return fact
    return replace(fact, citations=citations)


def find_citation_times(fact: Fact) -> list[int]:
    """The instants, in order, at which `limit_citations` shows other citations of a fact than just before."""
    times = {citation.published_at for citation in fact.citations}
    dated = sorted(at for at in times if at is not None)
    return dated if len(times) > 1 else []


def apply_change(
    record: FactRecord, before: FactRecord, after: FactRecord, event: str
) -> FactRecord:
    """The fact in `record`, with the changes that an event of this name made from `before` to `after`.

    If the result is no valid fact, the content stays as it was, and only the version becomes that of the event.
    """
    record = replace(record, version=after.version)
    fact = _apply_change(record.fact, before.fact, after.fact, event)
    if fact is None:
        return record
    marked = event == FactPreferred.stored_name
    preferred = after.preferred if marked or after.erased else record.preferred
    return change_status(
        replace(record, fact=fact, preferred=preferred, erased=after.erased), event
    )


def _apply_change(fact: Fact, before: Fact, after: Fact, event: str) -> Fact | None:
    if before == after:
        return fact
    if event == FactEnded.stored_name and fact.holding is Holding.ONWARD:
        return None
    return merge_fact(fact, before, after)
