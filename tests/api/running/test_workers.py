"""A worker thread runs a coroutine's call, and gives the coroutine the result or the error."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from contextvars import ContextVar
from functools import partial

import pytest
from anyio import move_on_after

from api.http.workers import Workers

WORD: ContextVar[str] = ContextVar("word")


def throw(error: BaseException) -> None:
    raise error


def test_a_call_in_a_worker_has_its_callers_context_and_returns_or_raises() -> None:
    async def run() -> None:
        workers = Workers()
        WORD.set("said")
        assert await workers.run(WORD.get) == "said"
        for error in (ValueError(), KeyboardInterrupt(), asyncio.CancelledError()):
            with pytest.raises(type(error)):
                await workers.run(partial(throw, error))
        with pytest.raises(RuntimeError, match="StopIteration"):
            await workers.run(iter(()).__next__)

    asyncio.run(run())


def test_threads_are_made_as_needed_and_end_with_their_workers() -> None:
    found: set[threading.Thread] = set()

    async def run(workers: Workers) -> None:
        for _ in range(3):
            found.add(await workers.run(threading.current_thread))
        assert len(found) == 1
        held = threading.Barrier(5)

        def meet() -> threading.Thread:
            held.wait(30)
            return threading.current_thread()

        found.update(await asyncio.gather(*(workers.run(meet) for _ in range(5))))
        assert len(found) == 5

    workers = Workers()
    asyncio.run(run(workers))
    del workers
    gc.collect()
    for each in found:
        each.join(30)
    assert not any(each.is_alive() for each in found)


def test_who_is_cancelled_waits_until_the_call_has_ended() -> None:
    ended = []

    def work_slowly() -> None:
        time.sleep(0.2)
        ended.append(True)

    async def run() -> None:
        with move_on_after(0.01):
            await Workers().run(work_slowly)
        assert ended

    asyncio.run(run())


def test_a_loop_that_has_ended_hears_nothing_and_the_thread_goes_on() -> None:
    begun, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    def work_until_told() -> None:
        begun.set()
        goes_on.wait(30)
        ended.set()

    async def leave(workers: Workers) -> None:
        task = asyncio.create_task(workers.run(work_until_told))
        await asyncio.to_thread(begun.wait, 30)
        task.cancel()

    workers = Workers()
    asyncio.run(leave(workers))
    goes_on.set()
    assert ended.wait(30)
    assert asyncio.run(workers.run(lambda: 52)) == 52
