"""With hostile texts no page scrolls sideways on a telephone, and no script of a record runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import pytest
import uvicorn

from tests.api.serving import Served
from tests.web.hostile import store_hostile
from tests.web.test_hostile import LONG, MARKUP, OVERRIDE, PATHS, UNBROKEN, parley_of
from tests.web.watched import watch

if TYPE_CHECKING:
    from fastapi import FastAPI
    from playwright.sync_api import Browser

    from tests.web.browsing import Reader

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.either_database]

_WIDER: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_FAR: Final = """() => [...document.querySelectorAll('main *')].filter(each => {
  const scrolled = each.closest('.wide, pre, svg'); const box = each.getBoundingClientRect();
  return !scrolled && box.width && box.right > document.documentElement.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 120))"""


@pytest.mark.cases(1)
@pytest.mark.parametrize("text", [MARKUP, OVERRIDE, LONG, UNBROKEN], ids=["m", "o", "l", "u"])
def test_a_telephone_shows_hostile_texts_without_scrolling_sideways(
    reader: Reader, browser: Browser, text: str
) -> None:
    store_hostile(parley_of(reader), text)
    facts = reader.http.get("/v1/negotiations/talks/timeline").json()["items"]
    served = Served(
        uvicorn.Config(cast("FastAPI", reader.http.app), log_level="critical", lifespan="off")
    )
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{served.address[1]}", viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    told = watch(page)
    try:
        for path in (*PATHS, f"/n/talks/facts/{facts[0]['id']}"):
            response = page.goto(path)
            assert response is not None
            assert response.status == 200, path
            assert page.evaluate(_FAR) == [], path
            assert page.evaluate(_WIDER) <= 0, path
        assert told == []
    finally:
        context.close()
        served.stop()
