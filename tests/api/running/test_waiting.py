"""Requests that wait for the log do not stop readers, end after the time in the settings, and use few places."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager, closing, contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from api.composition import compose
from api.http.app import create_app
from api.http.threads import SHARE, SIZES, LaneRoute, Threads
from tests.api.asking import FACTS, TALKS, authorize, fact
from tests.databases import UNBOUNDED, open_database, settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from httpx import Response

    from api.composition import Parley
    from infrastructure.database.lanes import Lane

ASKED = 200
TAKEN_ON = 40
READ = ("/healthz", "/readyz", TALKS, f"{TALKS}/timeline", "/v1/changes", "/v1/negotiations")


@contextmanager
def record(url: str, **settings: str) -> Iterator[Parley]:
    with closing(compose(settings_of(url, **UNBOUNDED, **settings), upgrade=False)) as parley:
        yield parley


@asynccontextmanager
async def asking(parley: Parley) -> AsyncIterator[AsyncClient]:
    """A client from another machine, with a key, of a record with an open negotiation."""
    transport = ASGITransport(app=create_app(parley), raise_app_exceptions=False)
    headers = authorize(parley)
    async with AsyncClient(
        transport=transport, base_url="http://localhost", headers=headers, timeout=600
    ) as http:
        opening = {"slug": "talks", "title": "Talks", "parties": ["A", "B"]}
        assert (await http.post("/v1/negotiations", json=opening)).status_code == 201
        parley.follow()
        yield http


@contextmanager
def log_held(url: str) -> Iterator[None]:
    """Hold the log's lock on another connection."""
    with closing(open_database(url)) as other, other.writing() as connection:
        connection.execute(text("UPDATE log_head SET position = position"))
        yield


def post_facts(http: AsyncClient, count: int) -> list[asyncio.Task[Response]]:
    calls = [http.post(FACTS, json=fact(external_id=f"F{number}")) for number in range(count)]
    return [asyncio.ensure_future(each) for each in calls]


def problems(answers: list[Response]) -> set[tuple[int, Any, str | None]]:
    """The status, type and Retry-After of each response."""
    return {
        (answer.status_code, answer.json()["type"], answer.headers.get("retry-after"))
        for answer in answers
    }


def test_while_changes_wait_for_the_log_health_and_questions_are_answered(
    database_url: str,
) -> None:
    async def run(parley: Parley) -> None:
        async with asking(parley) as http:
            with log_held(database_url):
                tasks = post_facts(http, ASKED)
                at_once = islice(asyncio.as_completed(tasks), ASKED - TAKEN_ON)
                refused = [await each for each in at_once]
                assert problems(refused) == {(503, "urn:parley:problem:overloaded", "1")}
                answers = [(await http.get(path)).status_code for path in READ * 5]
                assert answers == [200] * len(answers)
                assert sum(not task.done() for task in tasks) == TAKEN_ON, "the others wait still"
            waited = await asyncio.gather(*tasks)
            assert sum(each.status_code == 201 for each in waited) == TAKEN_ON
            assert (await http.get("/readyz")).status_code == 200

    with record(database_url, PARLEY_MAX_WRITING=str(TAKEN_ON), PARLEY_LOG_SECONDS="600") as parley:
        asyncio.run(run(parley))


@pytest.mark.either_database
def test_who_waits_for_the_log_is_told_so_in_the_end(database_url: str) -> None:
    async def run(parley: Parley) -> None:
        async with asking(parley) as http:
            with log_held(database_url):
                answers = await asyncio.gather(*post_facts(http, 2 * SIZES["writing"]))
                assert {answer.status_code for answer in answers} == {503}
                assert {answer.headers["retry-after"] for answer in answers} == {"1"}
                ready = await http.get("/readyz")
                assert (ready.status_code, ready.json()["lacks"]) == (
                    503,
                    [
                        "the database takes no writes: another process holds the lock that a write needs"
                    ],
                )
            [answer] = await asyncio.gather(*post_facts(http, 1))
            assert answer.status_code == 201
            assert (await http.get("/readyz")).status_code == 200

    with record(database_url, PARLEY_LOG_SECONDS="1") as parley:
        asyncio.run(run(parley))


def test_who_asks_much_at_once_waits_for_their_own_and_keeps_nobody_from_reading(
    database_url: str,
) -> None:
    held, begun, running = threading.Event(), threading.Semaphore(0), []

    def work_long() -> None:
        running.append(1)
        begun.release()
        held.wait()

    async def run(threads: Threads) -> None:
        asked = [asyncio.create_task(threads.run("reading", work_long, "a")) for _ in range(40)]
        try:
            for _ in range(SHARE):
                assert await asyncio.to_thread(begun.acquire, timeout=30)
            for caller in ("b", "c"):
                assert await asyncio.wait_for(threads.run("reading", lambda: 52, caller), 30) == 52
            assert sum(running) == SHARE
        finally:
            held.set()
        await asyncio.gather(*asked)
        assert sum(running) == len(asked)

    with record(database_url) as parley:
        asyncio.run(run(create_app(parley).state.threads))


def test_the_threads_of_a_question_are_its_caller_s(database_url: str) -> None:
    async def run(parley: Parley) -> None:
        app = create_app(parley)
        threads, callers = app.state.threads, set[str | None]()
        given = threads.run

        async def note_caller(
            lane: Lane, call: Callable[[], object], caller: str | None = None
        ) -> object:
            callers.add(caller)
            return await given(lane, call, caller)

        threads.run = note_caller
        transport = ASGITransport(app=app, client=("192.0.2.1", 1))
        async with AsyncClient(transport=transport, base_url="http://localhost") as http:
            await http.get("/v1/negotiations")
            await http.get("/v1/negotiations", headers=authorize(parley))
        named = {None if caller is None else caller.partition(":")[0] for caller in callers}
        assert {"address", "caller"} <= named

    with record(database_url) as parley:
        asyncio.run(run(parley))


def test_every_route_works_in_threads_of_its_own_kind(database_url: str) -> None:
    with record(database_url) as parley:
        routes = create_app(parley).state.addresses
    assert routes
    assert all(isinstance(route, LaneRoute) for route in routes)
