"""What is not as it was sealed is never answered: the API says which position, and nothing of what was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import create_app
from api.composition import compose
from domain.proof.note import base64_of
from infrastructure.sealing.wrapping import SealKeyError
from tests.api.asking import FACTS, TALKS, Client, entered, fact
from tests.databases import settings_of

if TYPE_CHECKING:
    from api.composition import Parley


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
        create_app(other), headers=entered(parley), raise_server_exceptions=False
    ) as http:
        keyless = Client(http)
        ready = keyless.get("/readyz")
        assert ready.status == 503
        assert ready.json["lacks"] == ["a key that payloads are sealed by is not given"]
        refused = keyless.post(FACTS, fact())
        assert (refused.status, refused.json["type"]) == (503, "urn:parley:problem:unavailable")
        assert keyless.get("/v1/changes").status == 503
        assert keyless.get(TALKS).status == 200
    other.close()
    assert len(client.get("/v1/changes").json["items"]) == 2
