"""A document is fetched only from the server that the address names, and in limited time."""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from infrastructure.outbound.get import FetchError, StatusError, fetch
from tests.infrastructure.identity.publishing import answer_with, serve_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that treats one connection as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve_once() -> None:
            connection = server.accept()[0]
            with closing(connection):
                serve(connection)

        thread = Thread(target=serve_once, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(20)


def certificate(folder: Path, address: str) -> Path:
    """A key and a self-signed certificate for an address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a log")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        .sign(key, SHA256())
    )
    path = folder / f"{address}.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return path


def serve_over_tls(pem: Path) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def serve(connection: socket.socket) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65_536)
                secured.sendall(ANSWER)
        except OSError:
            return

    return serve


@pytest.mark.parametrize(
    ("trusted", "named", "expected"),
    [
        (True, "127.0.0.1", b"ok"),
        (False, "127.0.0.1", "SSLCertVerificationError"),
        (True, "127.0.0.2", "SSLCertVerificationError"),
    ],
    ids=["trusted", "not trusted", "of another"],
)
def test_who_answers_over_tls_must_have_the_certificate_of_whom_was_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trusted: bool,
    named: str,
    expected: bytes | str,
) -> None:
    pem = certificate(tmp_path, named)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with listening(serve_over_tls(pem)) as port:
        url = f"https://127.0.0.1:{port}/checkpoint"
        if isinstance(expected, bytes):
            assert fetch(url, seconds=5, most=10) == expected
        else:
            with pytest.raises(FetchError, match=expected):
                fetch(url, seconds=5, most=10)


def test_a_greeting_over_tls_that_drips_is_cut_off() -> None:
    def serve(connection: socket.socket) -> None:
        # The head of a long handshake record, and then a byte at a time.
        connection.sendall(b"\x16\x03\x03\x40\x00")
        try:
            for _ in range(400):
                connection.sendall(b"\x02")
                time.sleep(0.02)
        except OSError:
            return

    with listening(serve) as port:
        began = time.monotonic()
        with pytest.raises(FetchError):
            fetch(f"https://127.0.0.1:{port}/", seconds=0.5, most=10)
        assert 0.4 < time.monotonic() - began < 3


@pytest.mark.parametrize(
    "answer",
    [ANSWER[:-1], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no"],
    ids=["length", "chunk"],
)
def test_an_answer_that_breaks_off_is_none(answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(answer)

    with listening(serve) as port, pytest.raises(FetchError):
        fetch(f"http://127.0.0.1:{port}/", seconds=5, most=10)


def test_an_answer_without_a_length_that_is_late_is_none() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nok")
        connection.settimeout(10)
        connection.recv(1)

    with listening(serve) as port, pytest.raises(FetchError, match="TimeoutError"):
        fetch(f"http://127.0.0.1:{port}/", seconds=0.3, most=10)


def test_a_status_is_told_apart_from_no_answer() -> None:
    with serve_document(b"none") as publisher:
        publisher.answer = answer_with(b"none", 404)
        with pytest.raises(StatusError, match="the answer was 404"):
            fetch(publisher.url, seconds=5, most=10)
    with pytest.raises(FetchError) as away:
        fetch(publisher.url, seconds=5, most=10)
    assert not isinstance(away.value, StatusError)


def test_of_a_name_with_very_many_addresses_few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_document(b"ok") as gone:
        url = gone.url
    tried: list[str] = []
    connect = socket.create_connection

    def connect_and_note(address: tuple[str, int], seconds: float) -> socket.socket:
        tried.append(address[0])
        return connect(address, seconds)

    addresses = socket.getaddrinfo("127.0.0.1", gone.port, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses * 1_000)
    monkeypatch.setattr(socket, "create_connection", connect_and_note)
    with pytest.raises(FetchError, match="ConnectionRefusedError"):
        fetch(url, seconds=5, most=10)
    assert tried == ["127.0.0.1"] * 4
