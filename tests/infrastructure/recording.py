"""The events and clocks of the tests of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from infrastructure.log.entry import AuthoredEvent
from infrastructure.sealing.stored_responses import IdempotencyClaim

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infrastructure.clock import Clock

DAY: Final = 86_400_000_000
NOON: Final = 1_763_812_800_000_000
"""2025-11-22T12:00:00Z."""


def events(
    stream: UUID | None = None, *versions: int, payload: bytes = b"{}"
) -> list[AuthoredEvent]:
    """Events of one stream, a new one by default, at the given versions, 1 by default."""
    originator = stream or uuid4()
    return [
        AuthoredEvent(originator, version, "fact.recorded", payload, "editor")
        for version in versions or (1,)
    ]


def claim(key: str, fingerprint: str = "print") -> IdempotencyClaim:
    """A response to be stored under a key."""
    return IdempotencyClaim("editor", key, fingerprint, 201, "{}", b"body", "fact")


def clock_of(instants: Iterable[int]) -> Clock:
    """A clock that gives these instants, one for each call."""
    return iter(instants).__next__
