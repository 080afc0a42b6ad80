"""How a server treats real connections: host names, client addresses, endless heads, and bodies that never come."""

from __future__ import annotations

import re
import socket
import time
from contextlib import closing, suppress
from select import select
from typing import TYPE_CHECKING

import pytest

from api.composition import Parley
from api.http.middleware import http_protocol
from api.http.middleware.security_headers import HARDENING
from api.http.middleware.slow_bodies import SlowBodies

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.api.serving import Served

pytestmark = pytest.mark.either_database


def test_a_request_under_another_host_name_is_refused(
    serve: Callable[..., Served],
) -> None:
    server = serve(PARLEY_ALLOWED_HOSTS="parley.example, *.b.example")
    head = "GET /v1/negotiations HTTP/1.1\r\nConnection: close\r\n"
    ours = ["127.0.0.1", "localhost:8000", "[::1]:80", "Parley.Example", "a.b.example"]
    for host in ours:
        assert server.send_bytes(f"{head}Host: {host}\r\n\r\n").startswith("HTTP/1.1 200"), host
    for host in ("evil.example", "localhost.evil.example", "b.example.evil", "10.0.0.1"):
        answer = server.send_bytes(f"{head}Host: {host}\r\n\r\n")
        assert answer.startswith("HTTP/1.1 421"), host
        assert "urn:parley:problem:misdirected" in answer
    for hosts in ("", "Host: a b\r\n", "Host: localhost\r\nHost: evil.example\r\n"):
        assert server.send_bytes(f"{head}{hosts}\r\n").startswith("HTTP/1.1 400"), hosts


def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    serve: Callable[..., Served],
) -> None:
    head = "GET /v1/negotiations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    forged = f"{head}X-Forwarded-Proto: https\r\nX-Forwarded-For: "
    server = serve(PARLEY_RATE_READS="2/hour")
    answers = [server.send_bytes(f"{forged}192.0.2.{each}\r\n\r\n") for each in range(3)]
    assert [answer[9:12] for answer in answers] == ["200", "200", "429"]
    assert "strict-transport-security" not in "".join(answers).lower()
    server = serve(PARLEY_RATE_READS="2/hour", PARLEY_TRUSTED_PROXIES="127.0.0.0/8")
    answers = [server.send_bytes(f"{forged}198.51.100.{n}, 192.0.2.1\r\n\r\n") for n in range(3)]
    assert [answer[9:12] for answer in answers] == ["200", "200", "429"], "the right-most counts"
    answer = server.send_bytes(f"{forged}192.0.2.9\r\n\r\n")
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
    found = [server.send_bytes(each) for each in asked]
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
    def raise_error(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    server = serve()
    monkeypatch.setattr(Parley, "reading", raise_error)
    asked = "{} /v1/negotiations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for method in ("GET", "HEAD"):
        answer = server.send_bytes(asked.format(method))
        assert answer.startswith("HTTP/1.1 500")
        assert answer.lower().count("content-security-policy: default-src 'none'") == 1
        assert 'ratelimit: "reads";r=' in answer.lower()
        assert ("urn:parley:problem:internal" in answer) == (method == "GET")


def test_a_head_without_end_is_cut_off(serve: Callable[..., Served]) -> None:
    server = serve()
    begun = "GET / HTTP/1.1\r\nHost: localhost\r\nX: "
    answer = server.send_bytes(begun, *["x" * 16_384] * 64)
    assert answer == "" or answer.startswith("HTTP/1.1 431")


def test_a_head_that_does_not_come_is_not_waited_for(
    serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.5)
    server = serve()
    for begun in ("", "GET / HT", "\r\n"):
        began = time.monotonic()
        assert server.send_bytes(begun).startswith("HTTP/1.1 408"), begun
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
    answer = server.send_bytes(head)
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


OWN = "Host: localhost\r\nConnection: close\r\n"
CHUNKED = (
    f"POST /v1/negotiations HTTP/1.1\r\n{OWN}Content-Type: application/json\r\nTransfer-Encoding: "
)


@pytest.fixture
def patient(serve: Callable[..., Served], monkeypatch: pytest.MonkeyPatch) -> Served:
    """A server that waits for heads and bodies for longer than a test lasts."""
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 3_600)
    monkeypatch.setattr(SlowBodies.__init__, "__defaults__", (3_600.0, 3_600.0))
    return serve()


@pytest.mark.cases(4)
@pytest.mark.parametrize(
    "head",
    [
        "GET http://evil.example/healthz HTTP/1.1",
        "GET http://evil.example HTTP/1.1",
        "GET http://evil.example?x HTTP/1.1",
        "GET HTTPS://evil.example:443/healthz HTTP/1.1",
        "GET http://localhost.evil.example/healthz HTTP/1.1",
        "GET http://localhost@evil.example/healthz HTTP/1.1",
        "GET http://evil.example@localhost/healthz HTTP/1.1",
        "GET http:///healthz HTTP/1.1",
        "GET http://[::1]/healthz HTTP/1.1",
        "POST http://evil.example/v1/negotiations HTTP/1.1\r\nContent-Length: 100",
    ],
)
def test_an_address_that_names_another_host_is_refused_at_once(patient: Served, head: str) -> None:
    answer = patient.send_bytes(f"{head}\r\n{OWN}\r\n")
    assert answer.startswith("HTTP/1.1 400")
    assert answer.count("HTTP/1.1") == 1
    assert "urn:parley:problem:malformed" in answer


def test_an_address_in_absolute_form_is_answered_under_the_servers_own_names(
    patient: Served,
) -> None:
    head = "GET http://{0}/healthz HTTP/1.1\r\nHost: {0}\r\nConnection: close\r\n\r\n"
    for ours in ("localhost", "LOCALHOST:8000", "127.0.0.1", "[::1]:80"):
        assert patient.send_bytes(head.format(ours)).startswith("HTTP/1.1 200"), ours
    assert patient.send_bytes(head.format("evil.example")).startswith("HTTP/1.1 421")


@pytest.mark.cases(4)
@pytest.mark.parametrize(
    "rest",
    [
        "chunked\r\n\r\nZZ\r\n",
        "chunked\r\n\r\n-1\r\n",
        "chunked\r\n\r\n2\r\n{}X",
        "chunked\r\n\r\n2\r\n{}\r\nnone\r\n",
        f"chunked\r\n\r\n{'F' * 17}\r\n",
        "chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n",
        "gzip\r\n\r\n",
        "identity\r\n\r\n",
        "gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "xchunked\r\n\r\n",
        "\r\n\r\n",
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_a_body_that_cannot_be_read_is_refused_at_once(
    patient: Served, rest: str, *, apart: bool
) -> None:
    sent = f"{CHUNKED}{rest}"
    head, _, body = sent.partition("\r\n\r\n")
    answer = patient.send_bytes(f"{head}\r\n\r\n", body) if apart else patient.send_bytes(sent)
    assert answer.startswith("HTTP/1.1 400"), answer
    assert answer.count("HTTP/1.1") == 1
    assert "urn:parley:problem:malformed" in answer


def test_a_body_in_chunks_is_read(patient: Served) -> None:
    answer = patient.send_bytes(
        f"{CHUNKED}Chunked\r\nAuthorization: Bearer owner\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n"
    )
    assert answer.startswith("HTTP/1.1 422")


def test_who_waits_for_the_log_keeps_nobody_from_reading_and_leaves_with_the_connection(
    serve: Callable[..., Served],
) -> None:
    server = serve(PARLEY_MAX_WAITING="8")
    head = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    def wait(seconds: int) -> socket.socket:
        opened = socket.create_connection(server.address)
        opened.sendall(f"GET /v1/changes?position=9&wait={seconds} {head}".encode())
        return opened

    waiting = [wait(30) for _ in range(12)]
    refused = [each for each in waiting if select([each], [], [], 1.0)[0]]
    assert len(refused) == 10, "one address may have a quarter of those that wait"
    for each in refused:
        assert each.recv(1_000).startswith(b"HTTP/1.1 503")
    assert server.send_bytes(f"GET /v1/negotiations {head}").startswith("HTTP/1.1 200")
    for each in waiting:
        each.close()
    deadline = time.monotonic() + 15
    while "too many" in (said := server.send_bytes(f"GET /v1/changes?position=9&wait=1 {head}")):
        assert time.monotonic() < deadline, "who has gone still waits"
        time.sleep(0.1)
    assert "urn:parley:problem:lagging" in said
