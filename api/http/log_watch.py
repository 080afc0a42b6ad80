"""Has a request wait until the log has reached a position, without a thread."""

from __future__ import annotations

from contextlib import nullcontext
from time import monotonic
from typing import Final, cast

from anyio import Lock, sleep
from starlette.requests import Request

from api.composition import Parley
from api.http.problems import RefusedError
from api.http.threads import Threads
from infrastructure.log.recorder import EventRecorder

PAUSE_SECONDS: Final = 0.1
GONE_SECONDS: Final = 1.0
"""After how many seconds a waiting request checks again whether its client is still connected."""

PARKING: Final = "parking"
"""The key, in a reading request's state, of a context manager: while it is open, the request has no place."""


class LogWatch:
    """Looks where the log stands, once for everyone who waits at the time."""

    def __init__(self, parley: Parley, threads: Threads) -> None:
        self._log = cast("EventRecorder", parley.ledger.recorder)
        self._threads = threads
        self._lock = Lock()
        self._head = -1
        self._looked_at = 0.0

    async def wait_for(self, position: int, seconds: int, request: Request) -> None:
        """Return once the log has reached a position; RefusedError if it has not in so many seconds.

        Meanwhile the request has no place among those under way. It stops waiting when its client has disconnected.
        """
        if not await self._reaches(position):
            with request.scope["state"].get(PARKING, nullcontext)():
                await self._wait(position, seconds, request)

    async def _wait(self, position: int, seconds: int, request: Request) -> None:
        deadline, looked_at = monotonic() + seconds, monotonic()
        while not await self._reaches(position):
            now, gone = monotonic(), False
            if now - looked_at >= GONE_SECONDS:
                gone, looked_at = await request.is_disconnected(), now
            if now >= deadline or gone:
                raise RefusedError(
                    "lagging",
                    "/query/position",
                    f"the log has not reached position {position} here in {seconds} s; ask again",
                )
            await sleep(PAUSE_SECONDS)

    async def _reaches(self, position: int) -> bool:
        async with self._lock:
            if self._head < position and monotonic() - self._looked_at >= PAUSE_SECONDS:
                self._head, _ = await self._threads.run("reading", self._log.head)
                self._looked_at = monotonic()
        return self._head >= position
