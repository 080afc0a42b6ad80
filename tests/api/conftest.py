"""The API is asked as a client asks it, over a record on a database of its own."""

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
    """The record on both databases in turn."""
    parley = compose(settings_of(database_url), upgrade=False)
    yield parley
    parley.close()


@pytest.fixture
def signing(database_url: str, tmp_path: Path) -> Iterator[Parley]:
    """The same, signed when it is asked for proofs."""
    key_file = str(tmp_path / "parley.key")
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=key_file)
    parley = compose(settings, upgrade=False, signs=True)
    yield parley
    parley.close()


@pytest.fixture
def client(parley: Parley) -> Iterator[Client]:
    """A client of an application that tells nothing of its errors, as a real one would not."""
    with TestClient(
        create_app(parley), headers=authorize(parley), raise_server_exceptions=False
    ) as http:
        yield Client(http)


@pytest.fixture
def light_client(fresh_database: Callable[[Kind], str]) -> Iterator[Client]:
    """A client of a record on SQLite alone, for what never reaches a database."""
    parley = compose(settings_of(fresh_database("sqlite-file")), upgrade=False)
    with TestClient(
        create_app(parley), headers=authorize(parley), raise_server_exceptions=False
    ) as http:
        yield Client(http)
    parley.close()


@pytest.fixture
def clock() -> HeldClock:
    """A clock that the test holds."""
    return HeldClock()


@pytest.fixture
def desk(database_url: str, clock: HeldClock) -> Iterator[Desk]:
    """A desk on both databases in turn, its negotiation open and reviewed.

    Tests move its clock by days, which must not let the responses expire that it keeps.
    """
    settings = settings_of(database_url, PARLEY_IDEMPOTENCY_HOURS="8760")
    parley = compose(settings, clock=clock, upgrade=False)
    with TestClient(create_app(parley), raise_server_exceptions=False) as http:
        desk = Desk(parley, Client(http), clock)
        desk.open()
        yield desk
    parley.close()
