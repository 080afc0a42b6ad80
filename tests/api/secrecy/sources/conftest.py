"""A record with confidential sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import Client, authorize
from tests.api.secrecy.sources.cited import NO_SOURCES, Desk
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=str(tmp_path / "key"))
    parley = compose(settings, upgrade=False, signs=True)
    app = create_app(parley)
    http = TestClient(app, headers=authorize(parley, "editor"), raise_server_exceptions=False)
    others = {
        "editor": authorize(parley, "editor", *NO_SOURCES),
        "reader": authorize(parley, "reader", "fact:read", "audit:read"),
        "nobody": {},
    }
    plain = TestClient(app, raise_server_exceptions=False)
    keeper = authorize(parley, "keeper", "fact:read", "source:read")
    desk = Desk(parley, Client(http), plain, keeper, others)
    desk.client.open()
    yield desk
    parley.close()
