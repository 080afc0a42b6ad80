"""An issuer's keys are fetched once, and again when they change; they stay in use while the issuer is down or slow."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from infrastructure.identity import key_sources
from infrastructure.identity.key_sources import (
    LARGEST,
    IssuerKeyAddress,
    IssuerKeyFile,
    open_issuer_keys,
)
from infrastructure.identity.oidc import TokenVerifier
from infrastructure.identity.token_errors import IssuerOutOfReachError, TokenRefusedError
from infrastructure.outbound.address import AddressError
from tests.infrastructure.identity.issuing import (
    NEW_KEYS,
    NOW,
    OLD_KEYS,
    jwk,
    jwks,
    rsa_key,
    settings,
    token,
)
from tests.infrastructure.identity.publishing import (
    Publisher,
    answer_dripping,
    answer_with,
    serve_document,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

OLD_TOKEN = token()
NEW_TOKEN = token(key=rsa_key("b"), kid="rsa-b")


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def issuer() -> Iterator[Publisher]:
    with serve_document(OLD_KEYS) as publisher:
        yield publisher


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def verifier(issuer: Publisher, watch: Watch) -> TokenVerifier:
    return TokenVerifier(settings(), IssuerKeyAddress(issuer.url, watch), lambda: NOW * 1_000_000)


def accepts(verifier: TokenVerifier, text: str) -> bool:
    try:
        return verifier.principal(text).may("fact:read")
    except TokenRefusedError:
        return False


def test_keys_are_fetched_once_for_many_tokens(issuer: Publisher, verifier: TokenVerifier) -> None:
    assert issuer.asked == []
    assert all(accepts(verifier, OLD_TOKEN) for _ in range(5))
    assert issuer.asked == ["/keys?of=desk"]


def test_a_new_key_is_found_when_a_token_names_it(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch
) -> None:
    assert accepts(verifier, OLD_TOKEN)
    issuer.publish(NEW_KEYS)
    watch.seconds += 30
    assert accepts(verifier, NEW_TOKEN)
    assert not accepts(verifier, OLD_TOKEN)
    assert len(issuer.asked) == 2


def test_unknown_keys_do_not_make_the_issuer_be_asked_more_than_twice_a_minute(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch
) -> None:
    for second in range(120):
        watch.seconds = 1000.0 + second
        for kid in range(5):
            assert not accepts(verifier, token(kid=f"{second}-{kid}"))
    assert len(issuer.asked) == 4


def test_a_key_that_is_withdrawn_is_forgotten_within_ten_minutes(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch
) -> None:
    assert accepts(verifier, OLD_TOKEN)
    issuer.publish(NEW_KEYS)
    watch.seconds += 599
    assert accepts(verifier, OLD_TOKEN)
    watch.seconds += 1
    assert not accepts(verifier, OLD_TOKEN)


@pytest.mark.parametrize("outage", ["500", "404", "not keys", "empty", "half", "giant", "redirect"])
def test_the_last_keys_serve_while_the_issuer_is_away(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch, outage: str
) -> None:
    assert accepts(verifier, OLD_TOKEN)
    issuer.answer = {
        "500": answer_with(NEW_KEYS, 500),
        "404": answer_with(b"", 404),
        "not keys": answer_with(b"<html>"),
        "empty": answer_with(b""),
        "half": answer_with(NEW_KEYS[:-5]),
        "giant": answer_with(NEW_KEYS + b" " * LARGEST),
        "redirect": answer_with(NEW_KEYS, 302, Location=issuer.url + "&else"),
    }[outage]
    for _ in range(3):
        watch.seconds += 700
        assert accepts(verifier, OLD_TOKEN)
        assert not accepts(verifier, NEW_TOKEN)
    assert issuer.asked == ["/keys?of=desk"] * 4
    issuer.publish(NEW_KEYS)
    watch.seconds += 30
    assert accepts(verifier, NEW_TOKEN)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    issuer: Publisher, verifier: TokenVerifier, status: int
) -> None:
    with serve_document(OLD_KEYS) as elsewhere:
        issuer.answer = answer_with(OLD_KEYS, status, Location=elsewhere.url)
        with pytest.raises(IssuerOutOfReachError):
            verifier.principal(OLD_TOKEN)
        assert elsewhere.asked == []


def test_a_key_address_within_a_token_is_not_asked(verifier: TokenVerifier) -> None:
    with serve_document(jwks(jwk(rsa_key("thief"), "thief"))) as elsewhere:
        for name in ("jku", "x5u"):
            brought: dict[str, Any] = {name: elsewhere.url}
            assert not accepts(verifier, token(key=rsa_key("thief"), kid="thief", **brought))
        assert elsewhere.asked == []


def test_without_any_keys_nobody_can_tell_until_they_are_had(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch
) -> None:
    issuer.answer = answer_with(b"", 503)
    for _ in range(3):
        with pytest.raises(IssuerOutOfReachError) as away:
            verifier.principal(OLD_TOKEN)
    assert "127.0.0.1" not in away.value.reason
    assert len(issuer.asked) == 1
    with pytest.raises(TokenRefusedError):
        verifier.principal("no token, with keys or without")
    issuer.publish(OLD_KEYS)
    watch.seconds += 30
    assert accepts(verifier, OLD_TOKEN)


def test_nobody_listening_is_out_of_reach(watch: Watch) -> None:
    with serve_document(OLD_KEYS) as gone:
        url = gone.url
    with pytest.raises(IssuerOutOfReachError):
        IssuerKeyAddress(url, watch).keys()


def test_an_issuer_that_publishes_no_usable_key_vouches_for_nobody(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch
) -> None:
    assert accepts(verifier, OLD_TOKEN)
    issuer.publish(jwks())
    watch.seconds += 600
    with pytest.raises(IssuerOutOfReachError):
        verifier.principal(OLD_TOKEN)


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "text",
    [
        HEAD + b"\r\n" + OLD_KEYS,
        HEAD + b"X-Slow: " + b"x" * 9000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 900,
    ],
    ids=["body", "header", "preliminaries"],
)
def test_an_answer_that_drips_is_cut_off(
    issuer: Publisher, watch: Watch, monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    monkeypatch.setattr(key_sources, "FETCH_SECONDS", 0.5)
    issuer.answer = answer_dripping(text, 0.02)
    began = time.monotonic()
    with pytest.raises(IssuerOutOfReachError):
        IssuerKeyAddress(issuer.url, watch).keys()
    assert 0.4 < time.monotonic() - began < 3


def test_an_answer_that_never_comes_is_not_waited_for(
    issuer: Publisher, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_sources, "FETCH_SECONDS", 0.3)
    ended = Event()

    def answer_never(_: BaseHTTPRequestHandler) -> None:
        ended.wait(30)

    issuer.answer = answer_never
    began = time.monotonic()
    with pytest.raises(IssuerOutOfReachError):
        IssuerKeyAddress(issuer.url, watch).keys()
    ended.set()
    assert time.monotonic() - began < 3


def hold_up(issuer: Publisher) -> tuple[Event, Event]:
    """Let the issuer give its new keys only when released; gives (set when it was asked, set to release it)."""
    asked, ended = Event(), Event()

    def answer_slowly(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        ended.wait(30)
        answer_with(NEW_KEYS)(handler)

    issuer.answer = answer_slowly
    return asked, ended


def test_those_whose_key_is_known_do_not_wait_for_the_issuer(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch
) -> None:
    assert accepts(verifier, OLD_TOKEN)
    asked, ended = hold_up(issuer)
    watch.seconds += 600
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(accepts, verifier, OLD_TOKEN)
        assert asked.wait(10)
        assert accepts(verifier, OLD_TOKEN)
        assert not waiting.done()
        ended.set()
        assert waiting.result(10) is False
    assert accepts(verifier, NEW_TOKEN)


def test_a_token_with_an_unknown_key_is_refused_while_another_request_fetches_keys(
    issuer: Publisher, verifier: TokenVerifier, watch: Watch
) -> None:
    assert accepts(verifier, OLD_TOKEN)
    asked, ended = hold_up(issuer)
    watch.seconds += 30
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(accepts, verifier, NEW_TOKEN)
        assert asked.wait(10)
        assert not accepts(verifier, NEW_TOKEN)
        assert not waiting.done()
        ended.set()
        assert waiting.result(10)


def test_many_who_come_at_once_ask_once(issuer: Publisher, verifier: TokenVerifier) -> None:
    with ThreadPoolExecutor(16) as many:
        assert all(many.map(lambda text: accepts(verifier, text), [OLD_TOKEN] * 200))
    assert len(issuer.asked) == 1


def test_a_place_is_a_file_or_an_address_that_may_be_asked(tmp_path: Path) -> None:
    assert isinstance(open_issuer_keys(str(tmp_path / "keys.json")), IssuerKeyFile)
    assert isinstance(open_issuer_keys("https://login.example/keys"), IssuerKeyAddress)
    with pytest.raises(AddressError):
        open_issuer_keys("http://login.example/keys")
