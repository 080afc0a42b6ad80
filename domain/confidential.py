"""Confidential parts of citations: who a source is. Only people with the scope `source:read` see them.

A confidential part is not part of the fact. The public citation does not even show that there is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.errors import ContentError, Fault
from domain.provenance import Citation
from domain.texts import text_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, kw_only=True, repr=False)
class Confidential:
    """Who a source is, how to reach them, and a note; all of it secret, so `repr` shows none of it."""

    identity: str | None = None
    contact: str | None = None
    note: str | None = None

    def __repr__(self) -> str:
        return "Confidential(…)"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A confidential part, with the public content of its citation."""

    citation: Citation
    confidential: Confidential


def check_confidential(confidential: Confidential) -> None:
    """ContentError if all its fields are None, or a text is blank, too long or not printable."""
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
    """The confidential part of each citation, None if it has none; `versions` are the parts of each version, in order.

    A part belongs to the citation with the same public content. If several citations have the same content, each takes
    another part, those of later versions first.
    """
    kept: dict[Citation, list[Confidential]] = {}
    for brought in versions:
        fresh: dict[Citation, list[Confidential]] = {}
        for source in brought:
            fresh.setdefault(source.citation, []).append(source.confidential)
        for citation, own in fresh.items():
            kept[citation] = [*own, *kept.get(citation, ())]
    parts: list[Confidential | None] = []
    for citation in citations:
        left = kept.get(citation)
        parts.append(left.pop(0) if left else None)
    return parts
