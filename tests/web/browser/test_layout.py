"""Pages and pictures fit paper, screens and telephones, are accessible, and need no other server."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.responses import HTMLResponse

from tests.api.serving import Served
from tests.thorough import some_of
from tests.web.browsing import BELARUS, LARGEST_PAGE, PAGES
from tests.web.watched import WIDER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.xdist_group("browser")]


MOST_SCRIPT: Final = 30_000
_SHIFT: Final = """() => new Promise(resolve => { let total = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { total += entry.value; }))
    .observe({type: 'layout-shift', buffered: true}); setTimeout(() => resolve(total), 300); })"""
_SMALLEST: Final = """() => Math.min(99, ...[...document.querySelectorAll('.picture text')]
  .filter(text => text.getClientRects().length)
  .map(text => [parseFloat(getComputedStyle(text).fontSize), text.getScreenCTM()])
  .map(([size, scale]) => size * Math.hypot(scale.a, scale.b)))"""
"""The height in pixels of the smallest letters in pictures."""
_CUT: Final = """() => [...document.querySelectorAll('main .wide, main pre')]
  .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.innerText.slice(0, 60))"""
"""The tables and examples that are wider than their space."""
_LONGEST: Final = """() => [...document.querySelectorAll('main :is(p, h1, h2, h3, h4, li, dd), footer p')]
  .filter(each => each.checkVisibility() && !each.closest('.clocks, nav, form'))
  .map(each => {
    const lines = new Map(), range = document.createRange();
    const texts = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (let at = 0; at < texts.currentNode.length; at++) {
      range.setStart(texts.currentNode, at);
      range.setEnd(texts.currentNode, at + 1);
      const box = range.getBoundingClientRect();
      const line = Math.round((box.top + box.bottom) / 16);
      if (box.width) lines.set(line, (lines.get(line) ?? 0) + 1);
    }
    return [Math.max(0, ...lines.values()), each.innerText.slice(0, 80)];
  }).sort(([one], [other]) => other - one)[0] ?? [0, '']"""
"""[letters in the longest line of text, beginning of its paragraph]."""
_READABLE: Final = 95
"""The most letters in a line."""


UNFOLDED_AND_BUSY: Final = """() => {
    document.querySelectorAll("details").forEach((each) => { each.open = true; });
    document.querySelector("main").setAttribute("aria-busy", "true");
}"""
"""Open all folded parts, and mark the page as busy, as while a slider moves."""


def test_paper_is_white_and_has_the_citation_and_no_controls(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(base_url=address, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{BELARUS}/matters/sep11-count")
    cited = page.locator(".printed")
    expect(cited).to_be_hidden()
    page.emulate_media(media="print")
    expect(cited).to_contain_text("/matters/sep11-count?")
    expect(page.locator("form.clocks")).to_be_hidden()
    paper = page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    ink = page.evaluate("() => getComputedStyle(document.querySelector('h1')).color")
    assert ink == "rgb(27, 24, 20)"
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1_280), ("dark", 360), ("light", 360)])
def test_the_rules_of_accessibility_hold(
    browser: Browser,
    address: str,
    scheme: Any,  # noqa: ANN401 -- Playwright's own word
    width: int,
) -> None:
    context = browser.new_context(
        base_url=address, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    rules = (files("axe_playwright_python") / "axe.min.js").read_text()
    for each in some_of(PAGES, 2 if width > 360 else 1):
        page.goto(each)
        page.evaluate(UNFOLDED_AND_BUSY)
        page.wait_for_timeout(200)
        page.evaluate(rules)
        violations = page.evaluate("() => axe.run()")["violations"]
        told = [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in violations]
        assert told == [], each
    context.close()


def test_a_page_fits_a_telephone_stays_in_place_and_is_light(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    received: dict[str, int] = {}
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda e: received.update({e["requestId"]: e["encodedDataLength"]}),
    )
    tables = {BELARUS, f"{BELARUS}/people", f"{BELARUS}/pictures/measures"}
    for table in tables | {f"{BELARUS}/timeline", *some_of(PAGES, 3)}:
        received.clear()
        session.send("Network.clearBrowserCache")
        page.goto(table, wait_until="networkidle")
        assert page.evaluate(WIDER) <= 0, table
        assert page.evaluate(_CUT) == [], table
        assert page.evaluate(_SMALLEST) >= 10, table
        assert page.evaluate(_SHIFT) < 0.01, table
        assert sum(received.values()) <= LARGEST_PAGE, (table, received)
        scripts = [size for name, size in received.items() if kinds.get(name) == "Script"]
        assert sum(scripts) <= MOST_SCRIPT
    context.close()


def test_a_page_on_a_wide_screen_does_not_scroll_sideways_and_has_lines_that_can_be_read(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(base_url=address, viewport={"width": 2_560, "height": 1_300})
    page = context.new_page()
    longest: dict[str, list[Any]] = {}
    for each in {BELARUS, f"{BELARUS}/timeline", "/about", *some_of(PAGES, 6)}:
        page.goto(each)
        page.evaluate("() => document.fonts.ready")
        assert page.evaluate(WIDER) <= 0, each
        assert page.evaluate(_CUT) == [], each
        longest[each] = page.evaluate(_LONGEST)
        box: Any = page.locator("main").bounding_box()
        assert abs(box["x"] + box["width"] / 2 - 1_280) < 20, each
    assert {each: line for each, line in longest.items() if line[0] > _READABLE} == {}
    assert max(line[0] for line in longest.values()) > 40
    context.close()


def test_the_pages_name_no_other_server(page: Page) -> None:
    page.goto(BELARUS)
    served = page.evaluate(
        "() => performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    assert served
    assert not [url for url in served if not re.match(r"http://127\.0\.0\.1:\d+/", url)]


def test_a_picture_is_shown_in_a_frame_of_another_site_and_no_page_is(
    browser: Browser, address: str
) -> None:
    frames = "".join(
        f'<iframe src="{address}{BELARUS}{path}"></iframe>' for path in ("/embed/posts", "")
    )
    news = Served(uvicorn.Config(HTMLResponse(frames), log_level="critical", lifespan="off"))
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{news.address[1]}", wait_until="networkidle")
    shown = page.frame_locator("iframe >> nth=0")
    drawn = shown.locator("svg:visible")
    expect(drawn.get_by_text("US special envoy for Belarus")).to_be_visible()
    expect(drawn).to_have_count(1)
    assert drawn.evaluate("each => getComputedStyle(each).display") == "block"
    expect(page.frame_locator("iframe >> nth=1").get_by_text("US–Belarus talks")).to_have_count(0)
    context.close()
    news.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_has_the_colours_of_its_page(browser: Browser, address: str, scheme: Any) -> None:  # noqa: ANN401 -- Playwright's own word
    context = browser.new_context(base_url=address, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{BELARUS}/pictures/posts?as_of=2025-11-28")
    colours = page.evaluate(
        "() => [...document.querySelectorAll('.picture text')].map(each => getComputedStyle(each).fill)"
    )
    ink = "rgb(27, 24, 20)" if scheme == "light" else "rgb(236, 231, 218)"
    assert ink in colours
    context.close()
