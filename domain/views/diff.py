"""Lists the facts that differ between two cuts in knowledge, by the changes of each fact (`SECTIONS`).

A fact whose content or status changed is in the section that says what became of it. It is also in the section of every
other event between the cuts whose effect is still there: a fact that was corrected and corroborated is in both
sections. A fact whose mark changed is also under `preferred`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from domain.fact import Fact, differences
from domain.views.brief import describe_briefly, describe_perspective
from domain.views.versions import FactVersion

if TYPE_CHECKING:
    from uuid import UUID

    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import Perspective
    from domain.views.versions import Recorded

SAYING: Final = {
    "corrected": "fact.corrected",
    "corroborated": "fact.corroborated",
    "ended": "fact.ended",
    "retracted": "fact.retracted",
    "reinstated": "fact.reinstated",
    "preferred": "fact.preferred",
}
"""The event that says why a fact is in a section."""
_CHANGING: Final = ("corrected", "ended", "retracted", "reinstated")
SECTIONS: Final = (
    *("added", "corrected", "corroborated", "ended", "retracted", "reinstated"),
    "preferred",
)


@dataclass(frozen=True)
class Differing:
    """The versions of facts known at the earlier and at the later cut, retracted ones included, and the causes.

    `causes` is {event: versions} for the events of `SAYING`: of each fact the last version that such an event made and
    that only the later cut knows.
    """

    before: Sequence[FactVersion]
    after: Sequence[FactVersion]
    causes: Mapping[str, Sequence[FactVersion]] = field(default_factory=dict)


def diff(
    differing: Differing, at: tuple[Perspective, Perspective], *, kinds: bool = False
) -> dict[str, Any]:
    """The differences between two cuts, by section, in order of first recording.

    With `kinds`, each item has the kind of its fact.
    """
    old = {version.record.id: version for version in differing.before}
    causes: dict[UUID, dict[str, FactVersion]] = defaultdict(dict)
    for section, event in SAYING.items():
        for version in differing.causes.get(event, ()):
            causes[version.record.id][section] = version
    answer: dict[str, Any] = {
        "from": describe_perspective(at[0]),
        "to": describe_perspective(at[1]),
        "perspective": describe_perspective(at[1]),
        **{section: [] for section in SECTIONS},
    }
    for version in differing.after:
        id_ = version.record.id
        told = {"kind": version.record.fact.kind} if kinds else {}
        for section in _sections(old.get(id_), version, causes[id_]):
            why = _reason(section, causes[id_])
            answer[section].append({**_entry(section, old.get(id_), version, why), **told})
        marked = id_ in old and old[id_].record.preferred
        if version.record.stands and version.record.preferred != marked:
            answer["preferred"].append({**_mark(version, causes[id_].get("preferred")), **told})
    return answer


def diff_negotiation(
    seen: tuple[Negotiation, Negotiation], cause: Recorded | None
) -> dict[str, Any]:
    """{negotiation: …}: how the negotiation itself differs between two cuts; empty if it does not.

    `cause` is the last correction that only the later cut knows.
    """
    changes = differences(*(version.content for version in seen))
    if not changes:
        return {}
    reason, why = (None, None) if cause is None else (cause.reason, cause.why)
    return {"negotiation": {"reason": reason, "why": why, "changes": changes}}


def _sections(
    before: FactVersion | None, after: FactVersion, causes: Mapping[str, FactVersion]
) -> list[str]:
    """The sections of a fact: what became of it, then each other event whose effect on its content is still there."""
    section = _section(before, after)
    if section is None or section in ("added", "retracted") or before is None:
        return [section] if section else []
    changed = {
        difference["field"] for difference in differences(before.record.fact, after.record.fact)
    }
    cited = "citations" in changed
    others = {
        "corrected": bool(changed - {"citations"}),
        "corroborated": cited,
        "ended": after.record.status == "ended" and before.record.status != "ended",
    }
    return [
        section,
        *(
            other
            for other, tells in others.items()
            if tells and other in causes and other != section
        ),
    ]


def _reason(section: str, causes: Mapping[str, FactVersion]) -> FactVersion | None:
    """The event that a section is about; if there is none, the last event that changed the content."""
    cause = causes.get(section)
    if cause is not None or section == "corroborated":
        return cause
    others = (causes[kind] for kind in _CHANGING if kind in causes)
    return max(others, key=lambda version: version.record.version, default=None)


def _section(before: FactVersion | None, after: FactVersion) -> str | None:
    if after.record.erased:
        return None
    gone = after.record.status == "retracted"
    if before is None:
        return None if gone else "added"
    was_gone = before.record.status == "retracted"
    if gone or was_gone:
        return None if gone == was_gone else ("retracted" if gone else "reinstated")
    if after.record.status == "ended" and before.record.status != "ended":
        return "ended"
    if before.record.fact == after.record.fact:
        return None if before.record.status == after.record.status else "corrected"
    return (
        "corroborated" if _only_cites_more(before.record.fact, after.record.fact) else "corrected"
    )


def _only_cites_more(before: Fact, after: Fact) -> bool:
    cited = len(before.citations)
    return (
        after.citations[:cited] == before.citations
        and replace(after, citations=before.citations) == before
    )


def _entry(
    section: str, before: FactVersion | None, after: FactVersion, cause: FactVersion | None
) -> dict[str, Any]:
    reason, why = (None, None) if cause is None else (cause.reason, cause.why)
    entry: dict[str, Any] = {"fact": describe_briefly(after), "reason": reason, "why": why}
    if section not in ("added", "retracted") and before is not None:
        entry["changes"] = _changes(before, after)
    if section == "added":
        del entry["reason"], entry["why"]
    return entry


def _changes(before: FactVersion, after: FactVersion) -> list[Mapping[str, Any]]:
    """The fields of the content that differ; the status if none does, as when a correction was undone."""
    was, is_ = before.record, after.record
    changed = differences(was.fact, is_.fact)
    if not changed and was.status not in (is_.status, "retracted"):
        return [{"field": "status", "before": was.status, "after": is_.status}]
    return changed


def _mark(after: FactVersion, cause: FactVersion | None) -> dict[str, Any]:
    marked = after.record.preferred
    return {
        "fact": describe_briefly(after),
        "reason": None,
        "why": None if cause is None else cause.why,
        "changes": [{"field": "preferred", "before": not marked, "after": marked}],
    }
