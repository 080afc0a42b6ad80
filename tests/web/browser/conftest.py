"""The real record, served to a browser, and a tab that may contact no other server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import uvicorn
from starlette.testclient import TestClient

from api.composition import compose
from api.web.site import create_site
from tests.api.asking import Client, authorize
from tests.api.serving import Served
from tests.databases import settings_of
from tests.web.browsing import import_record
from tests.web.watched import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Request

    from tests.databases import Kind


@pytest.fixture(scope="package")
def address(lasting_database: Callable[[Kind], str]) -> Iterator[str]:
    """The address of the real record."""
    parley = compose(settings_of(lasting_database("sqlite-file")), upgrade=False)
    site = create_site(parley)
    with TestClient(site, headers=authorize(parley)) as http:
        import_record(Client(http))
    served = Served(uvicorn.Config(site, log_level="critical", lifespan="off"))
    yield f"http://127.0.0.1:{served.address[1]}"
    served.stop()
    parley.close()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A new window of 1,280 pixels, without cookies or cache."""
    context = browser.new_context(base_url=address, viewport={"width": 1_280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """A tab; the test fails if it logs something or contacts another server."""
    page = context.new_page()
    told = watch(page)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    yield page
    assert told == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
