"""Defines an entry of the log: an event with its position."""

from __future__ import annotations

from dataclasses import dataclass

from domain.streams.event import RecordEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event with the position and the record time (microseconds UTC) that the log gave it."""

    position: int
    recorded_at: int
    event: RecordEvent
