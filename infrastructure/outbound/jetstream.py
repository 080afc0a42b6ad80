"""Writes the log to a stream of NATS JetStream, in which the sequence of a message is the position of its event.

Each message names the sequence that must be the last one before it. So the stream takes each position once and in
order, however many relays send it. A deleted message leaves its sequence empty.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

import nats
from anyio.from_thread import BlockingPortal, start_blocking_portal
from nats.errors import Error, MaxPayloadError
from nats.js.api import Header, StorageType, StreamConfig
from nats.js.errors import APIError, BadRequestError, NotFoundError

from infrastructure.outbound.nats_credentials import CredentialsError, NatsCredentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nats.aio.client import Client
    from nats.js.api import StreamInfo
    from nats.js.client import JetStreamContext

    from infrastructure.nats_settings import NatsSettings

EXPECTED_LAST: Final = "Nats-Expected-Last-Sequence"
_WRONG_LAST: Final = frozenset({10071, 10164})
"""The codes of JetStream for a last sequence that is not the expected one."""
_GONE: Final = 10043
"""Its code for a message that was deleted already."""


class OutageError(Exception):
    """NATS cannot be reached, or does not do what it was asked just now; the message says why."""


class OvertakenError(Exception):
    """The stream's last sequence is not the one before the message: another relay may have sent it."""


class StreamRefusedError(Exception):
    """The stream cannot hold this log; the message says why."""


class Message(NamedTuple):
    """An event as it is sent; `id` is its leaf in the log's tree, in hexadecimal digits."""

    position: int
    id: str
    subject: str
    body: bytes


class StreamHead(NamedTuple):
    """The last sequence of a stream, and the sequence and id of the last message that it still has, if any."""

    sequence: int
    message: tuple[int, str | None] | None


class Stream:
    """The stream of the settings, asked from a thread that waits for the answers.

    Every method raises OutageError, or StreamRefusedError if NATS refuses what it is asked.
    """

    def __init__(self, portal: BlockingPortal, connection: Client, settings: NatsSettings) -> None:
        self._portal = portal
        self._connection = connection
        self._context: JetStreamContext = connection.jetstream()
        self.name = settings.stream
        self.prefix = settings.subject

    def check(self) -> None:
        """Raise OutageError if the connection is lost."""
        if not self._connection.is_connected:
            raise OutageError("the connection is lost")

    def head(self) -> StreamHead:
        """How far the stream is; it is created if it is missing."""
        with _translate_errors():
            return self._portal.call(self._head)

    def publish(self, messages: Sequence[Message]) -> None:
        """Send messages and wait until the stream has all of them; OvertakenError if the first is not its next one."""
        with _translate_errors():
            self._portal.call(self._publish, messages)

    def read(self, position: int) -> bytes | None:
        """The body of a message; None if it is not in the stream any more."""
        with _translate_errors():
            return self._portal.call(self._read, position)

    def delete(self, position: int) -> None:
        """Overwrite a message with random bytes, and delete it, if that was not done before."""
        with _translate_errors():
            self._portal.call(self._delete, position)

    def purge(self, subject: str, before: int) -> int:
        """Delete all messages before a position whose subjects begin so; how many there were under these subjects."""
        with _translate_errors():
            return self._portal.call(self._purge, f"{subject}.>", before)

    async def _head(self) -> StreamHead:
        try:
            info = await self._context.stream_info(self.name)
        except NotFoundError:
            info = await self._context.add_stream(
                StreamConfig(
                    name=self.name,
                    description="The log of Parley: the sequence of a message is the position of its event",
                    subjects=[f"{self.prefix}.>"],
                    storage=StorageType.FILE,
                )
            )
        self._refuse_unsuited(info)
        try:
            last = await self._context.get_last_msg(self.name, f"{self.prefix}.>")
        except NotFoundError:
            return StreamHead(info.state.last_seq, None)
        sequence, id_ = last.seq or 0, (last.headers or {}).get(Header.MSG_ID)
        return StreamHead(max(info.state.last_seq, sequence), (sequence, id_))

    def _refuse_unsuited(self, info: StreamInfo) -> None:
        config = info.config
        if config.subjects != [f"{self.prefix}.>"]:
            raise StreamRefusedError(
                f"the stream {self.name} takes {', '.join(config.subjects or ['no subjects'])} and not"
                f" {self.prefix}.> alone: name another with PARLEY_NATS_STREAM, or set PARLEY_NATS_SUBJECT"
            )
        if config.deny_delete or config.deny_purge or config.sealed:
            raise StreamRefusedError(
                f"no message can be deleted from the stream {self.name}, so an erasure could not be carried out"
                " there: name another with PARLEY_NATS_STREAM"
            )

    async def _publish(self, messages: Sequence[Message]) -> None:
        sent = await asyncio.gather(*map(self._send, messages), return_exceptions=True)
        for message, result in zip(messages, sent, strict=True):
            if isinstance(result, MaxPayloadError):
                raise StreamRefusedError(
                    f"the event at position {message.position} takes {len(message.body)} bytes, more than the NATS"
                    " server allows: raise its max_payload"
                )
            if isinstance(result, BaseException):
                raise result
            if result != message.position:
                raise OvertakenError

    async def _send(self, message: Message) -> int:
        headers = {Header.MSG_ID.value: message.id, EXPECTED_LAST: str(message.position - 1)}
        acknowledged = await self._context.publish(
            message.subject, message.body, stream=self.name, headers=headers
        )
        return acknowledged.seq

    async def _read(self, position: int) -> bytes | None:
        try:
            return (await self._context.get_msg(self.name, position)).data or b""
        except NotFoundError:
            return None

    async def _delete(self, position: int) -> None:
        try:
            await self._context.delete_msg(self.name, position)
        except BadRequestError as error:
            if error.err_code != _GONE:
                raise

    async def _purge(self, subjects: str, before: int) -> int:
        info = await self._context.stream_info(self.name, subjects_filter=subjects)
        count = sum((info.state.subjects or {}).values())
        if count:
            await self._context.purge_stream(self.name, seq=before, subject=subjects)
        return count


@contextmanager
def open_stream(settings: NatsSettings) -> Iterator[Stream]:
    """Connect to NATS; the connection is closed with the block, and is not made again when it is lost."""
    try:
        credentials = _credentials(settings)
    except CredentialsError as error:
        raise StreamRefusedError(str(error)) from error
    with start_blocking_portal() as portal:
        with _translate_errors():
            connection = portal.call(_connect, settings, credentials)
        try:
            yield Stream(portal, connection, settings)
        finally:
            portal.call(connection.close)


def _credentials(settings: NatsSettings) -> dict[str, Any]:
    if not settings.credentials:
        return {}
    read = NatsCredentials.read(Path(settings.credentials))
    return {"user_jwt_cb": lambda: read.token, "signature_cb": read.sign}


async def _connect(settings: NatsSettings, credentials: Mapping[str, Any]) -> Client:
    errors: list[Exception] = []

    async def keep(error: Exception) -> None:
        errors.append(error)

    try:
        return await nats.connect(
            list(settings.url),
            name="parley relay",
            error_cb=keep,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            **credentials,
        )
    except Error as error:
        places = ", ".join(urlsplit(url).netloc.rpartition("@")[2] for url in settings.url)
        raise OutageError(f"{places}: {_describe(errors[0] if errors else error)}") from error


def _describe(error: BaseException) -> str:
    if isinstance(error, ConnectionError) and error.errno is not None:
        return os.strerror(error.errno)
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return str(error).removeprefix("nats: ") or type(error).__name__


@contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise the errors of NATS as those of this module."""
    try:
        yield
    except BadRequestError as error:
        if error.err_code in _WRONG_LAST:
            raise OvertakenError from error
        raise StreamRefusedError(f"NATS refuses: {error.description}") from error
    except APIError as error:
        raise OutageError(error.description or "JetStream does not answer") from error
    except (Error, OSError, TimeoutError) as error:
        raise OutageError(_describe(error)) from error
