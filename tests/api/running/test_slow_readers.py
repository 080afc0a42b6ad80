"""A server closes the connections of clients that do not read what it sends."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import uvicorn

from api.cli.serving.processes import PROTOCOL
from api.composition import compose
from api.http.app import create_app
from api.http.middleware import http_protocol
from api.http.middleware.http_protocol import BoundedProtocol
from api.http.middleware.slow_readers import SlowReaders
from tests.api.serving import Served
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest
    from starlette.types import Receive, Scope, Send

    from tests.databases import Kind


@contextmanager
def serve(fresh_database: Callable[[Kind], str]) -> Iterator[Served]:
    with closing(compose(settings_of(fresh_database("sqlite-file")), upgrade=False)) as parley:
        server = Served(uvicorn.Config(create_app(parley), log_config=None, **PROTOCOL))
        try:
            yield server
        finally:
            server.stop()


def ask_and_read_nothing(server: Served) -> socket.socket:
    """A connection on which the server has more to send than the system keeps for it."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    opened.connect(server.address)
    opened.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
    return opened


def wait_for_connections(server: Served, most: int) -> None:
    """Return once the server has at most so many connections open."""
    deadline = time.monotonic() + 20
    while server.connections > most:
        assert time.monotonic() < deadline, server.connections
        time.sleep(0.01)


def test_a_client_that_reads_nothing_of_an_answer_is_cut_off(
    fresh_database: Callable[[Kind], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "UNREAD_SECONDS", 0.2)
    with serve(fresh_database) as server, closing(ask_and_read_nothing(server)):
        while not server.connections:
            time.sleep(0.01)
        wait_for_connections(server, 0)


def test_a_client_that_reads_slowly_is_not_cut_off_while_the_system_takes_no_more(
    fresh_database: Callable[[Kind], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "UNREAD_SECONDS", 0.3)
    with serve(fresh_database) as server, closing(ask_and_read_nothing(server)) as opened:
        for _ in range(80):
            assert opened.recv(4_096)
            time.sleep(0.02)
        assert server.connections == 1


def test_if_many_clients_read_nothing_some_are_cut_off_at_once(
    fresh_database: Callable[[Kind], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedProtocol, "slow_readers", SlowReaders(1_000_000))
    with serve(fresh_database) as server, ExitStack() as opened:
        for _ in range(6):
            opened.enter_context(closing(ask_and_read_nothing(server)))
        while server.connections < 6:
            time.sleep(0.01)
        wait_for_connections(server, 5)


def test_a_request_whose_client_left_with_others_waiting_behind_it_ends_quietly(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended: list[str] = []

    async def answer_late(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        ended.append((await receive())["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"Nobody reads this."})
        ended.append("answered")

    options = {**PROTOCOL, "lifespan": "off"}
    server = Served(uvicorn.Config(answer_late, log_config=None, **options))
    try:
        with closing(socket.create_connection(server.address)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
            while not server.connections:
                time.sleep(0.01)
        deadline = time.monotonic() + 20
        while len(ended) < 2:
            assert time.monotonic() < deadline, ended
            time.sleep(0.01)
    finally:
        server.stop()
    assert ended == ["http.disconnect", "answered"]
    assert not [record for record in caplog.records if record.exc_info]
