"""A diff is what two knowledge cuts disagree on, fact by fact, each told by what became of it (`SECTIONS`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from domain.fact import Fact, differences
from domain.views.brief import brief, perspective_shown

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from domain.history import FactVersion
    from domain.perspective import Perspective

SAYS_WHY: Final = ("fact.corrected", "fact.ended", "fact.retracted", "fact.reinstated")
SECTIONS: Final = ("added", "corrected", "corroborated", "ended", "retracted", "reinstated")


def diff(
    before: Iterable[FactVersion],
    after: Iterable[FactVersion],
    at: tuple[Perspective, Perspective],
    changes: Iterable[FactVersion] = (),
) -> dict[str, Any]:
    """`before` and `after` are the versions known at the two cuts, retracted ones too.

    `changes` are the versions that changes of mind made, in their order: the last of them says why.
    """
    old: dict[UUID, FactVersion] = {version.record.id: version for version in before}
    said = {version.record.id: version for version in changes if version.event in SAYS_WHY}
    answer: dict[str, Any] = {
        "from": perspective_shown(at[0]),
        "to": perspective_shown(at[1]),
        "perspective": perspective_shown(at[1]),
        **{section: [] for section in SECTIONS},
    }
    for version in after:
        section = _section(old.get(version.record.id), version)
        if section is not None:
            earlier = old.get(version.record.id)
            answer[section].append(_entry(section, earlier, version, said.get(version.record.id)))
    return answer


def _section(before: FactVersion | None, after: FactVersion) -> str | None:
    if after.record.erased:
        return None
    gone = after.record.status == "retracted"
    if before is None:
        return None if gone else "added"
    was_gone = before.record.status == "retracted"
    if gone or was_gone:
        return None if gone == was_gone else ("retracted" if gone else "reinstated")
    if before.record.fact == after.record.fact:
        return None
    if after.record.status == "ended" and before.record.status != "ended":
        return "ended"
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
    section: str, before: FactVersion | None, after: FactVersion, said: FactVersion | None
) -> dict[str, Any]:
    changed = (
        said is not None and before is not None and said.record.version > before.record.version
    )
    why = said if said is not None and changed and section != "corroborated" else after
    entry: dict[str, Any] = {"fact": brief(after), "reason": why.reason, "why": why.why}
    if section not in ("added", "retracted") and before is not None:
        entry["changes"] = differences(before.record.fact, after.record.fact)
    if section == "added":
        del entry["reason"], entry["why"]
    return entry
