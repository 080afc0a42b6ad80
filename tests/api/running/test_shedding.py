"""An overloaded server refuses requests at once, and still answers that it is alive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from api.http.middleware.load_shedding import Shedding
from api.http.problems import RefusedError, problem_of

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send


def scope_of(path: str, address: str, headers: dict[bytes, bytes], method: str = "POST") -> Scope:
    fields = list(headers.items())
    return {
        "type": "http",
        "path": path,
        "method": method,
        "headers": fields,
        "client": (address, 1),
    }


def ask(
    shedding: Shedding, path: str, address: str = "192.0.2.1", method: str = "POST"
) -> tuple[list[Message], Any]:
    """Make a request; gives a list of the messages that it has sent so far, and its coroutine."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    return sent, shedding(scope_of(path, address, {}, method), receive, send)


def test_one_address_leaves_places_to_the_questions_of_others() -> None:
    async def run() -> None:
        released = asyncio.Event()

        async def answer_late(_scope: Scope, _receive: Receive, send: Send) -> None:
            await released.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})

        shedding = Shedding(answer_late, most=8, changes=3)

        def question(address: str) -> tuple[list[Message], asyncio.Task[None]]:
            sent, answering = ask(shedding, "/v1/negotiations", address, "GET")
            return sent, asyncio.create_task(answering)

        many = [question("192.0.2.1") for _ in range(20)]
        others = [question("192.0.2.2"), question("192.0.2.3")]
        await asyncio.sleep(0.01)
        assert [sent[0]["status"] for sent, _ in many if sent] == [503] * 14
        assert not any(sent for sent, _ in others)
        released.set()
        await asyncio.gather(*(task for _, task in (*many, *others)))
        assert [sent[0]["status"] for sent, _ in others] == [200, 200]
        assert not shedding.asking

    asyncio.run(run())


def test_more_requests_than_may_wait_are_told_at_once_to_come_again() -> None:
    async def run() -> None:
        released = asyncio.Event()

        async def answer_late(_scope: Scope, _receive: Receive, send: Send) -> None:
            await released.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})

        shedding = Shedding(answer_late, most=9, changes=3)
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
        async def raise_error(_scope: Scope, _receive: Receive, _send: Send) -> None:
            await asyncio.sleep(0)
            raise ZeroDivisionError

        shedding = Shedding(raise_error, most=1, changes=1)
        for _ in range(3):
            _, answering = ask(shedding, "/v1/negotiations")
            try:
                await answering
            except ZeroDivisionError:
                continue
            raise AssertionError("the failure was swallowed")
        assert shedding.under_way.total() == 0

    asyncio.run(run())


class Slow:
    """Requests whose bodies wait until the test sends them."""

    def __init__(self, most: int) -> None:
        self.shedding = Shedding(self._answer, most, most)
        self.bodies: list[asyncio.Queue[Message]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def _answer(self, _scope: Scope, receive: Receive, send: Send) -> None:
        try:
            while (await receive())["more_body"]:
                pass
            status = 200
        except RefusedError as error:
            status = problem_of(error).status_code
        await send({"type": "http.response.start", "status": status, "headers": []})

    async def begin(self, address: str, **headers: str) -> list[int]:
        """Start a request whose body does not come yet; gives the list of statuses answered so far."""
        found: list[int] = []
        body: asyncio.Queue[Message] = asyncio.Queue()

        async def send(message: Message) -> None:
            await asyncio.sleep(0)
            if message["type"] == "http.response.start":
                found.append(message["status"])

        fields = {n.replace("_", "-").encode(): text.encode() for n, text in headers.items()}
        scope = scope_of("/v1/certificates", address, fields)
        self.bodies.append(body)
        self.tasks.append(asyncio.create_task(self.shedding(scope, body.get, send)))
        await asyncio.sleep(0.01)
        return found

    async def come(self, which: int, *, more: bool = False) -> None:
        """Send the rest of a body, or only more of it."""
        message = {"type": "http.request", "body": b" ", "more_body": more}
        await self.bodies[which].put(message)
        await asyncio.sleep(0.01)


def test_while_bodies_do_not_come_questions_are_answered() -> None:
    async def run() -> None:
        slow = Slow(most=8)
        found = [await slow.begin("192.0.2.1", content_length="9") for _ in range(8)]
        assert found == [[], [], *[[503]] * 6], "one address has a quarter"
        others = [
            await slow.begin(f"192.0.2.{n}", transfer_encoding="chunked") for n in range(2, 9)
        ]
        assert others == [*[[]] * 6, [503]], "and all together as many as are answered at once"
        for _ in range(3):
            asked, answering = ask(slow.shedding, "/v1/negotiations")
            await asyncio.wait_for(answering, 1)
            assert asked[0]["status"] == 200
        await slow.come(0, more=True)
        assert (found[0], slow.shedding.under_way.total()) == ([], 0)
        await slow.come(0)
        assert found[0] == [200]
        assert await slow.begin("192.0.2.1", content_length="9") == []
        for task in slow.tasks:
            task.cancel()
        await asyncio.wait(slow.tasks)
        assert (slow.shedding.under_way.total(), slow.shedding.coming.total()) == (0, 0)

    asyncio.run(run())


def test_a_body_that_comes_when_all_places_are_taken_is_refused() -> None:
    async def run() -> None:
        slow = Slow(most=1)
        found = await slow.begin("192.0.2.1", content_length="1")
        taken = await slow.begin("192.0.2.2")
        await slow.come(0)
        assert (found, taken) == ([503], [])
        await slow.come(1)
        assert taken == [200]
        assert (slow.shedding.under_way.total(), slow.shedding.coming.total()) == (0, 0)

    asyncio.run(run())


def test_an_answer_that_is_not_read_takes_no_place() -> None:
    async def run() -> None:
        stuck = asyncio.Event()

        async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        async def send_late(_: Message) -> None:
            await stuck.wait()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        shedding = Shedding(answer, most=4, changes=2)
        scopes = [
            scope_of("/v1/negotiations", "192.0.2.1", {}, method)
            for method in ("GET", "POST")
            for _ in range(8)
        ]
        unread = [asyncio.create_task(shedding(scope, receive, send_late)) for scope in scopes]
        await asyncio.sleep(0)
        for method in ("GET", "POST"):
            sent, answering = ask(shedding, "/v1/negotiations", method=method)
            await answering
            assert sent[0]["status"] == 200
        stuck.set()
        await asyncio.gather(*unread)
        assert shedding.under_way.total() == 0
        assert not shedding.asking

    asyncio.run(run())
