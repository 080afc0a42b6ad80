"""An erased fact says nothing at any perspective; that it was there, and who erased it, when and why, is left."""

from __future__ import annotations

from dataclasses import dataclass
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


__all__ = ["BLANK", "ErasedFact", "ErasedVersion", "erased_streams", "erasures"]


@dataclass(frozen=True, kw_only=True)
class ErasedFact(Fact):
    """What stands where a fact's content was. No kind: it cannot be recorded, and holds at no time."""

    kind: str = "erased"
    valid: str = ""
    summary: str = ""
    citations: tuple[Citation, ...] = ()

    @property
    def window(self) -> Window:
        """Never."""
        return Window(END, END, END, END)


BLANK: Final = ErasedFact()


@dataclass(frozen=True, kw_only=True)
class ErasedEvent(RecordEvent):
    """An event whose payload was erased with the fact that it spoke of: `was` is its stored name."""

    stored_name = "erased"
    was: str


@dataclass(frozen=True, kw_only=True)
class ErasedVersion(FactEvent):
    """An event of a fact whose payload was erased: `was` is its stored name."""

    stored_name = "erased"
    negotiation_id: UUID
    was: str


def erased_streams(fact_id: UUID) -> tuple[UUID, ...]:
    """The streams that hold what was said of a fact, all of which its erasure destroys."""
    return (fact_id, stream_of(fact_id))


def erasures(events: Iterable[RecordEvent]) -> Mapping[UUID, FactErased]:
    """The erasure of each fact that was erased."""
    return {event.originator_id: event for event in events if isinstance(event, FactErased)}
