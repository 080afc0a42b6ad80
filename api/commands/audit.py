"""Reads a page of the audit, and how the negotiation itself differs between two cuts."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import Any

from domain.streams.negotiation import Negotiation
from domain.time.perspective import Perspective
from domain.views.audit import AuditQuery, describe_change, describe_negotiation_change
from domain.views.diff import diff_negotiation
from infrastructure.readers.reading import Reading


def list_changes(
    reading: Reading, opened: Negotiation, perspective: Perspective, query: AuditQuery
) -> tuple[list[dict[str, Any]], bool]:
    """Give the entries of a part of the audit, of all changes or those about one person, and whether more follow."""
    facts, more_follow = reading.changes.list_audited(opened.id, perspective, query)
    id_ = opened.id if query.person is None else None
    agreed = reading.changes.approvers(id_, [version for _, version in facts])
    items = [
        describe_change(before, version, agreed.get(version.position, ()))
        for before, version in facts
    ]
    if query.person is not None:
        return items, more_follow
    beyond = replace(query, after=facts[-1][1].position) if more_follow else None
    of_it = [
        correction
        for correction in reading.changes.of_negotiation(opened, perspective)
        if query.follows(correction[2].position)
        and not (beyond and beyond.follows(correction[2].position))
    ]
    others = reading.changes.read_approvers(opened, [correction for _, _, correction in of_it])
    items += [
        describe_negotiation_change(*correction, others.get(correction[2].position, ()))
        for correction in of_it
    ]
    items.sort(key=itemgetter("position"), reverse=query.newest_first)
    return items[: query.limit], more_follow or len(items) > (query.limit or len(items))


def compare_negotiation(
    reading: Reading, opened: Negotiation, cuts: tuple[Perspective, Perspective]
) -> dict[str, Any]:
    """How the negotiation itself differs between two cuts, and why (`diff_negotiation`)."""
    was, is_ = (reading.changes.of_negotiation(opened, cut) for cut in cuts)
    before = {correction.position for _, _, correction in was}
    later = [correction for _, _, correction in is_ if correction.position not in before]
    seen = [told[-1][1] if told else opened for told in (was, is_)]
    return diff_negotiation((seen[0], seen[1]), later[-1] if later else None)
