"""A record in which one person may erase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import TALKS, Client, authorize
from tests.api.secrecy.erasures.erased import Desk
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=str(tmp_path / "key"))
    parley = compose(settings, upgrade=False, signs=True)
    http = TestClient(
        create_app(parley), headers=authorize(parley, "Ann"), raise_server_exceptions=False
    )
    desk = Desk(parley, Client(http))
    desk.client.open()
    settings_body = {"review_erasure": False}
    assert desk.client.post(f"{TALKS}/settings", settings_body).status == 200
    yield desk
    parley.close()
