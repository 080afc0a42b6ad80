"""The audit lists every change of mind in the order of the log, with the fields that it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from domain.fact import differences
from domain.views.brief import describe_briefly, describe_negotiation, describe_record_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.streams.negotiation import Negotiation
    from domain.views.negotiation_changes import Correction
    from domain.views.versions import FactVersion

CHANGES_OF_MIND: Final = (
    "fact.corrected",
    "fact.ended",
    "fact.retracted",
    "fact.reinstated",
    "fact.preferred",
    "fact.sources_erased",
    "fact.erased",
)


def describe_version(before: FactVersion | None, after: FactVersion) -> dict[str, Any]:
    """One version of a fact as a change: {version, position, recorded_at, actor, event, reason, why, changes}."""
    return {
        "version": after.record.version,
        "position": after.position,
        **describe_record_time(after.recorded_at, after.recorded_by),
        "actor": after.actor,
        **({} if after.batch is None else {"batch": after.batch}),
        "event": after.event,
        "reason": after.reason,
        "why": after.why,
        "changes": _changes(before, after),
    }


def is_audited(version: FactVersion) -> bool:
    """Whether the audit lists a version; of an erased fact it lists only the erasure."""
    erased = version.record.erased
    return version.event in CHANGES_OF_MIND and (not erased or version.event == "fact.erased")


def describe_change(
    before: FactVersion | None, after: FactVersion, approvers: Sequence[str]
) -> dict[str, Any]:
    """An entry of the audit: the change, who approved it besides its actor, and the fact as it stood afterwards."""
    return _entry(describe_version(before, after), approvers, {"fact": describe_briefly(after)})


def describe_correction(
    before: Negotiation, after: Negotiation, correction: Correction
) -> dict[str, Any]:
    """A correction of a negotiation as a change, in the shape that `describe_version` gives."""
    return {
        "version": correction.version,
        "position": correction.position,
        **describe_record_time(correction.recorded_at, correction.recorded_by),
        "actor": correction.actor,
        "event": correction.event,
        "reason": correction.reason,
        "why": correction.why,
        "changes": differences(before.content, after.content),
    }


def describe_negotiation_change(
    before: Negotiation, after: Negotiation, correction: Correction, approvers: Sequence[str]
) -> dict[str, Any]:
    """The entry of the audit for a correction of the negotiation itself, which tells of no fact."""
    about = {"fact": None, "negotiation": describe_negotiation(after)}
    return _entry(describe_correction(before, after, correction), approvers, about)


def _entry(
    changed: dict[str, Any], approvers: Sequence[str], about: dict[str, Any]
) -> dict[str, Any]:
    """An entry: the change, who approved it, and what it is about, with its keys in the order that the audit has."""
    del changed["version"]
    first = ("position", "recorded_at", "recorded_by", "actor", "event")
    return {
        **{field: changed.pop(field) for field in first if field in changed},
        "approvers": [*approvers],
        **about,
        **changed,
    }


def _changes(before: FactVersion | None, after: FactVersion) -> list[dict[str, Any]]:
    """The fields of the fact that changed, and then its status and its mark where they changed."""
    if before is None:
        return []
    changes = [dict(each) for each in differences(before.record.fact, after.record.fact)]
    for field in ("status", "preferred"):
        was, is_ = getattr(before.record, field), getattr(after.record, field)
        if was != is_:
            changes.append({"field": field, "before": was, "after": is_})
    return changes
