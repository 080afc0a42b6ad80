"""After an erasure the cache is asked to purge until it answers, and the caller does not wait for it."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from infrastructure.outbound.purging import AGAIN_SECONDS, PAUSE_SECONDS, Purger
from tests.api.asking import FACTS, TALKS, Client, fact
from tests.databases import KEY, let_in, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.composition import Parley
    from infrastructure.log.recorder import EventRecorder

pytestmark = pytest.mark.either_database

HEADERS = {"Authorization": f"Bearer {KEY}"}
TAGS = "changes,entries,negotiations,talks"
SECONDS = 30


class Cache:
    """Takes purges: it answers each, once it is `open`, with the next of `statuses`, then with 200."""

    def __init__(self, *statuses: int) -> None:
        self.taken: list[tuple[str, str | None]] = []
        self.open = Event()
        self.open.set()
        self.statuses = list(statuses)
        cache = self

        class Handler(BaseHTTPRequestHandler):
            def do_PURGE(self) -> None:
                cache.taken.append((self.path, self.headers["Cache-Tag"]))
                cache.open.wait(SECONDS)
                self.send_response(cache.statuses.pop(0) if cache.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:  # noqa: ANN401 -- http.server's
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/cache"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, number: int) -> None:
        """Wait until so many purges have come."""
        deadline = time.monotonic() + SECONDS
        while len(self.taken) < number:
            assert time.monotonic() < deadline, self.taken
            time.sleep(0.01)

    def close(self) -> None:
        self.open.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def cache() -> Iterator[Cache]:
    with closing(Cache()) as cache:
        yield cache


@contextmanager
def serve_record(url: str, **settings: str) -> Iterator[tuple[Parley, Client]]:
    """A server with its background work."""
    let_in(url)
    with (
        closing(compose(settings_of(url, **settings), upgrade=False)) as parley,
        TestClient(create_app(parley), headers=HEADERS) as http,
    ):
        yield parley, Client(http)


def erase(client: Client) -> None:
    """Record a fact, and erase it as one person."""
    answer = client.post(FACTS, fact())
    assert answer.status == 201
    address = f"/v1/facts/{answer.json['id']}/erasure"
    assert client.post(address, {"reason": "a danger"}, if_match="*").status == 200


def open_erasable(client: Client) -> None:
    """Open a negotiation in which one person may erase."""
    client.open()
    assert client.post(f"{TALKS}/settings", {"review_erasure": False}).status == 200


def log_of(parley: Parley) -> EventRecorder:
    return cast("EventRecorder", parley.ledger.recorder)


def test_it_is_asked_until_it_has_answered_and_once_more(database_url: str, cache: Cache) -> None:
    now = 0.0
    with serve_record(database_url) as (parley, client):
        open_erasable(client)
        purger = Purger(log_of(parley), parley.clock, cache.url, 0, steady=lambda: now)
        purger.follow()
        assert cache.taken == []
        cache.statuses = [503, 404]
        erase(client)
        for asked in (1, 2, 3):
            for _ in "ab":
                purger.follow()
                assert len(cache.taken) == asked, "after a failure there is a pause"
            now += PAUSE_SECONDS
        now = AGAIN_SECONDS - 1
        purger.follow()
        assert len(cache.taken) == 3, "it was answered with 200"
        now = AGAIN_SECONDS
        for _ in "ab":
            purger.follow()
    assert cache.taken == [("/cache", TAGS)] * 4, "once more, for what was under way meanwhile"


def test_who_erases_does_not_wait_for_a_cache_that_does_not_answer(
    database_url: str, cache: Cache
) -> None:
    cache.open.clear()
    with serve_record(database_url, PARLEY_PURGE_URL=cache.url) as (_, client):
        open_erasable(client)
        cache.wait_for(1)
        erase(client)
        assert client.get("/readyz").status == 200
        cache.open.set()
        cache.wait_for(2)
    assert {tags for _, tags in cache.taken} == {TAGS}


def test_a_server_that_was_not_there_asks_when_it_starts(database_url: str, cache: Cache) -> None:
    with serve_record(database_url) as (parley, client):
        open_erasable(client)
        erase(client)
        time.sleep(0.01)
        for kept_seconds, asked in ((0, 0), (600, 1)):
            Purger(log_of(parley), parley.clock, cache.url, kept_seconds).follow()
            assert len(cache.taken) == asked


def test_a_reader_asks_once_it_has_the_erasure(database_url: str, cache: Cache) -> None:
    with serve_record(database_url) as (_, client):
        open_erasable(client)
        given = {"PARLEY_READ_ONLY": "true", "PARLEY_PURGE_URL": cache.url}
        with serve_record(database_url, **given, PARLEY_CACHE_SECONDS="0"):
            erase(client)
            cache.wait_for(1)
