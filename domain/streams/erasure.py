"""Represents erased facts: their content is gone at every perspective, and only the erasure itself is left to read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final
from uuid import UUID

from domain.fact import Fact
from domain.provenance import Citation
from domain.streams.change_request import stream_of
from domain.streams.event import FactErased, FactEvent, RecordEvent
from domain.time.holding import Window
from domain.time.instant import END

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, kw_only=True)
class ErasedFact(Fact):
    """Replaces the content of an erased fact. It is not a registered kind, so it cannot be recorded; it never holds."""

    kind: str = "erased"
    valid: str = ""
    summary: str = ""
    citations: tuple[Citation, ...] = ()

    @cached_property
    def window(self) -> Window:
        """An empty window: it never holds."""
        return Window(END, END, END, END)


BLANK: Final = ErasedFact()


@dataclass(frozen=True, kw_only=True)
class ErasedEvent(RecordEvent):
    """An event whose payload was erased with its fact; `was` is its stored name."""

    stored_name = "erased"
    was: str


@dataclass(frozen=True, kw_only=True)
class ErasedVersion(FactEvent):
    """An event of a fact whose payload was erased: `was` is its stored name."""

    stored_name = "erased"
    negotiation_id: UUID
    was: str


def list_erased_streams(fact_id: UUID) -> tuple[UUID, ...]:
    """The streams with the content of a fact; its erasure destroys all of them."""
    return (fact_id, stream_of(fact_id))


def erasures(events: Iterable[RecordEvent]) -> Mapping[UUID, FactErased]:
    """The erasure of each fact that was erased."""
    return {event.originator_id: event for event in events if isinstance(event, FactErased)}
