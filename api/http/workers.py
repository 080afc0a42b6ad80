"""Runs work of an event loop in threads, and reports the results to the loop.

`anyio.to_thread` does the same, but takes so many steps to hand over a piece of work that these took longer than a
read.
"""

from __future__ import annotations

import weakref
from asyncio import Future, get_running_loop
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Final, TypeVar

from anyio import CancelScope

_T = TypeVar("_T")
_Work = Callable[[], None]
_NAME: Final = "parley-worker"


class Workers:
    """Threads for the work of an event loop, as many as were ever busy at once. They end with this object."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[_Work | None] = SimpleQueue()
        self._lock = Lock()
        self._threads = 0
        self._under_way = 0
        weakref.finalize(self, self._waiting.put, None)

    async def run(self, call: Callable[[], _T]) -> _T:
        """Call it in a thread, in the context of the caller, who gets its result or its error.

        A cancelled scope waits for the call to end.
        """
        loop, context = get_running_loop(), copy_context()
        done: Future[tuple[_T | None, BaseException | None]] = loop.create_future()

        def work() -> None:
            outcome: tuple[_T | None, BaseException | None]
            try:
                outcome = context.run(call), None
            except BaseException as error:  # noqa: BLE001 -- it is raised where the call was asked for
                outcome = None, error
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(_settle, done, outcome)

        self._begin(work)
        try:
            with CancelScope(shield=True):
                result, error = await done
        finally:
            self._end()
        if error is not None:
            raise error
        return result  # type: ignore[return-value]  # of a call without an error

    def _begin(self, work: _Work) -> None:
        with self._lock:
            self._under_way += 1
            if self._under_way > self._threads:
                self._threads += 1
                args = (self._waiting,)
                Thread(target=_take_work, args=args, name=_NAME, daemon=True).start()
        self._waiting.put(work)

    def _end(self) -> None:
        with self._lock:
            self._under_way -= 1


def _take_work(waiting: SimpleQueue[_Work | None]) -> None:
    while (work := waiting.get()) is not None:
        work()
        del work
    waiting.put(None)  # for the next thread


def _settle(done: Future[_T], outcome: _T) -> None:
    if not done.cancelled():
        done.set_result(outcome)
