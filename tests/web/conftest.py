"""Fixtures for pages of the real record, and of a record that a test fills itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import pytest
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from api.composition import compose
from api.web.site import create_site
from tests.api.asking import Client, authorize
from tests.databases import settings_of
from tests.programs import find_program
from tests.web.browsing import Reader, import_record
from tests.web.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi import FastAPI
    from playwright.sync_api import Browser

    from tests.databases import Kind


@pytest.fixture
def reader(database_url: str) -> Iterator[Reader]:
    """A reader without a key; `editor` writes the record."""
    parley = compose(settings_of(database_url), upgrade=False)
    site = create_site(parley)
    with TestClient(site, raise_server_exceptions=False) as http:
        editor = Client(TestClient(site, headers=authorize(parley), raise_server_exceptions=False))
        yield Reader(http, editor)
    parley.close()


@pytest.fixture
def desk(reader: Reader) -> Desk:
    """A browser in which nobody has signed in yet, on the same record as `reader`."""
    return Desk(cast("FastAPI", reader.http.app))


@pytest.fixture(scope="module", params=["sqlite-file", "postgresql"])
def real(
    request: pytest.FixtureRequest, lasting_database: Callable[[Kind], str]
) -> Iterator[Reader]:
    """A reader without a key of the real record, which no test changes."""
    parley = compose(settings_of(lasting_database(request.param)), upgrade=False)
    site = create_site(parley)
    with TestClient(site, raise_server_exceptions=False) as http:
        editor = Client(TestClient(site, headers=authorize(parley), raise_server_exceptions=False))
        import_record(editor)
        yield Reader(http, editor)
    parley.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_program("chromium"), args=sandbox)
        yield browser
        browser.close()
