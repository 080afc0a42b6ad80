"""A stopping server cancels slow requests, and tells their callers that the outcome is unknown."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from api.http.middleware.internal_errors import Unforeseen
from infrastructure.database.damage import Damage

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

SCOPE: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": []}


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def cancel_request(*first: Message) -> list[Message]:
    """The messages that a request sends in all, if it is cancelled after these."""
    sent: list[Message] = []
    works = asyncio.Event()

    async def endless(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in first:
            await send(message)
        works.set()
        await asyncio.Event().wait()

    async def send(message: Message) -> None:
        sent.append(message)

    task = asyncio.create_task(Unforeseen(endless, Damage())(SCOPE, receive, send))
    await works.wait()
    task.cancel()
    await task
    return sent


def test_the_caller_is_told_that_the_outcome_is_unknown() -> None:
    began, body = asyncio.run(cancel_request())
    told = json.loads(body["body"])
    assert began["status"] == told["status"] == 503
    assert told["type"].endswith("outcome-unknown")
    assert "the server is being stopped" in told["detail"]
    assert (b"retry-after", b"1") in began["headers"]


def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel_request({"type": "http.response.start", "status": 200, "headers": []}))
