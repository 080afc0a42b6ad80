"""An issuer's access token gives its scopes to the person that it names."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import FACTS, TALKS, fact
from tests.databases import settings_of
from tests.infrastructure.identity.issuing import AUDIENCE, CLAIMS, ISSUER, publish_keys, token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def keys_file(tmp_path: Path) -> Path:
    file = tmp_path / "keys.json"
    file.write_bytes(publish_keys())
    return file


@pytest.fixture
def http(database_url: str, keys_file: Path) -> Iterator[TestClient]:
    settings = settings_of(
        database_url,
        PARLEY_OIDC_ISSUER=ISSUER,
        PARLEY_OIDC_AUDIENCE=AUDIENCE,
        PARLEY_OIDC_JWKS=str(keys_file),
    )
    parley = compose(settings, upgrade=False)
    with TestClient(create_app(parley), raise_server_exceptions=False) as http:
        yield http
    parley.close()


def make_headers(**claims: Any) -> dict[str, str]:  # noqa: ANN401 -- JSON is anything
    """The header of a valid token, with the given claims replaced."""
    now = int(time.time())
    times = {"iat": now, "nbf": now, "exp": now + 60}
    return {"Authorization": f"Bearer {token({**CLAIMS, **times, **claims})}"}


@pytest.mark.either_database
def test_while_tokens_wait_for_their_issuer_all_others_are_answered(database_url: str) -> None:
    parley = compose(settings_of(database_url), upgrade=False)
    begun, ended = Semaphore(0), Event()

    def wait_for_end(*_: object) -> None:
        begun.release()
        ended.wait(60)

    bearer = {"Authorization": "Bearer one.that.waits"}
    app = create_app(parley, identify=wait_for_end)
    with TestClient(app) as http, ThreadPoolExecutor(60) as many:
        tokens = [many.submit(http.get, "/v1/negotiations", headers=bearer) for _ in range(59)]
        assert begun.acquire(timeout=20)
        while begun.acquire(timeout=1):
            pass
        for _ in range(3):
            assert many.submit(http.get, "/v1/negotiations").result(20).status_code == 200
        assert not any(each.done() for each in tokens)
        ended.set()
        assert {each.result(20).status_code for each in tokens} == {401}
    parley.close()


def test_a_token_opens_what_its_scopes_say(http: TestClient) -> None:
    writer = make_headers(sub="Ann", scope="fact:write fact:read audit:read openid")
    body = {"slug": "talks", "title": "Talks", "parties": []}
    assert http.post("/v1/negotiations", json=body, headers=writer).status_code == 201
    assert http.post(FACTS, json=fact(), headers=writer).status_code == 201
    refused = http.post(FACTS, json=fact(), headers=make_headers(sub="Bo", scope="fact:read"))
    assert refused.status_code == 403
    changes = http.get("/v1/changes", headers=writer).json()["items"]
    assert [change["actor"] for change in changes] == ["Ann", "Ann"]


@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"aud": "another"}, {"iss": "https://evil.example"}, {"nbf": 2**33}]
)
def test_a_token_that_is_not_for_us_or_not_for_now_is_401(
    http: TestClient, claims: dict[str, Any]
) -> None:
    answer = http.get(TALKS, headers=make_headers(**claims))
    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:parley:problem:unauthenticated"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_an_issuer_whose_keys_were_never_had_is_503(http: TestClient, keys_file: Path) -> None:
    keys_file.unlink()
    answer = http.get(TALKS, headers=make_headers())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"


def test_a_key_of_the_record_is_no_token(http: TestClient) -> None:
    key = "parley_" + "a" * 10 + "_" + "a" * 32
    assert http.get(TALKS, headers={"Authorization": f"Bearer {key}"}).status_code == 401
