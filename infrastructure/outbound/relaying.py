"""Relays the log to a stream, and keeps nothing, because the stream says how far it is.

Before the event of an erasure is sent, what it erased is deleted from the stream. So a stream that holds the erasure
holds none of the erased messages, and a relay that was killed in between does the same again. In the same way the
public messages of a negotiation are deleted before the event that makes it private.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from uuid import UUID

from domain.streams.event import (
    ClockCorrected,
    ClockCorrectionWithdrawn,
    FactErased,
    SettingsChanged,
)
from infrastructure.database.replication import is_standby
from infrastructure.log.erasure import streams_to_erase
from infrastructure.outbound.jetstream import (
    Message,
    OutageError,
    OvertakenError,
    Stream,
    StreamRefusedError,
)
from infrastructure.readers.relayed import leaf_at, positions_before, read_relayed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from infrastructure.log.select import LogReader
    from infrastructure.readers.relayed import Relayed

_OF_THE_LOG: Final = frozenset(
    event_class.stored_name for event_class in (ClockCorrected, ClockCorrectionWithdrawn)
)
"""The types of events that concern no negotiation."""


class ListedEvent(NamedTuple):
    """An event as the log is shown to anybody: its content, and the same as JSON."""

    content: Mapping[str, Any]
    body: bytes


class Told(Protocol):
    """Is told which messages were deleted."""

    def note_erased(self, position: int, deleted: Sequence[int]) -> None:
        """These messages were deleted, because the event at a position erased them."""

    def note_private(self, position: int, slug: str, number: int) -> None:
        """The public messages of a negotiation were deleted, because it is private since a position."""


class Relay:
    """Relays a log to a stream; `read` gives the next events past a position, in order.

    Raises OutageError where that is not possible for the time being, and StreamRefusedError where it never is.
    """

    def __init__(
        self,
        log: LogReader,
        stream: Stream,
        read: Callable[[int], Sequence[ListedEvent]],
        told: Told,
    ) -> None:
        self._log = log
        self._database = log.database
        self._stream = stream
        self._read = read
        self._told = told
        self.reached = 0

    def begin(self) -> None:
        """Go on after the stream's last message; StreamRefusedError unless that is an event of this log."""
        last = self._stream.head()
        head, _ = self._log.head()
        name = self._stream.name
        if last.sequence > head:
            ahead = f"the stream {name} is at position {last.sequence}, and the log at {head}"
            if is_standby(self._database):
                raise OutageError(f"this standby is behind: {ahead}")
            raise StreamRefusedError(
                f"{ahead}: it holds another log, or this database is an older copy. Name another stream with"
                " PARLEY_NATS_STREAM, or delete this one, which fills it again"
            )
        if last.message is not None:
            position, id_ = last.message
            with self._database.looking() as connection:
                leaf = leaf_at(connection, position)
            if leaf is None or leaf.hex() != id_:
                raise StreamRefusedError(
                    f"the stream {name} holds another log: its message {position} is not the event at that position."
                    " Name another stream with PARLEY_NATS_STREAM"
                )
        self.reached = last.sequence

    def advance(self) -> bool:
        """Send the next events; whether there were any."""
        self._stream.check()
        head, _ = self._log.head()
        if head <= self.reached:
            return False
        try:
            self._send_page(self._read(self.reached))
        except OvertakenError:
            self.begin()
        return True

    def _send_page(self, listed: Sequence[ListedEvent]) -> None:
        # Whether a negotiation is private is read after its events: no event of one made private is sent as public.
        with self._database.looking() as connection:
            events = read_relayed(connection, self.reached, self.reached + len(listed))
        self._refuse_gap(listed, events)
        waiting: list[Message] = []
        for item, event in zip(listed, events, strict=True):
            if event.type in {FactErased.stored_name, SettingsChanged.stored_name}:
                self._send(waiting)
                waiting = []
                self._clear(event, item.content["data"])
            waiting.append(self._message(event, item.body))
        self._send(waiting)

    def _refuse_gap(self, listed: Sequence[ListedEvent], events: Sequence[Relayed]) -> None:
        expected = list(range(self.reached + 1, self.reached + 1 + len(listed)))
        positions = [
            [message.content["position"] for message in listed],
            [event.position for event in events],
        ]
        if not listed or positions != [expected, expected]:
            raise StreamRefusedError(
                f"the log has a gap after position {self.reached}: run parley verify"
            )

    def _send(self, messages: Sequence[Message]) -> None:
        if messages:
            self._stream.publish(messages)
            self.reached = messages[-1].position

    def _message(self, event: Relayed, body: bytes) -> Message:
        subject = f"{self._stream.prefix}.{_place(event)}.{event.type}"
        return Message(event.position, event.leaf.hex(), subject, body)

    def _clear(self, event: Relayed, data: Mapping[str, Any]) -> None:
        """Delete what must not be in the stream any more once it holds an event."""
        if event.type == FactErased.stored_name:
            self._delete_erased(event)
        elif data["visibility"] == "private" and event.slug is not None:
            public = f"{self._stream.prefix}.public.{event.slug}"
            number = self._stream.purge(public, event.position)
            if number:
                self._told.note_private(event.position, event.slug, number)

    def _delete_erased(self, erasure: Relayed) -> None:
        """Delete the messages of a fact that hold more than that they were erased."""
        with self._database.looking() as connection:
            streams = streams_to_erase(erasure.stream)
            positions = positions_before(connection, streams, erasure.position)
        deleted = [position for position in positions if self._says_something(position)]
        for position in deleted:
            self._stream.delete(position)
        if deleted:
            self._told.note_erased(erasure.position, deleted)

    def _says_something(self, position: int) -> bool:
        body = self._stream.read(position)
        return body is not None and json.loads(body)["data"] != {"erased": True}


def _place(event: Relayed) -> str:
    """The part of a subject that says who may read the message."""
    if event.type in _OF_THE_LOG:
        return "log"
    if event.negotiation is None:
        return "private.unknown"
    return f"private.{UUID(event.negotiation)}" if event.private else f"public.{event.slug}"
