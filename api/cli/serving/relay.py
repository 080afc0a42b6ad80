"""Defines `parley relay`, which sends the log to a stream of NATS JetStream, from where others follow it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NoReturn, cast

from api.cli.ask import reply_to
from api.cli.options import AsJson
from api.cli.session import (
    CommandRefusedError,
    describe_refusal,
    end_when_terminated,
    open_record,
    say,
)
from api.cli.text import echo
from api.commands.json_text import write_json
from api.composition import Parley
from domain.access import OPEN_TO_ANYBODY, Principal
from infrastructure.errors import OUT_OF_REACH, DatabaseRefusedError
from infrastructure.log.recorder import EventRecorder

if TYPE_CHECKING:
    from infrastructure.outbound.relaying import ListedEvent

POLL_SECONDS: Final = 0.2
"""How many seconds pass before the log is read again after its end was reached."""
PAUSE_SECONDS: Final = 0.5
"""The pause after a failure."""
AT_ONCE: Final = 500
_READER: Final = Principal(
    person=None, caller="relay", scopes=frozenset(OPEN_TO_ANYBODY), sees_all=True
)
"""A principal who sees every negotiation, as anybody sees a public one."""


def relay(*, json: AsJson = False) -> None:
    """Send the log, and each new event, to a NATS JetStream stream until stopped."""
    end_when_terminated()  # what the stream has acknowledged is in it
    with open_record(read_only=True) as parley:
        _keep_relaying(parley, _RelayReport(as_json=json))


def _keep_relaying(parley: Parley, told: _RelayReport) -> NoReturn:
    """Relay until stopped, and after each outage begin again; CommandRefusedError if the stream cannot hold the log."""
    from infrastructure.outbound.jetstream import (  # noqa: PLC0415 -- nats takes 0.3 s
        OutageError,
        StreamRefusedError,
        open_stream,
    )
    from infrastructure.outbound.relaying import Relay  # noqa: PLC0415 -- the same

    log = cast("EventRecorder", parley.ledger.recorder)
    while True:
        try:
            with open_stream(parley.settings.nats) as stream:
                relay = Relay(log, stream, lambda after: _read(parley, after), told)
                relay.begin()
                while True:
                    if not relay.advance():
                        told.say_in_step(stream.name, relay.reached)
                        time.sleep(POLL_SECONDS)
        except StreamRefusedError as refused:
            raise CommandRefusedError(str(refused)) from refused
        except OutageError as outage:
            told.outage(f"NATS: {outage}")
        except OUT_OF_REACH as outage:
            told.outage(f"the database: {describe_refusal(outage)}")
        time.sleep(PAUSE_SECONDS)


def _read(parley: Parley, after: int) -> Sequence[ListedEvent]:
    """The next events of the log, as it is shown to anybody."""
    from infrastructure.outbound.relaying import ListedEvent  # noqa: PLC0415 -- as above

    reply = reply_to(parley, f"/v1/changes?after={after}&limit={AT_ONCE}", _READER)
    content = json.loads(reply.body)
    if reply.status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        raise DatabaseRefusedError(content["detail"])
    if reply.status != HTTPStatus.OK:
        raise CommandRefusedError(content["detail"])
    return [ListedEvent(item, write_json(item)) for item in content["items"]]


class _RelayReport:
    """Prints what is done, and once why nothing is."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._waits_for: str | None = ""

    def outage(self, why: str) -> None:
        """Say why nothing is relayed for the time being."""
        if why != self._waits_for:
            echo(f"parley: waiting for {why}", err=True)
        self._waits_for = why

    def say_in_step(self, stream: str, position: int) -> None:
        """Say that the stream has the whole log: at first, and after an outage."""
        if self._waits_for is not None:
            line = f"The stream {stream} holds the log up to position {position}, and follows it"
            self._say({"stream": stream, "position": position}, line)
        self._waits_for = None

    def note_erased(self, position: int, deleted: Sequence[int]) -> None:
        """Say which messages were deleted, because the event at a position erased them."""
        named = ", ".join(map(str, deleted))
        line = f"Erased by the event at position {position}, and deleted from the stream: {named}"
        self._say({"erasure": position, "deleted": list(deleted)}, line)

    def note_private(self, position: int, slug: str, number: int) -> None:
        """Say that public messages were deleted, because their negotiation is private since a position."""
        line = f"{slug} is private since position {position}: {number} public messages were deleted"
        self._say({"made_private": slug, "position": position, "deleted_messages": number}, line)

    def _say(self, content: Mapping[str, object], line: str) -> None:
        if self._as_json:
            say(content)
        else:
            echo(line)
