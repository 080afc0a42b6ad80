"""Has a request wait until the log has reached a position, without a thread."""

from __future__ import annotations

from time import monotonic
from typing import Final, cast

from anyio import Lock, sleep

from api.composition import Parley
from api.http.problems import RefusedError
from api.http.threads import Threads
from infrastructure.log.recorder import EventRecorder

PAUSE_SECONDS: Final = 0.1


class LogWatch:
    """Looks where the log stands, once for everyone who waits at the time."""

    def __init__(self, parley: Parley, threads: Threads) -> None:
        self._log = cast("EventRecorder", parley.ledger.recorder)
        self._threads = threads
        self._lock = Lock()
        self._head = -1
        self._looked_at = 0.0

    async def wait_for(self, position: int, seconds: int) -> None:
        """Return once the log has reached a position; RefusedError if it has not in so many seconds."""
        deadline = monotonic() + seconds
        while not await self._reaches(position):
            if monotonic() >= deadline:
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
