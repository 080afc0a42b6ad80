"""Fixtures for the API: clients of an application, whose record is in a database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from tests.api.asking import Client, authorize
from tests.api.desk import Desk, HeldClock
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from api.composition import Parley
    from tests.databases import Kind


@pytest.fixture
def parley(database_url: str) -> Iterator[Parley]:
    """A record on both databases in turn."""
    parley = compose(settings_of(database_url), upgrade=False)
    yield parley
    parley.close()


@pytest.fixture
def signing(database_url: str, tmp_path: Path) -> Iterator[Parley]:
    """The same; it is signed when a proof is requested."""
    key_file = str(tmp_path / "parley.key")
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=key_file)
    parley = compose(settings, upgrade=False, signs=True)
    yield parley
    parley.close()


@pytest.fixture
def client(parley: Parley) -> Iterator[Client]:
    """A client that gets a server's errors as responses, as over a real connection."""
    with TestClient(
        create_app(parley), headers=authorize(parley), raise_server_exceptions=False
    ) as http:
        yield Client(http)


@pytest.fixture
def light_client(fresh_database: Callable[[Kind], str]) -> Iterator[Client]:
    """A client of a record on SQLite alone, for tests that never reach a database."""
    parley = compose(settings_of(fresh_database("sqlite-file")), upgrade=False)
    with TestClient(
        create_app(parley), headers=authorize(parley), raise_server_exceptions=False
    ) as http:
        yield Client(http)
    parley.close()


@pytest.fixture
def clock() -> HeldClock:
    """A clock that the test sets."""
    return HeldClock()


@pytest.fixture
def desk(database_url: str, clock: HeldClock) -> Iterator[Desk]:
    """A desk on both databases in turn, its negotiation open and under review.

    Tests move its clock by days; its stored responses must not expire by that.
    """
    settings = settings_of(database_url, PARLEY_IDEMPOTENCY_HOURS="8760")
    parley = compose(settings, clock=clock, upgrade=False)
    with TestClient(create_app(parley), raise_server_exceptions=False) as http:
        desk = Desk(parley, Client(http), clock)
        desk.open()
        yield desk
    parley.close()
