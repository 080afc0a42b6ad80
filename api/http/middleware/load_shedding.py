"""Refuses requests above the number that may be under way or wait, and says when to send them again.

Changes are counted separately, because they may wait for the log, and must not take the places of reading requests. A
request that waits for the rest of its body gives up its place, and waits among as many others, of which one address
may have a quarter. So slow bodies never stop reading requests. In the same way, a request whose client does not read
the answer gives up its place (`http_protocol` closes its connection), and so does a reading request that waits for a
position of the log (`log_watch`). One address may have three quarters of the places of reading requests. Health checks
are not limited, because a server that refuses requests is still alive. Neither are
requests that the server sends to itself for a request that has a place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.callers import HEALTH, address_of
from api.http.exchange.in_process import is_in_process
from api.http.log_watch import PARKING
from api.http.problems import RefusedError, problem
from api.http.threads import lane_of
from infrastructure.database.lanes import Lane

SHARE: Final = 4
"""One address may have 1/SHARE of the bodies that are being received, and all but 1/SHARE of the reading requests."""
_FULL: Final = "too many requests are waiting: send this one again later; nothing was done"
_OF_ONE: Final = (
    "more requests from this address are waiting than one address may have; nothing was done"
)
_PARKED: Final = "too many requests are waiting for the log: send this one again later"
_COMING: Final = "too many bodies are being received: send this one again later; nothing was done"


class Shedding:
    """ASGI middleware that lets in at most `most` reads and `changes` at once, and receives `most` bodies."""

    def __init__(self, app: ASGIApp, most: int, changes: int) -> None:
        self.app = app
        self.most = most
        self.places: dict[Lane, int] = {"reading": most, "writing": changes}
        self.under_way: Counter[Lane] = Counter()
        self.coming: Counter[str] = Counter()
        self.asking: Counter[str] = Counter()
        self.parked: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer 503 with Retry-After at once."""
        if scope["type"] != "http" or scope["path"] in HEALTH or is_in_process(scope):
            await self.app(scope, receive, send)
        elif self._is_full(lane_of(scope["method"])):
            await _refusal(_FULL)(scope, receive, send)
        elif lane_of(scope["method"]) == "writing":
            await self._take_on(scope, receive, send)
        else:
            await self._let_in_reading(scope, receive, send)

    async def _let_in_reading(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a reading request in, unless its address has too many of the places."""
        address = str(address_of(scope))
        if self.asking[address] >= self.most - self.most // SHARE:
            await _refusal(_OF_ONE)(scope, receive, send)
            return
        self.asking[address] += 1
        scope.setdefault("state", {})[PARKING] = partial(self._park, address)
        try:
            await self._take_on(scope, receive, send)
        finally:
            _leave(self.asking, address)

    @contextmanager
    def _park(self, address: str) -> Iterator[None]:
        """Give up a reading request's place during the block.

        Raises RefusedError if too many requests have given up theirs, or if all places are taken when the block ends.
        """
        share = max(1, self.most // SHARE)
        if self.parked.total() >= self.most or self.parked[address] >= share:
            raise RefusedError("overloaded", "/query/wait", _PARKED)
        self.parked[address] += 1
        self.asking[address] -= 1
        self.under_way["reading"] -= 1
        full = False
        try:
            yield
            full = self._is_full("reading")
        finally:
            self.under_way["reading"] += 1
            self.asking[address] += 1
            _leave(self.parked, address)
        if full:
            raise RefusedError("overloaded", "", _FULL)

    async def _take_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        address, lane = address_of(scope), lane_of(scope["method"])
        waiting, whole = False, address is None or not _brings_body(scope)

        async def receive_next() -> Message:
            nonlocal waiting, whole
            if whole:
                return await receive()
            if not waiting:
                self._wait(lane, str(address))
                waiting = True
            message = await receive()
            if not message.get("more_body", False):
                self._go_on(lane, str(address))
                waiting, whole = False, True
            return message

        async def send_next(message: Message) -> None:
            if waiting:
                await send(message)
                return
            self.under_way[lane] -= 1
            if lane == "reading":
                self.asking[str(address)] -= 1
            try:
                await send(message)
            finally:
                self.under_way[lane] += 1
                if lane == "reading":
                    self.asking[str(address)] += 1

        self.under_way[lane] += 1
        try:
            await self.app(scope, receive_next, send_next)
        finally:
            if waiting:
                _leave(self.coming, str(address))
            else:
                self.under_way[lane] -= 1

    def _is_full(self, lane: Lane) -> bool:
        return self.under_way[lane] >= self.places[lane]

    def _wait(self, lane: Lane, address: str) -> None:
        """Give up the place until the body has arrived; RefusedError if too many requests wait for bodies."""
        share = max(1, self.most // SHARE)
        if self.coming.total() >= self.most or self.coming[address] >= share:
            raise RefusedError("overloaded", "", _COMING)
        self.coming[address] += 1
        self.under_way[lane] -= 1

    def _go_on(self, lane: Lane, address: str) -> None:
        """Take a place again; RefusedError if there is none."""
        if self._is_full(lane):
            raise RefusedError("overloaded", "", _FULL)
        _leave(self.coming, address)
        self.under_way[lane] += 1


def _leave(counted: Counter[str], address: str) -> None:
    counted[address] -= 1
    if not counted[address]:
        del counted[address]


def _refusal(detail: str) -> Response:
    return problem("overloaded", detail, headers={"Retry-After": "1"})


def _brings_body(scope: Scope) -> bool:
    """Whether the request has a body."""
    fields = dict(scope["headers"])
    return b"transfer-encoding" in fields or fields.get(b"content-length", b"0") != b"0"
