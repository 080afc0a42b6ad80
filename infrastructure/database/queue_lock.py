"""A lock that threads get in the order in which they ask for it.

`threading.Lock` has no order: a thread that releases it and asks again may get it before one that waits has woken. On a
busy machine, a change waited for up to eight transactions of a thread that followed the log; now it waits for one.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy.exc import TimeoutError as LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Iterator


class QueueLock:
    """Held by one thread at a time; the thread that releases it hands it to the one that has waited longest."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._held = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def hold(self, seconds: float) -> Iterator[None]:
        """Hold it while the block runs; LockTimeoutError if it is not free within so many seconds."""
        self._take(seconds)
        try:
            yield
        finally:
            self._release()

    def _take(self, seconds: float) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        handed = False
        try:
            handed = mine.acquire(timeout=seconds)
        finally:
            if not handed:
                self._leave(mine)
        if not handed:
            raise LockTimeoutError(f"the database stayed locked for {seconds:g} s")

    def _leave(self, mine: Lock) -> None:
        """Stop waiting; if the lock was handed over just now, hand it on."""
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self._release()

    def _release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False
