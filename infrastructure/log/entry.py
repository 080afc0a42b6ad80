"""An entry: an event with its position and its record time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent

from domain.streams.event import RecordEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from infrastructure.sealing.stored_responses import StoredResponse


@dataclass(frozen=True)
class AuthoredEvent(StoredEvent):
    """A stored event with its actor; a plain StoredEvent is recorded with an empty actor.

    `event` is the event that was encoded, so that what follows the log in its transaction need not decode it.
    """

    actor: str
    event: RecordEvent | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class LogEntry(Notification):
    """An event as recorded. `id` is its position, `recorded_at` microseconds since 1970 UTC.

    If the payload was erased, `state` is empty, and `erased_by` is the payload of the erasing event if that is in the
    same stream, else empty. Otherwise `erased_by` is None. `event` is the event of an entry that was just recorded.
    """

    recorded_at: int
    actor: str
    erased_by: bytes | None = None
    event: RecordEvent | None = field(default=None, compare=False, repr=False)


class InlineProjection(Protocol):
    """A projection that is written in the transaction of its events."""

    def apply(self, connection: Connection, entries: Sequence[LogEntry]) -> None:
        """Update the projection from `entries`, which are in the log already, in order of position."""


class AlreadyAnswered(Exception):  # noqa: N818 -- a result that the caller replays, not a fault
    """The (caller, key) of a claim already has the response `answer`; nothing of the request was recorded."""

    def __init__(self, answer: StoredResponse) -> None:
        super().__init__(f"{answer.caller!r} already used this idempotency key")
        self.answer = answer


def stream_name(originator_id: UUID | str) -> str:
    """The text that names a stream: 32 hexadecimal digits of a UUID, or the text as given."""
    return originator_id.hex if isinstance(originator_id, UUID) else originator_id
