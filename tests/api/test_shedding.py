"""A server that has enough to do says so at once, and still says that it is alive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from api.shedding import Shedding

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send


def ask(shedding: Shedding, path: str) -> tuple[list[Message], Any]:
    """Send one request on; what is answered so far, and the task that answers it."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    return sent, shedding({"type": "http", "path": path, "method": "POST"}, receive, send)


def test_more_requests_than_may_wait_are_told_at_once_to_come_again() -> None:
    async def run() -> None:
        released = asyncio.Event()

        async def slow(_scope: Scope, _receive: Receive, send: Send) -> None:
            await released.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})

        shedding = Shedding(slow, most=3)
        asked = [ask(shedding, "/v1/negotiations") for _ in range(3)]
        tasks = [asyncio.create_task(answering) for _, answering in asked]
        await asyncio.sleep(0.01)
        for _ in range(5):
            shed, answering = ask(shedding, "/v1/negotiations")
            await asyncio.wait_for(answering, 1)
            assert shed[0]["status"] == 503
            assert (b"retry-after", b"1") in shed[0]["headers"]
            assert b"urn:parley:problem:overloaded" in shed[1]["body"]
        health, answering = ask(shedding, "/healthz")
        tasks.append(asyncio.create_task(answering))
        released.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 1)
        assert health[0]["status"] == 200
        assert [sent[0]["status"] for sent, _ in asked] == [200] * 3
        again, answering = ask(shedding, "/v1/negotiations")
        await answering
        assert again[0]["status"] == 200

    asyncio.run(run())


def test_a_request_that_fails_or_is_given_up_makes_room() -> None:
    async def run() -> None:
        async def failing(_scope: Scope, _receive: Receive, _send: Send) -> None:
            await asyncio.sleep(0)
            raise ZeroDivisionError

        shedding = Shedding(failing, most=1)
        for _ in range(3):
            _, answering = ask(shedding, "/v1/negotiations")
            try:
                await answering
            except ZeroDivisionError:
                continue
            raise AssertionError("the failure was swallowed")
        assert shedding.under_way == 0

    asyncio.run(run())
