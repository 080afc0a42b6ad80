"""What only a real connection shows: names, addresses, heads without end, bodies that do not come."""

from __future__ import annotations

import re
import socket
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
import uvicorn

from api import http_protocol
from api.app import create_app
from api.cli_serve import PROTOCOL
from api.composition import Parley, compose
from api.hardening import HARDENING
from api.slow_bodies import SlowBodies
from tests.api.serving import Served
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.databases import Kind


@pytest.fixture
def serve(fresh_database: Callable[[Kind], str]) -> Iterator[Callable[..., Served]]:
    """Serve a record with settings, as often as asked."""
    begun = []

    def served(**settings: str) -> Served:
        parley = compose(settings_of(fresh_database("sqlite-file"), **settings), upgrade=False)
        app = create_app(parley, identify=lambda _: parley.owner)
        found = Served(uvicorn.Config(app, log_config=None, **PROTOCOL))
        begun.append((found, parley))
        return found

    yield served
    for found, parley in begun:
        found.stop()
        parley.close()


def test_a_page_whose_name_was_made_to_lead_here_reads_nothing(
    serve: Callable[..., Served],
) -> None:
    server = serve(PARLEY_ALLOWED_HOSTS="parley.example, *.b.example")
    head = "GET /v1/negotiations HTTP/1.1\r\nConnection: close\r\n"
    ours = ["127.0.0.1", "localhost:8000", "[::1]:80", "Parley.Example", "a.b.example"]
    for host in ours:
        assert server.said(f"{head}Host: {host}\r\n\r\n").startswith("HTTP/1.1 200"), host
    for host in ("evil.example", "localhost.evil.example", "b.example.evil", "10.0.0.1"):
        answer = server.said(f"{head}Host: {host}\r\n\r\n")
        assert answer.startswith("HTTP/1.1 421"), host
        assert "urn:parley:problem:misdirected" in answer
    for hosts in ("", "Host: a b\r\n", "Host: localhost\r\nHost: evil.example\r\n"):
        assert server.said(f"{head}{hosts}\r\n").startswith("HTTP/1.1 400"), hosts


def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    serve: Callable[..., Served],
) -> None:
    head = "GET /v1/negotiations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    forged = f"{head}X-Forwarded-Proto: https\r\nX-Forwarded-For: "
    server = serve(PARLEY_RATE_READS="2/hour")
    answers = [server.said(f"{forged}192.0.2.{each}\r\n\r\n") for each in range(3)]
    assert [each[9:12] for each in answers] == ["200", "200", "429"]
    assert "strict-transport-security" not in "".join(answers).lower()
    server = serve(PARLEY_RATE_READS="2/hour", PARLEY_TRUSTED_PROXIES="127.0.0.0/8")
    answers = [server.said(f"{forged}198.51.100.{n}, 192.0.2.1\r\n\r\n") for n in range(3)]
    assert [each[9:12] for each in answers] == ["200", "200", "429"], "the right-most counts"
    answer = server.said(f"{forged}192.0.2.9\r\n\r\n")
    assert answer.startswith("HTTP/1.1 200")
    assert "strict-transport-security: max-age=31536000" in answer.lower()


def test_every_answer_has_the_security_headers_and_no_server(serve: Callable[..., Served]) -> None:
    server = serve()
    host = "Host: localhost\r\nConnection: close\r\n\r\n"
    asked = [
        f"GET /healthz HTTP/1.1\r\n{host}",
        f"HEAD /nothing HTTP/1.1\r\n{host}",
        f"PUT /v1/negotiations HTTP/1.1\r\n{host}",
        f"GET /v1/negotiations?x=1 HTTP/1.1\r\n{host}",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        "no HTTP at all\r\n\r\n",
        f"GET /v1/{'x' * 17_000} HTTP/1.1\r\n{host}",
        f"GET / HTTP/1.1\r\nX: {'x' * 40_000}\r\n{host}",
        f"GET / HTTP/1.1\r\n{'X: x' * 1}\r\n{'Y: y'}\r\n" + "Z: z\r\n" * 100 + host,
    ]
    found = [server.said(each) for each in asked]
    assert [each[9:12] for each in found] == [
        "200", "404", "405", "422", "421", "400", "414", "431", "431",
    ]  # fmt: skip
    for each in found:
        fields = dict(re.findall(r"^([\w-]+): (.*?)\r$", each, re.MULTILINE))
        fields = {name.lower(): text for name, text in fields.items()}
        assert {n.lower(): t for n, t in HARDENING.items()}.items() <= fields.items()
        assert "server" not in fields
        assert "access-control-allow-origin" not in fields


def test_an_error_that_nobody_foresaw_is_answered_like_any_other(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    server = serve()
    monkeypatch.setattr(Parley, "reading", broken)
    asked = "{} /v1/negotiations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for method in ("GET", "HEAD"):
        answer = server.said(asked.format(method))
        assert answer.startswith("HTTP/1.1 500")
        assert answer.lower().count("content-security-policy: default-src 'none'") == 1
        assert 'ratelimit: "reads";r=' in answer.lower()
        assert ("urn:parley:problem:internal" in answer) == (method == "GET")


def test_a_head_without_end_is_cut_off(serve: Callable[..., Served]) -> None:
    server = serve()
    begun = "GET / HTTP/1.1\r\nHost: localhost\r\nX: "
    answer = server.said(begun, *["x" * 16_384] * 64)
    assert answer == "" or answer.startswith("HTTP/1.1 431")


def test_a_head_that_does_not_come_is_not_waited_for(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.5)
    server = serve()
    for begun in ("", "GET / HT", "\r\n"):
        began = time.monotonic()
        assert server.said(begun).startswith("HTTP/1.1 408"), begun
        assert time.monotonic() - began < 5
    with closing(socket.create_connection(server.address, 10)) as dripping:
        began = time.monotonic()
        dripping.setblocking(False)
        said = b""
        while time.monotonic() - began < 8 and not said:
            dripping.sendall(b"\r\n")
            time.sleep(0.1)
            with suppress(BlockingIOError):
                said = dripping.recv(65_536)
        assert said.startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began < 8


def test_a_body_that_does_not_come_is_408_and_the_end(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowBodies.__init__, "__defaults__", (0.5, 600.0))
    server = serve()
    head = (
        "POST /v1/negotiations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer owner\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    answer = server.said(head)
    assert answer.startswith("HTTP/1.1 408")
    assert "urn:parley:problem:too-slow" in answer
    assert "connection: close" in answer.lower()


def test_a_body_that_comes_and_comes_is_cut_off_in_the_end(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowBodies.__init__, "__defaults__", (30.0, 1.0))
    server = serve()
    head = (
        "POST /v1/certificates HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 16000\r\n\r\n"
    )
    with closing(socket.create_connection(server.address, 10)) as dripping:
        dripping.sendall(head.encode())
        began, said = time.monotonic(), b""
        dripping.setblocking(False)
        while time.monotonic() - began < 8 and not said:
            dripping.sendall(b" " * 200)
            time.sleep(0.1)
            with suppress(BlockingIOError):
                said = dripping.recv(65_536)
    assert said.startswith(b"HTTP/1.1 408")
