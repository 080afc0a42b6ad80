"""Who a source is, where it must not be named: never part of a fact, and shown to nobody who may not read sources.

A confidential part belongs to a citation. The citation, as it reads in public, says nothing of it, not even that it
is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import ContentError, Fault
from domain.fact import text_faults
from domain.provenance import Citation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Confidential", "Source", "check_confidential", "sources_of"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Confidential:
    """Who a source is, how to reach them, and what else must not be known; its `repr` says none of it."""

    identity: str | None = None
    contact: str | None = None
    note: str | None = None

    def __repr__(self) -> str:
        return "Confidential(…)"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A confidential part, and the citation that it belongs to, as that reads in public."""

    citation: Citation
    confidential: Confidential


def check_confidential(confidential: Confidential) -> None:
    """ContentError where it says nothing, or a text of it is blank, too long or not printable."""
    faults = text_faults(vars(confidential))
    if not any(value is not None for value in vars(confidential).values()):
        faults.append(
            Fault("", "write an identity, a contact or a note, or leave the confidential part out")
        )
    if faults:
        raise ContentError(*faults)


def sources_of(
    citations: Sequence[Citation], versions: Iterable[Sequence[Source]]
) -> list[Confidential | None]:
    """For each citation its confidential part, from what was kept with the versions of a fact so far, in their order.

    A part goes with the citation that reads as its own does. Of a citation that stands more than once each takes a
    part of its own; what a later version brought comes before what an earlier one did.
    """
    kept: dict[Citation, list[Confidential]] = {}
    for brought in versions:
        fresh: dict[Citation, list[Confidential]] = {}
        for source in brought:
            fresh.setdefault(source.citation, []).append(source.confidential)
        for citation, parts in fresh.items():
            kept[citation] = [*parts, *kept.get(citation, ())]
    found: list[Confidential | None] = []
    for citation in citations:
        left = kept.get(citation)
        found.append(left.pop(0) if left else None)
    return found
