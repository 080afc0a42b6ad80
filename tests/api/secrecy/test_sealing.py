"""A changed sealed payload is never shown: the API gives its position, and nothing of its content."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from domain.proof.note import base64_of
from infrastructure.sealing.key_source import WrappingKeyFile
from infrastructure.sealing.wrapping import SealKeyError
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.databases import settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Parley

pytestmark = pytest.mark.either_database


def test_a_broken_seal_is_said_with_its_position(parley: Parley, client: Client) -> None:
    client.open()
    address = client.record().headers["location"]
    with parley.database.writing() as connection:
        connection.execute(text("UPDATE event SET actor = 'another' WHERE position = 2"))
    answer = client.get("/v1/changes")
    assert (answer.status, answer.json["type"]) == (500, "urn:parley:problem:integrity")
    assert "position 2" in answer.json["detail"]
    body = {"reason": "coding_error", "why": "Misread", "changes": {"summary": "Other"}}
    assert client.post(f"{address}/corrections", body, if_match="1").status == 500
    assert client.get(TALKS).status == 200


def test_of_two_servers_with_other_seal_keys_one_alone_writes_one_log(
    database_url: str, tmp_path: Path
) -> None:
    files = {"PARLEY_SEAL_KEY": "", "PARLEY_RATE_WORK": ""}
    first, second = (
        compose(settings_of(database_url, **files, PARLEY_SEAL_KEY_FILE=str(tmp_path / name)))
        for name in ("a.seal", "b.seal")
    )
    for name in ("a.seal", "b.seal"):
        WrappingKeyFile(tmp_path / name).make()
    with closing(first), closing(second):
        http = TestClient(create_app(second), raise_server_exceptions=False)
        assert Client(http).get("/readyz").status == 200
        key = authorize(first)
        http.headers.update(key)
        late = Client(http)
        own = Client(TestClient(create_app(first), headers=key, raise_server_exceptions=False))
        own.open()
        own.record()
        body = {"slug": "other", "title": "Other", "parties": ["A", "B"]}
        for key_of in ({}, {"Idempotency_Key": "again"}):
            for refused in (
                late.post("/v1/negotiations", body, **key_of),
                late.post(FACTS, fact(), **key_of),
                late.get("/v1/changes"),
            ):
                assert refused.status == 503
                assert refused.json["type"] == "urn:parley:problem:seal-key"
        assert late.get("/readyz").json["lacks"] == [
            "a key that payloads are sealed by is not given"
        ]
        own.record(external_id="more")
        assert len(own.get("/v1/changes").json["items"]) == 3
        assert own.get("/readyz").status == 200


def test_what_a_key_file_lacks_is_no_secret_of_its_folder(parley: Parley, tmp_path: Path) -> None:
    url = parley.database.url.render_as_string(hide_password=False)
    file = tmp_path / "folder-name" / "a.seal"
    settings = settings_of(url, PARLEY_SEAL_KEY="", PARLEY_SEAL_KEY_FILE=str(file))
    key = authorize(parley)
    with closing(compose(settings)) as other:
        file.parent.mkdir()
        file.write_text("no key")
        file.chmod(0o600)
        client = Client(TestClient(create_app(other), headers=key, raise_server_exceptions=False))
        body = {"slug": "other", "title": "Other", "parties": ["A", "B"]}
        refused = client.post("/v1/negotiations", body)
        assert (refused.status, refused.json["type"]) == (503, "urn:parley:problem:seal-key")
        assert b"folder-name" not in refused.body


def test_a_server_without_the_key_says_so_and_records_nothing(
    parley: Parley, client: Client
) -> None:
    client.open()
    client.record()
    another = base64_of(b"another key of thirty-two bytes!")
    other = compose(settings_of(str(parley.settings.database_url), PARLEY_SEAL_KEY=another))
    with pytest.raises(SealKeyError, match="not given"):
        other.keys.create("Ann", ["fact:read"])
    with TestClient(
        create_app(other), headers=authorize(parley), raise_server_exceptions=False
    ) as http:
        keyless = Client(http)
        ready = keyless.get("/readyz")
        assert ready.status == 503
        assert ready.json["lacks"] == ["a key that payloads are sealed by is not given"]
        for refused in (keyless.post(FACTS, fact()), keyless.get("/v1/changes")):
            assert (refused.status, refused.json["type"]) == (503, "urn:parley:problem:seal-key")
            assert "PARLEY_SEAL_KEY_FILE" in refused.json["detail"]
        assert keyless.get(TALKS).status == 200
    other.close()
    assert len(client.get("/v1/changes").json["items"]) == 2
