"""Reads a page of the audit: changes of facts and of the negotiation itself, or only those about one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from domain.streams.negotiation import Negotiation
from domain.time.perspective import Perspective
from domain.views.audit import Change, describe_change, describe_negotiation_change
from infrastructure.readers.reading import Reading


def list_changes(
    reading: Reading, opened: Negotiation, perspective: Perspective, after: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Give the entries past a position, at most `limit`, and whether more follow."""
    facts, more_follow = reading.changes.list_audited(
        opened.id, perspective, after=after, limit=limit
    )
    agreed = reading.changes.approvers(opened.id, [version for _, version in facts])
    items = _describe(facts, agreed)
    last = facts[-1][1].position if more_follow else perspective.position
    of_it = reading.changes.of_negotiation(opened, perspective, after)
    of_it = [correction for correction in of_it if correction[2].position <= last]
    others = reading.changes.read_approvers(opened, [correction for _, _, correction in of_it])
    items += [
        describe_negotiation_change(*correction, others.get(correction[2].position, ()))
        for correction in of_it
    ]
    items.sort(key=itemgetter("position"))
    return items[:limit], more_follow or len(items) > limit


def list_changes_of_person(
    reading: Reading,
    opened: Negotiation,
    perspective: Perspective,
    person: str,
    after: int,
    limit: int,
) -> tuple[list[dict[str, Any]], bool]:
    """Give the same of those entries that tell of a person."""
    asked = (opened.id, perspective)
    facts, more_follow = reading.changes.list_audited(
        *asked, person=person, after=after, limit=limit
    )
    agreed = reading.changes.approvers(None, [version for _, version in facts])
    return _describe(facts, agreed), more_follow


def _describe(
    facts: Iterable[Change], agreed: Mapping[int, tuple[str, ...]]
) -> list[dict[str, Any]]:
    return [
        describe_change(before, version, agreed.get(version.position, ()))
        for before, version in facts
    ]
