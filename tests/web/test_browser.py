"""A reader in a real browser moves two clocks, loads nothing from other servers, and meets no barrier."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from api.composition import compose
from api.web.site import create_site
from tests.api.asking import Client, authorize
from tests.api.serving import Served
from tests.databases import settings_of
from tests.thorough import some_of
from tests.web.browsing import BELARUS, import_record
from tests.web.test_pages import LARGEST, PAGES
from tests.web.watched import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request

    from tests.databases import Kind

pytestmark = pytest.mark.needs("chromium")

JUNE: Final = f"{BELARUS}?as_of=2025-06-30&as_known_at=2025-06-21&clock=published"
MOST_SCRIPT: Final = 30_000
_SHIFT: Final = """() => new Promise(resolve => { let total = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => { total += entry.value; }))
    .observe({type: 'layout-shift', buffered: true}); setTimeout(() => resolve(total), 300); })"""
_SMALLEST: Final = """() => Math.min(99, ...[...document.querySelectorAll('.picture text')]
  .filter(text => text.getClientRects().length)
  .map(text => [parseFloat(getComputedStyle(text).fontSize), text.getScreenCTM()])
  .map(([size, scale]) => size * Math.hypot(scale.a, scale.b)))"""
"""The height in pixels of the smallest letters that are shown in pictures."""
_CUT: Final = """() => [...document.querySelectorAll('main .wide, main pre')]
  .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.innerText.slice(0, 60))"""
"""The tables and examples that are wider than their room."""
_WIDER: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
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
"""How many letters the longest line of text has, and how its paragraph begins."""
_READABLE: Final = 95
"""The most letters of a line."""


@pytest.fixture(scope="module")
def address(lasting_database: Callable[[Kind], str]) -> Iterator[str]:
    """Where the real record is served."""
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
    """A window of 1,280 pixels that has seen nothing yet."""
    context = browser.new_context(base_url=address, viewport={"width": 1_280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """A tab; when the test ends, it has printed nothing and asked no other server."""
    page = context.new_page()
    told = watch(page)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    yield page
    assert told == []
    assert [url for url in asked if not url.startswith((address, "data:"))] == []


UNFOLDED_AND_BUSY: Final = """() => {
    document.querySelectorAll("details").forEach((each) => { each.open = true; });
    document.querySelector("main").setAttribute("aria-busy", "true");
}"""
"""All that is folded is open, and the page is as it is while a slider moves."""


def test_the_envoy_of_a_day_is_three_steps_away(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="US–Belarus talks").click()
    page.get_by_label("What was so on this day").fill("2025-11-22")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".where")).to_contain_text("22 November 2025")
    expect(
        page.get_by_role("link", name="John Coale, US special envoy for Belarus")
    ).to_be_visible()


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


def test_the_days_are_folded_away_and_stay_as_the_reader_left_them(page: Page) -> None:
    page.goto(f"{BELARUS}/people?as_of=2025-11-22")
    day = page.get_by_label("What was so on this day")
    expect(day).to_be_hidden()
    page.get_by_text("Choose days by hand").click()
    expect(day).to_be_visible()
    slider = page.get_by_label("What was so", exact=True)
    slider.focus()
    slider.press("ArrowLeft")
    page.wait_for_function("() => !location.search.includes('2025-11-22')")
    expect(day).not_to_have_value("2025-11-22")
    expect(day).to_be_visible()


def test_moving_the_slider_of_knowledge_changes_what_is_said_of_losik(page: Page) -> None:
    page.goto(JUNE)
    people = page.locator("section", has=page.get_by_role("heading", name="People"))
    assert _status_of(people, "Ihar Losik") == "Free"
    slider = page.get_by_label("What was known", exact=True)
    slider.focus()
    while _known(page) < "2025-06-26":
        before = _known(page)
        slider.press("ArrowRight")
        page.wait_for_function("before => !location.search.includes(before)", arg=before)
    expect(page.locator(".where")).to_contain_text("as the papers had it by")
    expect(people.get_by_text("Ihar Losik")).to_be_visible()
    assert _status_of(people, "Ihar Losik") != "Free"
    expect(slider).to_be_focused()
    page.go_back()
    page.wait_for_function("() => document.title.length > 0")
    assert _known(page) < "2025-06-26"


def _known(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["as_known_at"][0]


def _status_of(people: Any, name: str) -> str:  # noqa: ANN401 -- a locator
    group = people.locator(".group", has_text=name)
    return str(group.get_by_role("heading", level=3).inner_text())


def test_a_contested_matter_says_which_claim_is_shown_and_how_that_is_decided(page: Page) -> None:
    page.goto(BELARUS)
    page.locator(".sum").get_by_role("link", name="contested").click()
    expect(page.get_by_text("Shown: Fifty-two prisoners freed")).to_be_visible()
    for number in ("52", "51", "50"):
        expect(page.locator("#claims .big", has_text=number)).to_be_visible()
    page.get_by_role("link", name="How this is decided").click()
    expect(page.get_by_role("heading", name="Which claim is shown")).to_be_in_viewport()


def test_a_correction_shows_its_old_and_its_new_words(page: Page) -> None:
    page.goto(f"{BELARUS}/audit")
    page.get_by_role("link", name="Fourteen prisoners freed").first.click()
    expect(page.locator("ins", has_text="moved to Lithuania").first).to_be_visible()
    expect(page.locator("del").first).to_be_visible()


def test_two_days_are_compared(page: Page) -> None:
    page.goto(f"{BELARUS}/compare")
    page.get_by_label("From").fill("2025-06-21")
    page.get_by_label("To", exact=True).fill("2025-06-26")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Added")).to_be_visible()


def test_playing_goes_through_the_stops(page: Page) -> None:
    page.goto(JUNE)
    page.locator(".slider.known").get_by_role("button", name="Play").click()
    page.wait_for_function("() => !location.search.includes('as_known_at=2025-06-21')")
    page.locator(".slider.known").get_by_role("button", name="Stop").click()
    expect(page.get_by_label("What was known by this day")).not_to_have_value("2025-06-21")
    slider = page.get_by_label("What was known", exact=True)
    stops = (slider.get_attribute("data-stops") or "").split(" ")
    before = page.get_by_role("link", name="What was known: the change before")
    there = parse_qs(urlsplit(before.get_attribute("href") or "").query)["as_known_at"][0]
    assert there == stops[stops.index(_known(page)) - 1]
    expect(page.locator(".slider.known .play")).to_be_focused()


def test_without_scripts_there_are_dates_and_the_changes_before_and_after(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(JUNE)
    expect(page.get_by_label("What was known", exact=True)).to_be_hidden()
    page.get_by_role("link", name="What was known: the next change").click()
    assert _known(page) > "2025-06-21"
    page.get_by_label("What was so on this day").fill("2025-09-12")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".where")).to_contain_text("12 September 2025")
    context.close()


def test_the_keyboard_alone_reaches_everything(page: Page) -> None:
    page.goto(JUNE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    reached: set[str] = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.id"))
    assert {"so-slider", "known-slider", "as_of", "as_known_at", "clock"} <= reached


def _tab_to(page: Page, id_: str) -> Locator:
    """Go with the tab key alone to an element."""
    page.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("() => document.activeElement.id") == id_:
            break
        page.keyboard.press("Tab")
    found = page.locator(f"#{id_}")
    expect(found).to_be_focused()
    return found


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("slider", "cut"), [("so-slider", "as_of"), ("known-slider", "as_known_at")]
)
def test_the_keys_move_each_slider_to_the_neighbouring_and_to_the_outer_changes(
    page: Page, slider: str, cut: str
) -> None:
    page.goto(f"{BELARUS}?as_of=2025-06-30&as_known_at=2025-09-30&clock=published")
    moved = _tab_to(page, slider)
    stops = (moved.get_attribute("data-stops") or "").split(" ")
    words = (moved.get_attribute("data-words") or "").split("|")
    at = int(moved.input_value())
    assert 1 < at < len(stops) - 2
    for key, there in (
        ("ArrowRight", at + 1),
        ("ArrowUp", at + 2),
        ("ArrowLeft", at + 1),
        ("ArrowDown", at),
        ("Home", 0),
        ("End", len(stops) - 1),
    ):
        page.keyboard.press(key)
        page.wait_for_function(
            "([cut, stop]) => new URLSearchParams(location.search).get(cut) === stop",
            arg=[cut, stops[there]],
        )
        expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
        expect(moved).to_be_focused()
        expect(moved).to_have_attribute("aria-valuetext", words[there])
        expect(page.locator(f"output[for={slider}]")).to_have_text(words[there])
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") != slider


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
        assert page.evaluate(_WIDER) <= 0, table
        assert page.evaluate(_CUT) == [], table
        assert page.evaluate(_SMALLEST) >= 10, table
        assert page.evaluate(_SHIFT) < 0.01, table
        assert sum(received.values()) <= LARGEST, (table, received)
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
        assert page.evaluate(_WIDER) <= 0, each
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
