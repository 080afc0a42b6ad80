"""Says why an import refuses to change a fact, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.errors import ContentError
from domain.fact import differences

if TYPE_CHECKING:
    from uuid import UUID

    from domain.fact import Fact
    from domain.streams.fact import FactRecord

TAKES_TWO: Final = (
    "in this negotiation a second person must approve it, for which an import cannot wait: "
)
_UPDATED: Final = "with update, reason and why (--update --reason --why)"


def refuse_other(
    record: FactRecord, fact: Fact, line: int | None, *, reviewed: bool
) -> ContentError:
    """The refusal of a line whose id belongs to a fact with other content; it says what to do about it.

    `line` is the line of this import that records that fact; None if the log already had it.
    """
    at = "/external_id" if fact.external_id else "/id"
    fields = [difference["field"] for difference in differences(record.fact, fact)]
    if line is not None:
        own = f"taken on line {line}, which differs in {', '.join(fields)}: give this fact another {at[1:]}"
        return ContentError.at(
            at, own if reviewed else f"{own}, or use op correct to change that one"
        )
    if "external_id" in fields:
        named = record.fact.external_id
        known = "no external_id: leave out external_id, and write its id"
        known = known if named is None else f"the external_id {named!r}: write that"
        return ContentError.at(at, f"taken by fact {record.id}, which has {known}")
    ops = ("correct",) if record.stands else ("reinstate", "correct")
    if reviewed:
        how = " and, once that is approved, ".join(tell_alone(record.id, op) for op in ops)
    else:
        how = "use " + ", then ".join(f"op {op}" for op in ops)
        how += f", or import it {_UPDATED}" if record.stands else ""
    retracted = "" if record.stands else " and is retracted"
    detail = f"which differs in {', '.join(fields)}{retracted}; to change it, {how}"
    return ContentError.at(at, f"taken by fact {record.id}, {detail}")


def tell_alone(fact: UUID, op: str) -> str:
    """What to do about one fact outside an import."""
    return f"{op} the fact {fact} without an import"
