"""A certificate requested again under its key is the first one, unless the caller may no longer see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import Client, authorize
from tests.api.exchange.test_certificates import CERTIFICATES, certify
from tests.databases import settings_of

if TYPE_CHECKING:
    from pathlib import Path

    from api.composition import Parley

pytestmark = pytest.mark.either_database


def test_a_fact_that_was_retracted_since_leaves_the_first_certificate(signing: Parley) -> None:
    client = Client(TestClient(create_app(signing), headers=authorize(signing)))
    client.open()
    address = client.record().headers["location"]
    first = certify(client, address, idempotency_key="c")
    why = {"reason": "coding_error", "why": "Misread"}
    assert client.post(f"{address}/retraction", why, if_match="*").status == 200
    again = certify(client, address, idempotency_key="c")
    assert again.json["question"] == first.json["question"]
    assert again.body == first.body


@pytest.mark.parametrize("most", ["1", "2"])
def test_a_request_for_a_certificate_counts_once_among_those_under_way(
    database_url: str, tmp_path: Path, most: str
) -> None:
    key_file = str(tmp_path / "parley.key")
    named = {"PARLEY_LOG_KEY_FILE": key_file, "PARLEY_MAX_WAITING": most}
    parley = compose(settings_of(database_url, **named), upgrade=False, signs=True)
    client = Client(TestClient(create_app(parley), headers=authorize(parley)))
    client.open()
    answer = client.post(CERTIFICATES, {"question": "/v1/negotiations/talks"})
    assert answer.status == 201, answer.json
    parley.close()
