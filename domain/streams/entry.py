"""An entry of the log is an event in its place."""

from __future__ import annotations

from dataclasses import dataclass

from domain.streams.event import RecordEvent

__all__ = ["Entry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event with the place in the log and the instant (microseconds UTC) that the log gave it."""

    position: int
    recorded_at: int
    event: RecordEvent
